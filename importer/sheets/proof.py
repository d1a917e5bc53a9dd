"""Unpacking a part of an archive on trial, before others believe what its directory says.

Python's `zipfile` stops at the size that the directory states, and other readers go on: here a part
is unpacked to where it truly ends.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from importer.sheets.scan.markup import reader
from importer.sheets.sentences import FETCH_AGAIN, damaged, suspicious

BLOCK = 1 << 18
LONGEST_TEXT = 4 << 20
"""Bytes of XML between two elements: a cell holds 32,767 characters."""
XML = (".xml", ".rels")
MANIFEST = "META-INF/manifest.xml"
"""OpenOffice declared a document type here, and here alone, without any entity."""

_LOCAL = struct.Struct("<4s22x2H")
"""The header before a part: its mark, the lengths of its name and of its extra field (APPNOTE.TXT,
the zip specification, 4.3.7)."""


def prove(path: Path, file: BinaryIO, entry: zipfile.ZipInfo) -> None:
    """Unpack a part to its very end, keeping nothing.

    Args:
        path: the workbook.
        file: the same, open.
        entry: what the archive's directory says of the part.

    Raises:
        SheetError: the part is damaged, is not what the directory says, or is made to do harm.
    """
    look = _Xml(path, entry.filename) if entry.filename.lower().endswith(XML) else None
    size = check = 0
    try:
        for block in _unpacked(file, entry):
            size += len(block)
            check = zlib.crc32(block, check)
            if size > entry.file_size:
                raise suspicious(path, f"its part {entry.filename} is larger than it says")
            if look is not None:
                look.feed(block)
    except (zlib.error, EOFError, struct.error) as error:
        raise damaged(path, f"its part {entry.filename} cannot be unpacked") from error
    except OSError as error:  # it points to before the file's first byte
        reason = f"its part {entry.filename} is not where it should be"
        raise damaged(path, reason, FETCH_AGAIN) from error
    if (size, check) != (entry.file_size, entry.CRC):
        raise damaged(path, f"its part {entry.filename} is not what its checksum says")


def _unpacked(file: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part in blocks, whatever size it states.

    Raises:
        zlib.error, EOFError, struct.error: it cannot be unpacked.
    """
    file.seek(entry.header_offset)
    mark, name, extra = _LOCAL.unpack(file.read(_LOCAL.size))
    if mark != b"PK\x03\x04":
        raise EOFError
    file.seek(name + extra, 1)
    unpack = zlib.decompressobj(-zlib.MAX_WBITS)
    for block in _read(file, entry.compress_size):
        if entry.compress_type == zipfile.ZIP_STORED:
            yield block
            continue
        yield unpack.decompress(block, BLOCK)
        while unpack.unconsumed_tail:
            yield unpack.decompress(unpack.unconsumed_tail, BLOCK)
    if entry.compress_type == zipfile.ZIP_DEFLATED:
        yield unpack.flush()
        if not unpack.eof:
            raise EOFError


def _read(file: BinaryIO, left: int) -> Iterator[bytes]:
    while left:
        block = file.read(min(BLOCK, left))
        if not block:
            raise EOFError
        left -= len(block)
        yield block


class _Xml:
    """Looks at an XML part for what no reader should meet: entities, endless texts.

    Entities are declared before the first element, so only that much is parsed. What is no XML at
    all passes: no reader gets further there than this one.
    """

    def __init__(self, path: Path, part: str) -> None:
        self._path = path
        self._part = part
        self._text = 0
        self._is_begun = False
        self._parser = reader(self._begin)
        self._parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, block: bytes) -> None:
        """Read on.

        Raises:
            SheetError: there is such a thing.
        """
        self._text = len(block) - block.rfind(b"<") - 1 + (0 if b"<" in block else self._text)
        if self._text > LONGEST_TEXT:
            raise suspicious(self._path, f"it holds a text of more than {LONGEST_TEXT >> 20} MB")
        if not self._is_begun:
            try:
                self._parser.Parse(block)
            except expat.ExpatError:
                self._is_begun = True

    def _begin(self, *_: object) -> None:
        self._is_begun = True
        self._parser.StartElementHandler = None

    def _refuse(self, _name: str, _system: str | None, _public: str | None, inner: int) -> None:
        if self._part != MANIFEST or inner:
            raise suspicious(
                self._path,
                f"its part {self._part} declares XML entities, which no workbook needs",
            )
