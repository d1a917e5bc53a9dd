"""Several pieces of work, each whole or none, under one commit that is synced once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy.exc import DatabaseError

from importer.journal.store import Journal

T = TypeVar("T")


def together(journal: Journal, jobs: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Do some jobs, each with transactions of its own.

    A job that fails is undone alone, as it would be by itself, and its error stands in the place of
    its result.

    Args:
        journal: the journal.
        jobs: they read and write it, and wait for nothing.

    Raises:
        DatabaseError: nothing of any of them is on disk: the database may have given up the
            transaction as a whole.
    """
    ends = list[T | Exception]()
    with journal.transaction():
        for job in jobs:
            try:
                ends.append(job())
            except DatabaseError:
                raise
            except Exception as error:  # noqa: BLE001 - handed to whoever asked for the job
                ends.append(error)
    return ends
