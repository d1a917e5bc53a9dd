"""What the records of one tab of an .xls say ([MS-XLS])."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from enum import IntEnum

from importer.sheets.scan.binary import error_of, rk_number
from importer.sheets.scan.format import Format
from importer.sheets.scan.found import Finding


class Record(IntEnum):
    """The records that matter ([MS-XLS] 2.3); cell records changed their numbers over time."""

    INTEGER_2 = 0x002
    NUMBER_2 = 0x003
    TEXT_2 = 0x004
    BOOL_OR_ERROR_2 = 0x005
    FORMULA = 0x006
    END = 0x00A
    NOTE = 0x01C
    UNCALCULATED = 0x05E
    COLUMNS = 0x07D
    SUBSCRIBER = 0x091
    NUMBERS = 0x0BD
    BLANKS = 0x0BE
    RICH_TEXT = 0x0D6
    ROWS_END = 0x0D7
    MERGES = 0x0E5
    SHARED_TEXT = 0x0FD
    LINK = 0x1B8
    EXTRA = 0x1C2
    BLANK = 0x201
    NUMBER = 0x203
    TEXT = 0x204
    BOOL_OR_ERROR = 0x205
    FORMULA_3 = 0x206
    FORMULA_TEXT = 0x207
    ROW = 0x208
    ARRAY = 0x221
    TABLE = 0x236
    RK = 0x27E
    FORMULA_4 = 0x406
    SHARED_FORMULA = 0x4BC
    LINK_TIP = 0x800
    START = 0x809


_TEXTS = {Record.TEXT, Record.SHARED_TEXT, Record.RICH_TEXT}
_OLD = {
    Record.INTEGER_2,
    Record.NUMBER_2,
    Record.TEXT_2,
    Record.BOOL_OR_ERROR_2,
    Record.FORMULA_3,
    Record.FORMULA_4,
}
"""Cells of Excel 2 to 4; some programs write them into newer files, and calamine reads blanks
there."""
_AMONG_CELLS = {
    Record.NOTE,
    Record.UNCALCULATED,
    Record.COLUMNS,
    Record.SUBSCRIBER,
    Record.BLANKS,
    Record.ROWS_END,
    Record.MERGES,
    Record.LINK,
    Record.EXTRA,
    Record.BLANK,
    Record.FORMULA_TEXT,
    Record.ROW,
    Record.ARRAY,
    Record.TABLE,
    Record.SHARED_FORMULA,
    Record.LINK_TIP,
}
"""What may stand between two cells: the table of cells (2.1.7.20.6), and what some programs write
there. Any other record may be a cell whose type is damaged, or a text's second half, which calamine
drops."""
_CELL = struct.Struct("<3H")
"""Row, column, style: the structure Cell."""
_AREA = struct.Struct("<4H")
"""First and last row, first and last column (Ref8); or first and last column, width, style, which
a ColInfo begins with."""
_RK = struct.Struct("<HI")
"""Style and short number: the structure RkRec."""
_HIDDEN_ROW = 0x20
"""fDyZero, in byte 12 (Row)."""
_HEIGHT = 0x7FFF
"""miyRw without the bit above it, in bytes 6 and 7 (Row)."""
_HIDDEN_COLUMNS = 0x01
"""fHidden, in byte 8 (ColInfo)."""
_WIDTH = 256
"""coldx: parts of a character (ColInfo)."""
_NO_NUMBER = b"\xff\xff"
"""The end of a formula's value that is no number (FormulaValue, 2.5.133); its first byte then says
what it is, and byte 2 which error."""
_ERROR = 2
_IS_WIDE = 0x01
"""fHighByte: two bytes for a character (XLUnicodeString)."""
_MOST_COLUMNS = 256
_MOST_ROWS = 65_536
_DOUBLE = struct.Struct("<d")


class CutTextError(Exception):
    """A text goes on in a second record, which calamine drops; `args` is the number of its row."""


class Reading:
    """What the records of a tab say.

    Raises:
        CutTextError: by `note`.
        ValueError: by `note`: calamine drops something there, or takes it for something else.
    """

    def __init__(
        self, formats: Sequence[Format], finding: Finding, *, shared_texts: int, has_flags: bool
    ) -> None:
        """Begin with nothing.

        Args:
            formats: of each style.
            finding: what is noted goes there.
            shared_texts: how many the workbook has.
            has_flags: a text has a byte of them behind its length (since Excel 97).
        """
        self._formats = formats
        self._finding = finding
        self._shared_texts = shared_texts
        self._has_flags = has_flags
        self._seen = bytearray(_MOST_ROWS * _MOST_COLUMNS // 8)
        self._is_beyond = False
        self._row = 0

    def note(self, kind: int, data: bytes) -> None:
        """Note one record."""
        if kind in _TEXTS:
            self._text(kind, data)
        elif kind == Record.RK:
            self._number(data, rk_number(_RK.unpack_from(data, 4)[1]))
        elif kind == Record.NUMBER:
            self._number(data, _DOUBLE.unpack_from(data, 6)[0])
        elif kind == Record.NUMBERS:
            self._several(data)
        elif kind == Record.FORMULA:
            self._formula(data)
        elif kind in _OLD:
            raise ValueError("a cell that is lost in reading")
        elif kind == Record.BOOL_OR_ERROR:
            row, column, _ = self._reach(data)
            if data[7]:
                self._finding.constant(row, row, column, error_of(data[6]))
        else:
            self._around(kind, data)

    def _reach(self, data: bytes) -> tuple[int, int, int]:
        """Note a cell that holds something; give its row, column and style."""
        row, column, style = _CELL.unpack_from(data)
        self._cell(row, column)
        return row + 1, column, style

    def _cell(self, row: int, column: int) -> None:
        """Note where a cell is that holds something; its row counts from 0."""
        self._finding.cells += 1
        self._finding.reach(row + 1, column)
        at, bit = row << 5 | column >> 3, 1 << (column & 7)
        if self._is_beyond or column >= _MOST_COLUMNS or self._seen[at] & bit:
            raise ValueError("a cell that is written twice, or where none can be")
        self._seen[at] |= bit
        self._row = row + 1

    def _text(self, kind: int, data: bytes) -> None:
        self._reach(data)
        if kind != Record.SHARED_TEXT:
            self._whole_text(data, 6)
        elif int.from_bytes(data[6:10], "little") >= self._shared_texts:
            raise ValueError("a text that is not there")

    def _whole_text(self, data: bytes, at: int) -> None:
        """Check that a text ends within its record: it begins at this byte with its length."""
        length = int.from_bytes(data[at : at + 2], "little")
        if self._has_flags and length:
            at, length = at + 1, length << (data[at + 2] & _IS_WIDE)
        if at + 2 + length > len(data):
            raise CutTextError(self._row)

    def _number(self, data: bytes, number: float) -> None:
        row, column, style = self._reach(data)
        self._judge(row, column, style, number)

    def _judge(self, row: int, column: int, style: int, number: float) -> None:
        if style >= len(self._formats):
            if style:  # without any styles, all cells have the first
                raise ValueError("a style that is not there")
            return
        form = self._formats[style]
        self._finding.worn(column, form)
        if not form.is_plain:
            self._finding.number(row, column, form, repr(number))

    def _several(self, data: bytes) -> None:
        """Note a row of short numbers."""
        row, first, _ = _CELL.unpack_from(data)
        for at in range(4, len(data) - 2, _RK.size):
            style, rk = _RK.unpack_from(data, at)
            column = first + (at - 4) // _RK.size
            self._cell(row, column)
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
        self._is_beyond |= kind not in _AMONG_CELLS and self._finding.cells > 0
        match kind:
            case Record.FORMULA_TEXT:
                self._whole_text(data, 0)
            case Record.ROW:
                row, flags = int.from_bytes(data[:2], "little") + 1, data[12]
                if flags & _HIDDEN_ROW or not int.from_bytes(data[6:8], "little") & _HEIGHT:
                    self._finding.hide_rows(row, row)
            case Record.COLUMNS:
                first, last, width, _ = _AREA.unpack_from(data)
                self._finding.width(first, last, width / _WIDTH)
                if data[8] & _HIDDEN_COLUMNS or not width:
                    self._finding.hide_columns(first, last)
            case Record.MERGES:
                for at in range(2, 2 + 8 * int.from_bytes(data[:2], "little"), _AREA.size):
                    top, bottom, left, right = _AREA.unpack_from(data, at)
                    self._finding.merge(top + 1, left, bottom + 1, right)
