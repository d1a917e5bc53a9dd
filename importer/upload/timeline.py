"""One lead's timeline, read whole: page by page, each page behind the gate and on record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from importer.journal.doubt import Look, begin_look, end_look
from importer.journal.store import Journal
from importer.model import PAYMENT
from importer.protocol import ErrorAnswer, Seen, Timeline, Unreadable, read_timeline
from importer.upload.gate import Ending, EndKind, Gate
from importer.upload.waits import words_of
from importer.verdict import LICENCE_CODES, Exchange, Progress

PAGE: Final = 100
"""Items on one page; the most that the API gives (docs.telecrm.in, sync-api/overview)."""

MOST_PAGES: Final = 50
"""A list that goes on beyond these is not waited for."""

TRY_AGAIN_S: Final = (1.0, 4.0)
"""Pauses before a look that failed is tried again; the CRM's own wish comes first."""

_LONGEST_ANSWER: Final = 2_000
"""Characters that are kept of an answer that is no page."""


class Timelines(Protocol):
    """What reading back needs of a line to the CRM; neither raises for what the CRM does."""

    async def search_actions(self, lead: str, type_: str, *, skip: int, limit: int) -> Exchange:
        """One page of a lead's actions of one type."""
        ...

    async def lead_with_actions(self, lead: str, *, skip: int, limit: int) -> Exchange:
        """One page of a lead's actions of all types."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one look at a lead's timeline showed."""

    items: tuple[Seen, ...]
    """Every item once, where it has an id."""
    gaps: Mapping[str, str]
    """Type → why it was not read whole, as a sentence."""
    clock_offset_s: float | None
    """Seconds by which the CRM's clock is ahead of ours; None where it does not tell."""


@dataclass(slots=True, kw_only=True)
class _Pages:
    """The pages of one list, as they come."""

    items: list[Seen] = field(default_factory=list)
    gap: str = ""
    """Why they are not the whole list; "" where they are."""
    total: int = 0
    """How many there are at least, by the CRM's own count."""

    def add(self, page: Timeline) -> bool:
        """Take a page's items; False when it brought no new one."""
        have = {item.id for item in self.items if item.id}
        new = [item for item in page.seen if not (item.id and item.id in have)]
        self.items += new
        return any(item.id for item in new)


class Reader:
    """Reads timelines for one run.

    A look costs one request for each type of which up to 99 actions stand there, and one more for
    each further 100. Where the search fails or shows too little, the lead is asked for with all its
    actions, which costs two requests more, and one for each further 100.

    Args:
        journal: where each look is put on record.
        gate: grants each request; is stopped where the CRM lets nobody read.
        run: on whose account the requests are.
        longest_wait_s: what a look waits at the CRM's wish; beyond it the run stops.
    """

    def __init__(self, journal: Journal, gate: Gate, run: str, longest_wait_s: float) -> None:
        self._journal = journal
        self._gate = gate
        self._run = run
        self._longest_wait_s = longest_wait_s
        self._offset_s: float | None = None

    async def read(
        self, wire: Timelines, lead: str, types: Sequence[str], *, sure: bool = False
    ) -> Reading | None:
        """Read everything of these types on a lead's timeline.

        Args:
            wire: where to.
            lead: whose.
            types: which, as they are sent.
            sure: take the longer road too where the search finds nothing of a type. Nobody knows
                whether it takes a code as we write it, and an absence that rests on a misspelling
                would book twice.

        Returns:
            What stands there; None when the run is to stop.
        """
        found: dict[str, _Pages] = {}
        for type_ in types:
            found[type_] = await self._search(wire, lead, type_)
        poor = [type_ for type_, pages in found.items() if _is_poor(type_, pages, sure=sure)]
        if poor and not self._gate.stopping:
            whole = await self._list(wire, lead)
            found |= {type_: _better(type_, found[type_], whole) for type_ in poor}
        if self._gate.stopping:
            return None
        return Reading(
            items=tuple(item for type_, pages in found.items() for item in _of_type(type_, pages)),
            gaps={type_: pages.gap for type_, pages in found.items() if pages.gap},
            clock_offset_s=self._offset_s,
        )

    async def _search(self, wire: Timelines, lead: str, type_: str) -> _Pages:
        """Page by page until there are as many as the CRM counts, and the last page is not full."""
        pages, skip, total = _Pages(), 0, -1
        for _ in range(MOST_PAGES):
            page = await self._page(_searching(wire, lead, type_, skip))
            if isinstance(page, str):
                pages.gap = page
                return pages
            if page.total is None or total not in {-1, page.total}:
                break
            new, total = pages.add(page), page.total
            pages.total = total
            skip += len(page.seen)
            if len(pages.items) == total and len(page.seen) < PAGE:
                return pages
            if not new or len(pages.items) > total:
                break
        pages.gap = _NOT_WHOLE
        return pages

    async def _list(self, wire: Timelines, lead: str) -> _Pages:
        """Page by page until one is empty: this list tells no total."""
        pages, skip = _Pages(), 0
        for _ in range(MOST_PAGES):
            page = await self._page(_listing(wire, lead, skip))
            if isinstance(page, str):
                pages.gap = page
                return pages
            if not page.seen:
                return pages
            if not pages.add(page):
                break
            skip += len(page.seen)
        pages.gap = _NOT_WHOLE
        return pages

    async def _page(self, ask: Callable[[], Awaitable[Exchange]]) -> Timeline | str:
        """One page, or a sentence why there is none; asked for again where that may help."""
        reason = _STOPPED
        for pause in (*TRY_AGAIN_S, None):
            if not await self._gate.permit():
                return reason
            exchange, page = await self._ask(ask)
            if isinstance(page, Timeline):
                return page
            reason = _why(exchange, page)
            if self._stops(exchange, page) or not _passes(exchange) or pause is None:
                return reason
            await self._pause(exchange, pause)
        return reason

    async def _ask(
        self, ask: Callable[[], Awaitable[Exchange]]
    ) -> tuple[Exchange, Timeline | ErrorAnswer | Unreadable | None]:
        request = begin_look(self._journal, self._run)
        exchange = await ask()
        page = None
        if exchange.progress is Progress.ANSWERED and exchange.status is not None:
            page = read_timeline(exchange.status, exchange.body)
        whole = isinstance(page, Timeline)
        answer = "" if whole else exchange.body.decode("utf-8", "replace") or exchange.error
        look = Look(
            status=exchange.status,
            answer=answer[:_LONGEST_ANSWER],
            clock_offset_s=exchange.clock_offset_s,
        )
        end_look(self._journal, request, look)
        if exchange.clock_offset_s is not None:
            self._offset_s = exchange.clock_offset_s
        return exchange, page

    async def _pause(self, exchange: Exchange, pause: float) -> None:
        """Hold everybody back where the CRM asks for it, else only this look."""
        asked = exchange.retry_after_s
        if asked is not None and asked > self._longest_wait_s:
            reason = f"The CRM asks to wait. {words_of(asked, self._journal.clock())}"
            self._gate.stop(Ending(kind=EndKind.STOPPED, reason=reason, remedy=_AFTER_THAT))
        elif asked is not None or exchange.status == _THROTTLED:
            self._gate.slow_down(pause if asked is None else asked)
        else:
            await self._gate.rest(pause)

    def _stops(self, exchange: Exchange, page: Timeline | ErrorAnswer | Unreadable | None) -> bool:
        """Stop everything where no look will ever be let in; True when it did."""
        code = page.code if isinstance(page, ErrorAnswer) else ""
        status = 402 if code in LICENCE_CODES else exchange.status
        if exchange.progress is not Progress.ANSWERED or status not in _STOPS:
            return False
        reason, remedy = _STOPS[status]
        self._gate.stop(Ending(kind=EndKind.STOPPED, reason=reason, remedy=remedy))
        return True


