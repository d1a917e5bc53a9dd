"""Whether a run is at work, for those who only look."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from importer.lock.held import lock_of, read_holder
from importer.lock.machine import Machine


def is_at_work(path: Path) -> bool:
    """Whether a process holds the lock of this journal.

    Asking takes the lock for a moment where it is free: not to be done in a loop.
    """
    return _is_held(lock_of(path))


def who_is_at_work(path: Path, machine: Machine | None = None) -> str:
    """Who holds a lock of the workspace: `process 4711 on desk-3 (…), since …`; "" for nobody.

    Asking takes each lock for a moment where it is free: not to be done in a loop.

    Args:
        path: the journal.
        machine: where the machine's accounts meet over a workspace that counts; None for others.
    """
    own = lock_of(path)
    for lock_file in (own, machine.lock_file) if machine else (own,):
        try:
            held = _is_held(lock_file)
        except PermissionError:  # in another account's folder: nobody here can tell
            continue
        if held:
            holder = read_holder(lock_file)
            return str(holder) if holder else f"a process that holds {lock_file}"
    return ""


def _is_held(lock_file: Path) -> bool:
    if not lock_file.exists():
        return False
    try:
        with FileLock(lock_file, blocking=False, thread_local=False, fallback_to_soft=False):
            return False
    except Timeout:
        return True
    except (OSError, NotImplementedError):
        # Of another account, or on a disk without locks: what the journal says stands.
        return True
