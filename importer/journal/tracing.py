"""What the journal knows of one action: where it is asked for by, how it travelled, its kin."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, Text, select, type_coerce

from importer.batches import digest
from importer.journal.corrected import row_of
from importer.journal.reading import records_of
from importer.journal.schema import HAS_ID, IS_HELD, actions, problems, requests, rows, runs
from importer.journal.store import Journal, pages
from importer.model import ActionRecord, EarlierReason, State

Place = tuple[str, int]
"""Run and row."""

MOST_FOUND: Final = 1000
"""Actions that are found for one lead or one value; a word such as `Paid` stands in all of them."""
_MOST: Final = 2000
"""Rows that are followed from one; an export of every day for five years has fewer."""
_SAME_THING: Final = frozenset(
    {
        EarlierReason.SAME,
        EarlierReason.CORRECTED,
        EarlierReason.UNCHANGED,
        EarlierReason.GIVEN_UP,
    }
)
"""Why an earlier action stands for a later one that is nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request that carried an action."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """One action, with all that is on record of it."""

    id: int
    """The journal's own number of it."""
    run: str
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


def sheets_of(journal: Journal) -> list[tuple[str, str, str | None]]:
    """(run, file, tab) of every run, oldest first."""
    found = journal.read(select(runs.c.id, runs.c.file, runs.c.tab).order_by(runs.c.seq))
    return [(one.id, one.file, one.tab) for one in found]


def rows_at(journal: Journal, places: Collection[Place]) -> dict[Place, str]:
    """Place → why the row was skipped, "" where it was not; for places that are on record."""
    found = _placed(journal, places, select(rows), rows.c.run, rows.c.number)
    return {(one.run, one.number): one.skipped for one in found}


def actions_of_id(journal: Journal, action_id: str) -> list[int]:
    """The one action that the CRM gave this id to."""
    found = select(actions.c.id).where(HAS_ID, actions.c.action_id == action_id)
    return [one.id for one in journal.read(found)]


def actions_of_lead(journal: Journal, lead: str) -> list[int]:
    """Every action for a lead, whatever became of it; at most `MOST_FOUND`."""
    found = select(actions.c.id).where(actions.c.lead == lead).order_by(actions.c.id)
    return [one.id for one in journal.read(found.limit(MOST_FOUND))]


def actions_of_rows(journal: Journal, places: Collection[Place]) -> list[int]:
    """Every action of some rows."""
    found = _placed(journal, places, select(actions.c.id), actions.c.run, actions.c.row)
    return [one.id for one in found]


def rows_of_value(journal: Journal, value: str) -> set[Place]:
    """Rows that are known by this value, exactly so; else rows that have it in some column.

    Of a row the journal has what its actions read; where it was refused as a whole, the cells that
    were wrong. At most `MOST_FOUND`.
    """
    key = digest(journal.workspace, (value,))
    known_by = journal.read(select(rows.c.run, rows.c.number.label("row")).where(rows.c.key == key))
    return {(one.run, one.row) for one in known_by or _rows_that_say(journal, value)}


def _rows_that_say(journal: Journal, value: str) -> list[Row[Any]]:
    # Every action of every run is looked through: no index could hold all that a sheet says.
    needle = json.dumps(value, ensure_ascii=False)
    content = type_coerce(actions.c.content, Text)
    found = journal.read(
        select(actions.c.run, actions.c.row, actions.c.content)
        .where(content.contains(needle, autoescape=True))
        .order_by(actions.c.id)
        .limit(MOST_FOUND)
    )
    wrong = journal.read(
        select(problems.c.run, problems.c.row).where(problems.c.seen == value).limit(MOST_FOUND)
    )
    return [*(one for one in found if value in one.content.values()), *wrong]


def traced(journal: Journal, ids: Collection[int]) -> list[Traced]:
    """Actions with all that is on record of them, by run and row, the oldest run first."""
    found = _by_id(journal, ids)
    by_run = groupby(found, lambda one: one.run)
    return [one for run, of_run in by_run for one in _traced(journal, run, list(of_run))]


def kin_of(journal: Journal, ids: Collection[int]) -> list[int]:
    """Every action of the rows that are the same thing as these: what a row was before and after.

    That is: the rows that a failures workbook was made of and became; the rows of other exports
    that an action of these stands for, or that stand for it; and the same identity sent anew after
    a refusal. What is held as a DUPLICATE is another thing, and is not followed.
    """
    places = {(one.run, one.row) for one in _by_id(journal, ids)}
    fresh = places
    while fresh and len(places) < _MOST:
        fresh = set(_next_of_kin(journal, fresh)) - places
        places |= fresh
    return actions_of_rows(journal, places)


def held_with(journal: Journal, known: Sequence[Traced]) -> list[int]:
    """What is, or was, held for one of these, and what one of these is held for."""
    own = {one.id for one in known}
    for_them = {one.holder for one in known if one.holder is not None}
    by_them = _paged(journal, own, select(actions.c.id).where(IS_HELD), actions.c.holder)
    return sorted((for_them | {one.id for one in by_them}) - own)


