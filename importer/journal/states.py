"""States of actions and of runs that are asked for together, and how SQLite is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, case, literal_column

from importer.model import OUTCOME_OF, REPLACED, Outcome, RunState, State


def states_of(outcomes: Collection[Outcome]) -> tuple[State, ...]:
    """Every state that counts as one of these outcomes."""
    return tuple(state for state, outcome in OUTCOME_OF.items() if outcome in outcomes)


DOUBTFUL_STATES: Final = (State.SENDING, State.UNKNOWN)
"""States in which nobody knows whether an action stands on a timeline."""
LIVE_STATES: Final = (State.SENDING, State.CREATED, State.UNKNOWN)
"""States in which an action may stand on a timeline: at most one per identity and occurrence."""
REPLACED_STATES: Final = states_of(REPLACED)
"""States that a later attempt of the same row replaces."""

OPEN_RUNS: Final = (RunState.READY, RunState.SENDING, RunState.STOPPED)
"""Runs that may still send what they have staged."""
NEVER_RAN: Final = (RunState.REFUSED, RunState.PLANNING)
"""Runs that have changed nothing, and so have taken nothing up."""


def literally(column: Column[Any], values: Iterable[str]) -> ColumnElement[bool]:
    """One of these values, written out: SQLite uses no partial index for a value that is bound.

    Of three values or more IN makes a table whenever it looks at a row, and OR is taken for an
    answer to a question about one of the values alone, of which there may be very few.
    """
    written: list[ColumnElement[Any]] = [literal_column(f"'{value}'") for value in values]
    if len(written) < _WORTH_A_TABLE:
        return column.in_(written)
    yes: ColumnElement[int] = literal_column("1")
    no: ColumnElement[int] = literal_column("0")
    return case(*((column == value, yes) for value in written), else_=no) == yes


_WORTH_A_TABLE: Final = 3
"""Values of an IN, to SQLite (sqlite3CodeRhsOfIN)."""
