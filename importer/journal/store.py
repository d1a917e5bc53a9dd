"""The journal's file: opened, checked, durable; every change inside one guarded transaction."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import (
    Column,
    Connection,
    RootTransaction,
    Row,
    Select,
    create_engine,
    delete,
    event,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.exc import DatabaseError

from importer.errors import JournalError, JournalVersionError, SettingsError
from importer.files import make_private_folder
from importer.journal import schema
from importer.journal.bulk import execute_text

PAGE = 2000
RESTORE: Final = (
    "Let nothing be sent. Keep the file as it is, and its -wal beside it, and restore the newest "
    "back-up; then look up in the CRM what was entered since."
)
"""What to do about a journal that is damaged, or that somebody altered."""

T = TypeVar("T")

Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """This machine's clock, aware."""
    return dt.datetime.now(dt.UTC)


class Journal:
    """The durable record of every run of one workspace.

    One process writes it at a time (the workspace's lock sees to that). A commit is on disk when
    it returns: WAL with `synchronous=FULL`.

    Args:
        connection: an open connection whose transactions this object alone begins and ends.
        workspace: base-URL origin and enterprise id.
        clock: aware times; tests pass their own.
    """

    def __init__(self, connection: Connection, workspace: str, clock: Clock) -> None:
        self.connection = connection
        self.workspace = workspace
        self.clock = clock

    @property
    def id(self) -> str:
        """What tells this journal from one that was made anew in its place; it moves along."""
        return self._fact("id")

    @property
    def mark_now(self) -> int:
        """The journal's mark as it stands; see `mark`."""
        return int(self._fact("mark"))

    @property
    def machine(self) -> str:
        """The name of the machine that used it last; "" before the first."""
        return self._fact("machine")

    def _fact(self, key: str) -> str:
        meta = schema.meta.c
        found = self.read(select(meta.value).where(meta.key == key))
        return str(found[0].value) if found else ""

    def mark(self, machine: str) -> int:
        """Raise the journal's mark by one: an older copy of it has a lower one.

        Args:
            machine: the name of the machine that uses it now.

        Returns:
            The new mark, on disk.
        """
        meta = schema.meta.c
        with self.transaction() as connection:
            new = self.mark_now + 1
            connection.execute(update(schema.meta).where(meta.key == "mark").values(value=str(new)))
            connection.execute(delete(schema.meta).where(meta.key == "machine"))
            connection.execute(insert(schema.meta).values(key="machine", value=machine))
        return new

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing; inside another transaction, a savepoint of it."""
        if self.connection.in_transaction():
            with self._savepoint():
                yield self.connection
            return
        with self.begin():
            yield self.connection

    def begin(self) -> RootTransaction:
        """A transaction that whoever asked for it ends."""
        # A deferred transaction that turns into a writer half-way can fail where it must not.
        self.connection.info["begin"] = "BEGIN IMMEDIATE"
        return self.connection.begin()

    @contextmanager
    def _savepoint(self) -> Iterator[None]:
        # In plain SQL: SQLAlchemy's own takes longer than what a request has to write. The inner
        # one of two with the same name is the one that is meant.
        execute_text(self.connection, "SAVEPOINT part")
        try:
            yield
        except BaseException:
            # Where the database has given up the whole transaction, there is none any more.
            with suppress(DatabaseError):
                execute_text(self.connection, "ROLLBACK TO SAVEPOINT part")
                execute_text(self.connection, "RELEASE SAVEPOINT part")
            raise
        execute_text(self.connection, "RELEASE SAVEPOINT part")

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Everything inside happens as always, and is then forgotten: a dry run."""
        transaction = self.begin()
        try:
            yield
        finally:
            transaction.rollback()

    def read(
        self, statement: Select[Any], values: Mapping[str, Any] | None = None
    ) -> Sequence[Row[Any]]:
        """Every row of a select, as of one moment; no transaction stays open behind it.

        `values` are those of the select's own parameters, where it is one that was built before.
        """
        with self.reading() as connection:
            return connection.execute(statement, values).all()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """As of one moment; nothing is written inside."""
        if self.connection.in_transaction():
            yield self.connection
            return
        # Readers of WAL wait for nobody and hold up nobody.
        self.connection.info["begin"] = "BEGIN"
        with self.connection.begin():
            yield self.connection

    def stream(self, statement: Select[Any], key: Column[int]) -> Iterator[Row[Any]]:
        """The rows of a select by rising `key`, page by page, so that memory stays flat.

        `key` must be unique among the rows, and a column of the select.
        """
        last = -1
        while page := self.read(statement.where(key > last).order_by(key).limit(PAGE)):
            yield from page
            last = page[-1]._mapping[key]  # noqa: SLF001 - SQLAlchemy's public name for it


