"""A tab of an .xlsb, read record by record ([MS-XLSB])."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import IO

from importer.sheets.scan.binary import error_of, rk_number
from importer.sheets.scan.builtin import format_of
from importer.sheets.scan.format import Format
from importer.sheets.scan.found import Finding
from importer.sheets.scan.package import Book, Package, book_of, package
from importer.sheets.tabs import Tab

BLOCK = 1 << 20
_LONGEST = 64 << 20
"""Bytes of a record; the longest that Excel writes is a text of 32,767 characters."""


class Record(IntEnum):
    """The records that matter ([MS-XLSB] 2.3)."""

    ROW = 0
    RK = 2
    ERROR = 3
    BOOL = 4
    REAL = 5
    TEXT = 6
    SHARED_TEXT = 7
    FORMULA_TEXT = 8
    FORMULA_NUMBER = 9
    FORMULA_BOOL = 10
    FORMULA_ERROR = 11
    SHORT_BLANK = 12
    SHORT_RK = 13
    SHORT_ERROR = 14
    SHORT_BOOL = 15
    SHORT_REAL = 16
    SHORT_TEXT = 17
    SHORT_SHARED_TEXT = 18
    FORMAT = 44
    STYLE = 47
    COLUMNS = 60
    RICH_TEXT = 62
    BOOK_PROPERTIES = 153
    TAB = 156
    MERGE = 176
    STYLES = 617
    STYLES_END = 618


_NUMBERS = {Record.RK, Record.REAL, Record.FORMULA_NUMBER}
_ERRORS = {Record.ERROR, Record.FORMULA_ERROR}
_TEXTS = {
    Record.BOOL,
    Record.TEXT,
    Record.SHARED_TEXT,
    Record.FORMULA_TEXT,
    Record.FORMULA_BOOL,
}
_FILLED = _NUMBERS | _ERRORS | _TEXTS
_LOST = {
    Record.SHORT_BLANK,
    Record.SHORT_RK,
    Record.SHORT_ERROR,
    Record.SHORT_BOOL,
    Record.SHORT_REAL,
    Record.SHORT_TEXT,
    Record.SHORT_SHARED_TEXT,
    Record.RICH_TEXT,
}
"""Cells that calamine passes over. Excel writes none of them: a short one stands behind the cell to
its left and does not say where it is."""

_CELL = struct.Struct("<II")
"""Column; then style, of 24 bits, and flags (the structure Cell)."""
_STYLE = 0xFFFFFF
_DOUBLE = struct.Struct("<d")
_AREA = struct.Struct("<4I")
"""First row, last row, first column, last column (UncheckedRfX)."""
_COLUMNS = struct.Struct("<4IH")
"""First, last, width, style, flags (BrtColInfo)."""
_WIDTH = 256
"""colDx: parts of a character (BrtColInfo)."""
_HIDDEN_COLUMNS = 0x01
"""fHidden (BrtColInfo)."""
_HIDDEN_ROW = 0x10
"""fDyZero, in byte 11 of a row; bytes 8 and 9, miyRw, are its height (BrtRowHdr)."""
_FROM_1904 = 0x01
"""f1904 (BrtWbProp)."""
_VISIBLE = bytes(4)
"""hsState; 1 and 2 are hidden (BrtBundleSh)."""


def tabs_of_xlsb(path: Path) -> tuple[Tab, ...]:
    """List the tabs of an .xlsb; see `tabs_of`."""
    with package(path) as parts:
        return _book(parts).tabs


def scan_xlsb(
    path: Path, tabs: Sequence[str], finding: Callable[[], Finding]
) -> dict[str, Finding]:
    """Look through tabs of an .xlsb; see `scan`."""
    with package(path) as parts:
        book = _book(parts)
        formats = _formats(parts, is_1904=book.is_1904)
        found = {tab: finding() for tab in tabs}
        for tab in found.keys() & book.parts.keys():
            _read(_records_of(parts, book.parts[tab]), formats, found[tab])
        return found


def records(stream: IO[bytes], block: int = BLOCK) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a part: type and content.

    Raises:
        EOFError: the last one is cut off.
    """
    data, at = stream.read(block), 0
    while True:
        try:
            kind, start = _varint(data, at, 2)
            size, start = _varint(data, start, 4)
            is_whole = start + size <= len(data)
        except IndexError:
            size, is_whole = 0, False
        if is_whole:
            yield kind, data[start : start + size]
            at = start + size
            continue
        more = stream.read(block + size)
        if not more and at == len(data):
            return
        if not more or size > _LONGEST:
            raise EOFError
        data, at = data[at:] + more, 0


