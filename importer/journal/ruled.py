"""The record of what people have decided of actions: written with the decision, kept for ever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Row, func, insert, select, update

from importer.journal.bulk import execute_many
from importer.journal.money import sum_amounts
from importer.journal.schema import actions, decisions, requests, runs
from importer.journal.store import Journal
from importer.model import Currency, Decision, Ruling, RunState, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a person has just decided."""

    count: int
    """Actions."""
    money: Mapping[Currency, Decimal]
    """Their money."""
    by: str
    """The account of the operating system."""
    doubted: int = 0
    """Other actions that wait for a person now: they rest on looks that this one has refuted."""
    sought: int = 0
    """Actions that were meant, and not decided of: they may stand on a timeline, and are in doubt
    again."""


_RULED: Final = {
    Ruling.CREATED: "said by a person to stand on the timeline",
    Ruling.NOT_CREATED: "said by a person not to stand on the timeline",
    Ruling.RELEASED: "released",
    Ruling.CLOSED: "given up",
    Ruling.WAIVED: "given up",
}
"""For the reason of a run's state, which is kept: the reports' own words may change, and they stand
where nothing of the journal can reach."""

_SENDS: Final = (Ruling.NOT_CREATED, Ruling.RELEASED)
"""After these an action is UNSENT."""


def record_ruling(  # noqa: PLR0913 - who said what of which actions
    journal: Journal, run: str, found: Sequence[Row[Any]], ruling: Ruling, *, by: str, reason: str
) -> Decided:
    """Put a decision on record, and the run into the state from which its next step goes on.

    Args:
        journal: the journal, in the transaction that moves the actions.
        run: the run's id.
        found: the actions; none where all that was meant turned out to be in doubt.
        ruling: what is decided of each.
        by: the account of the operating system.
        reason: why.
    """
    now, count = journal.clock(), len(found)
    (latest,) = journal.read(select(func.max(requests.c.id).label("id")))
    word = {"ruling": ruling, "by": by, "at": now, "reason": reason.strip(), "request": latest.id}
    said = [{"action": one.id, **word} for one in found]
    staged = actions.c.state == State.STAGED
    left = journal.read(select(actions.c.id).where(actions.c.run == run, staged).limit(1))
    (before,) = journal.read(select(runs.c.reason).where(runs.c.id == run))
    many = "1 action was" if count == 1 else f"{count} actions were"
    said_so = f"{many} {_RULED[ruling]}."
    # What is UNSENT is so for its own reason still, where this one has sent nothing back to wait.
    why = said_so if found and (ruling in _SENDS or not before.reason) else before.reason
    with journal.transaction() as connection:
        execute_many(connection, insert(decisions), said)
        connection.execute(
            update(runs)
            .where(runs.c.id == run)
            .values(
                state=RunState.STOPPED if left else RunState.DONE,
                reason=why if left else "",
                changed_at=now,
            )
        )
    return Decided(count=count, money=sum_amounts(found), by=by)


def decisions_by_action(
    journal: Journal, of_actions: Sequence[int]
) -> dict[int, tuple[Decision, ...]]:
    """Action → what people have decided of it, oldest first."""
    wanted = set(of_actions)
    if not wanted:
        return {}
    # The ids of a page are near each other, and decisions are few: thousands of ids in a statement
    # take longer than all the rest of it.
    found = journal.read(
        select(decisions)
        .where(decisions.c.action.between(min(wanted), max(wanted)))
        .order_by(decisions.c.id)
    )
    by_action: dict[int, tuple[Decision, ...]] = {}
    for one in found:
        if one.action not in wanted:
            continue
        ruled = Decision(ruling=Ruling(one.ruling), by=one.by, at=one.at, reason=one.reason)
        by_action[one.action] = (*by_action.get(one.action, ()), ruled)
    return by_action
