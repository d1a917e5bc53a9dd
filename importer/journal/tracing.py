"""What the journal knows of one action: how it travelled, and what was said of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select

from importer.journal.paging import Place, paged
from importer.journal.records import records_of
from importer.journal.schema import actions, requests, rows, runs
from importer.journal.store import Journal
from importer.model import ActionRecord, State
from importer.verdict import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request that carried an action."""

    id: int
    """The journal's own number of it."""
    attempt: int
    """1-based, of its batch."""
    sent_at: dt.datetime
    answered_at: dt.datetime | None
    """None: no answer is on record."""
    verdict: str
    """What its end proved, by the name of its class; "" where nobody saw it."""
    status: int | None
    answer: str
    """What the CRM answered, without the token; "" where nothing came."""
    item: int | None
    """0-based place of the action in an answer for each; None where it is no such answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """One action, with all that is on record of it."""

    id: int
    """The journal's own number of it."""
    run: str
    root: Place
    """The row of the chain's first sheet that its row descends from, or its row itself."""
    state: State
    action: ActionRecord
    holder: int | None
    """The journal's number of the earlier action that stands, or stood, for it."""
    requests: tuple[Sent, ...]
    """Oldest first."""

    @property
    def place(self) -> Place:
        """Run and row."""
        return self.run, self.action.row

    @property
    def is_held(self) -> bool:
        """It is another thing than the earlier one, or may be."""
        return self.state is State.DUPLICATE


def traced(journal: Journal, ids: Collection[int]) -> list[Traced]:
    """Actions with all that is on record of them, by run and row, the oldest run first."""
    found = _by_id(journal, ids)
    by_run = groupby(found, lambda one: one.run)
    return [one for run, of_run in by_run for one in _traced(journal, run, list(of_run))]


def _by_id(journal: Journal, ids: Collection[int]) -> list[Row[Any]]:
    found = paged(journal, ids, select(actions), actions.c.id)
    wanted = {one.run for one in found}
    seqs = paged(journal, wanted, select(runs.c.id, runs.c.seq), runs.c.id)
    age = {one.id: one.seq for one in seqs}
    return sorted(found, key=lambda one: (age[one.run], one.row, one.position))


def _traced(journal: Journal, run: str, found: Sequence[Row[Any]]) -> Iterator[Traced]:
    sent, numbers = _requests(journal, found), {one.row for one in found}
    items = _items(journal, sent)
    of_run = paged(journal, numbers, select(rows).where(rows.c.run == run), rows.c.number)
    roots = {one.number: (one.root_run, one.root_row) for one in of_run}
    for one, record in zip(found, records_of(journal, run, found), strict=True):
        # A later one of its batch has carried the rest, where a person has settled this one.
        carried = [
            each
            for each in sent
            if each.id == one.request
            or (one.request and each.batch == one.batch and each.id < one.request)
        ]
        yield Traced(
            id=one.id,
            run=run,
            root=roots[one.row],
            state=State(one.state),
            action=record,
            holder=one.holder,
            # Of a batch that was never sent, or is another's by now, there is none.
            requests=tuple(_sent(each, items.get(one.id)) for each in carried)
            if one.request
            else (),
        )


def _requests(journal: Journal, found: Sequence[Row[Any]]) -> list[Row[Any]]:
    batches = {one.batch for one in found if one.request}
    last = {one.request for one in found if one.request}
    of_batch = paged(journal, batches, select(requests), requests.c.batch)
    latest = paged(journal, last, select(requests), requests.c.id)
    return sorted({one.id: one for one in (*of_batch, *latest)}.values(), key=lambda one: one.id)


def _items(journal: Journal, sent: Sequence[Row[Any]]) -> Mapping[int, tuple[int, int]]:
    """Action → (request, 0-based place in it), of requests with an answer for each action.

    What has such an answer is never sent again: whatever a request like that has carried, it has
    carried last.
    """
    recorded = {one.id for one in sent if one.verdict == Recorded.__name__}
    batches = {one.batch for one in sent if one.id in recorded}
    asked = select(actions.c.id, actions.c.request, actions.c.row, actions.c.position)
    carried = [
        one for one in paged(journal, batches, asked, actions.c.batch) if one.request in recorded
    ]
    # As they stood in the body.
    carried.sort(key=lambda one: (one.request, one.row, one.position))
    return {
        one.id: (request, item)
        for request, of_request in groupby(carried, key=lambda one: one.request)
        for item, one in enumerate(of_request)
    }


def _sent(one: Row[Any], item: tuple[int, int] | None) -> Sent:
    return Sent(
        id=one.id,
        attempt=one.attempt,
        sent_at=one.sent_at,
        answered_at=one.answered_at,
        verdict=one.verdict or "",
        status=one.status,
        answer=one.answer or "",
        item=item[1] if item and item[0] == one.id else None,
    )
