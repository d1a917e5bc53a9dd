"""Compound files ([MS-CFB]): what an old .xls is, an encrypted workbook, an old .doc."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from importer.sheets.sentences import FETCH_AGAIN, damaged, encrypted, mistaken

BLOCK = 1 << 20
LONGEST_NAME = 64
"""Bytes of the longest name of a stream ([MS-CFB] 2.6.1)."""
FREE = 0xFFFFFFFF
MOST_SECTORS = 0xFFFFFFF8
"""From here on an entry is no sector's number but a mark ([MS-CFB] 2.1)."""
_HEADER = struct.Struct("<30x2H42x109L")
"""[MS-CFB] 2.2. Bytes 30-33: sector and mini sector as powers of two; 76-511: where the first
tables stand."""

_NAMES = {
    name: name.lower().encode("utf-16-le")
    for name in (
        "Workbook",
        "Book",
        "EncryptedPackage",
        "WordDocument",
        "PowerPoint Document",
        "__substg1.0_",
    )
}
_OTHERS = {
    "WordDocument": "a Word document",
    "PowerPoint Document": "a PowerPoint presentation",
    "__substg1.0_": "an Outlook message",
}


def check_ole(path: Path) -> None:
    """Check that an .xls is whole, and holds a workbook that no password protects.

    Raises:
        SheetError: it does not.
    """
    with path.open("rb") as file:
        if is_cut_off(file):
            raise damaged(path, "its end is missing", FETCH_AGAIN)
    found = streams_of(path)
    if "EncryptedPackage" in found:
        raise encrypted(path)
    if not found & {"Workbook", "Book"}:
        what = next((words for name, words in _OTHERS.items() if name in found), None)
        raise mistaken(path, what or "another program's file")


def streams_of(path: Path) -> set[str]:
    """Find which of the streams that tell a file's kind it has, wherever their names stand."""
    found: set[str] = set()
    with path.open("rb") as file:
        before = b""
        for block in iter(lambda: file.read(BLOCK), b""):
            text = before + block.lower()  # names are compared so ([MS-CFB] 2.6.4)
            found |= {name for name, mark in _NAMES.items() if mark in text}
            before = text[-LONGEST_NAME:]
    return found


def is_cut_off(file: BinaryIO) -> bool:
    """Tell whether a file ends before its last sector in use, as its own tables count them."""
    size = file.seek(0, 2)
    file.seek(0)
    start = file.read(_HEADER.size)
    if len(start) < _HEADER.size:
        return True
    shift: int
    shift, _, *tables = _HEADER.unpack(start)
    if shift not in {9, 12}:
        return False  # no version that there is; the reader says so
    last = max(_used(file, tables, 1 << shift), default=0)
    return size <= (last + 1) << shift


def _used(file: BinaryIO, tables: list[int], sector: int) -> Iterator[int]:
    """Yield, of each table that the header names, the number of the last sector in use.

    A table holds a number of four bytes for each sector ([MS-CFB] 2.3). The header takes the room
    of a sector; sector 0 follows it.
    """
    entries = sector // 4
    for at, table in enumerate(tables):
        if table >= MOST_SECTORS:
            continue
        yield table
        file.seek((table + 1) * sector)
        data = file.read(sector)
        if len(data) == sector:
            row = struct.unpack(f"<{entries}L", data)
            used = (index for index in range(entries - 1, -1, -1) if row[index] != FREE)
            yield at * entries + next(used, 0)
