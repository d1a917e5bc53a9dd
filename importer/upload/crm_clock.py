"""How far the CRM's clock is ahead of ours, as its latest answer told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

_STEP_S: Final = 5.0
"""Seconds by which our clock may run unlike a steady one before it counts as set."""


class CrmClock:
    """Remembered for requests that get no answer; forgotten where our own clock was set meanwhile.

    Args:
        wall: our clock, which somebody may set; aware.
        steady: seconds that nobody can set.
    """

    def __init__(self, wall: Callable[[], dt.datetime], steady: Callable[[], float]) -> None:
        self._wall = wall
        self._steady = steady
        self._told: tuple[float, dt.datetime, float] | None = None

    def note(self, ahead_s: float | None) -> None:
        """An answer has told; None where it did not."""
        if ahead_s is not None:
            self._told = (ahead_s, self._wall(), self._steady())

    @property
    def ahead_s(self) -> float | None:
        """Seconds; None where nobody knows."""
        if self._told is None:
            return None
        ahead_s, wall, steady = self._told
        went = (self._wall() - wall).total_seconds() - (self._steady() - steady)
        return ahead_s if abs(went) < _STEP_S else None
