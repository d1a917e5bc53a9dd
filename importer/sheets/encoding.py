"""The encoding of a CSV: marked by a BOM, else UTF-8, else what the mapping says; never a guess."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from importer.errors import SheetError

BLOCK = 1 << 20
LONGEST_LINE = 16 * BLOCK
"""Bytes without any line end, from where on a file is not a table."""
UTF16_HINT = "Write the encoding into the mapping: `sheet: {encoding: utf-16-le}`."

_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""BOM → codec that consumes it. UTF-32 comes first: its mark begins with that of UTF-16."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What one pass over the bytes of a CSV tells."""

    encoding: str
    """A codec's name, for `open`; every byte of the file was decoded by it."""
    lines: int
    """Lines of the file, or a few more."""


def survey(path: Path, stated: str | None) -> Survey:
    """Find the encoding and prove it on the whole file.

    Args:
        path: the CSV.
        stated: the mapping's `encoding`, for a file that is neither marked nor UTF-8.

    Raises:
        SheetError: no encoding fits; the hint says what to write or how to save.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    marked = next((codec for mark, codec in _MARKS.items() if start.startswith(mark)), None)
    if marked is not None:
        return _proven(path, marked)
    if _looks_like_utf16(start):
        if stated is None:
            raise SheetError(f"{path.name} looks like UTF-16 without its mark.", UTF16_HINT)
        return _proven(path, _known(stated, path.name))
    try:
        return _decoded(path, "utf-8")
    except UnicodeDecodeError as error:
        if stated is None:
            raise _not_utf8(path, error) from error
    return _proven(path, _known(stated, path.name))


def _looks_like_utf16(start: bytes) -> bool:
    return start.count(0) * 3 > len(start)


def _known(encoding: str, file: str) -> str:
    """Check that Python has this encoding, and that it makes text."""
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    except LookupError as error:
        raise SheetError(
            f"{file}: the mapping names the encoding {encoding!r}, which does not exist.",
            "Common ones are `cp1252` (Windows, Western Europe) and `utf-16-le`.",
        ) from error
    return encoding


def _proven(path: Path, encoding: str) -> Survey:
    try:
        return _decoded(path, encoding)
    except UnicodeError as error:
        raise SheetError(
            f"{path.name} cannot be read as {encoding}: {error}.",
            "Export it again as CSV UTF-8, or correct `encoding` in the mapping.",
        ) from error


def _decoded(path: Path, encoding: str) -> Survey:
    """Decode every block, keeping none, and count line ends."""
    decoder = codecs.getincrementaldecoder(encoding)()
    ends = since = 0
    for block in _blocks(path):
        decoder.decode(block, final=not block)
        found = _line_ends(block)
        ends += found
        since = 0 if found else since + len(block)
        if since > LONGEST_LINE:
            raise SheetError(
                f"{path.name} has a line of more than {LONGEST_LINE >> 20} MB; it is not a table.",
                "Export the sheet again, as CSV UTF-8 or as a workbook (.xlsx).",
            )
    return Survey(encoding=encoding, lines=ends + 1)


def _line_ends(block: bytes) -> int:
    """Count CR, LF and CRLF. A CRLF cut by the block's edge counts twice, which does no harm."""
    return block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield the file in blocks, and an empty one at the end."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
    yield b""


def _not_utf8(path: Path, error: UnicodeDecodeError) -> SheetError:
    """Show the text around the first odd byte as Windows would read it: a suggestion, no more."""
    around = bytes(error.object[max(0, error.start - 12) : error.start + 12])
    as_windows = " ".join(around.decode("cp1252", errors="replace").split())
    return SheetError(
        f"{path.name} is not UTF-8, and the mapping names no other encoding.",
        "Save it as CSV UTF-8; or, if"
        f" “{as_windows}” reads right, write `sheet: {{encoding: cp1252}}` into the mapping.",
    )
