"""What a later run of the chain has taken up: it waits there, and no longer where it was before.

The one place that says so, for records, for counts and for decisions alike. What is in doubt or is
still to be sent is never taken up: it may stand on a timeline, or is going to.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, and_, exists, select

from importer.journal.paging import Place, paged
from importer.journal.roots import of_same_root, row_of
from importer.journal.schema import actions, rows, runs
from importer.journal.states import NEVER_RAN, REPLACED_STATES
from importer.journal.store import Journal


def taken_up(journal: Journal, run: str, numbers: Collection[int]) -> dict[int, Place]:
    """Row → the latest run that has read it again, and its row there; for rows of which one has.

    Args:
        journal: the journal.
        run: the run's id.
        numbers: of its rows.
    """
    mine = runs.alias("mine")
    there = select(runs.c.id).join(mine, mine.c.root == runs.c.root)
    there = there.where(mine.c.id == run, _is_later(runs, mine)).limit(1)
    if not numbers or not journal.read(there):
        return {}
    own, later = rows.alias("own"), rows.alias("later")
    found = paged(
        journal,
        numbers,
        select(own.c.number, later.c.run, later.c.number.label("place"), runs.c.seq)
        .join(later, of_same_root(own, later))
        .join(runs, runs.c.id == later.c.run)
        .join(mine, mine.c.id == own.c.run)
        .where(own.c.run == run, _is_later(runs, mine)),
        own.c.number,
    )
    in_turn = sorted(found, key=lambda one: (one.seq, one.place))
    return {one.number: (one.run, one.place) for one in in_turn}


def is_replaceable(one: Row[Any]) -> bool:
    """Of an action, as the journal's table has it: a later attempt of its row takes it up."""
    return one.state in REPLACED_STATES and not one.given_up


def is_taken_up() -> ColumnElement[bool]:
    """Of an action of a run, both in the select: a later run has taken it up."""
    own, later, taker = rows.alias("own"), rows.alias("later"), runs.alias("taker")
    again = exists().where(
        row_of(actions, own),
        of_same_root(own, later),
        taker.c.id == later.c.run,
        _is_later(taker, runs),
    )
    return and_(actions.c.state.in_(REPLACED_STATES), ~actions.c.given_up, again)


def _is_later(taker: FromClause, mine: FromClause) -> ColumnElement[bool]:
    return and_(taker.c.seq > mine.c.seq, taker.c.state.not_in(NEVER_RAN))
