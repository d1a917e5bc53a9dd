"""Workbooks in Excel's binary way of writing (.xlsb), record by record, for tests ([MS-XLSB])."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_FIRST_FORMAT = 164
"""The first number of a format that a workbook writes out itself."""


def record(kind: int, data: bytes = b"") -> bytes:
    """Write a record."""
    number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return number + bytes([len(data) & 0x7F | 0x80, len(data) >> 7]) + data


def text(words: str) -> bytes:
    """Write a text."""
    return struct.pack("<I", len(words)) + words.encode("utf-16-le")


def cell(column: int, style: int, value: bytes) -> bytes:
    """Write a cell."""
    return struct.pack("<II", column, style) + value


def row(number: int, *, flags: int = 0, height: int = 300) -> bytes:
    """Write a row's record."""
    return record(0, struct.pack("<IIHBBB", number - 1, 0, height, 0, flags, 0) + bytes(4))


def relations(*targets: tuple[str, str]) -> str:
    """Write a part's relations: type and target."""
    ns = "http://schemas.openxmlformats.org/package/2006/relationships"
    found = (
        f'<Relationship Id="rId{at}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{ns}">{"".join(found)}</Relationships>'


def styles(codes: Sequence[str], *numbers: int) -> bytes:
    """Write the part that lists formats, and the styles that have them.

    Args:
        codes: formats that are written out; they have the numbers from 164 on.
        numbers: of each style, the number of its format.
    """
    style = bytes(12)
    return b"".join(
        [
            record(615, struct.pack("<I", len(codes))),
            *(
                record(44, struct.pack("<H", number) + text(code))
                for number, code in enumerate(codes, _FIRST_FORMAT)
            ),
            record(616),
            record(626) + record(47, b"\xff\xff" + struct.pack("<H", 9) + style) + record(627),
            record(617, struct.pack("<I", len(numbers))),
            *(record(47, struct.pack("<HH", 0, number) + style) for number in numbers),
            record(618),
        ]
    )


def write_parts(path: Path, tab: str, sheet: bytes, styles: bytes) -> Path:
    """Write a workbook of one tab from its parts."""
    head = struct.pack("<II", 0, 1) + text("rId1") + text(tab)
    book = [record(131), record(153, bytes(12)), record(143), record(156, head), record(144)]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_rels/.rels", relations(("officeDocument", "xl/workbook.bin")))
        parts = relations(("worksheet", "worksheets/sheet1.bin"), ("styles", "styles.bin"))
        archive.writestr("xl/_rels/workbook.bin.rels", parts)
        archive.writestr("xl/workbook.bin", b"".join([*book, record(132)]))
        archive.writestr("xl/styles.bin", styles)
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return path


def write_xlsb(
    path: Path,
    tab: str,
    rows: Sequence[Sequence[str | float | None]],
    formats: Sequence[str],
    width: int,
) -> Path:
    """Write a workbook of one tab; a column's numbers have its format, each column has one width.

    Args:
        path: where to.
        tab: the tab's name.
        rows: texts, numbers and blanks, from row 1 on.
        formats: of each column.
        width: of all columns, in characters.
    """
    columns = struct.pack("<4IH", 0, len(formats) - 1, width * 256, 0, 2)
    cells = [
        record(129),
        record(147, b"\0\0\1" + bytes(20)),
        record(148, struct.pack("<4I", 0, len(rows) - 1, 0, len(formats) - 1)),
        record(390) + record(60, columns) + record(391),
        record(145),
    ]
    for number, values in enumerate(rows, start=1):
        cells.append(row(number))
        for at, value in enumerate(values):
            if isinstance(value, str):
                cells.append(record(6, cell(at, 0, text(value))))
            elif value is not None:
                cells.append(record(5, cell(at, at + 1, struct.pack("<d", value))))
    cells += [record(146), record(130)]
    numbers = range(_FIRST_FORMAT, _FIRST_FORMAT + len(formats))
    return write_parts(path, tab, b"".join(cells), styles(formats, 0, *numbers))
