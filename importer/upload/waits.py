"""How long one request is put off by a CRM that asks to wait. Pure."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from typing import Final

BACK_OFF_S: Final[Sequence[float]] = (2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0)
"""Pauses where the CRM does not say how long; there are no more of them where it does."""


class Patience:
    """What one request may be put off in all.

    Args:
        longest_s: seconds, all its pauses together.
        jitter: stretches a pause of our own.
    """

    def __init__(self, longest_s: float, jitter: Callable[[float], float]) -> None:
        self._left_s = longest_s
        self._jitter = jitter
        self._pauses = iter(BACK_OFF_S)

    def next_wait(self, asked_s: float | None) -> float | None:
        """How long to wait now; None when it is enough.

        Args:
            asked_s: what the CRM asks for; None where it does not say.
        """
        pause = next(self._pauses, None)
        if pause is None:
            return None
        seconds = self._jitter(pause) if asked_s is None else asked_s
        self._left_s -= seconds
        return seconds if self._left_s >= 0 else None


def words_of(asked_s: float | None, now: dt.datetime) -> str:
    """`It wants 2 hours: until 22 Nov 2026 14:05 UTC.`, in this machine's zone; or ""."""
    if asked_s is None:
        return "It does not say for how long."
    try:
        until = (now + dt.timedelta(seconds=asked_s)).astimezone()
    except OverflowError:
        return "It wants more time than a calendar holds."
    return f"It wants {_spoken(asked_s)}: until {until:%d %b %Y %H:%M %Z}."


def _spoken(seconds: float) -> str:
    for unit, length in (("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length:
            return f"{math.ceil(seconds / length)} {unit}s"
    count = math.ceil(seconds)
    return f"{count} second" if count == 1 else f"{count} seconds"
