"""What every sender passes before a request: the pace, and whether the run is to stop."""

from __future__ import annotations

import asyncio
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


class Gate:
    """One for all senders of a run, and for those who read back.

    Args:
        pace: how fast requests may leave.
        sleep: waits that many seconds.
    """

    def __init__(
        self, pace: Pace, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    ) -> None:
        self._pace = pace
        self._sleep = sleep
        self._ending: Ending | None = None
        self._stopping = asyncio.Event()

    @property
    def ending(self) -> Ending:
        """How it ended, or would end now."""
        return self._ending or Ending(kind=EndKind.DONE)

    @property
    def stopping(self) -> bool:
        """Somebody asked it to stop."""
        return self._stopping.is_set()

    def stop(self, ending: Ending) -> None:
        """Let every sender finish the request that it has on the wire, and no other."""
        self._ending = self._ending or ending
        self._stopping.set()

    async def permit(self) -> bool:
        """Wait for the permit to send one request; False when the run is to stop instead."""
        return await self._unless_stopped(self._pace.permit())

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
            await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            task.cancel()
            stopping.cancel()
        return not self._stopping.is_set()
