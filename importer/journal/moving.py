"""The guarded move: a change names the state that it comes from, and is whole or none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, update

from importer.errors import JournalError
from importer.journal.schema import HAS_STAGED, actions, runs
from importer.model import RunState, State


def move(connection: Connection, ids: Collection[int], before: State, **values: Any) -> None:  # noqa: ANN401 - column values
    """Change actions that are all in one state.

    Args:
        connection: in a transaction, which an error undoes.
        ids: the actions; a few, as each is a parameter of the statement.
        before: the state that each of them is in.
        values: column → what it becomes.

    Raises:
        JournalError: not all of them are in that state.
    """
    moved = connection.execute(
        update(actions).where(actions.c.id.in_(ids), actions.c.state == before).values(values)
    )
    check_moved(moved.rowcount, len(ids), before)


def reopen(
    connection: Connection, which: ColumnElement[bool], reason: str, now: dt.datetime
) -> None:
    """A run that was done has something to send again: it is stopped, so that resume goes on.

    Args:
        connection: in the transaction that has staged it.
        which: of runs; one that is not done, or has nothing staged, stays as it is.
        reason: why, as a sentence.
        now: our own clock, aware.
    """
    connection.execute(
        update(runs)
        .where(which, runs.c.state == RunState.DONE, HAS_STAGED)
        .values(state=RunState.STOPPED, reason=reason, changed_at=now)
    )


def check_moved(moved: int, expected: int, before: State) -> None:
    """Inside the transaction, so that a change that is not whole is none.

    Raises:
        JournalError: fewer actions were changed than were to be.
    """
    if moved != expected:
        raise JournalError(
            f"The journal has {moved} of {expected} actions in the state {before}.",
            "Another program may have changed it. Nothing more is sent; please report this.",
        )
