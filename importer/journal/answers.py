"""Where a run stands while it is sent: what was answered lately, what is in doubt, what is left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy import and_, func, or_, select

from importer.journal.money import sum_amounts
from importer.journal.schema import actions, requests
from importer.journal.store import Journal
from importer.model import OUTCOME_OF, Currency, Outcome, State

_LOST: Final = dt.timedelta(days=1)
"""After it a request without an answer has left long ago, or never will."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One action that was sent."""

    row: int
    lead: str
    name: str
    outcome: Outcome
    action_id: str
    said: tuple[str, ...]
    """Remarks and detail, as sentences."""

    @property
    def whole(self) -> bool:
        """It was created, and nothing was said about it."""
        return self.outcome is Outcome.CREATED and not self.said


def last_request(journal: Journal) -> int:
    """The number of the newest request; 0 where there is none."""
    ((newest,),) = journal.read(select(func.max(requests.c.id)))
    return newest or 0


def answered_since(journal: Journal, run: str, request: int) -> Sequence[Answered]:
    """Every action of a run that a later request than this one carried, in sheet order."""
    found = journal.read(
        select(actions)
        .where(actions.c.run == run, actions.c.request > request)
        .order_by(actions.c.row, actions.c.position)
    )
    return [
        Answered(
            row=one.row,
            lead=one.lead,
            name=one.name,
            outcome=OUTCOME_OF[State(one.state)],
            action_id=one.action_id,
            said=tuple(
                filter(None, (*(": ".join(filter(None, both)) for both in one.remarks), one.detail))
            ),
        )
        for one in found
    ]


def money_left(journal: Journal, run: str) -> Mapping[Currency, Decimal]:
    """What the actions are worth that are still to be sent."""
    return sum_amounts(
        journal.read(
            select(actions.c.currency, actions.c.amount).where(
                actions.c.run == run, actions.c.state == State.STAGED, actions.c.amount.is_not(None)
            )
        )
    )


def count_doubtful(journal: Journal, run: str) -> int:
    """How many actions of a run are UNKNOWN."""
    ((count,),) = journal.read(
        select(func.count()).where(actions.c.run == run, actions.c.state == State.UNKNOWN)
    )
    return int(count)


def last_clock_offset(journal: Journal) -> float | None:
    """Seconds by which the CRM's clock was ahead of ours at its latest answer; None: not known."""
    found = journal.read(
        select(requests.c.clock_offset_s)
        .where(requests.c.clock_offset_s.is_not(None))
        .order_by(requests.c.id.desc())
        .limit(1)
    )
    return found[0].clock_offset_s if found else None


def left_ago(journal: Journal, within_s: float) -> list[float]:
    """How long ago at the least each request left, of those that may have left so lately.

    Between its record and its leaving a request waits for the disk, its connection and its turn.
    It left before its answer; where there was none, nobody knows when, and it counts as just now.

    Args:
        journal: the journal.
        within_s: seconds; what is certain to have left before them is left out.

    Returns:
        Seconds; below 0 where the clock was set back since.
    """
    now = journal.clock()
    since, lost = now - dt.timedelta(seconds=within_s), now - _LOST
    left = requests.c.answered_at >= since
    may_have = and_(requests.c.answered_at.is_(None), requests.c.sent_at >= min(since, lost))
    found = journal.read(select(requests.c.answered_at).where(or_(left, may_have)))
    return [(now - (one.answered_at or now)).total_seconds() for one in found]
