"""What is the same thing as an action, what is held for it, and what only shares its number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Row, select

from importer.journal.finding import Actions, actions_of_rows
from importer.journal.paging import Place, paged, placed
from importer.journal.roots import row_of
from importer.journal.schema import IS_HELD, actions, rows, runs
from importer.journal.store import Journal
from importer.journal.tracing import Traced
from importer.model import EarlierReason, State

MOST_KIN: Final = 2000
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


def kin_of(journal: Journal, ids: Collection[int]) -> Actions:
    """Every action of the rows that are the same thing as these: what a row was before and after.

    That is: the rows that a failures workbook was made of and became; the rows of other exports
    that an action of these stands for, or that stand for it; and the same identity sent anew after
    a refusal. What is held as a DUPLICATE is another thing, and is not followed; nor is a row that
    has the same number and no more: see `of_number`.

    Returns:
        They are cut where more than `MOST_KIN` rows were found: some may not have been followed.
    """
    mine = paged(journal, ids, select(actions.c.run, actions.c.row), actions.c.id)
    places = fresh = {(one.run, one.row) for one in mine}
    while fresh and len(places) <= MOST_KIN:
        fresh = set(_next_of_kin(journal, fresh)) - places
        places |= fresh
    return Actions(ids=tuple(actions_of_rows(journal, places)), cut=bool(fresh))


def held_with(journal: Journal, known: Sequence[Traced]) -> list[int]:
    """What is, or was, held for one of these, and what one of these is held for."""
    own = {one.id for one in known}
    for_them = {one.holder for one in known if one.holder is not None}
    by_them = paged(journal, own, select(actions.c.id).where(IS_HELD), actions.c.holder)
    return sorted((for_them | {one.id for one in by_them}) - own)


def of_number(journal: Journal, known: Sequence[Traced]) -> list[int]:
    """Actions of rows of other sheets that have the number of one of these, whatever they are.

    They are rows of the same actions, in sheets that have the number once. One of the two was
    refused as a whole: what else there is to know of two rows of one number, was found when the
    later one was planned.
    """
    own = {one.place for one in known}
    of_rows = placed(journal, own, select(rows), rows.c.run, rows.c.number)
    names = _names(journal, {run for run, _ in own})
    wanted = {(one.key, names[one.run]) for one in of_rows if one.key}
    refused = any(one.state is State.INVALID for one in known)
    found = _of_key(journal, {key for key, _ in wanted}, wanted, or_refused=refused)
    return actions_of_rows(journal, set(found) - own)


def _names(journal: Journal, of: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Run → the names of the actions that its mapping makes of a row."""
    found = paged(journal, of, select(runs.c.id, runs.c["keys"].label("made_of")), runs.c.id)
    return {one.id: frozenset(one.made_of["actions"]) for one in found}


def _next_of_kin(journal: Journal, places: Collection[Place]) -> Iterator[Place]:
    """Rows that are the same thing as some row of these, in one step."""
    own = placed(journal, places, select(rows), rows.c.run, rows.c.number)
    roots = {(one.root_run, one.root_row) for one in own}
    descended = select(rows.c.run, rows.c.number)
    for one in placed(journal, roots, descended, rows.c.root_run, rows.c.root_row):
        yield one.run, one.number
    mine = placed(journal, places, select(actions), actions.c.run, actions.c.row)
    yield from _standing_for(journal, mine)
    yield from _sent_anew(journal, mine)


def _standing_for(journal: Journal, mine: Sequence[Row[Any]]) -> Iterator[Place]:
    """The rows of what stands for one of these, and of what one of these stands for."""
    for_them = {one.holder for one in mine if _is_same_thing(one)}
    for one in paged(journal, for_them, select(actions), actions.c.id):
        yield one.run, one.row
    ids = {one.id for one in mine}
    for one in paged(journal, ids, select(actions).where(IS_HELD), actions.c.holder):
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
    for one in paged(journal, identities, select(actions), actions.c.identity):
        if (one.identity, one.occurrence) in slots and one.state != State.DUPLICATE:
            yield one.run, one.row


def _of_key(
    journal: Journal,
    keys: Collection[str],
    wanted: Collection[tuple[str, frozenset[str]]],
    *,
    or_refused: bool,
) -> Iterator[Place]:
    """The rows of some keys and names of actions, where no sheet has two of it.

    Either all of them, or those that were refused as a whole.
    """
    asked = select(rows.c.run, rows.c.number, rows.c.key, actions.c.state, actions.c.occurrence)
    found = paged(journal, keys, asked.join(actions, row_of(actions)), rows.c.key)
    names = _names(journal, {one.run for one in found})
    kept = [one for one in found if (one.key, names[one.run]) in wanted]
    by_key = sorted(kept, key=lambda one: one.key)
    for _, group in groupby(by_key, lambda one: one.key):
        alike = list(group)
        in_run = Counter(run for run, _ in {(one.run, one.number) for one in alike})
        if max(in_run.values()) > 1 or any(one.occurrence > 1 for one in alike):
            continue
        for one in alike:
            if or_refused or one.state == State.INVALID:
                yield one.run, one.number
