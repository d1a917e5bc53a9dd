"""Whether a run is at work, for those who only look."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout


def is_at_work(path: Path) -> bool:
    """Whether a process holds the lock of this journal.

    Asking takes the lock for a moment where it is free: not to be done in a loop.
    """
    lock_file = path.with_name(f"{path.name}.lock")
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
