"""Requests whose end proves nothing: what they carried may have come to the CRM all the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, and_, exists, func, select, update

from importer.journal.moving import move
from importer.journal.schema import (
    PROVES_NOTHING,
    actions,
    batches,
    decisions,
    literally,
    requests,
    runs,
)
from importer.journal.states import LIVE_STATES
from importer.journal.store import Journal
from importer.model import Ruling, State
from importer.verdict import RefusedMaybe

SPLIT: Final = RefusedMaybe.__name__
"""The verdict after which each action of a batch gets one of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One such request."""

    request: int
    run: str
    batch: int
    lead: str
    split: bool
    """Its actions have moved to other batches of the lead since."""
    sent_at: dt.datetime
    clock_offset_s: float | None
    """Seconds by which the CRM's clock was ahead of ours; None where it did not tell."""

    def may_have_carried(self, batch: int | None, until: int) -> bool:
        """Whether an action of its run and lead may have been in it.

        Args:
            batch: the action's, now.
            until: the request that has carried it last.
        """
        return self.request <= until and (self.batch == batch or self.split)


def doubtful_attempts(
    journal: Journal, runs: Collection[str], lead: str | None = None
) -> list[Attempt]:
    """Every such request of some runs, in the order of sending; of one lead, or of all."""
    asked = (
        select(requests, batches.c.lead)
        .join(batches, batches.c.id == requests.c.batch)
        .where(requests.c.run.in_(runs), PROVES_NOTHING)
        .order_by(requests.c.id)
    )
    found = journal.read(asked if lead is None else asked.where(batches.c.lead == lead))
    return [
        Attempt(
            request=one.id,
            run=one.run,
            batch=one.batch,
            lead=one.lead,
            split=one.verdict == SPLIT,
            sent_at=one.sent_at,
            clock_offset_s=one.clock_offset_s,
        )
        for one in found
    ]


def doubt_again(journal: Journal, run: str) -> list[str]:
    """Put what was found absent, and was not sent since, in doubt again: to be looked for anew.

    What was not on a timeline some time ago may stand there by now. A person's word that it was
    not created holds.

    Returns:
        The leads of what is in doubt again, in sheet order.
    """
    staged = staged_again(journal, run)
    attempts = doubtful_attempts(journal, {run}) if staged else []
    again: list[tuple[Row[Any], int]] = []
    for one in staged:
        carried = [
            each.request
            for each in attempts
            if each.lead == one.lead
            and each.may_have_carried(one.batch, one.request)
            and (one.denied_at is None or each.sent_at > one.denied_at)
        ]
        if carried:
            again.append((one, carried[-1]))
    if again:
        _doubt(journal, run, again)
    return list(dict.fromkeys(one.lead for one, _ in again))


def staged_again(journal: Journal, run: str) -> Sequence[Row[Any]]:
    """What is staged and was sent before, with the time at which a person denied it.

    Not what another action has taken the place of meanwhile: it is never sent.
    """
    theirs = actions.alias("theirs")
    live = literally(theirs.c.state, LIVE_STATES)
    same = and_(
        theirs.c.identity == actions.c.identity, theirs.c.occurrence == actions.c.occurrence
    )
    denied = (
        select(func.max(decisions.c.at))
        .where(decisions.c.action == actions.c.id, decisions.c.ruling == Ruling.NOT_CREATED)
        .scalar_subquery()
    )
    return journal.read(
        select(actions.c.id, actions.c.run, actions.c.lead, actions.c.batch, actions.c.request)
        .add_columns(denied.label("denied_at"))
        .where(
            actions.c.run == run,
            actions.c.state == State.STAGED,
            actions.c.request.is_not(None),
            ~exists().where(live, same),
            ~exists().where(live, theirs.c.origin == actions.c.origin),
        )
        .order_by(actions.c.id)
    )


def _doubt(journal: Journal, run: str, again: Sequence[tuple[Row[Any], int]]) -> None:
    with journal.transaction() as connection:
        for one, request in again:
            # The request that is in doubt: a later one has proved not to have stored it.
            now = {"state": State.UNKNOWN, "request": request, "detail": _AGAIN}
            move(connection, [one.id], State.STAGED, **now, looked_up=False)
        connection.execute(update(runs).where(runs.c.id == run).values(changed_at=journal.clock()))


_AGAIN: Final = (
    "It was not found on the timeline, and was not sent again since: it is looked for once more "
    "before it is sent."
)
