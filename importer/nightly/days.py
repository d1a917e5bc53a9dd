"""A day as people write it."""

from __future__ import annotations

import datetime as dt
from typing import Final

_MONTHS: Final = "JanFebMarAprMayJunJulAugSepOctNovDec"


def day(moment: dt.date) -> str:
    """Return `23 Nov 2026`, whatever language the machine speaks."""
    month = _MONTHS[moment.month * 3 - 3 : moment.month * 3]  # strftime's are the locale's
    return f"{moment.day} {month} {moment.year}"
