"""What is in doubt, and the ways out of it: looks at timelines, and what they prove."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from importer.errors import JournalError
from importer.journal.schema import IN_DOUBT, IS_CREATED, actions, batches, requests, runs
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
    body_sha256: str
    """Digest of the whole request."""
    since: dt.datetime
    """When it was sent for the first time, of those whose end proved nothing."""
    sent_at: dt.datetime
    ended_at: dt.datetime | None
    """When the request was over; None where the importer was stopped before."""
    clock_offset_s: float | None
    """Seconds by which the CRM's clock was ahead of ours; None where it did not tell."""
    verdict: str
    """What its end proved, by the name of its class; "" where nobody saw it."""
    status: int | None
    answer: str
    said: bool = False
    """It is in doubt no more: a person has said that it was created, and not with which id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A request that read a part of a timeline, for the record."""

    sent_at: dt.datetime
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


def claims_of(journal: Journal, lead: str) -> list[Claim]:
    """Everything that is in doubt on a lead, of whatever run, in the order of sending."""
    return _claims(journal, and_(actions.c.lead == lead, IN_DOUBT, _IS_UNKNOWN), said=False)


def said_to_be_on(journal: Journal, lead: str) -> list[Claim]:
    """What a person has said to stand on a lead without its id: one of the items is it."""
    nameless = and_(actions.c.lead == lead, IS_CREATED, actions.c.action_id == "")
    return _claims(journal, nameless, said=True)


def _claims(journal: Journal, which: ColumnElement[bool], *, said: bool) -> list[Claim]:
    before = requests.alias("before")
    # A batch that was sent again after a doubt may have reached the timeline at its first time.
    first = (
        select(func.min(before.c.sent_at))
        .where(
            before.c.batch == actions.c.batch,
            or_(before.c.verdict.is_(None), before.c.verdict.in_(_DOUBTFUL)),
        )
        .scalar_subquery()
    )
    found = journal.read(
        select(
            actions,
            requests.c.body_sha256,
            requests.c.sent_at,
            requests.c.answered_at,
            requests.c.clock_offset_s,
            requests.c.verdict,
            requests.c.status,
            requests.c.answer,
            func.coalesce(first, requests.c.sent_at, type_=requests.c.sent_at.type).label("since"),
        )
        .join(requests, requests.c.id == actions.c.request)
        .where(which)
        .order_by(requests.c.id, actions.c.id)
    )
    return [_claim(one, said=said) for one in found]


def created_on(journal: Journal, lead: str) -> Mapping[str, set[str]]:
    """Type → the CRM's ids of what the journal has created on a lead."""
    found = journal.read(
        select(actions.c.type, actions.c.action_id).where(
            actions.c.lead == lead, IS_CREATED, actions.c.action_id != ""
        )
    )
    ids: dict[str, set[str]] = {}
    for one in found:
        ids.setdefault(one.type, set()).add(one.action_id)
    return ids


def latest_created(journal: Journal, count: int) -> list[tuple[str, str]]:
    """Lead and type of what the CRM has created last, on so many leads; the newest first."""
    newest = func.max(actions.c.id)
    found = journal.read(
        select(actions.c.lead, func.max(actions.c.type).label("type"))
        .where(IS_CREATED, actions.c.action_id != "")
        .group_by(actions.c.lead)
        .order_by(newest.desc())
        .limit(count)
    )
    return [(one.lead, one.type) for one in found]


def record_look(journal: Journal, run: str, look: Look) -> None:
    """Put a look on record: the pace counts it, after a restart too."""
    with journal.transaction() as connection:
        connection.execute(
            insert(requests).values(
                run=run,
                batch=None,
                attempt=1,
                body_sha256="",
                sent_at=look.sent_at,
                answered_at=journal.clock(),
                status=look.status,
                answer=look.answer,
                clock_offset_s=look.clock_offset_s,
            )
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


def settle_ignored(journal: Journal, claims: Sequence[Claim], detail: str) -> None:
    """The CRM took the request, and left these out."""
    with journal.transaction() as connection:
        _settle(journal, connection, claims, state=State.IGNORED, detail=detail)


def settle_refused(journal: Journal, claims: Sequence[Claim], detail: str) -> None:
    """The CRM refused the request, and stored nothing of it."""
    with journal.transaction() as connection:
        _settle(journal, connection, claims, state=State.REFUSED, detail=detail)


def settle_unsent(journal: Journal, claims: Sequence[Claim]) -> None:
    """They were not stored: back to their place in the queue."""
    with journal.transaction() as connection:
        _settle(journal, connection, claims, state=State.STAGED, detail="")


def settle_split(journal: Journal, claims: Sequence[Claim]) -> None:
    """They were not stored, and one of them spoilt their request: each goes alone from now on.

    What waits behind them on the same lead moves behind them again, so that the order stays.
    """
    with journal.transaction() as connection:
        _settle(journal, connection, claims, state=State.STAGED, detail="")
        for run in sorted({one.run for one in claims}):
            _requeue(connection, run, [one for one in claims if one.run == run])


def keep_in_doubt(journal: Journal, claims: Sequence[Claim], detail: str) -> None:
    """They stay UNKNOWN, and this is why."""
    with journal.transaction() as connection:
        _settle(journal, connection, claims, state=State.UNKNOWN, detail=detail)


_IS_UNKNOWN = actions.c.state == State.UNKNOWN
_DOUBTFUL = ("ReadBack", "RefusedMaybe", "Unknown")
"""Verdicts after which something may stand on the timeline that the journal does not know."""


def _claim(one: Any, *, said: bool) -> Claim:  # noqa: ANN401 - a row of the select above
    return Claim(
        id=one.id,
        run=one.run,
        name=one.name,
        type=one.type,
        lead=one.lead,
        entry=one.entry,
        request=one.request,
        body_sha256=one.body_sha256,
        since=one.since,
        sent_at=one.sent_at,
        ended_at=one.answered_at,
        clock_offset_s=one.clock_offset_s,
        verdict=one.verdict or "",
        status=one.status,
        answer=one.answer or "",
        said=said,
    )


def _settle(
    journal: Journal,
    connection: Connection,
    claims: Sequence[Claim],
    **values: Any,  # noqa: ANN401 - column values
) -> None:
    ids = [one.id for one in claims]
    moved = connection.execute(
        update(actions)
        .where(actions.c.id.in_(ids), actions.c.state == State.UNKNOWN)
        .values(values)
    )
    if moved.rowcount != len(ids):
        raise JournalError(
            f"The journal has {moved.rowcount} of {len(ids)} actions in doubt that were settled.",
            "Another program may have changed it. Nothing more is sent; please report this.",
        )
    connection.execute(
        update(runs)
        .where(runs.c.id.in_({one.run for one in claims}))
        .values(changed_at=journal.clock())
    )


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
