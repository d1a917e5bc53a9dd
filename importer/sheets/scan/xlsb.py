"""A tab of an .xlsb, read record by record ([MS-XLSB])."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from enum import IntEnum
from pathlib import Path
from typing import IO

from importer.sheets.scan.binary import error_of, rk_number
from importer.sheets.scan.builtin import format_of
from importer.sheets.scan.format import Format
from importer.sheets.scan.found import Finding, Scan
from importer.sheets.scan.parts import Package, package

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
    FORMAT = 44
    STYLE = 47
    COLUMNS = 60
    RICH_TEXT = 62
    TAB_PROPERTIES = 147
    BOOK_PROPERTIES = 153
    TAB = 156
    FILTER_COLUMN = 163
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
    Record.RICH_TEXT,
}
_FILLED = _NUMBERS | _ERRORS | _TEXTS

_CELL = struct.Struct("<II")
_DOUBLE = struct.Struct("<d")
_AREA = struct.Struct("<4I")
_COLUMNS = struct.Struct("<4IH")


def scan_xlsb(path: Path, tab: str) -> Scan:
    """Look through one tab of an .xlsb; see `scan`."""
    finding = Finding()
    with package(path) as parts:
        workbook = parts.workbook()
        part, is_1904 = _tab(parts, workbook, tab)
        if part is not None:
            formats = _formats(parts, workbook, is_1904=is_1904)
            with parts.open(part) as stream:
                _read(stream, formats, finding)
            finding.filtered |= any(
                kind == Record.FILTER_COLUMN
                for table in parts.related(part, "table")
                for kind, _ in _records_of(parts, table)
            )
    return finding.scan()


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


def _tab(parts: Package, workbook: str, tab: str) -> tuple[str | None, bool]:
    """Find a tab's part, and whether the workbook counts days from 1904."""
    part, is_1904 = None, False
    targets = parts.relations(workbook)
    for kind, data in _records_of(parts, workbook):
        if kind == Record.BOOK_PROPERTIES:
            is_1904 = bool(data[0] & 1)
        elif kind == Record.TAB:
            relation, end = _text(data, 8)
            if _text(data, end)[0] == tab:
                part = targets[relation].target
    return part, is_1904


def _formats(parts: Package, workbook: str, *, is_1904: bool) -> dict[int, Format]:
    """Read the format of each style."""
    written: dict[int, str] = {}
    used: list[int] = []
    is_cell_style = False
    for styles in parts.related(workbook, "styles"):
        for kind, data in _records_of(parts, styles):
            if kind in {Record.STYLES, Record.STYLES_END}:
                is_cell_style = kind == Record.STYLES
            elif kind == Record.FORMAT:
                written[int.from_bytes(data[:2], "little")] = _text(data, 2)[0]
            elif kind == Record.STYLE and is_cell_style:
                used.append(int.from_bytes(data[2:4], "little"))
    return {style: format_of(number, written, is_1904=is_1904) for style, number in enumerate(used)}


def _read(stream: IO[bytes], formats: Mapping[int, Format], finding: Finding) -> None:
    row = 0
    for kind, data in records(stream):
        if kind in _FILLED:
            column, style = _CELL.unpack_from(data)
            finding.cells += 1
            finding.reach(row, column)
            if kind in _NUMBERS:
                form = formats.get(style & 0xFFFFFF)
                if form is not None and not form.is_plain:
                    finding.number(row, column, form, repr(_number(kind, data)))
            elif kind in _ERRORS:
                finding.constant(row, row, column, error_of(data[8]))
        elif kind == Record.ROW:
            row = int.from_bytes(data[:4], "little") + 1
            if data[11] & 0x10 or not int.from_bytes(data[8:10], "little"):
                finding.hide_rows(row, row)
        else:
            _note_around(kind, data, finding)


def _number(kind: int, data: bytes) -> float:
    if kind == Record.RK:
        return rk_number(int.from_bytes(data[8:12], "little"))
    number: float = _DOUBLE.unpack_from(data, 8)[0]
    return number


def _note_around(kind: int, data: bytes, finding: Finding) -> None:
    match kind:
        case Record.COLUMNS:
            first, last, width, _, flags = _COLUMNS.unpack_from(data)
            if flags & 1 or not width:
                finding.hide_columns(first, last)
        case Record.MERGE:
            top, bottom, left, right = _AREA.unpack_from(data)
            finding.merge(top + 1, left, bottom + 1, right)
        case Record.TAB_PROPERTIES:
            finding.filtered |= bool(data[2] & 1)
        case Record.FILTER_COLUMN:
            finding.filtered = True
