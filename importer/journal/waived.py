"""What a person has waived, and comes again just as it was: held, and waited for by nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, select

from importer.batches import Matching
from importer.journal.attempts import is_unproven
from importer.journal.earlier import earlier_values
from importer.journal.matching import mine_of, released_of, ruled_as, same_content, with_roots
from importer.journal.moving import move
from importer.journal.paging import paged
from importer.journal.schema import IS_GIVEN_UP, actions, decisions, runs
from importer.journal.store import Journal
from importer.model import EarlierReason, Ruling, State

_COMPARED = (EarlierReason.CHANGED, EarlierReason.SEEN_BEFORE)
"""Why a duplicate is held for a person, who may have decided of it before."""

Pair = tuple[Row[Any], Row[Any]]
"""An action of this run, and the waived one that it equals."""


def hold_waived(journal: Journal, run: str, matching: Matching) -> None:
    """Hold what would be sent, or would wait for a person, and was waived in an earlier run.

    Only where nobody can be mistaken: nothing of a mapping whose rows may repeat, since one of
    equal rows is as good as another; nothing whose cells or source values differ, since that is a
    correction; nothing of another mapping.

    Args:
        journal: the journal, in the transaction that matches the run.
        run: the run whose identities have just been settled.
        matching: as the mapping says.
    """
    if matching.repeats:
        return
    (mine,) = journal.read(select(runs.c.seq, runs.c["keys"]).where(runs.c.id == run))
    waived = journal.read(with_roots().where(_is_waived(mine.seq)).order_by(actions.c.id))
    waived = [one for one in waived if one.keys == mine.keys]
    if waived:
        pairs = {
            one.id: (one, old)
            for found in (_by_look(journal, run, waived), _by_identity(journal, run, waived))
            for one, old in found
            if _is_trusted(one, old, matching)
        }
        _hold(journal, pairs.values())


def _is_waived(before: int) -> ColumnElement[bool]:
    """By a person, in an earlier run, and nobody has released since what it answered for."""
    later = actions.alias("later")
    taken_back = exists().where(
        later.c.holder == actions.c.id,
        decisions.c.action == later.c.id,
        decisions.c.ruling == Ruling.RELEASED,
    )
    return IS_GIVEN_UP & ruled_as(actions, Ruling.WAIVED) & (runs.c.seq < before) & ~taken_back


def _is_trusted(one: Row[Any], old: Row[Any], matching: Matching) -> bool:
    """Whether an equal row is the same thing again; see `batches.Matching`."""
    if matching.trusted is None or old.root_run in matching.trusted:
        return True
    return bool((one.root_run, one.root_row) == (old.root_run, old.root_row))


def _by_identity(journal: Journal, run: str, waived: Sequence[Row[Any]]) -> Iterator[Pair]:
    theirs = {one.identity: one for one in waived if one.identity is not None}
    for one in paged(journal, theirs, _asking(run), actions.c.identity):
        old = theirs[one.identity]
        if _waits(one) and same_content(one, old):
            yield one, old


def _by_look(journal: Journal, run: str, waived: Sequence[Row[Any]]) -> Iterator[Pair]:
    """A row that nobody could read is known by its cells, a corrected one by its first ones too."""
    theirs = _looks(waived)
    if not theirs:
        return
    found = [one for one in journal.read(_asking(run)) if one.fingerprint in theirs]
    rows_of_look = Counter(look for look, _ in {(one.fingerprint, one.row) for one in found})
    for one in found:
        if rows_of_look[one.fingerprint] == 1 and _waits(one):
            yield one, theirs[one.fingerprint]


def _looks(waived: Sequence[Row[Any]]) -> Mapping[str, Row[Any]]:
    unreadable = {one.look: one for one in waived if one.identity is None}
    return {one.fingerprint: one for one in waived if one.root_run != one.run} | unreadable


def _asking(run: str) -> Any:  # noqa: ANN401 - a select's type counts its columns
    states = (State.STAGED, State.DUPLICATE, State.INVALID)
    open_ = and_(actions.c.state.in_(states), ~released_of(actions))
    return mine_of(run).where(open_, (actions.c.state != State.STAGED) | ~is_unproven(actions))


def _waits(one: Row[Any]) -> bool:
    return one.state != State.DUPLICATE or one.earlier["reason"] in _COMPARED


def _hold(journal: Journal, pairs: Iterable[Pair]) -> None:
    with journal.transaction() as connection:
        for one, old in pairs:
            before = State(one.state)
            now: dict[str, Any] = {
                "given_up": True,
                "holder": old.id,
                "earlier": earlier_values(old, EarlierReason.GIVEN_UP),
            }
            if before is State.DUPLICATE:
                # It stays held for what stands on the timeline, or may, as that is to be compared.
                now["holder"] = one.holder
                now["earlier"] = {**one.earlier, "reason": EarlierReason.GIVEN_UP}
            after = State.DUPLICATE if before is State.STAGED else before
            move(connection, [one.id], before, state=after, **now)
