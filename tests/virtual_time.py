"""An event loop whose time is made: it jumps to the next thing that is due, and nobody waits."""

from __future__ import annotations

import asyncio
import datetime as dt
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

START = dt.datetime(2026, 11, 23, 3, 30, tzinfo=dt.UTC)
"""When the time of every loop begins."""


class StandstillError(AssertionError):
    """Everybody waits for somebody else, and no timer is left."""


class _JumpingSelector(selectors.SelectSelector):
    """Looks at no file; a wait is a jump of the clock."""

    elapsed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Let that much time pass at once."""
        if timeout is None:
            raise StandstillError("nothing will ever happen any more")
        self.elapsed += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time passes only when nothing can run, and then at once. Begins at 0 seconds."""

    def __init__(self) -> None:
        self._watch = _JumpingSelector()
        super().__init__(self._watch)

    def time(self) -> float:
        """Seconds that somebody has waited so far."""
        return self._watch.elapsed

    def run_in_executor(
        self, _executor: object, work: Callable[..., Any], *args: object
    ) -> asyncio.Future[Any]:
        """Done at once and here: what takes no virtual time needs no thread."""
        done = self.create_future()
        try:
            done.set_result(work(*args))
        except Exception as error:  # noqa: BLE001 - whoever waits for it raises it
            done.set_exception(error)
        return done

    def now(self) -> dt.datetime:
        """The hour, as the story's own computer tells it."""
        return START + dt.timedelta(seconds=self.time())

    def epoch(self) -> float:
        """The same in seconds since 1970."""
        return self.now().timestamp()


def run_virtually(work: Coroutine[Any, Any, T]) -> T:
    """Run it on a virtual loop."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


def now() -> float:
    """What time it is on the loop that runs."""
    return asyncio.get_running_loop().time()
