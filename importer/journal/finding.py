"""Where in the journal something stands that somebody asks for: the newest first, and all told."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Row, Text, func, or_, select, tuple_, type_coerce

from importer.batches import digest
from importer.journal.paging import Place, placed
from importer.journal.schema import HAS_ID, actions, problems, rows, runs
from importer.journal.store import PAGE, Journal
from importer.model import Currency

MOST_FOUND: Final = 1000
"""Actions that are found for one lead or one value; a word such as `Paid` stands in all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """Actions that were found, by the journal's own numbers."""

    ids: tuple[int, ...]
    """Oldest first."""
    cut: bool = False
    """There are older ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """An amount that somebody asks for."""

    number: Decimal
    currencies: frozenset[Currency]
    """That its mark can mean; none: whichever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows that were found."""

    places: tuple[Place, ...]
    """By run and row."""
    cut: bool = False
    """There are older ones."""


def sheets_of(journal: Journal) -> list[tuple[str, str, str | None]]:
    """(run, file, tab) of every run, oldest first."""
    found = journal.read(select(runs.c.id, runs.c.file, runs.c.tab).order_by(runs.c.seq))
    return [(one.id, one.file, one.tab) for one in found]


def rows_at(journal: Journal, places: Collection[Place]) -> dict[Place, str]:
    """Place → why the row was skipped, "" where it was not; for places that are on record."""
    found = placed(journal, places, select(rows), rows.c.run, rows.c.number)
    return {(one.run, one.number): one.skipped for one in found}


def actions_of_id(journal: Journal, spellings: Collection[str]) -> Actions:
    """The one action that the CRM gave this id to, for each way to write the id."""
    found = select(actions.c.id).where(HAS_ID, actions.c.action_id.in_(spellings))
    return Actions(ids=tuple(one.id for one in journal.read(found.order_by(actions.c.id))))


def actions_of_lead(journal: Journal, spellings: Collection[str]) -> Actions:
    """Every action for a lead, whatever became of it; the newest `MOST_FOUND`."""
    found = select(actions.c.id).where(actions.c.lead.in_(spellings)).order_by(actions.c.id.desc())
    ids = [one.id for one in journal.read(found.limit(MOST_FOUND + 1))]
    return Actions(ids=tuple(sorted(ids[:MOST_FOUND])), cut=len(ids) > MOST_FOUND)


def actions_of_rows(journal: Journal, places: Collection[Place]) -> list[int]:
    """Every action of some rows."""
    found = placed(journal, places, select(actions.c.id), actions.c.run, actions.c.row)
    return [one.id for one in found]


def rows_of_value(
    journal: Journal,
    spellings: Collection[str],
    amount: Amount | None = None,
    says: Callable[[str, Amount], bool] = lambda *_: False,
) -> Rows:
    """Rows that are known by a value, exactly so; else rows that have it in some column.

    Of a row the journal has what its actions read; where it was refused as a whole, the cells that
    were wrong. The newest `MOST_FOUND` of each.

    Args:
        journal: the journal.
        spellings: the value as it may be kept, in each way.
        amount: the same as an amount, if it is one: of payments, and of wrong cells.
        says: whether a wrong cell of an amount says that one.
    """
    keys = [digest(journal.workspace, (value,)) for value in spellings]
    known_by = journal.read(
        select(rows.c.run, rows.c.number.label("row"))
        .join(runs, runs.c.id == rows.c.run)
        .where(rows.c.key.in_(keys))
        .order_by(runs.c.seq.desc(), rows.c.number.desc())
        .limit(MOST_FOUND + 1)
    )
    if known_by:
        return _rows([known_by])
    found = [_said(journal, spellings), _seen(journal, spellings)]
    if amount is not None:
        found += [_paid(journal, amount), _dressed(journal, amount, says)]
    return _rows(found)


def _rows(parts: Sequence[Sequence[Row[Any]]]) -> Rows:
    found = {(one.run, one.row) for part in parts for one in part[:MOST_FOUND]}
    return Rows(places=tuple(sorted(found)), cut=any(len(part) > MOST_FOUND for part in parts))


def _said(journal: Journal, spellings: Collection[str]) -> list[Row[Any]]:
    """The newest actions that read the value from some column."""
    found: list[Row[Any]] = []
    for one in _suspects(journal, spellings):
        # The text of one is found in a column's name too.
        if not {*spellings}.isdisjoint(one.content.values()):
            found.append(one)
        if len(found) > MOST_FOUND:
            break
    return found


def _suspects(journal: Journal, spellings: Collection[str]) -> Iterator[Row[Any]]:
    """Actions in whose text the value stands, newest first, page by page."""
    # Every action of every run is looked through: no index could hold all that a sheet says.
    content = type_coerce(actions.c.content, Text)
    needles = [json.dumps(value, ensure_ascii=False) for value in spellings]
    statement = (
        select(actions.c.id, actions.c.run, actions.c.row, actions.c.content)
        .where(or_(*(content.contains(needle, autoescape=True) for needle in needles)))
        .order_by(actions.c.id.desc())
        .limit(PAGE)
    )
    page = journal.read(statement)
    while page:
        yield from page
        page = journal.read(statement.where(actions.c.id < page[-1].id))


def _seen(journal: Journal, spellings: Collection[str]) -> Sequence[Row[Any]]:
    """The newest wrong cells that hold the value."""
    return journal.read(
        select(problems.c.run, problems.c.row)
        .join(runs, runs.c.id == problems.c.run)
        .where(problems.c.seen.in_(spellings))
        .order_by(runs.c.seq.desc(), problems.c.row.desc())
        .limit(MOST_FOUND + 1)
    )


def _paid(journal: Journal, amount: Amount) -> Sequence[Row[Any]]:
    """The newest payments of the amount, with however many zeros it was written."""
    exact = format(amount.number.normalize(), "f")
    whole, _, decimals = exact.partition(".")
    # A text: SQLite's own numbers are floats.
    written = [exact, *(f"{whole}.{decimals:0<{places}}" for places in (1, 2))]
    found = select(actions.c.run, actions.c.row).order_by(actions.c.id.desc())
    found = found.where(type_coerce(actions.c.amount, Text).in_(written))
    if amount.currencies:
        found = found.where(actions.c.currency.in_(amount.currencies))
    return journal.read(found.limit(MOST_FOUND + 1))


def _dressed(
    journal: Journal, amount: Amount, says: Callable[[str, Amount], bool]
) -> Sequence[Row[Any]]:
    """The newest wrong cells that say the amount, with something beside it."""
    found: list[Row[Any]] = []
    for one in _suspect_cells(journal, amount):
        if says(one.seen, amount):
            found.append(one)
        if len(found) > MOST_FOUND:
            break
    return found


def _suspect_cells(journal: Journal, amount: Amount) -> Iterator[Row[Any]]:
    """Wrong cells of amounts in which the digits stand, newest first, page by page."""
    digits = format(amount.number, "f").replace("-", "").replace(".", "").strip("0")
    seen = func.replace(func.replace(problems.c.seen, ",", ""), ".", "")
    place = tuple_(runs.c.seq, problems.c.row, problems.c.seq)
    statement = (
        select(problems.c.run, problems.c.row, problems.c.seen)
        .add_columns(problems.c.seq, runs.c.seq.label("age"))
        .join(runs, runs.c.id == problems.c.run)
        .where(problems.c.code.startswith("amount-"), seen.contains(digits))
        .order_by(runs.c.seq.desc(), problems.c.row.desc(), problems.c.seq.desc())
        .limit(PAGE)
    )
    page = journal.read(statement)
    while page:
        yield from page
        last = page[-1]
        page = journal.read(statement.where(place < (last.age, last.row, last.seq)))
