"""One pass over the bytes of a CSV before it is read: all are decoded, none is kept.

It proves the encoding on the whole file, counts the lines for the progress bar, and refuses what
would fill the memory: a line without end, more lines than a run takes.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from importer.errors import SheetError
from importer.sheets.sentences import EXPORT_AGAIN

BLOCK = 1 << 20
LONGEST_LINE = BLOCK
"""Characters without any line end, from where on a file is not a table. Thirty cells as long as
Excel allows (32,767 characters) fit."""
MOST_LINES = 9_999_999
"""A row's reference holds seven digits (`20261122-k7f3/1048576`)."""
BLOCKS_AT_ONCE = 4
"""How many blocks' worth of lines may be in memory together."""

_LF, _CR = b"\n\r"
_GARBLED = re.compile(
    rb"\xc3\xa2\xe2(?:\x82\xac|\x80\x9a\xc2\xb9)"
    rb"|\xc3[\x82\x83]\xc2[\x80-\xbf]|\xc3\xa0\xc2[\xa4\xa5]|\xc2[\x80-\x84\x86-\x9f]"
)
"""UTF-8 of what UTF-8 becomes when a program takes it for cp1252 and saves it as UTF-8 again: of
curly quotes and dashes (â€…), the rupee sign, accented letters and signs (Ã©, Â£), and Devanagari
(à¤…); or when it takes it for Latin-1, which leaves control characters."""
_CONTROLS = re.compile("[\x80-\x9f]")
"""Characters that no text holds. What Windows wrote is full of them when it is read as Latin-1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in a file that is not as it should be."""

    line: int
    around: bytes
    """The bytes before and after it, of the same line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What the pass tells."""

    lines: int
    """Lines of the file, up to the place where it could not be decoded."""
    at_once: int
    """So many lines, wherever they are taken together, need little memory."""
    plain: bool
    """Every character is ASCII's, so that nearly all encodings read the same."""
    even: bool
    """Every line end is LF or CRLF."""
    open_end: bool
    """The last line has no line end, and others have."""
    odd: Spot | None
    """The first place that the encoding does not allow; the pass ends there."""
    strange: Spot | None
    """UTF-8: the first text that was probably encoded twice. Else: the first control character
    that no text holds."""


def scan(path: Path, encoding: str) -> Scan:
    """Decode a file block by block.

    Args:
        path: the CSV.
        encoding: a codec's name.

    Raises:
        SheetError: a line is longer than `LONGEST_LINE`, or there are more than `MOST_LINES`.
    """
    tally = _Tally(is_utf8=encoding.startswith("utf-8"))
    decoder = codecs.getincrementaldecoder(encoding)()
    odd = None
    for block in _blocks(path):
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeError as error:
            odd = tally.odd(error)
            break
        if text:
            tally.add(block, text)
            _check_size(path.name, tally.since, tally.ends)
    return Scan(
        lines=tally.lines,
        at_once=tally.at_once,
        plain=tally.plain,
        even=tally.feeds == tally.ends,
        open_end=tally.lines > tally.ends > 0,
        odd=odd,
        strange=tally.strange,
    )


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What was seen so far."""

    is_utf8: bool
    ends: int = 0
    feeds: int = 0
    """LF, alone or behind a CR."""
    since: int = 0
    """Characters since the last line end, counted in blocks."""
    fewest: int | None = None
    """Line ends in the full block that has the fewest."""
    last: str = "\n"
    plain: bool = True
    strange: Spot | None = None

    def add(self, block: bytes, text: str) -> None:
        """Count one block and its text."""
        if not text.isascii():
            self.plain = False
            self.strange = self.strange or self._strange(block, text)
        feeds, found = _ends_in(block) if self.is_utf8 else (text.count("\n"), _line_ends(text))
        found -= self.last == "\r" and text[0] == "\n"
        if len(block) == BLOCK:
            self.fewest = found if self.fewest is None else min(self.fewest, found)
        self.ends += found
        self.feeds += feeds
        self.since = 0 if found else self.since + len(text)
        self.last = text[-1]

    def _strange(self, block: bytes, text: str) -> Spot | None:
        if self.is_utf8:
            # Every pattern begins with one of two bytes, which most scripts and signs do without.
            match = (b"\xc2" in block or b"\xc3" in block) and _GARBLED.search(block)
            return _spot(block, match.start(), self.ends) if match else None
        control = _CONTROLS.search(text)
        before = text[: control.start()] if control else ""
        return control and Spot(line=self.ends + _line_ends(before) + 1, around=b"")

    def odd(self, error: UnicodeError) -> Spot:
        """Find the line of what cannot be decoded; a codec without offsets names the block's."""
        if not isinstance(error, UnicodeDecodeError):
            return Spot(line=self.ends + 1, around=b"")
        self.plain = self.plain and error.object[: error.start].isascii()
        return _spot(error.object, error.start, self.ends)

    @property
    def lines(self) -> int:
        return self.ends + (self.last not in "\r\n")

    @property
    def at_once(self) -> int:
        whole = self.lines if self.fewest is None else self.fewest * BLOCKS_AT_ONCE
        return max(1, whole)


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield the file in blocks, and an empty one at the end."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
    yield b""


def _line_ends(text: str) -> int:
    """Count CR, LF and CRLF."""
    returns = text.count("\r")
    return text.count("\n") + returns - (text.count("\r\n") if returns else 0)


def _ends_in(block: bytes) -> tuple[int, int]:
    """Count LF, and CR, LF and CRLF, in a text of UTF-8: in its bytes, ten times as fast.

    Never two arrays as large as the block: to get and give back the memory takes longer than to
    look through it.
    """
    data = np.frombuffer(block, np.uint8)
    behind = np.flatnonzero(data[1:] == _LF)
    feeds = len(behind) + int(data[0] == _LF)
    returns = int(np.count_nonzero(data == _CR))
    both = int(np.count_nonzero(data[behind] == _CR)) if returns else 0
    return feeds, feeds + returns - both


def _check_size(file: str, since: int, lines: int) -> None:
    if since > LONGEST_LINE:
        raise SheetError(
            f"{file} has a line of more than {LONGEST_LINE:,} characters; it is not a table.",
            EXPORT_AGAIN,
        )
    if lines > MOST_LINES:
        raise SheetError(
            f"{file} has more than {MOST_LINES:,} lines, which is more than one run takes.",
            "Split the sheet into several files, each with the header, and run them one by one.",
        )


def _spot(block: bytes, at: int, before: int) -> Spot:
    head = block[:at]
    line = before + head.count(b"\n") + head.count(b"\r") - head.count(b"\r\n") + 1
    start = max(at - 12, head.rfind(b"\n") + 1, head.rfind(b"\r") + 1)
    around = block[start : at + 16].split(b"\n", 1)[0].split(b"\r", 1)[0]
    return Spot(line=line, around=around)