def pages(many: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut what one statement could not hold into parts that it can."""
    for start in range(0, len(many), PAGE):
        yield many[start : start + PAGE]


@contextmanager
def open_journal(path: Path, workspace: str, *, clock: Clock = utc_now) -> Iterator[Journal]:
    """Open the journal at `path`, making it where there is none.

    Raises:
        JournalError: the file is not a journal, is damaged, or cannot be kept durable there.
        SettingsError: it belongs to another workspace.
        JournalVersionError: it was written by another version.
    """
    make_private_folder(path.parent)
    # Private from its first byte; SQLite gives its side files the same mode.
    path.touch(mode=0o600)
    engine = create_engine(f"sqlite+pysqlite:///{path}")
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    try:
        with engine.connect() as connection:
            journal = Journal(connection, workspace, clock)
            _create_or_check(journal, path)
            yield journal
    except DatabaseError as error:
        raise JournalError(
            f"The journal {path} cannot be used: {error.orig}.",
            "If the disk is full, free some space and use resume. Do not delete it, and do not put "
            "an older copy in its place: only the newest one knows what was sent.",
        ) from error
    finally:
        engine.dispose()


def _prepare(dbapi_connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3.Connection by SQLAlchemy's contract
    # The driver's own transaction handling is off: BEGIN is ours (see _begin).
    dbapi_connection.isolation_level = None
    for pragma in (
        "busy_timeout=10000",
        "journal_mode=WAL",
        # FULL: an intent is on disk before the first byte of its request leaves.
        "synchronous=FULL",
        "foreign_keys=ON",
        # Pages: with SQLite's 1000, what changes often is copied to the file four times as often.
        "wal_autocheckpoint=4000",
        "cache_size=-16000",  # KiB: in SQLite's 2000, the indexes of a plan's rows find no room
    ):
        dbapi_connection.execute(f"PRAGMA {pragma}")
    # SQLite answers what it can do there, and raises nothing where that is less.
    for pragma, wanted in (("journal_mode", "wal"), ("synchronous", 2)):
        (answer,) = dbapi_connection.execute(f"PRAGMA {pragma}").fetchone()
        if answer != wanted:
            raise JournalError(
                f"The journal cannot be kept durable where it is ({pragma} is {answer}).",
                "Let `path` in [journal] name a folder on this machine's own disk.",
            )


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.info["begin"])


def _create_or_check(journal: Journal, path: Path) -> None:
    if not check_facts(journal, path):
        with journal.transaction() as connection:
            _create(connection, journal.workspace)


def check_facts(journal: Journal, path: Path) -> bool:
    """Refuse a journal of another version or workspace; False where the file is new.

    Raises:
        JournalVersionError: it was written by another version.
        SettingsError: it belongs to another workspace.
    """
    known = _facts(journal)
    if not known:
        return False
    _check_version(int(known["schema"]), path)
    if known["workspace"] != journal.workspace:
        raise SettingsError(
            f"The journal {path} belongs to {known['workspace']}, not to {journal.workspace}.",
            "Give each workspace a journal of its own in your settings.",
        )
    return True


def _facts(journal: Journal) -> dict[str, str]:
    """What `meta` holds; nothing where the file is new. A look holds up nobody who is sending."""
    journal.connection.info["begin"] = "BEGIN"
    with journal.connection.begin():
        if not inspect(journal.connection).has_table(schema.meta.name):
            return {}
        found = journal.connection.execute(select(schema.meta.c.key, schema.meta.c.value))
        return {one.key: one.value for one in found}


def _create(connection: Connection, workspace: str) -> None:
    schema.metadata.create_all(connection)
    facts = {
        "schema": str(schema.SCHEMA_VERSION),
        "workspace": workspace,
        "id": uuid.uuid4().hex,
        "mark": "0",
    }
    connection.execute(
        insert(schema.meta), [{"key": key, "value": value} for key, value in facts.items()]
    )


def _check_version(found: int, path: Path) -> None:
    if found != schema.SCHEMA_VERSION:
        raise JournalVersionError(
            f"The journal {path} has version {found}; this importer reads version "
            f"{schema.SCHEMA_VERSION}.",
            f"{_OTHER_IMPORTER[found > schema.SCHEMA_VERSION]} Do not delete it, and name no other "
            "file in its place: a new journal knows nothing of what was sent, and an export that "
            "holds rows of before would be sent again, every row of it.",
        )


_OTHER_IMPORTER: Final = ("Go on with the importer that wrote it.", "Use a newer importer.")
"""By whether the journal is newer than this importer."""
