"""One look at a lead's timeline: did a refused request store anything all the same?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Iterator
from typing import Final, Protocol

from importer.journal.reading import known_action_ids
from importer.journal.sending import BatchToSend
from importer.journal.store import Journal
from importer.protocol import Seen, Timeline, read_timeline
from importer.verdict import Exchange, Progress

PAGE: Final = 100
"""Items on one page; the most that the API gives (docs.telecrm.in, sync-api/overview)."""

MARGIN_S: Final = 300.0
"""How much earlier than our own request an action may be stamped and still be ours."""


class Timelines(Protocol):
    """What reading back needs of a sender's line to the CRM."""

    async def search_actions(self, lead: str, type_: str, *, skip: int, limit: int) -> Exchange:
        """One page of a lead's actions of one type."""
        ...


async def stored_nothing(
    wire: Timelines,
    journal: Journal,
    batch: BatchToSend,
    *,
    since: dt.datetime,
    permit: Callable[[], Awaitable[bool]],
) -> bool:
    """Whether nothing of a batch can have been stored since a moment.

    Args:
        wire: where to look.
        journal: knows which actions on the timeline are explained.
        batch: what was sent.
        since: when, by the CRM's clock.
        permit: granted before each request; False when the run is to stop.

    Returns:
        True only if every page of every type was read, and no action on them is unexplained.
    """
    earliest_ms = (since.timestamp() - MARGIN_S) * 1000
    for type_ in sorted({action.type for action in batch.actions}):
        skip, total = 0, 1
        while skip < total:
            page = await _page(wire, batch.lead, type_, skip, permit)
            if page is None or page.total is None:
                return False
            # A page without items before the total is reached proves nothing of what is missing.
            if _unexplained(journal, page, earliest_ms) or (page.total > skip and not page.seen):
                return False
            total = page.total
            skip += len(page.seen) or 1
    return True


async def _page(
    wire: Timelines, lead: str, type_: str, skip: int, permit: Callable[[], Awaitable[bool]]
) -> Timeline | None:
    if not await permit():
        return None
    exchange = await wire.search_actions(lead, type_, skip=skip, limit=PAGE)
    if exchange.progress is not Progress.ANSWERED or exchange.status is None:
        return None
    page = read_timeline(exchange.status, exchange.body)
    return page if isinstance(page, Timeline) else None


def _unexplained(journal: Journal, page: Timeline, earliest_ms: float) -> bool:
    recent = list(_recent(page, earliest_ms))
    known = known_action_ids(journal, [seen.id for seen in recent])
    return any(seen.id not in known for seen in recent)


def _recent(page: Timeline, earliest_ms: float) -> Iterator[Seen]:
    return (seen for seen in page.seen if seen.created_ms is None or seen.created_ms >= earliest_ms)
