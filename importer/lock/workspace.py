"""The locks of a workspace, in their fixed order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from importer.lock.foreign import refuse_foreign
from importer.lock.held import hold, lock_of
from importer.lock.machine import Machine

_OWN_DISK: Final = (
    "Let `path` in [journal] name a folder on this machine's own disk that you may write."
)


@contextmanager
def workspace_lock(
    path: Path, words: Sequence[str] | None = None, *, machine: Machine | None = None
) -> Iterator[None]:
    """Hold the workspace's locks for the time of the block, or refuse at once.

    The machine's comes first, then the journal's, `<journal>.lock` beside it: in one order always,
    so that no two runs wait for each other's.

    Args:
        path: the journal.
        words: the command line, for the one who is kept out; None is this process's own.
        machine: where the machine's accounts meet over a workspace that counts; None for others.

    Raises:
        BusyError: another run holds a lock; says who and since when.
        SettingsError: a lock cannot be made, another journal serves the workspace, or the journal
            belongs to another account.
    """
    refuse_foreign(path, words)
    with ExitStack() as locks:
        if machine is not None:
            locks.enter_context(machine.lock(words))
            machine.check(path)
        own = lock_of(path)
        refuse_foreign(own, words)
        locks.enter_context(hold(own, words, mode=0o660, remedy=_OWN_DISK))
        yield
