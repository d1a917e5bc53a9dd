"""What is known of what the CRM has created for us: where it stands, and since when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from importer.journal.paging import paged
from importer.journal.schema import HAS_ID, IS_CREATED, actions, requests
from importer.journal.store import Journal
from importer.verdict import Recorded

_IS_ANSWERED = requests.c.verdict == Recorded.__name__
_LOOKED_AT = 500


def created_on(journal: Journal, lead: str) -> Mapping[str, set[str]]:
    """Type → the CRM's ids of what the journal has created on a lead."""
    found = journal.read(
        select(actions.c.type, actions.c.action_id).where(actions.c.lead == lead, HAS_ID)
    )
    ids: dict[str, set[str]] = {}
    for one in found:
        ids.setdefault(one.type, set()).add(one.action_id)
    return ids


def latest_created(journal: Journal, count: int) -> list[tuple[str, str]]:
    """Leads and types of which the CRM has answered that it created one; the newest first."""
    found: dict[tuple[str, str], None] = {}
    # From the newest request back, no further than is needed: the journal may hold millions.
    last = journal.read(select(func.max(requests.c.id)))[0][0] or 0
    while last > 0 and len(found) < count:
        page = journal.read(
            select(actions.c.lead, actions.c.type)
            .join(requests, requests.c.id == actions.c.request)
            .where(
                IS_CREATED,
                _IS_ANSWERED,
                actions.c.batch == requests.c.batch,
                requests.c.id.between(last - _LOOKED_AT + 1, last),
            )
            .order_by(requests.c.id.desc(), actions.c.type)
        )
        found |= dict.fromkeys((one.lead, one.type) for one in page)
        last -= _LOOKED_AT
    return list(found)[:count]


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """When an action was created that the CRM answered to have created; by our own clock."""

    sent_at: dt.datetime
    answered_at: dt.datetime
    clock_offset_s: float | None


def answered(journal: Journal, ids: Sequence[str]) -> Mapping[str, Creation]:
    """Those of the CRM's ids that it gave in an answer: found by nobody, and said by nobody."""
    asked = (
        select(
            actions.c.action_id,
            requests.c.sent_at,
            requests.c.answered_at,
            requests.c.clock_offset_s,
        )
        .join(requests, requests.c.id == actions.c.request)
        .where(HAS_ID, _IS_ANSWERED)
    )
    return {
        one.action_id: Creation(
            sent_at=one.sent_at,
            answered_at=one.answered_at,
            clock_offset_s=one.clock_offset_s,
        )
        for one in paged(journal, ids, asked, actions.c.action_id)
    }
