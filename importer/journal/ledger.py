"""Identity across runs: what an earlier run has created, or has in doubt, is not booked again.

The ledger is not a table of its own: it is every action in a live state, under the unique index
`live_key`. What a corrected row looked like before its correction is found through its chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, func, select, update

from importer.batches import Claimant, Decision, Holder, Matching, decide, held_by_origin
from importer.journal.corrected import (
    Recognised,
    changes,
    earlier_values,
    recognise_corrected,
    row_of,
)
from importer.journal.schema import LIVE_STATES, actions, rows, runs
from importer.journal.store import PAGE, Journal
from importer.model import State


def settle_identities(journal: Journal, run: str, matching: Matching) -> Recognised:
    """Give every staged action its occurrence, or find that it must not be sent.

    What a correction answers for is found first: a row that comes back as it first looked may
    share its identity with a row that it has nothing to do with.

    Args:
        journal: the journal, in the transaction that finishes the plan.
        run: the run whose rows have just been staged.
        matching: as the mapping says.

    Returns:
        What was recognised by its corrected form.
    """
    recognised = recognise_corrected(journal, run, matching.trusted)
    match_again(journal, run, matching)
    return recognised


def match_again(journal: Journal, run: str, matching: Matching) -> None:
    """Match what is staged to the ledger as it is now: other runs may have sent meanwhile."""
    with journal.transaction():
        _settle_origins(journal, run)
        _number_occurrences(journal, run)
        for page in _shared_identities(journal, run):
            mine, theirs = _claimants(journal, run, page), _holders(journal, page)
            taken = _taken(journal, run, theirs)
            _apply(journal, _decide(mine, theirs, matching, taken), [*mine, *theirs])


def _taken(journal: Journal, run: str, holders: Sequence[Row[Any]]) -> frozenset[int]:
    """Those that answer for another action of this run already, or are this run's own."""
    ids = [one.id for one in holders]
    found = journal.read(
        select(actions.c.holder).where(actions.c.run == run, actions.c.holder.in_(ids))
    )
    own = {one.id for one in holders if one.run == run}
    return frozenset(own | {one.holder for one in found})


def _settle_origins(journal: Journal, run: str) -> None:
    """Settle what another run of the same chain has created, or has in doubt."""
    other = actions.alias("other")
    staged = select(other.c.origin).where(other.c.run == run, other.c.state == State.STAGED)
    theirs = journal.read(_live().where(actions.c.origin.in_(staged), actions.c.run != run))
    if not theirs:
        return
    by_origin = {one.origin: one for one in theirs}
    mine = [one for one in journal.read(_staged(run)) if one.origin in by_origin]
    decisions = [held_by_origin(_claimant(one), _holder(by_origin[one.origin])) for one in mine]
    _apply(journal, decisions, [*mine, *theirs])


def _number_occurrences(journal: Journal, run: str) -> None:
    rank = func.row_number().over(
        partition_by=actions.c.identity, order_by=[actions.c.row, actions.c.position]
    )
    ranked = (
        select(actions.c.id, rank.label("n"))
        .where(actions.c.run == run, actions.c.state == State.STAGED)
        .subquery()
    )
    with journal.transaction() as connection:
        connection.execute(
            update(actions).where(actions.c.id == ranked.c.id).values(occurrence=ranked.c.n)
        )


def _shared_identities(journal: Journal, run: str) -> Iterator[list[str]]:
    mine, theirs = actions.alias("mine"), actions.alias("theirs")
    shared = (
        select(mine.c.identity)
        .distinct()
        .join(theirs, theirs.c.identity == mine.c.identity)
        .where(
            mine.c.run == run,
            mine.c.state == State.STAGED,
            theirs.c.state.in_(LIVE_STATES),
        )
        .order_by(mine.c.identity)
        .limit(PAGE)
    )
    last = ""
    while page := [one.identity for one in journal.read(shared.where(mine.c.identity > last))]:
        yield page
        last = page[-1]


def _claimants(journal: Journal, run: str, page: Sequence[str]) -> Sequence[Row[Any]]:
    return journal.read(
        _staged(run)
        .where(actions.c.identity.in_(page))
        .order_by(actions.c.identity, actions.c.row, actions.c.position)
    )


def _holders(journal: Journal, page: Sequence[str]) -> Sequence[Row[Any]]:
    return journal.read(
        _live()
        .where(actions.c.identity.in_(page))
        .order_by(actions.c.identity, actions.c.occurrence)
    )


def _staged(run: str) -> Select[Any]:
    return (
        select(actions, rows.c.fingerprint, rows.c.root_run, rows.c.root_row)
        .join(rows, row_of(actions))
        .where(actions.c.run == run, actions.c.state == State.STAGED)
    )


def _live() -> Select[Any]:
    """Every live action, with its file, and with the row at the root of its chain."""
    root = rows.alias("root")
    return (
        select(
            actions,
            runs.c.file,
            root.c.fingerprint,
            root.c.run.label("root_run"),
            root.c.number.label("root_row"),
        )
        .join(rows, row_of(actions))
        .join(root, and_(root.c.run == rows.c.root_run, root.c.number == rows.c.root_row))
        .join(runs, runs.c.id == actions.c.run)
        .where(actions.c.state.in_(LIVE_STATES))
    )


def _decide(
    mine: Sequence[Row[Any]],
    theirs: Sequence[Row[Any]],
    matching: Matching,
    answered: frozenset[int],
) -> Iterator[Decision]:
    holders = {
        identity: [_holder(one) for one in of_identity]
        for identity, of_identity in groupby(theirs, key=lambda one: one.identity)
    }
    for identity, of_identity in groupby(mine, key=lambda one: one.identity):
        claimants = [_claimant(one) for one in of_identity]
        yield from decide(claimants, holders[identity], matching, answered)


def _judged(one: Row[Any]) -> dict[str, str]:
    """The source values, and what of them travels as money: a renamed column hides no amount."""
    amount = "" if one.amount is None else format(one.amount.normalize(), "f")
    return {**one.content, " lead": one.lead, " money": f"{one.currency or ''}{amount}"}


def _claimant(one: Row[Any]) -> Claimant:
    return Claimant(
        id=one.id,
        content=_judged(one),
        fingerprint=one.fingerprint,
        root=(one.root_run, one.root_row),
    )


def _holder(one: Row[Any]) -> Holder:
    return Holder(
        id=one.id,
        occurrence=one.occurrence,
        content=_judged(one),
        state=State(one.state),
        fingerprint=one.fingerprint,
        root=(one.root_run, one.root_row),
    )


def _apply(journal: Journal, decisions: Iterable[Decision], known: Sequence[Row[Any]]) -> None:
    by_id = {one.id: one for one in known}
    settled = [
        {
            "decided": decision.id,
            "occurrence": decision.occurrence,
            "state": decision.state,
            "holder": decision.holder.id if decision.holder else None,
            "earlier": None
            if decision.holder is None
            else _earlier(by_id[decision.id], by_id[decision.holder.id], decision.reason),
        }
        for decision in decisions
    ]
    with journal.transaction() as connection:
        connection.execute(
            update(actions).where(
                actions.c.id == bindparam("decided"), actions.c.state == State.STAGED
            ),
            settled,
        )


def _earlier(mine: Row[Any], theirs: Row[Any], reason: str) -> dict[str, Any]:
    changed = changes(theirs.content, mine.content) if reason == "changed" else []
    return earlier_values(theirs, reason) | {"changes": changed}
