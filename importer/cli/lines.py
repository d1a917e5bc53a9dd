"""What a night writes to standard error while nobody watches: a line now and then, or JSON."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

_log = logging.getLogger("importer.progress")

EVERY_S: Final = 30.0
"""Seconds after which a line is due in any case."""
EVERY_SHARE: Final = 0.05
"""Of the whole, after which a line is due."""
_AT_MOST_EVERY_S: Final = 1.0


class LineBars:
    """A line every 30 seconds or 5 %, in place of a bar.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock

    @contextmanager
    def stage(self, name: str, total: int | None) -> Iterator[Callable[[int], object]]:
        """Write lines until the stage ends; none for one that ends at once."""
        done, told, told_at = 0, 0, self._clock()

        def advance(more: int) -> None:
            nonlocal done, told, told_at
            done += more
            now = self._clock()
            waited = now - told_at
            far = total is not None and done - told >= EVERY_SHARE * total
            if waited >= EVERY_S or (far and waited >= _AT_MOST_EVERY_S):
                told, told_at = done, now
                _log.info("%s: %s", name, _progress(done, total))

        yield advance


def _progress(done: int, total: int | None) -> str:
    return f"{done:,}" if not total else f"{done:,} of {total:,} ({done * 100 // total} %)"


def write_log(*, as_json: bool) -> None:
    """From here on, what the importer logs goes to standard error, as text or as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if as_json else _Text("%(levelname)s %(message)s"))
    logger = logging.getLogger("importer")
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False


def _moment(record: logging.LogRecord) -> str:
    moment = dt.datetime.fromtimestamp(record.created, dt.UTC).astimezone()
    return moment.isoformat(timespec="seconds")


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return f"{_moment(record)} {super().format(record)}"


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)
