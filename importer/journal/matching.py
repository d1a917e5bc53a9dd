"""What is matched to what: actions that may be sent, and earlier ones that may be the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    or_,
    select,
    update,
)

from importer.batches import Claimant, Decision, Holder
from importer.journal.attempts import is_unproven
from importer.journal.bulk import execute_many
from importer.journal.earlier import earlier_values
from importer.journal.moving import check_moved
from importer.journal.paging import Place, placed
from importer.journal.roots import root_of, row_of
from importer.journal.schema import actions, decisions, rows, runs
from importer.journal.states import LIVE_STATES, OPEN_RUNS
from importer.journal.store import Journal
from importer.model import Ruling, State

IS_TO_BE_SENT = and_(actions.c.state == State.STAGED, runs.c.state.in_(OPEN_RUNS))
"""Of an action joined with its run."""


def staged_of(run: str) -> Select[Any]:
    """What a run may send and the ledger may still hold, each with its row.

    What a person has released is not matched again: that it was held is what was decided on. Nor is
    what may stand on a timeline: the send looks for it first, wherever it is.
    """
    return unreleased_of(run).where(~is_unproven(actions))


def unreleased_of(run: str) -> Select[Any]:
    """What a run has staged and no person has released, each with its row."""
    return mine_of(run).where(actions.c.state == State.STAGED, ~released_of(actions))


def released_of(table: FromClause) -> ColumnElement[bool]:
    """Whether a person has released an action."""
    return ruled_as(table, Ruling.RELEASED)


def ruled_as(table: FromClause, *rulings: Ruling) -> ColumnElement[bool]:
    """Whether a person has ever decided one of these of an action."""
    return exists().where(decisions.c.action == table.c.id, decisions.c.ruling.in_(rulings))


def mine_of(run: str) -> Select[Any]:
    """Every action of a run, each with its row."""
    return (
        select(actions, rows.c.fingerprint, rows.c.key, rows.c.root_run, rows.c.root_row)
        .join(rows, row_of(actions))
        .where(actions.c.run == run)
    )


def holders_against(run: str) -> Select[Any]:
    """Every action that may stand for one of a run: live, or about to be sent by an earlier run.

    Each comes with its file, and with the row at the root of its chain. Of two open runs the one
    that came first keeps its turn, so that neither waits for the other; but for what was sent, and
    was not found since: whoever else sent it might book it twice.
    """
    mine = runs.alias("mine")
    seq = select(mine.c.seq).where(mine.c.id == run).scalar_subquery()
    has_its_turn = or_(runs.c.seq < seq, is_unproven(actions))
    return with_roots().where(
        or_(actions.c.state.in_(LIVE_STATES), and_(IS_TO_BE_SENT, has_its_turn))
    )


def with_roots() -> Select[Any]:
    """Every action with its file, its run, and the row at the root of its chain."""
    root = rows.alias("root")
    return (
        select(
            actions,
            runs.c.file,
            runs.c.seq,
            runs.c["keys"],
            runs.c.state.label("run_state"),
            rows.c.key,
            # Of its own row, and of the row at the root of its chain.
            rows.c.fingerprint.label("look"),
            root.c.fingerprint,
            root.c.run.label("root_run"),
            root.c.number.label("root_row"),
        )
        .join(rows, row_of(actions))
        .join(root, root_of(rows, root))
        .join(runs, runs.c.id == actions.c.run)
    )


def is_in_the_way(one: Row[Any]) -> bool:
    """Whether an action of `with_roots` stands on a timeline, or may, or is going to."""
    waiting = one.state == State.STAGED and one.run_state in OPEN_RUNS
    return one.state in LIVE_STATES or waiting


def taken(journal: Journal, run: str, holders: Sequence[Row[Any]]) -> frozenset[int]:
    """Those that answer for another action of this run already, or are this run's own."""
    ids = [one.id for one in holders]
    found = journal.read(
        select(actions.c.holder).where(actions.c.run == run, actions.c.holder.in_(ids))
    )
    own = {one.id for one in holders if one.run == run}
    return frozenset(own | {one.holder for one in found})


def _judged(one: Row[Any]) -> dict[str, str]:
    """The source values, and what of them travels as money: a renamed column hides no amount."""
    amount = "" if one.amount is None else format(one.amount.normalize(), "f")
    return {**one.content, " lead": one.lead, " money": f"{one.currency or ''}{amount}"}


def same_content(one: Row[Any], other: Row[Any]) -> bool:
    """Whether two actions are equal in all that both of them know."""
    first, second = _judged(one), _judged(other)
    return all(first[name] == second[name] for name in first.keys() & second.keys())


Others = Mapping[int, frozenset[str]]
"""Action → runs that have one of their own held for it; see `batches.Claimant`."""


def claimant_of(one: Row[Any], others: Others) -> Claimant:
    """A row of `staged_of` as matching sees it."""
    return Claimant(
        id=one.id,
        content=_judged(one),
        fingerprint=one.fingerprint,
        root=(one.root_run, one.root_row),
        others=others.get(one.id, frozenset()),
    )


def holder_of(one: Row[Any]) -> Holder:
    """A row of `holders_against` as matching sees it."""
    return Holder(
        id=one.id,
        run=one.run,
        occurrence=one.occurrence,
        content=_judged(one),
        state=State(one.state),
        fingerprint=one.fingerprint,
        root=(one.root_run, one.root_row),
    )


def apply(
    journal: Journal,
    decided: Iterable[Decision],
    known: Sequence[Row[Any]],
    shown: Mapping[int, Mapping[str, str]] | None = None,
    before: State = State.STAGED,
) -> None:
    """Write what was decided of actions.

    Args:
        journal: the journal.
        decided: one for each action at the most.
        known: the claimants and holders that the decisions are about.
        shown: of each of them, the source values in which a change is shown; None: its own.
        before: the state that the claimants are in.

    Raises:
        JournalError: one of them is in another state.
    """
    by_id = {one.id: one for one in known}
    shown = {one.id: one.content for one in known} if shown is None else shown
    settled = [_values(one, by_id, shown) for one in decided]
    if not settled:
        return
    with journal.transaction() as connection:
        moved = execute_many(
            connection,
            update(actions).where(
                actions.c.id == bindparam("decided"), actions.c.state == bindparam("before")
            ),
            [{**one, "before": before} for one in settled],
        )
        check_moved(moved, len(settled), before)


def whole_rows(journal: Journal, known: Iterable[Row[Any]]) -> dict[int, dict[str, str]]:
    """Action → the source values of all of its row: what changed may be none of its own."""
    places = {one.id: (one.run, one.row) for one in known}
    asked = select(actions.c.run, actions.c.row, actions.c.content)
    by_place: dict[Place, dict[str, str]] = {}
    for one in placed(journal, {*places.values()}, asked, actions.c.run, actions.c.row):
        by_place.setdefault((one.run, one.row), {}).update(one.content)
    return {id_: by_place[place] for id_, place in places.items()}


def _values(
    decision: Decision, by_id: Mapping[int, Row[Any]], shown: Mapping[int, Mapping[str, str]]
) -> dict[str, Any]:
    values = {
        "decided": decision.id,
        "occurrence": decision.occurrence,
        "state": decision.state,
        "holder": None,
        "earlier": None,
    }
    if decision.holder is None or decision.reason is None:
        return values
    old, new = shown[decision.holder.id], shown[decision.id]
    earlier = earlier_values(by_id[decision.holder.id], decision.reason, new, old)
    return values | {"holder": decision.holder.id, "earlier": earlier}
