"""What a person has waived, and comes again just as it was: held, and waited for by nobody."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, exists

from importer.batches import Matching, pair_ended
from importer.journal.earlier import earlier_values
from importer.journal.matching import (
    claimant_of,
    holder_of,
    mine_of,
    released_of,
    same_content,
    with_roots,
)
from importer.journal.moving import move
from importer.journal.schema import IS_GIVEN_UP, actions, decisions
from importer.journal.store import Journal, pages
from importer.model import EarlierReason, Ruling, State

_COMPARED = (EarlierReason.CHANGED, EarlierReason.SEEN_BEFORE)
"""Why a duplicate is held for a person, who may have decided of it before."""


def hold_waived(journal: Journal, run: str, matching: Matching) -> None:
    """Hold what would be sent, or would wait for a person, and was waived with the same content.

    What differs is a correction, and goes its way. Each waived action answers for one of a run.

    Args:
        journal: the journal, in the transaction that matches the run.
        run: the run whose identities have just been settled.
        matching: as the mapping says.
    """
    waived = journal.read(with_roots().where(_is_waived(run)).order_by(actions.c.id))
    readable = [one for one in waived if one.identity is not None]
    _hold(journal, _readable_pairs(journal, run, readable, matching))
    _hold(journal, _invalid_pairs(journal, run, [one for one in waived if one.identity is None]))


def _is_waived(run: str) -> ColumnElement[bool]:
    """By a person, in another run, and nobody has released since what it answered for."""
    later = actions.alias("later")
    taken_back = exists().where(
        later.c.holder == actions.c.id,
        decisions.c.action == later.c.id,
        decisions.c.ruling == Ruling.RELEASED,
    )
    ruled = exists().where(decisions.c.action == actions.c.id, decisions.c.ruling == Ruling.WAIVED)
    return IS_GIVEN_UP & ruled & (actions.c.run != run) & ~taken_back


def _readable_pairs(
    journal: Journal, run: str, waived: Sequence[Row[Any]], matching: Matching
) -> Iterator[tuple[Row[Any], Row[Any]]]:
    theirs: dict[str, list[Row[Any]]] = {}
    for one in waived:
        theirs.setdefault(one.identity, []).append(one)
    asking = mine_of(run).where(
        actions.c.state.in_((State.STAGED, State.DUPLICATE)), ~released_of(actions)
    )
    in_order = asking.order_by(actions.c.identity, actions.c.row, actions.c.position)
    for page in pages(sorted(theirs)):
        found = journal.read(in_order.where(actions.c.identity.in_(page)))
        mine = [one for one in found if _is_asking(one)]
        for identity, group in groupby(mine, key=lambda one: one.identity):
            for equal, old in _alike(list(group), theirs[identity]):
                yield from _paired(equal, old, matching)


def _is_asking(one: Row[Any]) -> bool:
    return one.state == State.STAGED or one.earlier["reason"] in _COMPARED


def _alike(
    mine: Sequence[Row[Any]], theirs: Sequence[Row[Any]]
) -> Iterator[tuple[list[Row[Any]], list[Row[Any]]]]:
    left = list(mine)
    while left:
        first = left[0]
        equal = [one for one in left if same_content(first, one)]
        left = [one for one in left if not same_content(first, one)]
        yield equal, [one for one in theirs if same_content(first, one)]


def _paired(
    mine: Sequence[Row[Any]], theirs: Sequence[Row[Any]], matching: Matching
) -> Iterator[tuple[Row[Any], Row[Any]]]:
    known = {one.id: one for one in [*mine, *theirs]}
    claimants = [claimant_of(one, {}) for one in mine]
    for claimant, holder in pair_ended(claimants, [holder_of(one) for one in theirs], matching):
        yield known[claimant.id], known[holder.id]


def _invalid_pairs(
    journal: Journal, run: str, waived: Sequence[Row[Any]]
) -> Iterator[tuple[Row[Any], Row[Any]]]:
    """A row that nobody could read is known by its cells alone."""
    theirs: dict[str, deque[Row[Any]]] = {}
    for one in waived:
        theirs.setdefault(one.look, deque()).append(one)
    if not theirs:
        return
    wrong = mine_of(run).where(actions.c.state == State.INVALID).order_by(actions.c.row)
    for one in journal.read(wrong):
        if theirs.get(one.fingerprint):
            yield one, theirs[one.fingerprint].popleft()


def _hold(journal: Journal, pairs: Iterator[tuple[Row[Any], Row[Any]]]) -> None:
    with journal.transaction() as connection:
        for one, old in list(pairs):
            before = State(one.state)
            now: dict[str, Any] = {"given_up": True, "holder": old.id}
            now["earlier"] = earlier_values(old, EarlierReason.GIVEN_UP)
            if before is State.DUPLICATE:
                # It stays held for what stands on the timeline, or may, as that is to be compared.
                now |= {"holder": one.holder}
                now["earlier"] = {**one.earlier, "reason": EarlierReason.GIVEN_UP}
            after = State.DUPLICATE if before is State.STAGED else before
            move(connection, [one.id], before, state=after, **now)