def _by_id(journal: Journal, ids: Collection[int]) -> list[Row[Any]]:
    found = _paged(journal, ids, select(actions), actions.c.id)
    wanted = {one.run for one in found}
    seqs = _paged(journal, wanted, select(runs.c.id, runs.c.seq), runs.c.id)
    age = {one.id: one.seq for one in seqs}
    return sorted(found, key=lambda one: (age[one.run], one.row, one.position))


def _traced(journal: Journal, run: str, found: Sequence[Row[Any]]) -> Iterator[Traced]:
    sent = _requests(journal, found)
    for one, record in zip(found, records_of(journal, run, found), strict=True):
        carried = [each for each in sent if each.batch == one.batch or each.id == one.request]
        yield Traced(
            id=one.id,
            run=run,
            state=State(one.state),
            action=record,
            holder=one.holder,
            # Of a batch that was never sent, or is another's by now, there is none.
            requests=tuple(_sent(each) for each in carried) if one.request else (),
        )


def _requests(journal: Journal, found: Sequence[Row[Any]]) -> list[Row[Any]]:
    batches = {one.batch for one in found if one.request}
    last = {one.request for one in found if one.request}
    of_batch = _paged(journal, batches, select(requests), requests.c.batch)
    latest = _paged(journal, last, select(requests), requests.c.id)
    return sorted({one.id: one for one in (*of_batch, *latest)}.values(), key=lambda one: one.id)


def _sent(one: Row[Any]) -> Sent:
    return Sent(
        attempt=one.attempt,
        sent_at=one.sent_at,
        answered_at=one.answered_at,
        verdict=one.verdict or "",
        status=one.status,
        answer=one.answer or "",
    )


def _next_of_kin(journal: Journal, places: Collection[Place]) -> Iterator[Place]:
    """Rows that are the same thing as some row of these, in one step."""
    own = _placed(journal, places, select(rows), rows.c.run, rows.c.number)
    roots = {(one.root_run, one.root_row) for one in own}
    descended = select(rows.c.run, rows.c.number)
    for one in _placed(journal, roots, descended, rows.c.root_run, rows.c.root_row):
        yield one.run, one.number
    mine = _placed(journal, places, select(actions), actions.c.run, actions.c.row)
    yield from _standing_for(journal, mine)
    yield from _sent_anew(journal, mine)
    yield from _of_key(journal, {one.key for one in own if one.key})


def _standing_for(journal: Journal, mine: Sequence[Row[Any]]) -> Iterator[Place]:
    """The rows of what stands for one of these, and of what one of these stands for."""
    for_them = {one.holder for one in mine if _is_same_thing(one)}
    for one in _paged(journal, for_them, select(actions), actions.c.id):
        yield one.run, one.row
    ids = {one.id for one in mine}
    for one in _paged(journal, ids, select(actions).where(IS_HELD), actions.c.holder):
        if _is_same_thing(one):
            yield one.run, one.row


def _is_same_thing(one: Row[Any]) -> bool:
    held = one.holder is not None and one.earlier is not None
    return held and one.state != State.DUPLICATE and one.earlier["reason"] in _SAME_THING


def _sent_anew(journal: Journal, mine: Sequence[Row[Any]]) -> Iterator[Place]:
    """The rows whose actions took the place that one of these has, or left it to one of these."""
    slots = {
        (one.identity, one.occurrence)
        for one in mine
        if one.identity is not None and one.state != State.DUPLICATE
    }
    identities = {identity for identity, _ in slots}
    for one in _paged(journal, identities, select(actions), actions.c.identity):
        if (one.identity, one.occurrence) in slots and one.state != State.DUPLICATE:
            yield one.run, one.row


def _of_key(journal: Journal, keys: Collection[str]) -> Iterator[Place]:
    """The rows of a key, a row refused as a whole among them, where no sheet has two of it."""
    asked = select(rows.c.run, rows.c.number, rows.c.key, actions.c.state, actions.c.occurrence)
    found = _paged(journal, keys, asked.join(actions, row_of(actions)), rows.c.key)
    for _, group in groupby(sorted(found, key=lambda one: one.key), lambda one: one.key):
        alike = list(group)
        in_run = Counter(run for run, _ in {(one.run, one.number) for one in alike})
        repeated = max(in_run.values()) > 1 or any(one.occurrence > 1 for one in alike)
        if not repeated:
            held = {one.run for one in alike if one.state == State.DUPLICATE}
            yield from ((one.run, one.number) for one in alike if one.run not in held)


def _paged(
    journal: Journal,
    values: Iterable[Any],
    statement: Select[Any],
    column: ColumnElement[Any],
) -> list[Row[Any]]:
    """The rows in which a column, or several, have one of many values."""
    wanted = sorted(values)
    return [
        one for page in pages(wanted) for one in journal.read(statement.where(column.in_(page)))
    ]


def _placed(
    journal: Journal,
    places: Collection[Place],
    statement: Select[Any],
    run: ColumnElement[Any],
    row: ColumnElement[Any],
) -> list[Row[Any]]:
    """The same for places: run by run, since SQLite looks no pairs of values up in an index."""
    by_run = groupby(sorted(places), lambda place: place[0])
    return [
        one
        for name, of_run in by_run
        for one in _paged(
            journal, [number for _, number in of_run], statement.where(run == name), row
        )
    ]
