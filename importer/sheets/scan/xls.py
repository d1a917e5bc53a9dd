"""A tab of an .xls, read record by record ([MS-XLS]).

xlrd opens the compound file and reads what is said of the whole workbook. It does not read the
tab: it would hold every cell as an object.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path

import xlrd  # type: ignore[import-untyped]  # it has no types
from xlrd.formatting import std_format_strings  # type: ignore[import-untyped]  # the same

from importer.sheets.scan.binary import error_of, rk_number
from importer.sheets.scan.builtin import format_of
from importer.sheets.scan.damage import damage_told
from importer.sheets.scan.format import Format
from importer.sheets.scan.found import Finding
from importer.sheets.sentences import damaged, encrypted
from importer.sheets.tabs import Tab


class Record(IntEnum):
    """The records that matter ([MS-XLS] 2.3); three cell records changed their number over time."""

    FORMULA = 0x006
    END = 0x00A
    COLUMNS = 0x07D
    NUMBERS = 0x0BD
    RICH_TEXT = 0x0D6
    MERGES = 0x0E5
    SHARED_TEXT = 0x0FD
    NUMBER = 0x203
    TEXT = 0x204
    BOOL_OR_ERROR = 0x205
    FORMULA_3 = 0x206
    ROW = 0x208
    RK = 0x27E
    FORMULA_4 = 0x406
    START = 0x809


_TEXTS = {Record.TEXT, Record.SHARED_TEXT, Record.RICH_TEXT}
_OLD_FORMULAS = {Record.FORMULA_3, Record.FORMULA_4}
"""Of Excel 3 and 4; some programs write them into newer files, and calamine reads blanks there."""
_HEADER = struct.Struct("<2H")
"""A record's type, and the bytes of its content (2.1.4)."""
_CELL = struct.Struct("<3H")
"""Row, column, style: the structure Cell."""
_AREA = struct.Struct("<4H")
"""First and last row, first and last column (Ref8); or first and last column, width, style, which
a ColInfo begins with."""
_RK = struct.Struct("<HI")
"""Style and short number: the structure RkRec."""
_HIDDEN_TAB = 0x03
"""hsState, the lowest two bits (BoundSheet8)."""
_HIDDEN_ROW = 0x20
"""fDyZero, in byte 12 (Row)."""
_HEIGHT = 0x7FFF
"""miyRw without the bit above it, in bytes 6 and 7 (Row)."""
_HIDDEN_COLUMNS = 0x01
"""fHidden, in byte 8 (ColInfo)."""
_NO_NUMBER = b"\xff\xff"
"""The end of a formula's value that is no number (FormulaValue, 2.5.133); its first byte then says
what it is, and byte 2 which error."""
_ERROR = 2
_DOUBLE = struct.Struct("<d")


def tabs_of_xls(path: Path) -> tuple[Tab, ...]:
    """List the tabs of an .xls; see `tabs_of`."""
    with _opened(path) as book:
        shown = book._sheet_visibility  # noqa: SLF001 - else the whole tab is read to learn it
        return tuple(
            Tab(name=name, is_visible=not hidden & _HIDDEN_TAB)
            for name, hidden in zip(book.sheet_names(), shown, strict=True)
        )


def scan_xls(path: Path, tabs: Sequence[str], finding: Callable[[], Finding]) -> dict[str, Finding]:
    """Look through tabs of an .xls; see `scan`."""
    found = {tab: finding() for tab in tabs}
    with _opened(path) as book:
        formats = _formats(book)
        starts = book._sh_abs_posn  # noqa: SLF001 - to skip the cells, which xlrd would hold
        for tab, start in zip(book.sheet_names(), starts, strict=True):
            if tab in found:
                reading = _Reading(formats, found[tab])
                for kind, data in _records(book.mem, start):
                    reading.note(kind, data)
    return found


@contextmanager
def _opened(path: Path) -> Iterator[xlrd.Book]:
    """Open a workbook, and turn what a damaged one leads to into a sentence.

    Raises:
        SheetError: it is damaged, or protected by a password.
    """
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        try:
            book = xlrd.open_workbook(path, on_demand=True, formatting_info=True, logfile=nowhere)
        except Exception as error:  # a damaged file leads xlrd into anything
            if isinstance(error, xlrd.XLRDError) and "encrypted" in str(error):
                raise encrypted(path) from error
            raise damaged(path, "what is inside is not as a workbook's should be") from error
        with damage_told(path), book:
            yield book


