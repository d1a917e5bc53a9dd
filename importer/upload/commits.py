"""One synced commit for all that the senders have to put on record at the same moment.

A commit that is on disk when it returns costs more than all the rest of a request. Senders that
come while others are being recorded share the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from importer.journal.store import Journal
from importer.journal.together import together

T = TypeVar("T")


class Commits:
    """Shared by all senders of a run.

    Args:
        journal: where their jobs read and write.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: list[tuple[Callable[[], Any], asyncio.Future[Any]]] = []

    async def write(self, job: Callable[[], T]) -> T:
        """Have a job done; what it wrote is on disk when this returns.

        A cancellation does not part a job from its result: it is done at once, the result is
        returned, and whoever waits for anything next is cancelled there.

        Raises:
            Exception: as the job does; or the commit failed, and nothing of it is on disk.
        """
        loop, done = asyncio.get_running_loop(), asyncio.Future[T]()
        if not self._waiting:
            loop.call_soon(self._commit)
        self._waiting.append((job, done))
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            self._commit()
            task = asyncio.current_task()
            if task is not None:
                task.cancel()
            return done.result()

    def _commit(self) -> None:
        jobs, self._waiting = self._waiting, []
        if not jobs:
            return
        try:
            ends = together(self._journal, [job for job, _ in jobs])
        except Exception as error:  # noqa: BLE001 - each of the senders raises it
            ends = [error] * len(jobs)
        for (_, done), end in zip(jobs, ends, strict=True):
            if isinstance(end, Exception):
                done.set_exception(end)
            else:
                done.set_result(end)
