"""One synced commit for all that the senders have to put on record at the same moment.

A commit that is on disk when it returns costs more than all the rest of a request, and most of that
is waiting for the disk: it waits in a thread of its own, while answers come in here. Senders that
come meanwhile share the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar

from importer.journal.store import Journal
from importer.journal.together import commit, together

T = TypeVar("T")

AT_ONCE: Final = 6
"""Jobs of one commit at the most.

Senders that are told together leave together, and are answered together: where one commit took
all that wait, each of them would wait for the work of all others, time and again. Smaller groups
come to more commits than they are worth. With 32 senders, 200 and 50 ms: 80 and 46 % of the ideal
without a limit, 91 and 60 % with 6, 86 and 58 % with 12.
"""


class _Asked:
    """A job, and who waits for it."""

    def __init__(self, job: Callable[[], Any]) -> None:
        self.job = job
        self.told = asyncio.get_running_loop().create_future()
        self._end: Any = None

    def tell(self, end: Any) -> None:  # noqa: ANN401 - what the job returned, or an error
        """How it ended, whether or not somebody still waits."""
        self._end = end
        if not self.told.done():
            self.told.set_result(None)

    def end(self) -> Any:  # noqa: ANN401 - what the job returned
        if isinstance(self._end, Exception):
            raise self._end
        return self._end


class _Group:
    """Jobs that are done, and on their way to the disk."""

    def __init__(self, asked: Sequence[_Asked], ends: Sequence[Any]) -> None:
        self.asked = asked
        self._ends = ends
        self._synced = Future[None]()

    def commit(self, journal: Journal) -> None:
        try:
            commit(journal)
        except Exception as error:  # noqa: BLE001 - each of the senders raises it
            self._synced.set_exception(error)
        else:
            self._synced.set_result(None)

    def ends(self) -> Sequence[Any]:
        """What to tell each of them, once that is known."""
        error = self._synced.exception()
        return self._ends if error is None else [error] * len(self._ends)


class Commits:
    """Shared by all senders of a run; nobody else uses the journal while they send.

    Args:
        journal: where their jobs read and write.

    Raises:
        RuntimeError: the system allows no further thread.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: list[_Asked] = []
        self._leaving: _Group | None = None
        # Its own, and begun now: one that cannot be begun is an error before anything is claimed,
        # and no look-up of a name stands in its way.
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._disk.submit(_nothing).result()

    async def write(self, job: Callable[[], T]) -> T:
        """Have a job done; what it wrote is on disk when this returns.

        A cancellation does not part a job from its result: it is done at once, the result is
        returned, and whoever waits for anything next is cancelled there.

        Raises:
            Exception: as the job does; or the commit failed, and nothing of it is on disk.
        """
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._begin)
        asked = _Asked(job)
        self._waiting.append(asked)
        try:
            await asked.told
        except asyncio.CancelledError:
            self._flush()
            task = asyncio.current_task()
            if task is not None:
                task.cancel()
        end: T = asked.end()
        return end

    def write_now(self, job: Callable[[], T]) -> T:
        """The same for one who may not wait: nothing else happens until it is on disk.

        Raises:
            Exception: as `write` does.
        """
        self._flush()
        (end,) = together(self._journal, [job])
        commit(self._journal)
        if isinstance(end, Exception):
            raise end
        return end

    def _begin(self) -> None:
        """Do what is waiting, and send it to the disk; unless something is on its way there."""
        while self._waiting and self._leaving is None:
            group = self._do(AT_ONCE)
            if group is not None:
                self._sync(group)

    def _sync(self, group: _Group) -> None:
        self._leaving = group
        synced = asyncio.get_running_loop().run_in_executor(self._disk, group.commit, self._journal)
        synced.add_done_callback(lambda _: self._end(group))

    def _end(self, group: _Group) -> None:
        """Tell whoever asked, and go on with those who came meanwhile."""
        if group is self._leaving:  # else somebody could not wait
            self._leaving = None
            _tell(group.asked, group.ends())
            self._begin()

    def _flush(self) -> None:
        """Bring everything to the disk before anything else happens."""
        on_its_way, self._leaving = self._leaving, None
        if on_its_way is not None:
            _tell(on_its_way.asked, on_its_way.ends())
        group = self._do(len(self._waiting))
        if group is not None:
            group.commit(self._journal)
            _tell(group.asked, group.ends())

    def _do(self, most: int) -> _Group | None:
        asked, self._waiting = self._waiting[:most], self._waiting[most:]
        if not asked:
            return None
        try:
            return _Group(asked, together(self._journal, [one.job for one in asked]))
        except Exception as error:  # noqa: BLE001 - each of the senders raises it
            _tell(asked, [error] * len(asked))
            return None


def _tell(asked: Sequence[_Asked], ends: Sequence[Any]) -> None:
    for one, end in zip(asked, ends, strict=True):
        one.tell(end)


def _nothing() -> None:
    """What the thread is begun with."""
