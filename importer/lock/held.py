"""An operating system's lock, and who holds it.

The lock is the system's own and ends with the process that holds it, however that ends: a crash
leaves nothing to clean up. Who holds it stands in a file beside it, for people only; nothing is
decided by that file.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from importer.errors import BusyError, SettingsError
from importer.files import make_private_folder, write_atomically
from importer.secret import HIDDEN

_HINT: Final = "Nothing was sent. Wait until that run has ended and start again: later is safe."
_SECRET_WORDS: Final = ("token", "secret", "password")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a lock."""

    pid: int
    host: str
    command: str
    """The command line's words, without what could be a secret."""
    since: str
    """ISO 8601, with its offset from UTC."""

    def __str__(self) -> str:
        since = dt.datetime.fromisoformat(self.since).astimezone()
        return (
            f"process {self.pid} on {self.host} (`{self.command}`), "
            f"since {since:%d %b %Y %H:%M:%S %Z}"
        )


@contextmanager
def hold(
    lock_file: Path, words: Sequence[str] | None = None, *, mode: int, remedy: str
) -> Iterator[None]:
    """Hold a lock for the time of the block, or refuse at once.

    Args:
        lock_file: ends in `.lock`, and stays there when released (removing it would let two runs
            in, each with a lock of its own).
        words: the command line, for the one who is kept out; None is this process's own.
        mode: permission bits of what is written, whatever the umask.
        remedy: what to do where the lock cannot be made.

    Raises:
        BusyError: another run holds the lock; says who and since when.
        SettingsError: the lock cannot be made there.
    """
    holder_file = _holder_file(lock_file)
    lock = FileLock(
        lock_file,
        blocking=False,
        mode=mode,
        thread_local=False,
        # Where the file system has no locks, an ordinary file would outlive a crash.
        fallback_to_soft=False,
    )
    _acquire(lock, lock_file, remedy)
    try:
        # For people only: a full disk is for the journal to tell.
        with suppress(OSError):
            note = json.dumps(asdict(_this_process(words))).encode()
            write_atomically(holder_file, note, mode=mode)
        yield
    finally:
        with suppress(OSError):
            holder_file.unlink()
        lock.release()


def lock_of(journal: Path) -> Path:
    """The lock of a journal, beside it; it need not be there."""
    return journal.with_name(f"{journal.name}.lock")


def _holder_file(lock_file: Path) -> Path:
    return lock_file.with_suffix(".holder.json")


def _acquire(lock: FileLock, lock_file: Path, remedy: str) -> None:
    try:
        if not lock_file.parent.is_dir():
            make_private_folder(lock_file.parent)
        lock.acquire()
    except Timeout as error:
        holder = read_holder(lock_file)
        who = f": {holder}." if holder else "."
        raise BusyError(f"Another run holds the lock of this workspace{who}", _HINT) from error
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingsError(f"The lock {lock_file} cannot be made: {reason}.", remedy) from error


def _this_process(words: Sequence[str] | None) -> Holder:
    return Holder(
        pid=os.getpid(),
        host=socket.gethostname(),
        command=" ".join(harmless(words)),
        since=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    )


def harmless(words: Sequence[str] | None) -> Iterator[str]:
    """The program's name and its words; what follows an option that speaks of secrets is hidden.

    Args:
        words: the command line; None is this process's own.
    """
    hide_next = False
    for place, word in enumerate(sys.argv if words is None else words):
        option, equals, _ = word.partition("=")
        secret = word.startswith("-") and any(part in option for part in _SECRET_WORDS)
        if hide_next:
            yield HIDDEN
        elif secret and equals:
            yield f"{option}={HIDDEN}"
        else:
            yield Path(word).name if place == 0 else word
        hide_next = secret and not equals


def read_holder(lock_file: Path) -> Holder | None:
    """Who holds a lock, as is written beside it; None where nothing is, or a part of it."""
    try:
        holder = Holder(**json.loads(_holder_file(lock_file).read_text(encoding="utf-8")))
        dt.datetime.fromisoformat(holder.since)
    except (OSError, ValueError, TypeError):
        return None
    return holder
