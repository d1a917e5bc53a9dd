"""The keys that a corrected row carried before: neither form of it can be booked again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, and_, exists, select

from importer.batches import Claimant, Decision, Holder, Matching, hold
from importer.journal.matching import (
    Others,
    apply,
    claimant_of,
    holder_of,
    holders_against,
    staged_of,
    taken,
    whole_rows,
)
from importer.journal.roots import of_same_root
from importer.journal.schema import actions, rows, runs
from importer.journal.shared import Shared
from importer.journal.store import Journal
from importer.model import EarlierReason


def hold_by_alias(
    journal: Journal, run: str, matching: Matching, shared: Shared, others: Others
) -> None:
    """Hold what a chain has created under another key than the one that it carried before.

    Each holder answers for one row of this run.

    Args:
        journal: the journal, in a transaction.
        run: a run that is planned, whose identities are matched to the ledger.
        matching: as the mapping says.
        shared: what the run has in common with others.
        others: see `batches.Claimant`.
    """
    pairs = [pair for statement in _pairs(run, shared) for pair in journal.read(statement)]
    if not pairs:
        return
    mine = journal.read(staged_of(run).where(actions.c.id.in_({one.mine for one in pairs})))
    theirs = journal.read(
        holders_against(run).where(actions.c.id.in_({one.theirs for one in pairs}))
    )
    free = {one.id for one in theirs} - taken(journal, run, theirs)
    known = [*mine, *theirs]
    claimants = {one.id: claimant_of(one, others) for one in mine}
    holders = {one.id: holder_of(one) for one in theirs if one.id in free}
    decided = _decide(pairs, claimants, holders, matching)
    apply(journal, decided, known, whole_rows(journal, known))


def _decide(
    pairs: Sequence[Row[Any]],
    claimants: Mapping[int, Claimant],
    holders: dict[int, Holder],
    matching: Matching,
) -> Iterator[Decision]:
    held = set[int]()
    for pair in pairs:
        if pair.mine in held or pair.theirs not in holders:
            continue
        claimant = claimants[pair.mine]
        if holders[pair.theirs].run in claimant.others:
            continue
        holder = holders.pop(pair.theirs)
        held.add(pair.mine)
        as_first = claimant.fingerprint == holder.fingerprint
        reason = EarlierReason.CORRECTED if as_first else EarlierReason.CHANGED
        yield hold(claimant, holder, reason, matching)


def _pairs(run: str, shared: Shared) -> Iterator[Select[Any]]:
    """(mine, theirs): a staged action, and what may stand for it by another key.

    First, where theirs was created from a corrected row that had carried my key before. Then,
    where my corrected row had carried their key, and another sheet has brought it since.
    """
    mine, theirs = staged_of(run).subquery("mine"), holders_against(run).subquery("theirs")
    carried, carrier = rows.alias("carried"), runs.alias("carrier")
    pairs = (
        select(mine.c.id.label("mine"), theirs.c.id.label("theirs"))
        .join(carrier, carrier.c.id == carried.c.run)
        .where(
            carried.c.run != run,
            carried.c.key != "",
            carrier.c.seq < theirs.c.seq,
            theirs.c.run != run,
            theirs.c.name == mine.c.name,
            theirs.c.key != mine.c.key,
            ~exists().where(_beside(carried)),
        )
        .order_by(mine.c.row, mine.c.position, theirs.c.id)
    )
    if shared.keys:
        yield pairs.select_from(mine.join(carried, carried.c.key == mine.c.key)).join(
            theirs, of_same_root(carried, theirs)
        )
    looks_alike = rows.alias("looks_alike")
    # A sheet that brought my row beside theirs knew them as two.
    both = exists().where(
        looks_alike.c.run == theirs.c.run,
        looks_alike.c.number != theirs.c.row,
        looks_alike.c.fingerprint == carried.c.fingerprint,
    )
    if shared.roots:
        yield (
            pairs.select_from(mine.join(carried, of_same_root(carried, mine)))
            .join(theirs, theirs.c.key == carried.c.key)
            .where(~both)
        )


def _beside(carried: FromClause) -> ColumnElement[bool]:
    """Another row of the same sheet with the same key: it may belong to that one."""
    other = rows.alias("other")
    return and_(
        other.c.run == carried.c.run,
        other.c.key == carried.c.key,
        other.c.number != carried.c.number,
    )
