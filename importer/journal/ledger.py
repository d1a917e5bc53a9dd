"""Identity across runs: what an earlier run has created, or has in doubt, is not booked again.

The ledger is not a table of its own: it is every action in a live state, under the unique index
`live_key`. What a corrected row looked like before its correction is found through its chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, select, update

from importer.batches import Claimant, Decision, Holder, decide
from importer.journal.corrected import (
    Recognised,
    earlier_values,
    recognise_corrected,
    row_of,
)
from importer.journal.schema import LIVE_STATES, actions, rows, runs
from importer.journal.store import PAGE, Journal
from importer.model import State


def settle_identities(journal: Journal, run: str, *, trust_equal: bool) -> Recognised:
    """Give every staged action its occurrence, or find that it must not be sent.

    What a correction answers for is found first: a row that comes back as it first looked may
    share its identity with a row that it has nothing to do with.

    Args:
        journal: the journal, in the transaction that finishes the plan.
        run: the run whose rows have just been staged.
        trust_equal: see `batches.decide`.

    Returns:
        What was recognised by its corrected form.
    """
    recognised = recognise_corrected(journal, run, trust_equal=trust_equal)
    _number_occurrences(journal, run)
    for page in _shared_identities(journal, run):
        mine, theirs = _claimants(journal, run, page), _holders(journal, run, page)
        decisions = _decide(mine, theirs, recognised.answered, trust_equal=trust_equal)
        _apply(journal, decisions, [*mine, *theirs])
    return recognised


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
            theirs.c.run != run,
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
        select(actions, rows.c.fingerprint, rows.c.root_run, rows.c.root_row)
        .join(rows, row_of(actions))
        .where(
            actions.c.run == run,
            actions.c.state == State.STAGED,
            actions.c.identity.in_(page),
        )
        .order_by(actions.c.identity, actions.c.row, actions.c.position)
    )


def _holders(journal: Journal, run: str, page: Sequence[str]) -> Sequence[Row[Any]]:
    root = rows.alias("root")
    return journal.read(
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
        .where(
            actions.c.run != run,
            actions.c.state.in_(LIVE_STATES),
            actions.c.identity.in_(page),
        )
        .order_by(actions.c.identity, actions.c.occurrence)
    )


def _decide(
    mine: Sequence[Row[Any]],
    theirs: Sequence[Row[Any]],
    answered: frozenset[int],
    *,
    trust_equal: bool,
) -> Iterator[Decision]:
    holders = {
        identity: [_holder(one) for one in of_identity]
        for identity, of_identity in groupby(theirs, key=lambda one: one.identity)
    }
    for identity, of_identity in groupby(mine, key=lambda one: one.identity):
        claimants = [_claimant(one) for one in of_identity]
        yield from decide(claimants, holders[identity], answered, trust_equal=trust_equal)


def _claimant(one: Row[Any]) -> Claimant:
    return Claimant(
        id=one.id,
        content=one.content_digest,
        fingerprint=one.fingerprint,
        root=(one.root_run, one.root_row),
    )


def _holder(one: Row[Any]) -> Holder:
    return Holder(
        id=one.id,
        occurrence=one.occurrence,
        content=one.content_digest,
        state=State(one.state),
        fingerprint=one.fingerprint,
        root=(one.root_run, one.root_row),
    )


def _apply(journal: Journal, decisions: Iterable[Decision], known: Sequence[Row[Any]]) -> None:
    by_id = {one.id: one for one in known}
    changes = [
        {
            "decided": decision.id,
            "occurrence": decision.occurrence,
            "state": decision.state,
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
            changes,
        )


def _earlier(mine: Row[Any], theirs: Row[Any], reason: str) -> dict[str, Any]:
    changes = _changes(theirs.content, mine.content) if reason == "changed" else []
    return earlier_values(theirs, reason) | {"changes": changes}


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> list[list[str]]:
    return [
        [column, old.get(column, ""), new.get(column, "")]
        for column in sorted({*old, *new})
        if old.get(column, "") != new.get(column, "")
    ]
