"""Times as people and programs read them: the same on every machine."""

from __future__ import annotations

import datetime as dt
from typing import Final

_MONTHS: Final = "JanFebMarAprMayJunJulAugSepOctNovDec"


def day(moment: dt.date) -> str:
    """Return `23 Nov 2026`, whatever language the machine speaks."""
    month = _MONTHS[moment.month * 3 - 3 : moment.month * 3]  # strftime's are the locale's
    return f"{moment.day} {month} {moment.year}"


def iso(time: dt.datetime) -> str:
    """Return a time in UTC, to the second: `2026-11-22T15:37:04Z`."""
    return time.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
