"""Rows that come back as they first were, although a corrected form of them was created."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, and_, delete, exists, insert, select, update

from importer.journal.schema import actions, problems, rows, runs
from importer.journal.store import Journal
from importer.model import Currency, State

Root = tuple[str, int]

_UNSETTLED = (State.STAGED, State.INVALID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """Rows that were found to have been created in a corrected form."""

    extra: int
    """Actions that the run has more than the planner counted: a row refused as a whole counts as
    the actions that its corrected form became."""
    money: Mapping[Currency, Decimal]
    """Their money."""
    answered: frozenset[int]
    """The earlier actions that stand for them; they answer for no other row of the run."""


def recognise_corrected(journal: Journal, run: str, *, trust_equal: bool) -> Recognised:
    """Mark as ALREADY what an earlier chain created in a corrected form.

    The correction may have changed the identity itself, or the row may be unreadable, so only the
    row as it first looked can tell. Each chain answers for one row: of two equal rows, one of them
    corrected, the other stays what it is.

    Args:
        journal: the journal, in the transaction that finishes the plan.
        run: the run whose rows have just been staged.
        trust_equal: see `batches.decide`; where False, a chain answers for its own rows only.
    """
    extra, money, answered = 0, dict[Currency, Decimal](), set[int]()
    for row, root in _pairs(_candidates(journal, run), trust_equal=trust_equal):
        created = _created_of(journal, run, root)
        answered.update(one.id for one in created)
        if _is_invalid(journal, run, row):
            _replace_invalid(journal, run, row, created)
            extra += len(created) - 1
            for one in created:
                if one.amount is not None:
                    currency = Currency(one.currency)
                    money[currency] = money.get(currency, Decimal(0)) + one.amount
        else:
            _mark_already(journal, run, row, created)
    return Recognised(extra=extra, money=money, answered=frozenset(answered))


def row_of(table: FromClause) -> ColumnElement[bool]:
    """The join from an action to its row."""
    return and_(rows.c.run == table.c.run, rows.c.number == table.c.row)


def earlier_values(old: Row[Any], reason: str) -> dict[str, Any]:
    """What `model.Earlier` holds, of an action joined with its run's file."""
    return {
        "run": old.run,
        "file": old.file,
        "row": old.row,
        "action_id": old.action_id,
        "reason": reason,
        "changes": [],
    }


def _candidates(journal: Journal, run: str) -> Sequence[Row[Any]]:
    """(row, its own root, a root that looked the same and was created in a corrected form)."""
    root, later = rows.alias("root"), rows.alias("later")
    created_later = exists().where(
        later.c.root_run == root.c.run,
        later.c.root_row == root.c.number,
        later.c.run != root.c.run,
        later.c.run != run,
        actions.c.run == later.c.run,
        actions.c.row == later.c.number,
        actions.c.state == State.CREATED,
    )
    mine = actions.alias("mine")
    unsettled = exists().where(
        mine.c.run == run, mine.c.row == rows.c.number, mine.c.state.in_(_UNSETTLED)
    )
    return journal.read(
        select(
            rows.c.number,
            rows.c.fingerprint,
            rows.c.root_run,
            rows.c.root_row,
            root.c.run.label("like_run"),
            root.c.number.label("like_row"),
        )
        .join(root, root.c.fingerprint == rows.c.fingerprint)
        .where(
            rows.c.run == run,
            rows.c.fingerprint != "",
            root.c.run != run,
            root.c.root_run == root.c.run,
            root.c.root_row == root.c.number,
            created_later,
            unsettled,
        )
        .order_by(rows.c.fingerprint, rows.c.number, root.c.run, root.c.number)
    )


def _pairs(candidates: Sequence[Row[Any]], *, trust_equal: bool) -> Iterator[tuple[int, Root]]:
    """Each row with a root of its own: the one it descends from, else the next that is free."""
    for _, of_look in groupby(candidates, key=lambda one: one.fingerprint):
        group = list(of_look)
        own = {one.number: (one.root_run, one.root_row) for one in group}
        free = list(dict.fromkeys((one.like_run, one.like_row) for one in group))
        relatives = [number for number in own if own[number] in free]
        strangers = [number for number in own if number not in relatives and trust_equal]
        for number in relatives + strangers:
            root = own[number] if own[number] in free else next(iter(free), None)
            if root is not None:
                free.remove(root)
                yield number, root


def _created_of(journal: Journal, run: str, root: Root) -> Sequence[Row[Any]]:
    return journal.read(
        select(actions, runs.c.file)
        .join(rows, row_of(actions))
        .join(runs, runs.c.id == actions.c.run)
        .where(
            rows.c.root_run == root[0],
            rows.c.root_row == root[1],
            actions.c.run != run,
            actions.c.state == State.CREATED,
        )
        .order_by(actions.c.id)
    )


def _is_invalid(journal: Journal, run: str, row: int) -> bool:
    return bool(
        journal.read(
            select(actions.c.id).where(
                actions.c.run == run, actions.c.row == row, actions.c.state == State.INVALID
            )
        )
    )


def _mark_already(journal: Journal, run: str, row: int, created: Sequence[Row[Any]]) -> None:
    with journal.transaction() as connection:
        for one in created:
            connection.execute(
                update(actions)
                .where(
                    actions.c.run == run,
                    actions.c.row == row,
                    actions.c.name == one.name,
                    actions.c.state == State.STAGED,
                )
                .values(state=State.ALREADY, earlier=earlier_values(one, "corrected"))
            )


def _replace_invalid(journal: Journal, run: str, row: int, created: Sequence[Row[Any]]) -> None:
    copies = [
        {
            column.name: getattr(one, column.name)
            for column in actions.columns
            if column.name != "id"
        }
        | {
            "run": run,
            "row": row,
            "position": position,
            "state": State.ALREADY,
            "batch": None,
            "action_id": "",
            "remarks": [],
            "earlier": earlier_values(one, "corrected"),
        }
        for position, one in enumerate(created)
    ]
    with journal.transaction() as connection:
        for table in (actions, problems):
            connection.execute(delete(table).where(table.c.run == run, table.c.row == row))
        connection.execute(insert(actions), copies)
