"""What is in doubt, and the ways out of it: looks at timelines, and what they prove."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from importer.errors import JournalError
from importer.journal.attempts import Attempt, doubtful_attempts
from importer.journal.moving import move, reopen
from importer.journal.paging import paged
from importer.journal.refuted import refuted_requests
from importer.journal.schema import IS_CREATED, IS_UNKNOWN, actions, batches, requests, runs
from importer.journal.store import Journal
from importer.model import Remark, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An action in doubt, and the request that carried it last."""

    id: int
    run: str
    name: str
    """Its name in the mapping."""
    type: str
    lead: str
    entry: str
    """The JSON object that was sent."""
    request: int
    attempts: tuple[Attempt, ...]
    """Every request whose end proved nothing and that may have carried it, oldest first."""
    sent_at: dt.datetime
    ended_at: dt.datetime | None
    """When the request was over; None where the importer was stopped before."""
    clock_offset_s: float | None
    """Seconds by which the CRM's clock was ahead of ours; None where it did not tell."""
    verdict: str
    """What its end proved, by the name of its class; "" where nobody saw it."""
    said: bool = False
    """It is in doubt no more: a person has said that it was created, and not with which id."""
    refuted: bool = False
    """A person has seen there what looks had not found of its request: an absence is no proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What came of a request that read a part of a timeline, for the record."""

    status: int | None
    answer: str
    """What it answered instead of a page; "" for a page, which may hold other people's notes."""
    clock_offset_s: float | None


def leads_in_doubt(journal: Journal, run: str) -> list[str]:
    """The leads of what a run has in doubt, in sheet order."""
    found = journal.read(
        select(actions.c.lead)
        .where(actions.c.run == run, actions.c.state == State.UNKNOWN)
        .group_by(actions.c.lead)
        .order_by(func.min(actions.c.id))
    )
    return [one.lead for one in found]


def doubtful_leads(journal: Journal, leads: Collection[str]) -> frozenset[str]:
    """Those of some leads to which nothing is sent, since something of them is in doubt."""
    asked = select(actions.c.lead).where(IS_UNKNOWN)
    found = journal.read(asked.where(actions.c.lead.in_(leads)).distinct()) if leads else ()
    return frozenset(one.lead for one in found)


def claims_of(journal: Journal, lead: str) -> list[Claim]:
    """Everything that is in doubt on a lead, of whatever run, in the order of sending."""
    return _claims(journal, and_(actions.c.lead == lead, IS_UNKNOWN), said=False)


def said_to_be_on(journal: Journal, lead: str) -> list[Claim]:
    """What a person has said to stand on a lead without its id: one of the items is it."""
    nameless = and_(actions.c.lead == lead, IS_CREATED, actions.c.action_id == "")
    return _claims(journal, nameless, said=True)


def _claims(journal: Journal, which: ColumnElement[bool], *, said: bool) -> list[Claim]:
    found = journal.read(
        select(
            actions,
            requests.c.sent_at,
            requests.c.answered_at,
            requests.c.clock_offset_s,
            requests.c.verdict,
        )
        .join(requests, requests.c.id == actions.c.request)
        .where(which)
        .order_by(requests.c.id, actions.c.id)
    )
    if not found:
        return []
    # What was sent again after a doubt may have reached the timeline at its first time.
    attempts = doubtful_attempts(journal, {one.run for one in found}, found[0].lead)
    refuted = refuted_requests(journal, found[0].lead, attempts)
    return [_claim(one, attempts, refuted, said=said) for one in found]


def count_on(journal: Journal, leads: Iterable[str]) -> int:
    """How many actions of these leads are in doubt, of whatever run."""
    return len(paged(journal, leads, select(actions.c.id).where(IS_UNKNOWN), actions.c.lead))


def begin_look(journal: Journal, run: str) -> int:
    """Put on record that a look is to leave: the pace counts it, after a kill too.

    Returns:
        The request's id.
    """
    with journal.transaction() as connection:
        begun = connection.execute(
            insert(requests)
            .values(run=run, batch=None, attempt=1, body_sha256="", sent_at=journal.clock())
            .returning(requests.c.id)
        )
        return int(begun.scalar_one())


