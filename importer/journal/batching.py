"""Batches: the actions of a lead that travel together, in sheet order, a request each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Final

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, select, update

from importer import batches
from importer.journal.bulk import execute_many
from importer.journal.schema import actions
from importer.journal.schema import batches as batch_table
from importer.journal.store import Journal
from importer.model import State

_AT_ONCE: Final = 10_000
"""Leads that are read together, and batches that are written together."""
_JOIN: Final = (
    update(actions).where(actions.c.id == bindparam("waiting")).values(batch=bindparam("into"))
)


def make_batches(journal: Journal, run: str, limit: int) -> None:
    """Batch whatever a run has staged that is in no batch yet.

    Args:
        journal: the journal.
        run: the run.
        limit: actions in one request at the most.
    """
    before = func.coalesce(select(func.max(batch_table.c.id)).scalar_subquery(), 0)
    with journal.transaction() as connection:
        # One process writes the journal: the ids can be given out beforehand, and many batches made
        # by one statement instead of one each.
        last = made = connection.execute(select(before)).scalar_one()
        groups = _groups(connection, run, limit)
        while page := list(enumerate(islice(groups, _AT_ONCE), start=made + 1)):
            made += len(page)
            execute_many(
                connection,
                insert(batch_table),
                [{"id": batch, "run": run, "lead": lead} for batch, (lead, _) in page],
            )
            execute_many(
                connection,
                _JOIN,
                [{"waiting": one, "into": batch} for batch, (_, ids) in page for one in ids],
            )
        # The leads whose actions all travel together: each has one new batch.
        of_lead = select(batch_table.c.id).where(
            batch_table.c.run == run, batch_table.c.lead == actions.c.lead, batch_table.c.id > last
        )
        connection.execute(
            update(actions).where(*_waiting(run)).values(batch=of_lead.scalar_subquery())
        )


def _waiting(run: str) -> tuple[ColumnElement[bool], ...]:
    """Of an action: it waits for a batch."""
    return actions.c.run == run, actions.c.state == State.STAGED, actions.c.batch.is_(None)


def _groups(connection: Connection, run: str, limit: int) -> Iterator[tuple[str, Sequence[int]]]:
    """(lead, actions) of each new batch, in sheet order; no actions where it is all of the lead's.

    The database has sorted all of them before it gives the first: what is written meanwhile changes
    nothing of what it gives, and no more than a few are in memory.
    """
    few = {"yield_per": _AT_ONCE}
    of_leads = (
        select(actions.c.lead, func.count().label("n"))
        .where(*_waiting(run))
        .group_by(actions.c.lead)
    )
    in_turn = of_leads.order_by(func.min(actions.c.row), actions.c.lead)
    many = of_leads.having(func.count() > limit).subquery()
    first_row = func.min(actions.c.row).over(partition_by=actions.c.lead)
    split = (
        select(actions.c.id, actions.c.row, actions.c.lead)
        .where(*_waiting(run), actions.c.lead.in_(select(many.c.lead)))
        .order_by(first_row, actions.c.lead, actions.c.row, actions.c.position)
    )
    waiting = connection.execute(split, execution_options=few)
    parts = batches.group(
        (batches.Waiting(id=one.id, row=one.row, lead=one.lead) for one in waiting), limit
    )
    by_lead = groupby(parts, key=itemgetter(0))
    for lead, n in connection.execute(in_turn, execution_options=few):
        if n > limit:
            yield from next(by_lead)[1]
        else:
            yield lead, ()
