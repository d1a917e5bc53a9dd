"""The encoding of a CSV: marked by a BOM, else UTF-8, else what the mapping says; never a guess."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from importer.errors import SheetError
from importer.model import Note
from importer.sheets.csv_scan import LONGEST_LINE, Scan, Spot, scan
from importer.sheets.sentences import EXPORT_AGAIN

__all__ = ["LONGEST_LINE", "Survey", "survey"]

_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""BOM → codec that consumes it. UTF-32 comes first: its mark begins with that of UTF-16."""

_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
"""Encodings whose plain letters are half NUL bytes, in the order in which they are tried."""
_STATE = "write `sheet: {{encoding: {}}}` into the mapping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What one pass over the bytes of a CSV tells."""

    encoding: str
    """A codec's name, for `open`; every byte of the file was decoded by it."""
    lines: int
    """Lines of the file."""
    at_once: int
    """So many lines may be in memory together."""
    even: bool
    """Every line end is LF or CRLF."""
    notes: tuple[Note, ...] = ()


def survey(path: Path, stated: str | None) -> Survey:
    """Find the encoding and prove it on the whole file.

    Args:
        path: the CSV.
        stated: the mapping's `encoding`, for a file that is neither marked nor UTF-8.

    Raises:
        SheetError: it is no CSV, too large, or no encoding fits; the hint says what to write or
            how to save.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if stated is not None:
        _check_known(stated, path.name)
    marked = next((codec for mark, codec in _MARKS.items() if start.startswith(mark)), None)
    if marked is not None:
        return _proven(path, marked, stated)
    if _looks_wide(start):
        if stated is None:
            raise _unmarked(path.name, start)
        return _proven(path, stated, stated)
    found = scan(path, "utf-8")
    if found.odd is None:
        return _settled(path.name, "utf-8", found, stated)
    if stated is None:
        raise _not_utf8(path.name, found, found.odd)
    return _proven(path, stated, stated)


def _check_known(encoding: str, file: str) -> None:
    """Check that Python has this encoding, and that it makes text."""
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    except LookupError as error:
        raise SheetError(
            f"{file}: the mapping names the encoding {encoding!r}, which does not exist.",
            "Common ones are `cp1252` (Windows, Western Europe) and `utf-16-le`.",
        ) from error


def _proven(path: Path, encoding: str, stated: str | None) -> Survey:
    found = scan(path, encoding)
    if found.odd is not None:
        raise SheetError(
            f"{path.name} cannot be read as {encoding}: line {found.odd.line:,} holds bytes that"
            f" {encoding} does not have.",
            "Export it again as CSV UTF-8, or correct `encoding` in the mapping.",
        )
    if found.strange is not None and encoding == stated:
        raise SheetError(
            f"{path.name} read as {encoding} holds control characters, first in line"
            f" {found.strange.line:,}, so that is not how it was written.",
            "Correct `encoding` in the mapping; what older Windows programs write is `cp1252`.",
        )
    return _settled(path.name, encoding, found, stated)


def _settled(file: str, encoding: str, found: Scan, stated: str | None) -> Survey:
    return Survey(
        encoding=encoding,
        lines=found.lines,
        at_once=found.at_once,
        even=found.even,
        notes=tuple(_notes(file, encoding, found, stated)),
    )


def _notes(file: str, encoding: str, found: Scan, stated: str | None) -> Iterator[Note]:
    if stated is not None and not found.plain and _family(stated) != _family(encoding):
        yield Note(
            code="encoding-other",
            message=f"The mapping says that {file} is written in {stated}. Its bytes are"
            f" {encoding.removesuffix('-sig').upper()}, and it was read as that.",
        )
    if found.strange is not None:
        around = found.strange.around.decode("utf-8", errors="ignore").strip()
        yield Note(
            code="text-garbled",
            message=f"{file} holds text that was probably garbled before it was exported, first in"
            f" line {found.strange.line:,}{_quoted(around)}. It is read as it stands.",
        )
    if found.open_end:
        yield Note(
            code="last-line-open",
            message=f"The last line of {file}, line {found.lines:,}, has no line end. If the file"
            " was cut off, its last cell is not whole: look at it.",
        )


def _family(encoding: str) -> str:
    """Tell encodings apart, but not by their mark or their byte order."""
    return codecs.lookup(encoding).name[:5]


def _looks_wide(start: bytes) -> bool:
    return start.count(0) * 3 > len(start)


def _unmarked(file: str, start: bytes) -> SheetError:
    """Show the text of the first wide encoding that makes one: a suggestion, no more."""
    for encoding in _WIDE:
        text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(start)
        if "\0" not in text and sum(map(str.isascii, text)) * 2 > len(text):
            shown = " ".join(text[:24].split())
            return SheetError(
                f"{file} looks like {encoding[:6].upper()} without its mark.",
                f"Save it as CSV UTF-8; or, if “{shown}” reads right, {_STATE.format(encoding)}.",
            )
    return SheetError(
        f"{file} is full of NUL characters, which no sheet holds; it is damaged or not a CSV.",
        EXPORT_AGAIN,
    )


def _not_utf8(file: str, found: Scan, odd: Spot) -> SheetError:
    """Show the text around the first odd byte as Windows would read it: a suggestion, no more."""
    place = f"(first in line {odd.line:,})"
    if not found.plain:
        return SheetError(
            f"{file} is UTF-8 only in part, and the mapping names no other encoding {place}.",
            "It is damaged, or files of two encodings were put together. Export it again, as CSV"
            " UTF-8.",
        )
    as_windows = _as_windows(odd)
    return SheetError(
        f"{file} is not UTF-8 {place}, and the mapping names no other encoding.",
        f"Save it as CSV UTF-8; or, if “{as_windows}” reads right, {_STATE.format('cp1252')}."
        if as_windows
        else "Save it as CSV UTF-8, or ask whoever exported it how it is encoded.",
    )


def _as_windows(odd: Spot) -> str:
    """Read the bytes as Western European Windows would; "" where it cannot."""
    try:
        return " ".join(odd.around.decode("cp1252").split())
    except UnicodeDecodeError:
        return ""


def _quoted(text: str) -> str:
    return f" (“{text}”)" if text else ""
