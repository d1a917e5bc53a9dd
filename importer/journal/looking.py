"""The journal read without changing a byte of it or beside it, and whether it is sound."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine, event, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from importer.errors import JournalError
from importer.journal.schema import IS_CREATED, actions
from importer.journal.store import Clock, Journal, check_facts, utc_now

_MOST_SENTENCES: Final = 5
_RESTORE: Final = (
    "Keep the file as it is, and its -wal beside it. Let nothing be sent, and restore the newest "
    "back-up; then look up in the CRM what was entered since that back-up was made."
)


@contextmanager
def look_into(path: Path, workspace: str, *, clock: Clock = utc_now) -> Iterator[Journal]:
    """Open a journal that is there, to read alone.

    Args:
        path: the journal.
        workspace: whose it must be.
        clock: aware times; tests pass their own.

    Raises:
        JournalError: the file is not a journal, or cannot be read.
        SettingsError: it belongs to another workspace.
        JournalVersionError: it was written by another version.
    """
    engine = create_engine("sqlite+pysqlite://", creator=lambda: _open(path), poolclass=NullPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    try:
        with engine.connect() as connection:
            journal = Journal(connection, workspace, clock)
            if not check_facts(journal, path):
                raise JournalError(f"The journal {path} is empty.", _RESTORE)
            yield journal
    except (DatabaseError, sqlite3.DatabaseError) as error:
        reason = getattr(error, "orig", None) or error
        raise JournalError(f"The journal {path} cannot be read: {reason}.", _RESTORE) from error
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


def _open(path: Path) -> sqlite3.Connection:
    # With a log beside it, somebody is at work or has crashed: SQLite must read both. Without one
    # nothing else is to be read, and "immutable" keeps SQLite from making a log of its own, which
    # would belong to whoever looks.
    log = path.with_name(f"{path.name}-wal")
    how = "mode=ro" if log.exists() else "mode=ro&immutable=1"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}", uri=True, isolation_level=None
    )
    connection.execute("PRAGMA busy_timeout=10000")
    return connection
