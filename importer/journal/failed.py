"""What the CRM has refused, and would travel again just as it was: reported, not sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, select

from importer.batches import Claimant, Holder, Matching, pair_failed
from importer.journal.earlier import earlier_values
from importer.journal.matching import claimant_of, holder_of, staged_of
from importer.journal.moving import move
from importer.journal.roots import root_of, row_of
from importer.journal.schema import actions, rows, runs
from importer.journal.states import LIVE_STATES
from importer.journal.store import Journal
from importer.model import EarlierReason, State
from importer.verdict import LEAD_NOT_FOUND

_FAILED = (State.IGNORED, State.REFUSED)


def report_unchanged(
    journal: Journal, run: str, matching: Matching, retry: frozenset[State]
) -> None:
    """Report what the CRM has refused before, byte for byte and for the same lead, once more.

    Equal source values are not enough: an edited mapping can be the correction.

    Args:
        journal: the journal, in the transaction that finishes the plan.
        run: the run whose identities have just been settled.
        matching: as the mapping says.
        retry: states of which nothing is reported but sent again.
    """
    failed = journal.read(_failed(run))
    if not failed:
        return
    known = {one.id: one for one in failed}
    wanted = {one.identity for one in failed}
    mine = [one for one in journal.read(staged_of(run)) if one.identity in wanted]
    mine.sort(key=lambda one: (one.row, one.position))
    with journal.transaction() as connection:
        for claimant, holder in _pairs(mine, failed, matching):
            if holder.state in retry:
                continue
            earlier = known[holder.id]
            move(
                connection,
                [claimant.id],
                State.STAGED,
                state=holder.state,
                remarks=earlier.remarks,
                detail=earlier.detail,
                holder=earlier.id,
                earlier=earlier_values(earlier, EarlierReason.UNCHANGED),
            )


def _failed(run: str) -> Select[Any]:
    """What was sent and refused, and equals something staged: each root row's latest attempt."""
    mine, root, later = staged_of(run).subquery(), rows.alias("root"), actions.alias("later")
    created_since = exists().where(
        later.c.origin == actions.c.origin,
        later.c.id > actions.c.id,
        later.c.state.in_(LIVE_STATES),
    )
    equal = exists().where(
        mine.c.identity == actions.c.identity,
        mine.c.entry == actions.c.entry,
        mine.c.lead == actions.c.lead,
    )
    attempt = func.row_number().over(
        partition_by=[actions.c.origin, actions.c.entry, actions.c.lead],
        order_by=actions.c.id.desc(),
    )
    found = (
        select(
            actions,
            attempt.label("attempt"),
            runs.c.file,
            root.c.fingerprint,
            root.c.run.label("root_run"),
            root.c.number.label("root_row"),
        )
        .join(rows, row_of(actions))
        .join(root, root_of(rows, root))
        .join(runs, runs.c.id == actions.c.run)
        .where(
            actions.c.run != run,
            actions.c.identity.in_(select(mine.c.identity)),
            actions.c.state.in_(_FAILED),
            # It was really sent: what was only reported again is no row more.
            actions.c.request.is_not(None),
            equal,
            ~created_since,
            ~_may_be_innocent(),
        )
        .subquery()
    )
    return select(found).where(found.c.attempt == 1).order_by(found.c.id)


def _may_be_innocent() -> ColumnElement[bool]:
    """Refused with others: nobody knows for which of them, unless it was for their lead."""
    beside = actions.alias("beside")
    with_others = exists().where(
        beside.c.batch == actions.c.batch,
        beside.c.request == actions.c.request,
        beside.c.id != actions.c.id,
    )
    for_lead = actions.c.detail.startswith(f"{LEAD_NOT_FOUND}:", autoescape=True)
    return and_(actions.c.state == State.REFUSED, with_others, ~for_lead)


def _pairs(
    mine: Sequence[Row[Any]], failed: Sequence[Row[Any]], matching: Matching
) -> Iterator[tuple[Claimant, Holder]]:
    by_bytes: dict[object, list[Row[Any]]] = {}
    for one in failed:
        by_bytes.setdefault(_travels(one), []).append(one)
    for travels, group in groupby(sorted(mine, key=_travels), key=_travels):
        theirs = [holder_of(one) for one in by_bytes.get(travels, ())]
        yield from pair_failed([claimant_of(one, {}) for one in group], theirs, matching)


def _travels(one: Row[Any]) -> tuple[str, str, str]:
    return one.identity, one.lead, one.entry
