"""What of a run is still to be sent, by itself or by another sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from importer.journal.matching import ruled_as
from importer.journal.schema import actions
from importer.journal.store import Journal
from importer.model import Ruling, State


def batches_left(journal: Journal, run: str) -> int:
    """Requests that sending the rest of a run takes, if every one is answered."""
    found = journal.read(
        select(func.count(actions.c.batch.distinct())).where(
            actions.c.run == run, actions.c.state == State.STAGED
        )
    )
    return int(found[0][0])


def actions_left(journal: Journal, run: str) -> int:
    """Actions of a run that are still to be sent."""
    found = journal.read(
        select(func.count()).where(actions.c.run == run, actions.c.state == State.STAGED)
    )
    return int(found[0][0])


LEFT_TO_OTHERS = (actions.c.state == State.CLOSED) & ~ruled_as(actions, Ruling.WAIVED)
"""Closed with the rest of its run, before it was sent; not given up for good."""


def is_left_to_others(journal: Journal, run: str) -> bool:
    """Whether a person has closed the run before all of it was sent: another sheet may send it."""
    found = select(actions.c.id).where(actions.c.run == run, LEFT_TO_OTHERS)
    return bool(journal.read(found.limit(1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryToSend:
    """An action that would be sent."""

    batch: int
    lead: str
    entry: str


def entries_to_send(journal: Journal, run: str) -> Iterator[EntryToSend]:
    """Everything staged, batch by batch: what a dry run prints."""
    found = journal.read(
        select(actions.c.batch, actions.c.lead, actions.c.entry)
        .where(actions.c.run == run, actions.c.state == State.STAGED)
        .order_by(actions.c.batch, actions.c.row, actions.c.position)
    )
    for one in found:
        yield EntryToSend(batch=one.batch, lead=one.lead, entry=one.entry)
