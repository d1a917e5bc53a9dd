"""What every sender passes before a request: the pace, and whether the run is to stop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from importer.upload.pace import Pace

T = TypeVar("T")


class EndKind(StrEnum):
    """How a run's sending ended."""

    DONE = "done"
    STOPPED = "stopped"
    UNREACHABLE = "unreachable"
    """The CRM never answered; nothing was sent."""
    OUT_OF_TIME = "out of time"
    """The time that it was given is over; later is safe."""
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a run's sending ended, and why."""

    kind: EndKind
    reason: str = ""
    remedy: str = ""
    signal: int = 0
    """The signal of an interruption."""
    halted: bool = False
    """A stop rule or the first leads: a person looks before more is sent."""


class Gate:
    """One for all senders of a run, and for those who read back.

    Args:
        pace: how fast requests may leave.
        deadline_s: seconds from now on after which no further request may leave; None: never.
        clock: monotonic seconds.
        sleep: waits that many seconds.
    """

    def __init__(
        self,
        pace: Pace,
        deadline_s: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._pace = pace
        self._leaving = pace.twin()
        self._given_s = deadline_s or 0.0
        self._deadline = None if deadline_s is None else clock() + deadline_s
        self.clock = clock
        self._sleep = sleep
        self._ending: Ending | None = None
        self._stopping = asyncio.Event()
        self._reached = False

    @property
    def ending(self) -> Ending:
        """How it ended, or would end now."""
        return self._ending or Ending(kind=EndKind.DONE)

    @property
    def stopping(self) -> bool:
        """Somebody asked it to stop."""
        return self._stopping.is_set()

    @property
    def reached(self) -> bool:
        """A request has left since it was made: the CRM was there."""
        return self._reached

    def note_reached(self) -> None:
        """A request has left."""
        self._reached = True

    def stop(self, ending: Ending) -> None:
        """Let every sender finish the request that it has on the wire, and no other."""
        self._ending = self._ending or ending
        self._stopping.set()

    def is_over(self) -> bool:
        """Somebody asked it to stop, or the time that it was given is over."""
        return self._stopping.is_set() or self._stopped_by_time()

    async def permit(self) -> bool:
        """Wait for the permit to send one request; False when the run is to stop instead."""
        # To wait for two things at once takes longer than most requests have to wait.
        if self.permit_now():
            return True
        return not self.is_over() and await self._unless_stopped(self._pace.permit())

    def permit_now(self) -> bool:
        """Take the permit where it can be had without waiting, and the run is not to stop."""
        return not self.is_over() and self._pace.permit_now()

    async def leave(self) -> None:
        """Wait until a request that has its permit may leave, which is nearly always at once.

        Between the two its intent is put on record, and its connection is opened: where that took
        longer for one request than for the next, they would leave closer together than their
        permits were given. So this is waited for as the last thing before the first byte.
        """
        await self._leaving.permit()

    async def rest(self, seconds: float) -> bool:
        """Wait that long; False when the run is to stop instead."""
        return await self._unless_stopped(self._sleep(seconds))

    def slow_down(self, seconds: float) -> None:
        """Hold all senders back for so long."""
        self._pace.pause(seconds)

    async def _unless_stopped(self, waiting: Coroutine[Any, Any, T] | Awaitable[T]) -> bool:
        """Wait for this, but no longer than until the run is to stop; True when it was not."""
        task = asyncio.ensure_future(waiting)
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            while not (task.done() or stopping.done() or self._stopped_by_time()):
                await asyncio.wait(
                    {task, stopping}, timeout=self._left_s(), return_when=asyncio.FIRST_COMPLETED
                )
            if task.done():
                task.result()
        finally:
            task.cancel()
            stopping.cancel()
        # A permit of the last moment comes too late.
        return not self.is_over()

    def _stopped_by_time(self) -> bool:
        """Stop when the time that was given is over; True when it is."""
        over = self._left_s() == 0
        if over:
            self.stop(_time_over(self._given_s))
        return over

    def _left_s(self) -> float | None:
        return None if self._deadline is None else max(0.0, self._deadline - self.clock())


def _time_over(given_s: float) -> Ending:
    minutes = f"{given_s / 60:.3g}"
    several = f"The {minutes} minutes that it was given are over."
    return Ending(
        kind=EndKind.OUT_OF_TIME,
        reason="The minute that it was given is over." if minutes == "1" else several,
        remedy="Resume the run when there is time again.",
    )
