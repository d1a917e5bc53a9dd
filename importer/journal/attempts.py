"""Requests whose end proves nothing: what they carried may have come to the CRM all the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    ScalarSelect,
    and_,
    exists,
    func,
    or_,
    select,
    update,
)

from importer.journal.moving import move
from importer.journal.schema import (
    PROVES_NOTHING,
    actions,
    batches,
    decisions,
    requests,
    runs,
)
from importer.journal.states import LIVE_STATES, literally
from importer.journal.store import Journal
from importer.model import Ruling, State
from importer.verdict import RefusedMaybe
from importer.verdict.details import SOUGHT_AGAIN

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


def doubt_again(
    journal: Journal, run: str, of_rows: Collection[int] | None = None
) -> dict[int, str]:
    """Put what was found absent, and was not sent since, in doubt again: to be looked for anew.

    What was not on a timeline some time ago may stand there by now. A person's word that it was
    not created holds.

    Args:
        journal: the journal.
        run: the run's id.
        of_rows: only what these rows have staged; None: all.

    Returns:
        Action → its lead, of what is in doubt again, in sheet order.
    """
    staged = staged_again(journal, run)
    again = [one for one in staged if of_rows is None or one.row in of_rows]
    if again:
        _doubt(journal, run, again)
    return {one.id: one.lead for one in again}


def staged_again(journal: Journal, run: str) -> Sequence[Row[Any]]:
    """What is staged and may stand on a timeline, each with the latest request that may be why.

    Not what another action has taken the place of meanwhile: it is never sent.
    """
    theirs = actions.alias("theirs")
    live = literally(theirs.c.state, LIVE_STATES)
    same = and_(
        theirs.c.identity == actions.c.identity, theirs.c.occurrence == actions.c.occurrence
    )
    return journal.read(
        select(actions.c.id, actions.c.run, actions.c.row, actions.c.lead, actions.c.batch)
        .add_columns(actions.c.request, unproven(actions).label("doubtful"))
        .add_columns(_denied(actions).label("denied"))
        .where(
            actions.c.run == run,
            actions.c.state == State.STAGED,
            is_unproven(actions),
            ~exists().where(live, same),
            ~exists().where(live, theirs.c.origin == actions.c.origin),
        )
        .order_by(actions.c.id)
    )


def is_unproven(table: FromClause) -> ColumnElement[bool]:
    """Whether an action was in a request that may have stored it, and nobody has denied it since.

    Of one that is staged: two looks have not found it. The send that follows them at once may
    believe that, and nobody else: until then nothing but that send takes it from where it is, and
    nothing else is sent in its place.
    """
    return and_(table.c.request.is_not(None), unproven(table).is_not(None))


def unproven(table: FromClause) -> ScalarSelect[int | None]:
    """The latest such request of an action; NULL where there is none."""
    denied = _denied(table)
    return (
        select(func.max(requests.c.id))
        .join(batches, batches.c.id == requests.c.batch)
        .where(
            PROVES_NOTHING,
            batches.c.run == table.c.run,
            batches.c.lead == table.c.lead,
            requests.c.id <= table.c.request,
            or_(requests.c.batch == table.c.batch, requests.c.verdict == SPLIT),
            or_(denied.is_(None), requests.c.id > denied),
        )
        .correlate(table)
        .scalar_subquery()
    )


def _denied(table: FromClause) -> ScalarSelect[int | None]:
    """The latest request of all when a person said last that an action was not created."""
    return (
        select(func.max(decisions.c.request))
        .where(decisions.c.action == table.c.id, decisions.c.ruling == Ruling.NOT_CREATED)
        .correlate(table)
        .scalar_subquery()
    )


def _doubt(journal: Journal, run: str, again: Sequence[Row[Any]]) -> None:
    with journal.transaction() as connection:
        for one in again:
            # The request that is in doubt: a later one has proved not to have stored it.
            now = {"state": State.UNKNOWN, "request": one.doubtful, "detail": SOUGHT_AGAIN}
            move(connection, [one.id], State.STAGED, **now, looked_up=False)
        connection.execute(update(runs).where(runs.c.id == run).values(changed_at=journal.clock()))