def end_look(journal: Journal, request: int, look: Look) -> None:
    """Put on record what came of a look.

    Raises:
        JournalError: there is no look on its way under this id.
    """
    is_on_its_way = and_(requests.c.batch.is_(None), requests.c.answered_at.is_(None))
    with journal.transaction() as connection:
        ended = connection.execute(
            update(requests)
            .where(requests.c.id == request, is_on_its_way)
            .values(
                answered_at=journal.clock(),
                status=look.status,
                answer=look.answer,
                clock_offset_s=look.clock_offset_s,
            )
        )
        if ended.rowcount != 1:
            raise JournalError(
                f"The journal has no look on its way as its request {request}.",
                "Another program may have changed it. Nothing more is sent; please report this.",
            )


def settle_created(
    journal: Journal, claim: Claim, action_id: str, remarks: Sequence[Remark], detail: str
) -> None:
    """It stands on the timeline."""
    said = [[one.path, one.text] for one in remarks]
    with journal.transaction() as connection:
        _settle(
            journal,
            connection,
            [claim],
            state=State.CREATED,
            action_id=action_id,
            remarks=said,
            detail=detail,
        )


def settle_as(
    journal: Journal,
    claims: Sequence[Claim],
    state: State,
    detail: str = "",
    *,
    looked_up: bool = False,
) -> None:
    """They are not there, and this is what they are now, and why.

    Args:
        journal: the journal.
        claims: the actions.
        state: STAGED: back to their place in the queue; IGNORED; or UNKNOWN, as before.
        detail: one sentence.
        looked_up: it is UNKNOWN as before, and another look would not tell more.
    """
    with journal.transaction() as connection:
        _settle(journal, connection, claims, state=state, detail=detail, looked_up=looked_up)


def settle_split(journal: Journal, claims: Sequence[Claim]) -> None:
    """They were not stored, and one of them spoilt their request: each goes alone from now on.

    What waits behind them on the same lead moves behind them again, so that the order stays.
    """
    with journal.transaction() as connection:
        _settle(journal, connection, claims, state=State.STAGED, detail="", looked_up=False)
        for run in sorted({one.run for one in claims}):
            _requeue(connection, run, [one for one in claims if one.run == run])


def _claim(
    one: Any,  # noqa: ANN401 - a row of the select above
    attempts: Sequence[Attempt],
    refuted: frozenset[int],
    *,
    said: bool,
) -> Claim:
    carried = tuple(
        each
        for each in attempts
        if each.run == one.run and each.may_have_carried(one.batch, one.request)
    )
    return Claim(
        id=one.id,
        run=one.run,
        name=one.name,
        type=one.type,
        lead=one.lead,
        entry=one.entry,
        request=one.request,
        attempts=carried,
        sent_at=one.sent_at,
        ended_at=one.answered_at,
        clock_offset_s=one.clock_offset_s,
        verdict=one.verdict or "",
        said=said,
        refuted=not refuted.isdisjoint(each.request for each in carried),
    )


def _settle(
    journal: Journal,
    connection: Connection,
    claims: Sequence[Claim],
    **values: Any,  # noqa: ANN401 - column values
) -> None:
    move(connection, [one.id for one in claims], State.UNKNOWN, **values)
    of_runs = runs.c.id.in_({one.run for one in claims})
    connection.execute(update(runs).where(of_runs).values(changed_at=journal.clock()))
    reopen(connection, of_runs, NOT_STORED, journal.clock())


def _requeue(connection: Connection, run: str, alone: Sequence[Claim]) -> None:
    """Give each of these a batch of its own, and new ones to what waits behind them."""
    ids = [one.id for one in alone]
    split = select(func.min(actions.c.batch)).where(actions.c.id.in_(ids)).scalar_subquery()
    found = connection.execute(
        select(actions.c.id, actions.c.batch)
        .where(
            actions.c.run == run,
            actions.c.state == State.STAGED,
            or_(
                actions.c.id.in_(ids),
                and_(actions.c.lead == alone[0].lead, actions.c.batch > split),
            ),
        )
        .order_by(actions.c.batch, actions.c.row, actions.c.position)
    ).all()
    moved: dict[tuple[int, int | None], int] = {}
    for one in found:
        place = (one.batch, one.id if one.id in ids else None)
        if place not in moved:
            moved[place] = _new_batch(connection, run, alone[0].lead)
        connection.execute(update(actions).where(actions.c.id == one.id).values(batch=moved[place]))


def _new_batch(connection: Connection, run: str, lead: str) -> int:
    made = connection.execute(insert(batches).values(run=run, lead=lead).returning(batches.c.id))
    return int(made.scalar_one())


NOT_STORED = "What is left was found not to have been stored."
"""Why a run has something to send that it had sent."""
