"""The zip archive that a workbook is: looked through as a whole before anything reads its parts."""

from __future__ import annotations

import struct
import zipfile
from collections import Counter
from pathlib import Path, PurePosixPath

from importer.errors import SheetError
from importer.sheets.kind import check_kind
from importer.sheets.proof import prove
from importer.sheets.sentences import FETCH_AGAIN, damaged, suspicious

MOST_ENTRIES = 20_000
MOST_DIRECTORY = 4 << 20
"""Bytes of the archive's directory: entries take at least 46 each, and about 90 as they come."""
MOST_UNPACKED = 3 << 30
"""Bytes of all parts. A full tab of 12 columns (1,048,576 rows) is about 0.7 GB of XML."""
HARMLESS = 32 << 20
"""Bytes that a part may have however well it is packed: they cost no more than 0.3 GB to read."""
MOST_RATIO = 150
"""How many times smaller a large part may be packed. Sheets measure 5 to 30, blanks 1,030."""
PROVEN = (".xml", ".rels", ".bin")
"""What is unpacked on trial: parts that a reader of tables reads, and no pictures."""

_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_END = b"PK\x05\x06"
"""Begins the record that ends an archive: bytes 12-15 of it are the directory's size (APPNOTE.TXT,
the zip specification, 4.3.16)."""
_END_64 = b"PK\x06\x06"
"""Begins the same for large archives: bytes 40-47 are the directory's size (4.3.14)."""
_LONGEST_END = (1 << 16) + 22
"""Bytes of the record that ends an archive, with the longest comment."""


def check_archive(path: Path) -> int:
    """Prove that a zipped workbook is whole, honest about its sizes and of the kind it says.

    Every part that a table is read from is unpacked on trial, in blocks: its checksum and its size
    are what the directory says, and its XML declares no entities.

    Returns:
        Bytes of all those parts, unpacked.

    Raises:
        SheetError: it is damaged, or not what a workbook is; each reason has its sentence.
    """
    try:
        _check_directory(path)
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            entries = archive.infolist()
            _check_names(path, [entry.orig_filename for entry in entries])
            _check_entries(path, entries)
            check_kind(path, archive)
            parts = [entry for entry in entries if entry.filename.lower().endswith(PROVEN)]
            for entry in parts:
                prove(path, file, entry)
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, struct.error) as error:
        raise damaged(path, "its list of parts cannot be read", FETCH_AGAIN) from error
    return sum(entry.file_size for entry in parts)


def _check_directory(path: Path) -> None:
    """Look at the directory's size before it is read: it is held in memory."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _LONGEST_END))
        end = file.read()
    at = end.rfind(_END)
    at_64 = end.rfind(_END_64)
    length = int.from_bytes(end[at + 12 : at + 16], "little")
    if at_64 >= 0:
        length = int.from_bytes(end[at_64 + 40 : at_64 + 48], "little")
    if at < 0:
        raise damaged(path, "it begins like a workbook, and its end is missing", FETCH_AGAIN)
    if length > MOST_DIRECTORY:
        raise suspicious(path, "it consists of far too many parts")


def _check_names(path: Path, names: list[str]) -> None:
    if len(names) > MOST_ENTRIES:
        raise suspicious(path, f"it consists of {len(names):,} parts")
    plain = [name.replace("\\", "/").lower() for name in names]
    name, times = Counter(plain).most_common(1)[0] if plain else ("", 1)
    if times > 1:
        raise suspicious(path, f"it holds the part {name} {times} times, so it could be read twice")
    for name in plain:
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or name[1:2] == ":":
            raise suspicious(path, f"a part of it, {name!r}, points out of the file")


def _check_entries(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    packed = sum(entry.compress_size for entry in entries)
    unpacked = sum(entry.file_size for entry in entries)
    for entry in entries:
        if entry.flag_bits & 1:
            raise SheetError(
                f"{path.name} is packed with a password, so it cannot be read.",
                "Unpack it with the password, or ask for a copy without one.",
            )
        if entry.compress_type not in _METHODS:
            raise suspicious(
                path, f"its part {entry.filename} is compressed in a way that Excel never uses"
            )
        _check_ratio(path, entry.compress_size, entry.file_size)
    _check_ratio(path, packed, unpacked)
    if packed > path.stat().st_size:
        raise suspicious(path, "its parts overlap each other")
    if unpacked > MOST_UNPACKED:
        raise suspicious(path, f"it would unpack to {unpacked / (1 << 30):,.0f} GB")


def _check_ratio(path: Path, packed: int, unpacked: int) -> None:
    if unpacked > HARMLESS and unpacked > MOST_RATIO * packed:
        raise suspicious(
            path, f"{packed / 1000:,.0f} KB of it would unpack to {unpacked / 1e6:,.0f} MB"
        )
