"""Several pieces of work, each whole or none, under one commit that is synced once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from sqlalchemy.exc import DatabaseError

from importer.journal.store import Journal

T = TypeVar("T")

GIVEN_UP: Final = DatabaseError
"""What is raised where nothing of any of the jobs is on disk, nor will be."""


def together(journal: Journal, jobs: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Do some jobs, each with transactions of its own; `commit` puts them on disk.

    A job that fails is undone alone, as it would be by itself, and its error stands in the place of
    its result.

    Args:
        journal: the journal; until it is committed, it is nobody else's.
        jobs: they read and write it, and wait for nothing.

    Raises:
        DatabaseError: nothing of any of them will be on disk: the database may have given up the
            transaction as a whole. There is nothing to commit.
    """
    ends = list[T | Exception]()
    transaction = journal.begin()
    try:
        for job in jobs:
            try:
                ends.append(job())
            except DatabaseError:
                raise
            except Exception as error:  # noqa: BLE001 - handed to whoever asked for the job
                ends.append(error)
    except BaseException:
        transaction.rollback()
        raise
    return ends


def commit(journal: Journal) -> None:
    """Put on disk what was done together; in any thread, as nobody else uses the journal.

    Raises:
        DatabaseError: nothing of it is on disk.
    """
    try:
        with journal.connection.get_transaction() or journal.begin():
            pass  # its end commits, or rolls back
    except BaseException:
        # Where a commit fails, SQLite keeps its transaction, and the next one could not begin.
        driver = journal.connection.connection.driver_connection
        if driver is not None and driver.in_transaction:
            driver.rollback()
        raise