def _searching(
    wire: Timelines, lead: str, type_: str, skip: int
) -> Callable[[], Awaitable[Exchange]]:
    return lambda: wire.search_actions(lead, type_, skip=skip, limit=PAGE)


def _listing(wire: Timelines, lead: str, skip: int) -> Callable[[], Awaitable[Exchange]]:
    return lambda: wire.lead_with_actions(lead, skip=skip, limit=PAGE)


def _is_poor(type_: str, pages: _Pages, *, sure: bool) -> bool:
    """Whether a search has shown too little to settle anything by."""
    items = _of_type(type_, pages)
    return bool(pages.gap) or (sure and not items) or any(_is_bare(item) for item in items)


def _of_type(type_: str, pages: _Pages) -> list[Seen]:
    return [item for item in pages.items if item.type == type_]


def _is_bare(item: Seen) -> bool:
    content = item.amount if item.type == PAYMENT else item.fields
    return not item.id or content is None


def _better(type_: str, searched: _Pages, whole: _Pages) -> _Pages:
    """What both roads together show of a type."""
    if whole.gap:
        # Both are named where both failed: the reasons may differ.
        both = dict.fromkeys(filter(None, (searched.gap, whole.gap)))
        return _Pages(items=searched.items, gap=" ".join(both))
    listed = _of_type(type_, whole)
    ids = {item.id for item in listed}
    more = [item for item in _of_type(type_, searched) if item.id and item.id not in ids]
    others = len(searched.items) - len(_of_type(type_, searched))
    # Two roads that contradict each other prove nothing, however whole each of them looks.
    counted = max(searched.total, len(searched.items)) - others
    both_ways = [*listed, *more]
    return _Pages(items=both_ways, gap=_NOT_WHOLE if counted > len(both_ways) else "")


def _passes(exchange: Exchange) -> bool:
    """Whether what went wrong may be over soon."""
    if exchange.progress is not Progress.ANSWERED or exchange.status is None:
        return True
    return exchange.status in {408, _THROTTLED} or exchange.status >= 500


def _why(exchange: Exchange, page: ErrorAnswer | Unreadable | None) -> str:
    match page:
        case ErrorAnswer():
            said = page.message or page.code or "an error without a word"
            words = f"status {exchange.status}: {said}"
        case Unreadable():
            words = page.reason
        case _:
            words = exchange.error or "no complete answer came"
    return f"The lead's timeline could not be read ({words.removesuffix('.')})."


_THROTTLED: Final = 429
_STOPPED: Final = "The lead's timeline was not read: the run is stopping."
_NOT_WHOLE: Final = "The lead's timeline could not be read whole: its pages do not add up."
_LATER: Final = "Then settle the run."
_AFTER_THAT: Final = "Settle the run after that."
_STOPS: Final = {
    401: (
        "The CRM does not accept the token.",
        f"Check that it is a Sync token of this workspace. {_LATER}",
    ),
    402: (
        "The workspace's licence does not allow reading timelines.",
        f"Ask the workspace's owner to renew the licence. {_LATER}",
    ),
    403: (
        "The CRM does not let this token read timelines.",
        f"Ask the workspace's owner for a Sync token that may. {_LATER}",
    ),
}
