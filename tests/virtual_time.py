"""An event loop whose time passes only where everybody waits: hours take no time at all."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Impatient(selectors.DefaultSelector):
    """Does not wait for the next timer, but says how long it would have."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> Any:  # noqa: ANN401 - the base's own type
        """Let the time until the next timer pass at once."""
        if timeout is not None and timeout > 0:
            self.passed += timeout
        return super().select(timeout if timeout is None else 0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Begins at 0 seconds."""

    def __init__(self) -> None:
        self._impatient = _Impatient()
        super().__init__(self._impatient)

    def time(self) -> float:
        """Seconds that somebody has waited so far."""
        return self._impatient.passed


def run_virtually(work: Coroutine[Any, Any, T]) -> T:
    """Run it on a virtual loop."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


def now() -> float:
    """What time it is on the loop that runs."""
    return asyncio.get_running_loop().time()