def _varint(data: bytes, at: int, most: int) -> tuple[int, int]:
    """Read a number of seven bits a byte; give it and where it ends."""
    number = 0
    for index in range(most):
        byte = data[at + index]
        number |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return number, at + index + 1
    return number, at + most


def _records_of(parts: Package, part: str) -> Iterator[tuple[int, bytes]]:
    with parts.open(part) as stream:
        yield from records(stream)


def _text(data: bytes, at: int) -> tuple[str, int]:
    """Read a text; give it and where it ends. A missing one has the length 2^32 - 1."""
    length = int.from_bytes(data[at : at + 4], "little")
    if length == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * length
    return data[at + 4 : end].decode("utf-16-le"), end


def _book(parts: Package) -> Book:
    workbook = parts.workbook()
    listed: list[tuple[Tab, str]] = []
    is_1904 = False
    for kind, data in _records_of(parts, workbook):
        if kind == Record.BOOK_PROPERTIES:
            is_1904 = bool(data[0] & _FROM_1904)
        elif kind == Record.TAB:
            relation, end = _text(data, 8)
            is_visible = data[:4] == _VISIBLE
            listed.append((Tab(name=_text(data, end)[0], is_visible=is_visible), relation))
    return book_of(parts.relations(workbook), listed, is_1904=is_1904)


def _formats(parts: Package, *, is_1904: bool) -> dict[int, Format]:
    """Read the format of each style."""
    written: dict[int, str] = {}
    used: list[int] = []
    is_cell_style = False
    for styles in parts.related(parts.workbook(), "styles"):
        for kind, data in _records_of(parts, styles):
            if kind in {Record.STYLES, Record.STYLES_END}:
                is_cell_style = kind == Record.STYLES
            elif kind == Record.FORMAT:
                written[int.from_bytes(data[:2], "little")] = _text(data, 2)[0]
            elif kind == Record.STYLE and is_cell_style:
                used.append(int.from_bytes(data[2:4], "little"))
    return {style: format_of(number, written, is_1904=is_1904) for style, number in enumerate(used)}


def _read(
    found: Iterator[tuple[int, bytes]], formats: Mapping[int, Format], finding: Finding
) -> None:
    """Note what the records of a tab say.

    Raises:
        ValueError: calamine drops something there, or takes it for something else.
    """
    row, left = 0, -1
    for kind, data in found:
        if kind in _FILLED:
            column, style = _CELL.unpack_from(data)
            finding.cells += 1
            finding.reach(row, column)
            if column <= left:
                raise ValueError("a cell that is written twice, or not in its place")
            left = column
            if kind in _NUMBERS:
                form = _form(style & _STYLE, formats)
                finding.worn(column, form)
                if form is not None and not form.is_plain:
                    finding.number(row, column, form, repr(_number(kind, data)))
            elif kind in _ERRORS:
                finding.constant(row, row, column, error_of(data[8]))
        elif kind == Record.ROW:
            above, row, left = row, int.from_bytes(data[:4], "little") + 1, -1
            if row <= above:
                raise ValueError("a row that is written twice, or not in its place")
            if data[11] & _HIDDEN_ROW or not int.from_bytes(data[8:10], "little"):
                finding.hide_rows(row, row)
        else:
            _note_around(kind, data, finding)


def _form(style: int, formats: Mapping[int, Format]) -> Format | None:
    """Give the format of a style; without any styles, all cells have the first."""
    if style and style not in formats:
        raise ValueError("a style that is not there")
    return formats.get(style)


def _number(kind: int, data: bytes) -> float:
    if kind == Record.RK:
        return rk_number(int.from_bytes(data[8:12], "little"))
    number: float = _DOUBLE.unpack_from(data, 8)[0]
    return number


def _note_around(kind: int, data: bytes, finding: Finding) -> None:
    if kind in _LOST:
        finding.reach(1, 0)  # it is enough for one who only asks whether there is a cell
        raise ValueError("a cell that is lost in reading")
    match kind:
        case Record.COLUMNS:
            first, last, width, _, flags = _COLUMNS.unpack_from(data)
            finding.width(first, last, width / _WIDTH)
            if flags & _HIDDEN_COLUMNS or not width:
                finding.hide_columns(first, last)
        case Record.MERGE:
            top, bottom, left, right = _AREA.unpack_from(data)
            finding.merge(top + 1, left, bottom + 1, right)
