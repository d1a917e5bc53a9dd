"""How much memory, time and disk the reading of a workbook may take, and why.

What a format forces, measured with calamine 0.9 on 64-bit Linux:

- A tab is held as one rectangle of 32 bytes a cell, blank or not, from its first cell to its last.
- .xlsx and .xlsb: while it is read, each written cell takes 40 bytes more, up to twice that where
  the list grows, and its text. 1,000,000 rows of 12 numbers take 838 MB at the peak, of 12 short
  texts 1,204 MB.
- .xls and .ods: opening the file loads every tab, its values and its formulas, and reading one
  copies it: 62 bytes a cell of the rectangle in .ods (12,000,000: 746 MB) and in .xls (16,711,425:
  1,034 MB).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

MB = 1 << 20
ROOMY = 2_000_000
"""Cells of a rectangle that may be blank for the most part: 128 MB at worst."""
SPARSE = 16
"""A larger rectangle holds at least one written cell in so many."""
SMALLEST_CELL = 4
"""Bytes that a cell takes in any format at least: `<c/>`."""
MOST_CELLS = 32_000_000
"""Cells of a rectangle: a full tab of 30 columns, about 3 GB."""
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""A tab ends at XFD1048576 (ECMA-376 part 1, 18.3.1.73 and Excel's specifications and limits)."""
MOST_SPOOLED = 4096 * MB
"""Bytes that the rows may take on the disk between the two processes."""

_START = 192 * MB
_PER_RECTANGLE = 100
_PER_WRITTEN = 120
_SECONDS = 8
_CELLS_PER_SECOND = 100_000
_BYTES_PER_SECOND = 5 * MB
PATIENCE = 4
"""Seconds of the clock for one of the processor: other programs want their share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a process may take."""

    memory: int
    """Bytes."""
    seconds: int
    """Of the processor."""


def allowance(*, unpacked: int = 0, rectangle: int = 0, written: int = 0) -> Allowance:
    """Grant what the figures that were proven so far call for, several times over.

    A file of a few kilobytes that wants more than a few hundred megabytes gets none of it.

    Args:
        unpacked: bytes of the file's parts.
        rectangle: cells of the rectangles that will be held.
        written: cells that are written in the file.
    """
    cells = rectangle * _PER_RECTANGLE + written * _PER_WRITTEN
    seconds = unpacked // _BYTES_PER_SECOND + (rectangle + written) // _CELLS_PER_SECOND
    return Allowance(memory=_START + 2 * unpacked + cells, seconds=_SECONDS + seconds)


def hold_to(granted: Allowance) -> None:
    """Make the system end this process beyond its allowance, where a system can.

    Linux does; macOS does not count memory this way, and Windows has nothing of the kind. There
    the parent's watch is what holds.
    """
    try:
        import resource  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return
    for kind, most in (
        (resource.RLIMIT_AS, granted.memory),
        (resource.RLIMIT_CPU, granted.seconds),
        (resource.RLIMIT_FSIZE, MOST_SPOOLED),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        with suppress(ValueError, OSError):  # a stricter limit is there already
            resource.setrlimit(kind, (most, hard))
