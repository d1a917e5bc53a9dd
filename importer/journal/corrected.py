"""Rows that come back as they first were, although a corrected form of them was created."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    and_,
    delete,
    exists,
    insert,
    or_,
    select,
)

from importer.journal.earlier import earlier_values
from importer.journal.money import add_amounts
from importer.journal.moving import move
from importer.journal.roots import root_of, row_of
from importer.journal.schema import actions, problems, rows, runs
from importer.journal.store import Journal
from importer.model import Currency, EarlierReason, State

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


def recognise_corrected(journal: Journal, run: str, trusted: frozenset[str] | None) -> Recognised:
    """Mark as ALREADY what an earlier chain created in a corrected form.

    The correction may have changed the identity itself, or the row may be unreadable, so only the
    row as it first looked can tell. Each chain answers for one row: of two equal rows, one of them
    corrected, the other stays what it is.

    Args:
        journal: the journal, in the transaction that finishes the plan.
        run: the run whose rows have just been staged.
        trusted: see `batches.Matching`; other chains answer for their own rows only.
    """
    extra, money = 0, dict[Currency, Decimal]()
    for row, root in _pairs(_candidates(journal, run), trusted):
        created, invalid = _created_of(journal, run, root), _is_invalid(journal, run, row)
        if invalid and not (
            _is_known(journal, run, created) and _is_closed(journal, run, root, created)
        ):
            continue
        if invalid:
            _replace_invalid(journal, run, row, created, root)
            extra += len(created) - 1
            add_amounts(money, created)
        else:
            _mark_already(journal, run, row, created, root)
    return Recognised(extra=extra, money=money)


def _reason(one: Row[Any], root: Root) -> EarlierReason:
    return EarlierReason.SAME if one.run == root[0] else EarlierReason.CORRECTED


def _candidates(journal: Journal, run: str) -> Sequence[Row[Any]]:
    """(row, its own root, a root that looked the same and was created in a corrected form)."""
    root = rows.alias("root")
    # The row at the root of this one's chain: what it looked like before any correction.
    first = rows.alias("first")
    return journal.read(
        select(
            rows.c.number,
            first.c.fingerprint.label("look"),
            rows.c.root_run,
            rows.c.root_row,
            root.c.run.label("like_run"),
            root.c.number.label("like_row"),
        )
        .join(first, root_of(rows, first))
        .join(root, root.c.fingerprint == first.c.fingerprint)
        .where(
            # Rows of one sheet that look alike are different rows.
            or_(
                root.c.run != rows.c.root_run,
                # Its own root stands for it only as it first looked; `held_by_origin` does else.
                and_(root.c.number == rows.c.root_row, root.c.fingerprint == rows.c.fingerprint),
            ),
            rows.c.run == run,
            rows.c.fingerprint != "",
            root.c.run != run,
            root.c.root_run == root.c.run,
            root.c.root_row == root.c.number,
            _created_later(run, root),
            _is_unsettled(run),
        )
        .order_by(first.c.fingerprint, rows.c.number, root.c.run, root.c.number)
    )


def _created_later(run: str, root: FromClause) -> ColumnElement[bool]:
    """The chain of a root created something: after its first run, or in it for a row now INVALID.

    A row that is INVALID now may have been created just as it is: as the first of two that share
    an identity, before the sheet was sorted anew.
    """
    later, wrong, twin = rows.alias("later"), actions.alias("wrong"), rows.alias("twin")
    # Of no row in particular, so that it is read once and not for each row of the sheet.
    looks_of_invalid = (
        select(twin.c.fingerprint)
        .join(wrong, row_of(wrong, twin))
        .where(twin.c.run == run, wrong.c.run == run, wrong.c.state == State.INVALID)
    )
    invalid = rows.c.fingerprint.in_(looks_of_invalid)
    return exists().where(
        later.c.root_run == root.c.run,
        later.c.root_row == root.c.number,
        or_(later.c.run != root.c.run, invalid),
        later.c.run != run,
        row_of(actions, later),
        actions.c.state == State.CREATED,
    )


def _is_unsettled(run: str) -> ColumnElement[bool]:
    mine = actions.alias("mine")
    return exists().where(
        mine.c.run == run, mine.c.row == rows.c.number, mine.c.state.in_(_UNSETTLED)
    )


def _pairs(
    candidates: Sequence[Row[Any]], trusted: frozenset[str] | None
) -> Iterator[tuple[int, Root]]:
    """Each row with a root of its own: the one it descends from, else the next that is free."""
    for _, of_look in groupby(candidates, key=lambda one: one.look):
        group = list(of_look)
        own = {one.number: (one.root_run, one.root_row) for one in group}
        free = dict.fromkeys((one.like_run, one.like_row) for one in group)
        strangers = []
        for number, root in own.items():
            if root in free:
                del free[root]
                yield number, root
            else:
                strangers.append(number)
        known = [root for root in free if trusted is None or root[0] in trusted]
        yield from zip(strangers, known, strict=False)


def _is_known(journal: Journal, run: str, created: Sequence[Row[Any]]) -> bool:
    """The run's mapping has these actions: an equal row may mean another thing to another one."""
    ((keys,),) = journal.read(select(runs.c["keys"]).where(runs.c.id == run))
    return all(one.name in keys["actions"] for one in created)


def _is_closed(journal: Journal, run: str, root: Root, created: Sequence[Row[Any]]) -> bool:
    """Everything that the row has ever yielded was created; nothing of it is still to be done."""
    names = journal.read(
        select(actions.c.name)
        .distinct()
        .join(rows, row_of(actions))
        .where(
            rows.c.root_run == root[0],
            rows.c.root_row == root[1],
            actions.c.run != run,
            actions.c.name != "",
        )
    )
    return {one.name for one in names} <= {one.name for one in created}


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


def _mark_already(
    journal: Journal, run: str, row: int, created: Sequence[Row[Any]], root: Root
) -> None:
    by_name = {one.name: one for one in created}
    mine = journal.read(
        select(actions).where(
            actions.c.run == run,
            actions.c.row == row,
            actions.c.name.in_(by_name),
            actions.c.state == State.STAGED,
        )
    )
    with journal.transaction() as connection:
        for one in mine:
            old = by_name[one.name]
            earlier = earlier_values(old, _reason(old, root), one.content)
            now = {"state": State.ALREADY, "earlier": earlier, "holder": old.id}
            # It takes no place among those of its identity: the other one has it.
            move(connection, [one.id], State.STAGED, **now, occurrence=0)


def _replace_invalid(
    journal: Journal, run: str, row: int, created: Sequence[Row[Any]], root: Root
) -> None:
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
            "request": None,
            "action_id": "",
            "remarks": [],
            "earlier": earlier_values(one, _reason(one, root)),
            "holder": one.id,
            "given_up": False,
        }
        for position, one in enumerate(created)
    ]
    with journal.transaction() as connection:
        for table in (actions, problems):
            connection.execute(delete(table).where(table.c.run == run, table.c.row == row))
        connection.execute(insert(actions), copies)
