"""A run that is taken up again: other runs have sent, and people have decided, meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, select, update

from importer.batches import Decision, Matching, compare, hold
from importer.journal.batching import make_batches
from importer.journal.ledger import match_identities
from importer.journal.matching import (
    Others,
    apply,
    claimant_of,
    holder_of,
    holders_against,
    is_in_the_way,
    mine_of,
    staged_of,
    whole_rows,
    with_roots,
)
from importer.journal.moving import check_moved, reopen
from importer.journal.schema import IS_HELD, actions, runs
from importer.journal.shared import EVERYTHING
from importer.journal.store import Journal
from importer.journal.waived import hold_waived
from importer.model import PASSING, State


def match_again(journal: Journal, run: str, matching: Matching, limit: int) -> None:
    """Match a run to the ledger as it is now, and batch what has become free to be sent.

    What was held for an action that was open or in doubt is held for what became of that one, or
    is staged where nothing did.

    Args:
        journal: the journal.
        run: a run that was planned.
        matching: as its mapping says.
        limit: actions in one request at the most.
    """
    with journal.transaction() as connection:
        freed = _look_at_holds(journal, run, matching)
        _hold_for_siblings(journal, run, matching)
        # What it has sent itself counts now as well: the others of an identity come behind it.
        match_identities(journal, run, matching, EVERYTHING, _others(journal, run))
        hold_waived(journal, run, matching)
        make_batches(journal, run, limit)
        if freed:
            reopen(connection, runs.c.id == run, _FREED, journal.clock())


def standing_for(journal: Journal, one: Row[Any]) -> Row[Any]:
    """What an action is held for, as it is now: what that one is itself held for, and so on."""
    seen = {one.id}
    while one.holder is not None and one.holder not in seen:
        (one,) = journal.read(with_roots().where(actions.c.id == one.holder))
        if one.state not in (State.ALREADY, State.DUPLICATE):
            break
        seen.add(one.id)
    return one


def _look_at_holds(journal: Journal, run: str, matching: Matching) -> int:
    """Decide anew what was held for a time; how many of these are free now."""
    held = journal.read(mine_of(run).where(actions.c.state == State.DUPLICATE, ~actions.c.given_up))
    passing = [one for one in held if one.earlier["reason"] in PASSING]
    now = {one.id: standing_for(journal, one) for one in passing}
    waiting = [one for one in passing if is_in_the_way(now[one.id])]
    decided = [_hold(one, now[one.id], matching) for one in waiting]
    known = list({one.id: one for one in (*waiting, *now.values())}.values())
    apply(journal, decided, known, whole_rows(journal, known), before=State.DUPLICATE)
    free = [one.id for one in passing if not is_in_the_way(now[one.id])]
    _free(journal, free)
    return len(free)


def _hold(one: Row[Any], now: Row[Any], matching: Matching) -> Decision:
    claimant, holder = claimant_of(one, {}), holder_of(now)
    return hold(claimant, holder, compare(claimant, holder), matching)


def _free(journal: Journal, free: Sequence[int]) -> None:
    """Stage them. `holder` stays: others that were held for the same one are the same thing."""
    if not free:
        return
    with journal.transaction() as connection:
        moved = connection.execute(
            update(actions)
            .where(actions.c.id == bindparam("one"), actions.c.state == State.DUPLICATE)
            .values(state=State.STAGED, earlier=None),
            [{"one": one} for one in free],
        )
        check_moved(moved.rowcount, len(free), State.DUPLICATE)


def _relatives(run: str, *columns: ColumnElement[Any]) -> Iterator[Select[Any]]:
    """Actions of other runs that were held for one staged here, or for what held that one."""
    mine = staged_of(run).subquery("mine")
    for same in (mine.c.id, mine.c.holder):
        yield (
            select(mine.c.id.label("mine"), *columns)
            .join(actions, actions.c.holder == same)
            .where(IS_HELD, actions.c.run != run)
        )


def _others(journal: Journal, run: str) -> Others:
    """Which runs know what is staged here under an action of their own."""
    found: dict[int, frozenset[str]] = {}
    for statement in _relatives(run, actions.c.run):
        for one in journal.read(statement.distinct()):
            found[one.mine] = found.get(one.mine, frozenset()) | {one.run}
    return found


def _hold_for_siblings(journal: Journal, run: str, matching: Matching) -> None:
    """Hold what has become free for the one that was held beside it, where that has gone first."""
    pairs = [
        pair for statement in _relatives(run, actions.c.id) for pair in journal.read(statement)
    ]
    if not pairs:
        return
    mine = journal.read(staged_of(run).where(actions.c.id.in_({one.mine for one in pairs})))
    theirs = journal.read(holders_against(run).where(actions.c.id.in_({one.id for one in pairs})))
    claimants, holders = {one.id: one for one in mine}, {one.id: one for one in theirs}
    decided: dict[int, Decision] = {}
    for pair in pairs:
        if pair.mine not in decided and pair.id in holders:
            decided[pair.mine] = _hold(claimants[pair.mine], holders.pop(pair.id), matching)
    apply(journal, decided.values(), [*mine, *theirs])


_FREED = "What some of it was held for is not going to be sent."
