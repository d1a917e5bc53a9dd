"""Nights that ended without a word: killed, or with the machine that they ran on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from importer.files import write_atomically
from importer.report.moments import day
from importer.settings import Settings

_SINCE: Final = "night-since.txt"
"""Beside the journal, as long as a night runs: since when."""


@contextmanager
def begun(settings: Settings, moment: dt.datetime, zone: dt.tzinfo) -> Iterator[tuple[str, ...]]:
    """Note that a night runs, for the one after it; where that fails, it runs all the same.

    Args:
        settings: of the night, which holds the workspace's lock.
        moment: when it began; aware.
        zone: of the time that is told.

    Yields:
        What is to be told of the night before: nothing, where that came to its end.
    """
    file = settings.journal.path.parent / _SINCE
    before = tuple(_before(file, zone))
    with suppress(OSError):
        write_atomically(file, moment.isoformat().encode())
    try:
        yield before
    finally:
        with suppress(OSError):
            file.unlink(missing_ok=True)


def _before(file: Path, zone: dt.tzinfo) -> Iterator[str]:
    with suppress(OSError, ValueError):  # there is none, or it is not ours
        said = dt.datetime.fromisoformat(file.read_text(encoding="ascii"))
        if said.tzinfo:
            then = said.astimezone(zone)
            yield (
                f"The night of {day(then)}, {then:%H:%M}, ended without a word: it was killed, or "
                "the machine went down. Nobody was told of it; this one has gone on with what it "
                "left."
            )
