"""Whether a file lies still: half a sheet looks like a whole one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from importer.errors import SheetError

FRESH = 2.0
"""Seconds since the last change, from where on a file counts as finished."""
BETWEEN_LOOKS = 0.5
"""Seconds: a program that writes a file, or a copy of it, does so more often."""

Look = tuple[int, int]
"""A file's size in bytes, and when it was changed, in nanoseconds."""


def check_settled(
    path: Path,
    *,
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Look twice at a file that was changed a moment ago.

    Args:
        path: a file that is there.
        now: the time of day, in seconds since 1970.
        sleep: waits so many seconds.

    Raises:
        SheetError: it is still being written.
    """
    before = _look(path)
    age = now() - before[1] / 1e9
    if 0 <= age < FRESH:
        sleep(BETWEEN_LOOKS)
        _compare(path, before)


@contextmanager
def unchanged(path: Path) -> Iterator[None]:
    """Do something with a file, and refuse what came of it where the file changed meanwhile.

    Raises:
        SheetError: it did. Whatever was wrong with its inside is then no news.
    """
    before = _look(path)
    try:
        yield
    except SheetError:
        _compare(path, before)
        raise
    _compare(path, before)


def _look(path: Path) -> Look:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _compare(path: Path, before: Look) -> None:
    if not path.exists() or _look(path) != before:
        raise SheetError(
            f"{path.name} is still being written: it changed while it was looked at.",
            "Wait until the export, the download or the saving has finished, and try again.",
        )
