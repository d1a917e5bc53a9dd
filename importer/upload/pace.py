"""How fast requests may leave: one pace for all senders, kept over restarts.

The generic cell rate algorithm (ITU-T I.371): one number, the theoretical arrival time, says when
the burst would be whole again. It grants at most `burst + R·t` permits in any window of length t.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from copy import copy
from typing import Final

_HOUR_S: Final = 3600.0
_GRAIN_S: Final = 0.001
"""By so much at most a timer of asyncio is late on an idle machine (selectors.EpollSelector)."""


async def nap(seconds: float) -> None:
    """Sleep no longer than that: what asyncio oversleeps adds up over many short waits.

    The last millisecond is slept through in the thread itself, where nothing else happens then. At
    20 requests a second it was more than one in a hundred of the time.
    """
    over = time.monotonic() + seconds
    await asyncio.sleep(seconds - _GRAIN_S)
    time.sleep(max(0.0, over - time.monotonic()))  # noqa: ASYNC251 - a millisecond at the most


class Pace:
    """Permits to send, one for each request: creating, looking up and reading back alike.

    Permits are granted in the order in which they were asked for. One that is cancelled while it
    waits is not spent.

    Args:
        rate_per_hour: R, permits an hour in the long run; None: as fast as it goes.
        burst: permits that may be granted at once after a rest.
        clock: monotonic seconds.
        sleep: waits for so many seconds.
    """

    def __init__(
        self,
        rate_per_hour: float | None,
        burst: int,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        if rate_per_hour is not None and not 0 < rate_per_hour < float("inf"):
            raise ValueError("A rate is above 0, or None.")
        if burst < 1:
            raise ValueError("A burst is at least 1.")
        self._interval_s = _HOUR_S / rate_per_hour if rate_per_hour else 0.0
        self._burst = burst
        self._clock = clock
        self._sleep = sleep
        self._whole_at = float("-inf")
        """When the burst would be whole again: the theoretical arrival time."""
        self._rest()

    def twin(self) -> Pace:
        """A pace of its own, with the same rate, burst and past, and without pauses."""
        twin = copy(self)
        twin._rest()  # noqa: SLF001 - one of ours
        return twin

    def _rest(self) -> None:
        self._paused_until = float("-inf")
        self._queue = asyncio.Lock()
        self._asking = 0

    @property
    def memory_s(self) -> float:
        """Seconds after which a request no longer counts: how far back `spent` must be told."""
        return self._burst * self._interval_s

    async def permit(self) -> None:
        """Wait for the permit to send one request."""
        if self.permit_now():
            return
        self._asking += 1
        try:
            async with self._queue:
                while (wait := self._due() - self._clock()) > 0:
                    await self._sleep(wait)
                self._spend()
        finally:
            self._asking -= 1

    def permit_now(self) -> bool:
        """Take the permit where it can be had without waiting, and nobody else waits for one."""
        free = not self._asking and self._due() <= self._clock()
        if free:
            self._spend()
        return free

    def _spend(self) -> None:
        self._whole_at = max(self._clock(), self._whole_at) + self._interval_s

    def pause(self, seconds: float) -> None:
        """Hold all senders back for so long; afterwards the burst counts as spent.

        The CRM asked to slow down: a burst at the end of its pause would earn the next one.
        """
        self._paused_until = max(self._paused_until, self._clock() + seconds)
        self._whole_at = max(self._whole_at, self._paused_until + self.memory_s - self._interval_s)

    def spent(self, seconds_ago: Iterable[float]) -> None:
        """Count the requests that earlier runs sent, so that a restart brings no second burst.

        Before `memory_s` the burst is taken as spent: too careful by a little, never too fast.

        Args:
            seconds_ago: how long ago each request of the last `memory_s` seconds left; where that
                is not known, how long ago at the least. Below 0 (the clock was set back) is now.
        """
        now = self._clock()
        whole_at = now
        for age in sorted((max(0.0, age) for age in seconds_ago), reverse=True):
            if age < self.memory_s:
                whole_at = min(whole_at + self._interval_s, now - age + self.memory_s)
        self._whole_at = max(self._whole_at, whole_at)

    def _due(self) -> float:
        tolerance = self.memory_s - self._interval_s
        return max(self._whole_at - tolerance, self._paused_until)
