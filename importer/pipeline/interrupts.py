"""Ctrl-C and SIGTERM while requests are on the wire."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from importer.upload import Ending, EndKind, Gate

_ECHO_S = 0.5
"""A terminal and a program between (uv, timeout) may both pass one Ctrl-C on."""


@contextmanager
def interrupts(gate: Gate) -> Iterator[None]:
    """The first interrupt lets requests on the wire finish; the second stops at once."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    first = float("inf")

    def on_signal(number: int, _frame: object) -> None:
        nonlocal first
        ending = Ending(
            kind=EndKind.INTERRUPTED,
            reason=f"Interrupted ({signal.Signals(number).name}).",
            remedy="Resume the run when you like.",
            signal=number,
        )
        # The loop may be asleep; only a call from "another thread" wakes it.
        now = time.monotonic()
        if first > now:
            first = now
            loop.call_soon_threadsafe(gate.stop, ending)
        elif now - first > _ECHO_S and task is not None:
            loop.call_soon_threadsafe(task.cancel)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, on_signal) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