def _records(data: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a tab. A chart in it is a stream of its own within, without cells.

    Raises:
        struct.error: the file ends before the tab does.
    """
    depth = 0
    while True:
        kind, size = _HEADER.unpack(data[at : at + 4])
        at += 4
        if kind == Record.START:
            depth += 1
        elif kind == Record.END:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield kind, data[at : at + size]
        at += size


def _formats(book: xlrd.Book) -> list[Format]:
    """Give the format of each style, without what xlrd fills in where the file is silent."""
    written = {
        number: form.format_str
        for number, form in book.format_map.items()
        if form.format_str and form.format_str != std_format_strings.get(number)
    }
    return [
        format_of(style.format_key, written, is_1904=book.datemode == 1) for style in book.xf_list
    ]


class _Reading:
    """What the records of a tab say."""

    def __init__(self, formats: list[Format], finding: Finding) -> None:
        self._formats = formats
        self._finding = finding

    def note(self, kind: int, data: bytes) -> None:
        """Note one record."""
        if kind in _TEXTS:
            self._reach(data)
        elif kind == Record.RK:
            self._number(data, rk_number(_RK.unpack_from(data, 4)[1]))
        elif kind == Record.NUMBER:
            self._number(data, _DOUBLE.unpack_from(data, 6)[0])
        elif kind == Record.NUMBERS:
            self._several(data)
        elif kind == Record.FORMULA:
            self._formula(data)
        elif kind in _OLD_FORMULAS:
            raise ValueError("a formula that is lost in reading")
        elif kind == Record.BOOL_OR_ERROR:
            row, column, _ = self._reach(data)
            if data[7]:
                self._finding.constant(row, row, column, error_of(data[6]))
        else:
            self._around(kind, data)

    def _reach(self, data: bytes) -> tuple[int, int, int]:
        """Note a cell that holds something; give its row, column and style."""
        row, column, style = _CELL.unpack_from(data)
        self._finding.cells += 1
        self._finding.reach(row + 1, column)
        return row + 1, column, style

    def _number(self, data: bytes, number: float) -> None:
        row, column, style = self._reach(data)
        self._judge(row, column, style, number)

    def _judge(self, row: int, column: int, style: int, number: float) -> None:
        form = self._formats[style] if style < len(self._formats) else None
        if form is not None and not form.is_plain:
            self._finding.number(row, column, form, repr(number))

    def _several(self, data: bytes) -> None:
        """Note a row of short numbers."""
        row, first, _ = _CELL.unpack_from(data)
        for at in range(4, len(data) - 2, _RK.size):
            style, rk = _RK.unpack_from(data, at)
            column = first + (at - 4) // _RK.size
            self._finding.cells += 1
            self._finding.reach(row + 1, column)
            self._judge(row + 1, column, style, rk_number(rk))

    def _formula(self, data: bytes) -> None:
        """Note a formula by its stored value ([MS-XLS] 2.5.133)."""
        row, column, style = self._reach(data)
        value = data[6:14]
        if value[6:] != _NO_NUMBER:
            self._judge(row, column, style, _DOUBLE.unpack(value)[0])
        elif value[0] == _ERROR:
            self._finding.constant(row, row, column, error_of(value[2]))

    def _around(self, kind: int, data: bytes) -> None:
        match kind:
            case Record.ROW:
                row, flags = int.from_bytes(data[:2], "little") + 1, data[12]
                if flags & _HIDDEN_ROW or not int.from_bytes(data[6:8], "little") & _HEIGHT:
                    self._finding.hide_rows(row, row)
            case Record.COLUMNS:
                first, last, width, _ = _AREA.unpack_from(data)
                if data[8] & _HIDDEN_COLUMNS or not width:
                    self._finding.hide_columns(first, last)
            case Record.MERGES:
                for at in range(2, 2 + 8 * int.from_bytes(data[:2], "little"), _AREA.size):
                    top, bottom, left, right = _AREA.unpack_from(data, at)
                    self._finding.merge(top + 1, left, bottom + 1, right)
