"""What is searched for in the rows of an .xlsx, block by block: the few things that calamine hides.

A block of rows in the plainest way of writing needs no search, and one that could mean something
else than it seems to gets none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from importer.letters import column_index, column_letter
from importer.model import Kind
from importer.sheets.scan import xlsx_patterns as patterns
from importer.sheets.scan.format import Format, Right
from importer.sheets.scan.found import Finding
from importer.sheets.scan.markup import (
    Readable,
    character_data,
    elements,
    proofreader,
)
from importer.sheets.scan.xlsx_exact import is_hidden_row, note_around

if TYPE_CHECKING:
    from importer.sheets.scan.xlsx_plain import Plain

_Cell = tuple[bytes, ...]
"""Column, row, style, and perhaps the value."""
_Row = tuple[bytes, bytes]
"""Its number, and its other attributes."""

LONGEST_ROW = 64 << 20
"""Bytes of a row of which the end was not found: 16,384 cells of short texts are 1 MB."""
_DIGITS, _LETTERS = b"0123456789", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SHEET_DATA = re.compile(rb"<(/?)(?:[^\s<>/:]+:)?sheetData[\s/>]")
"""Where rows begin or end, whatever the prefix."""
_NO_HEIGHT = re.compile(rb"ht\s*=\s*[\"'][\s+-]*[0.]")
"""How the height of a row begins that may come to nothing."""
_SHAPED = 8
"""Blocks by which it is judged how columns look: thousands of rows; more would tell the same."""
_FEW_STYLES = 64
"""Of more styles than these it is looked up afterwards which a cell has."""


class UnusualXmlError(Exception):
    """The XML is well-formed, perhaps, and not as Excel writes it."""


def _styles(formats: Mapping[int, Format]) -> dict[Right, frozenset[bytes]]:
    found: dict[Right, set[bytes]] = {right: set() for right in Right}
    for style, form in formats.items():
        found[form.right].add(b"%d" % style)
    return {right: frozenset(styles) for right, styles in found.items()}


def _pattern(pattern: bytes, styles: frozenset[bytes], *others: bytes) -> re.Pattern[bytes] | None:
    """Make the pattern of numbers in some styles; None where there are none of these."""
    among = b"|".join(styles) if len(styles) <= _FEW_STYLES else b"[0-9]{1,6}"
    return re.compile(pattern % (among, *others)) if styles else None


class Search:
    """Searches blocks of whole rows."""

    def __init__(self, formats: Mapping[int, Format], finding: Finding, large: int) -> None:
        self._formats = formats
        self._large = large
        self._finding = finding
        self._proof = proofreader()
        self._last_row = 0
        self._bounds: Counter[bytes] = Counter()
        """How often rows have begun, "", and ended, "/"."""
        self._blocks = 0
        self._has_taken = False
        """All rows so far."""
        self._filled: set[bytes] = set()
        """Columns in which something was found."""
        if formats.get(0) and formats[0].right is not Right.ALL:
            raise UnusualXmlError  # cells without a style have it too
        styles = _styles(formats)
        self._many = {right: some for right, some in styles.items() if len(some) > _FEW_STYLES}
        self._dressed = _pattern(patterns.STYLED, styles[Right.BY_TEXT])
        self._valued = {
            right: _pattern(patterns.NUMBER, styles[right], passed)
            for right, passed in patterns.RIGHT.items()
        }

    def around(self, xml: bytes) -> None:
        """Look through what stands before or behind the rows."""
        self._proof.Parse(xml)
        if b"!" in xml and b"<!" in xml:
            raise UnusualXmlError
        self._bounds.update(_SHEET_DATA.findall(xml))
        if max(self._bounds.values(), default=0) > 1:
            raise UnusualXmlError  # rows in two places, of which only one would be searched
        found = b"".join(element.rstrip(b"/>") + b"/>" for element in patterns.AROUND.findall(xml))
        for name, attributes in elements(b"<found>" + found + b"</found>"):  # without prefixes
            note_around(self._finding, name, attributes)

    def end(self) -> None:
        """Say that nothing follows."""
        self._proof.Parse(b"", True)

    def rows(self, stream: Readable, data: bytes, block: int) -> bytes:
        """Look through all rows; give what stands behind them."""
        while True:
            end = data.find(patterns.END)
            if end >= 0:
                self._block(data[:end])
                return data[end:]
            cut = data.rfind(b"<row")
            if cut > 0:
                self._block(data[:cut])
                data = data[cut:]
            more = stream.read(max(block, len(data)))
            if not more or len(data) > LONGEST_ROW:
                raise UnusualXmlError
            data += more

    def _block(self, xml: bytes) -> None:
        """Look through some whole rows."""
        rows = patterns.ROW.findall(xml)
        cells = _plain(xml, rows) if self._is_tried(xml) else None
        if cells is None:
            _check_usual(xml)
            self._proof.Parse(xml)
        self._note_rows(rows)
        self._note_worn(xml)
        if cells is None:
            self._search(xml, {number for number, _ in rows})
        else:
            self._note_plain(cells)
        # What is taken is such that no second look at its numbers is needed.
        is_taken = self._take(xml, cells)
        if self._dressed:
            self._note_dressed(self._of(Right.BY_TEXT, self._dressed.findall(xml)))
        for right, pattern in self._valued.items():
            if pattern and not is_taken:
                self._note_numbers(self._of(right, pattern.findall(xml)))

    def _is_tried(self, xml: bytes) -> bool:
        """Whether to try if rows are plain: where they are many, or follow others that were."""
        return len(xml) >= self._large or (self._has_taken and bool(xml))

    def _take(self, xml: bytes, cells: Plain | None) -> bool:
        """Take the rows, if somebody does."""
        taken = self._finding.taken
        if taken is None or not xml:
            return False
        if cells is None:
            taken.give_up()
        self._has_taken = cells is not None and taken.take(xml, cells)
        return self._has_taken

    def _note_plain(self, cells: Plain) -> None:
        """Note which cells hold something; there is nothing else in plain rows."""
        self._finding.cells += len(cells.rows)
        for at in cells.firsts():
            column = int(cells.columns[at])
            letters = column_letter(column).encode()
            if letters not in self._filled:
                self._filled.add(letters)
                self._finding.reach(int(cells.rows[at]), column)
        if len(cells.rows):
            self._finding.reach(int(cells.rows[-1]), int(cells.columns[-1]))

    def _search(self, xml: bytes, rows: set[bytes]) -> None:
        """Look for all that is of interest in rows of these numbers, whatever is in them."""
        self._finding.cells += xml.count(b"</c>") - len(patterns.BLANK.findall(xml))
        self._note_extent(xml, _columns(patterns.CELL.findall(xml), rows) - self._filled)
        if b't="e"' in xml:
            for letters, row, alone, value in patterns.ERROR.findall(xml):
                shown = (character_data(alone or value) or "#N/A", Kind.ERROR)
                self._finding.constant(int(row), int(row), column_index(letters), shown)
        if b"<f" in xml:
            self._note_formulas(xml)

    def _of(self, right: Right, cells: list[_Cell]) -> list[_Cell]:
        """Keep the cells whose style is of this kind: patterns tell but a few styles apart."""
        some = self._many.get(right)
        return cells if some is None else [cell for cell in cells if cell[2] in some]

    def _note_rows(self, found: list[_Row]) -> None:
        """Find the rows that are hidden."""
        numbers = [self._last_row, *(int(number or 0) for number, _ in found)]
        if any(second <= first for first, second in pairwise(numbers)):
            raise UnusualXmlError
        self._last_row = numbers[-1]
        marked = {look for look in {look for _, look in found} if _may_hide(look)}
        hidden = {look for look in marked if is_hidden_row(_attributes(look))}
        for number, look in found if hidden else ():
            if look in hidden:
                self._finding.hide_rows(int(number), int(number))

    def _note_extent(self, xml: bytes, new: set[bytes]) -> None:
        """Find new columns that hold something, and the last cell that does."""
        if new:
            few = b"|".join(new) if len(new) < 50 else b"[A-Z]{1,3}"
            for letters, row in re.findall(patterns.CONTENT % few, xml):
                if letters not in self._filled:
                    self._filled.add(letters)
                    self._finding.reach(int(row), column_index(letters))
        end = len(xml)
        while (start := xml.rfind(b"<c ", 0, end)) >= 0:
            if found := patterns.ANY_CONTENT.match(xml, start):
                self._finding.reach(int(found[2]), column_index(found[1]))
                return
            end = start

    def _note_formulas(self, xml: bytes) -> None:
        for letters, row, attributes, formula, value in patterns.FORMULA.findall(xml):
            is_blank_text = b't="str"' in attributes and b"<v" in value
            if not is_blank_text and b't="e"' not in attributes:
                self._finding.formula(int(row), column_index(letters), character_data(formula))

    def _note_worn(self, xml: bytes) -> None:
        """Note the formats of the numbers, plain ones too."""
        self._blocks += 1
        if self._blocks > _SHAPED:
            return
        for (letters, style), cells in Counter(patterns.WORN.findall(xml)).items():
            form = self._formats.get(int(style or b"0"))
            self._finding.worn(column_index(letters), form, cells)

    def _note_dressed(self, cells: list[_Cell]) -> None:
        """Note formats that are the same down a column, as runs: there may be millions."""
        runs: dict[bytes, tuple[int, int, bytes]] = {}
        for letters, digits, style, *_ in cells:
            row = int(digits)
            first, last, before = runs.get(letters, (row, row, style))
            if row - last > 1 or style != before:
                self._finding.format(first, last, column_index(letters), self._formats[int(before)])
                first = row
            runs[letters] = first, row, style
        for letters, (first, last, style) in runs.items():
            self._finding.format(first, last, column_index(letters), self._formats[int(style)])

    def _note_numbers(self, cells: list[_Cell]) -> None:
        for letters, row, style, value in cells:
            form = self._formats[int(style)]
            self._finding.number(int(row), column_index(letters), form, value.decode().strip())


def _plain(xml: bytes, rows: list[_Row]) -> Plain | None:
    """Read rows that are written in the plainest way; None where these are not."""
    # Half of what a small workbook takes would be for loading what reads it so.
    from importer.sheets.scan.xlsx_plain import plain_cells  # noqa: PLC0415 - see above

    return plain_cells(xml, rows)


def _check_usual(xml: bytes) -> None:
    """Refuse to search in what could mean something else than it seems to."""
    if patterns.STRANGE.search(xml):
        raise UnusualXmlError
    if any(doubtful.search(xml) for doubtful in patterns.DOUBTFUL) or patterns.has_odd_value(xml):
        raise UnusualXmlError


def _columns(addresses: list[bytes], rows: set[bytes]) -> set[bytes]:
    """Give the letters of cells, of which each is there once and in one of these rows.

    Raises:
        UnusualXmlError: one is not, or has no address.
    """
    all_of_them = b" ".join(addresses)
    in_rows = set(all_of_them.translate(None, _LETTERS).split())
    columns = set(all_of_them.translate(None, _DIGITS).split(b" ")) if addresses else set()
    if len(set(addresses)) < len(addresses) or b"" in columns or not in_rows <= rows:
        raise UnusualXmlError
    return columns


def _may_hide(look: bytes) -> bool:
    return b"hidden" in look or _NO_HEIGHT.search(look) is not None


def _attributes(look: bytes) -> dict[str, str]:
    return elements(b"<row" + look.rstrip(b"/") + b"/>")[0][1]
