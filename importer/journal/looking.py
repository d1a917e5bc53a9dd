"""The journal read without changing a byte of it or beside it, and whether it is sound."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import create_engine, event, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from importer.errors import JournalError
from importer.journal.schema import IS_CREATED, actions
from importer.journal.store import RESTORE, Clock, Journal, check_facts, utc_now

_MOST_SENTENCES: Final = 5
_LOOKS: Final = 3


T = TypeVar("T")


def ask_journal(
    path: Path, workspace: str, ask: Callable[[Journal], T], *, clock: Clock = utc_now
) -> T:
    """Ask a journal that is there, to read alone; asked again where somebody wrote it meanwhile.

    Args:
        path: the journal.
        workspace: whose it must be.
        ask: reads, and has no other effect: it may be asked several times.
        clock: aware times; tests pass their own.

    Raises:
        JournalError: the file is not a journal, or cannot be read, or runs begin and end all the
            time while it is.
        SettingsError: it belongs to another workspace.
        JournalVersionError: it was written by another version.
    """
    for _ in range(_LOOKS):
        before = _stamp(path)
        try:
            with _look_into(path, workspace, clock) as journal:
                found = ask(journal)
        except Exception:
            # What is read of a file while it changes may be anything, damage as well.
            if _stamp(path) == before:
                raise
        else:
            if _stamp(path) == before:
                return found
    raise JournalError(
        f"The journal {path} was written each time that it was looked at.",
        "Look again in a moment, while no run begins or ends.",
    )


def _stamp(path: Path) -> tuple[int, ...]:
    """What changes whenever a file is written that is read without a lock; see `_open`."""
    if _log_of(path).exists():
        return ()  # SQLite reads as of one moment
    one = path.stat()
    return (one.st_ino, one.st_size, one.st_mtime_ns)


@contextmanager
def _look_into(path: Path, workspace: str, clock: Clock) -> Iterator[Journal]:
    engine = create_engine("sqlite+pysqlite://", creator=lambda: _open(path), poolclass=NullPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    try:
        with engine.connect() as connection:
            journal = Journal(connection, workspace, clock)
            if not check_facts(journal, path):
                raise JournalError(f"The journal {path} is empty.", RESTORE)
            yield journal
    except (DatabaseError, sqlite3.DatabaseError) as error:
        reason = getattr(error, "orig", None) or error
        raise JournalError(f"The journal {path} cannot be read: {reason}.", RESTORE) from error
    finally:
        engine.dispose()


def damage_of(journal: Journal) -> list[str]:
    """What SQLite finds wrong with the file, as its own sentences; nothing where it is sound.

    Reads the whole file: some seconds for each gigabyte.
    """
    connection = journal.connection
    with connection.begin():
        checked = connection.execute(text("PRAGMA integrity_check(5)")).scalars().all()
        orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
    found = [str(one) for one in checked if one != "ok"]
    tables = sorted({str(one[0]) for one in orphans})
    found += [f"rows of the table {table} name others that are gone" for table in tables]
    return found[:_MOST_SENTENCES]


def lead_last_written(journal: Journal) -> str:
    """The lead on whose timeline an action was created last; "" where there is none."""
    found = journal.read(
        select(actions.c.lead).where(IS_CREATED).order_by(actions.c.id.desc()).limit(1)
    )
    return str(found[0].lead) if found else ""


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _open(path: Path) -> sqlite3.Connection:
    # With a log beside it, somebody is at work or has crashed: SQLite must read both. Without one
    # nothing else is to be read, and "immutable" keeps SQLite from making a log of its own, which
    # would belong to whoever looks.
    how = "mode=ro" if _log_of(path).exists() else "mode=ro&immutable=1"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}", uri=True, isolation_level=None
    )
    connection.execute("PRAGMA busy_timeout=10000")
    return connection
