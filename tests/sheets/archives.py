"""Zip archives and compound files, written byte by byte: so that they can say what is not so."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

DEFLATED = 8
SECTOR = 512
_END, _FREE, _TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of an archive, and what its directory says of it."""

    name: str
    packed: bytes
    size: int
    check: int
    flags: int = 0
    method: int = DEFLATED


def deflate(blocks: Iterable[bytes]) -> tuple[bytes, int, int]:
    """Pack blocks; give the packed bytes, the size and the checksum."""
    pack = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed, size, check = [], 0, 0
    for block in blocks:
        packed.append(pack.compress(block))
        size += len(block)
        check = zlib.crc32(block, check)
    return b"".join(packed) + pack.flush(), size, check


def entry(name: str, data: bytes | str | Iterable[bytes], *, flags: int = 0) -> Entry:
    """Make an honest entry."""
    blocks = [data.encode()] if isinstance(data, str) else data
    packed, size, check = deflate([blocks] if isinstance(blocks, bytes) else blocks)
    return Entry(name=name, packed=packed, size=size, check=check, flags=flags)


def write_zip(path: Path, entries: Sequence[Entry], *, overlap: bool = False) -> None:
    """Write an archive; overlapping, all entries of its directory are the bytes of the last one."""
    with path.open("wb") as file:
        offsets = []
        for one in entries:
            offsets.append(file.tell())
            if overlap and one is not entries[-1]:
                continue
            name = one.name.encode()
            file.write(
                struct.pack(
                    "<4s5H3L2H",
                    b"PK\3\4",
                    20,
                    one.flags,
                    one.method,
                    0,
                    33,
                    one.check,
                    len(one.packed),
                    one.size,
                    len(name),
                    0,
                )
            )
            file.write(name + one.packed)
        start = file.tell()
        for one, offset in zip(entries, offsets, strict=True):
            name = one.name.encode()
            file.write(
                struct.pack(
                    "<4s6H3L5H2L",
                    b"PK\1\2",
                    20,
                    20,
                    one.flags,
                    one.method,
                    0,
                    33,
                    one.check,
                    len(one.packed),
                    one.size,
                    len(name),
                    0,
                    0,
                    0,
                    0,
                    0,
                    offset,
                )
            )
            file.write(name)
        size = file.tell() - start
        count = len(entries)
        file.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, size, start, 0))


def write_ole(path: Path, name: str, stream: bytes) -> None:
    """Write a compound file of one stream ([MS-CFB])."""
    stream += bytes(-len(stream) % SECTOR + (4096 if len(stream) < 4096 else 0))
    sectors = len(stream) // SECTOR
    tables = -(-(sectors + 2) // 127)
    chain = [*range(1, sectors), _END, _END, *[_TABLE] * tables]
    header = struct.pack(
        "<8s16s6H10L",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        bytes(16),
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        0,
        0,
        tables,
        sectors,
        0,
        4096,
        _END,
        0,
        _END,
        0,
    )
    where = [sectors + 1 + at for at in range(tables)] + [_FREE] * (109 - tables)
    directory = _record("Root Entry", 5, 1, _END, 0) + _record(name, 2, _FREE, 0, len(stream))
    table = struct.pack(f"<{len(chain)}L", *chain).ljust(tables * SECTOR, b"\xff")
    path.write_bytes(
        header + struct.pack("<109L", *where) + stream + directory + bytes(256) + table
    )


def _record(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + bytes(2)
    return struct.pack(
        "<64sH2B3L36sLQ",
        text.ljust(64, b"\0"),
        len(text),
        kind,
        1,
        _FREE,
        _FREE,
        child,
        bytes(36),
        start,
        size,
    )


def biff(*cells: tuple[int, int, str], extra: bytes = b"") -> bytes:
    """Give the records of an .xls of one tab ([MS-XLS]).

    Args:
        cells: row and column, both from 0, and text.
        extra: records that follow the first one.
    """
    start = _biff(0x809, struct.pack("<4H2L", 0x600, 5, 0xDBB, 1996, 0, 6)) + extra
    name = struct.pack("<2B2B", 0, 0, 4, 0) + b"Tab1"
    at = len(start) + len(_biff(0x85, bytes(4) + name)) + len(_biff(0x0A, b""))
    begin = start + _biff(0x85, struct.pack("<L", at) + name) + _biff(0x0A, b"")
    records = [_biff(0x809, struct.pack("<4H2L", 0x600, 0x10, 0xDBB, 1996, 0, 6))]
    records += [
        _biff(0x204, struct.pack("<4HB", row, column, 0, len(text), 0) + text.encode("latin-1"))
        for row, column, text in cells
    ]
    return begin + b"".join(records) + _biff(0x0A, b"")


def _biff(code: int, data: bytes) -> bytes:
    return struct.pack("<2H", code, len(data)) + data
