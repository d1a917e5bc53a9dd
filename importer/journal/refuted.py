"""What a person has seen that looks had not found, and what else rests on the same looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from importer.journal.attempts import Attempt, doubtful_attempts, staged_again
from importer.journal.moving import move
from importer.journal.schema import IS_CREATED, actions
from importer.journal.store import Journal
from importer.model import State
from importer.verdict.details import NOT_FOUND, REFUTED, SEEN_THERE, SOUGHT_AGAIN


def sought_in_vain(found: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Those of some actions in doubt that two looks have not found, lately or some time ago."""
    return [
        one
        for one in found
        if one.detail == SOUGHT_AGAIN or (one.looked_up and one.detail == NOT_FOUND)
    ]


def doubt_beside(
    journal: Journal, connection: Connection, run: str, seen: Sequence[Row[Any]]
) -> int:
    """Put in doubt what was not found either, of the requests that carried what a person has seen.

    A timeline that is late shows one action of a request no sooner than the others. No look settles
    them as absent any more; a person's word that one was not created holds.

    Args:
        journal: the journal.
        connection: in the transaction that puts the person's word on record.
        run: the run's id.
        seen: what the person has seen, as it was in doubt.

    Returns:
        How many actions wait for a person now because of that.
    """
    if not seen:
        return 0
    attempts = doubtful_attempts(journal, {run})
    refuted = {each.request for one in seen for each in _carried(one, attempts)}
    count = 0
    for one in staged_again(journal, run):
        carried = [
            each.request
            for each in _carried(one, attempts)
            if one.denied is None or each.request > one.denied
        ]
        if not refuted.isdisjoint(carried):
            # The request that is in doubt: a later one has proved not to have stored it.
            now = {"state": State.UNKNOWN, "request": one.doubtful, "detail": REFUTED}
            move(connection, [one.id], State.STAGED, **now, looked_up=True)
            count += 1
    for one in sought_in_vain(_unknown(journal, run)):
        if not refuted.isdisjoint(each.request for each in _carried(one, attempts)):
            move(connection, [one.id], State.UNKNOWN, detail=REFUTED, looked_up=True)
            count += 1
    return count


def refuted_requests(journal: Journal, lead: str, attempts: Sequence[Attempt]) -> frozenset[int]:
    """Those of some requests to a lead that stored what looks had not found, as a person saw."""
    seen = journal.read(
        select(actions.c.run, actions.c.lead, actions.c.batch, actions.c.request).where(
            actions.c.lead == lead, IS_CREATED, actions.c.detail == SEEN_THERE
        )
    )
    return frozenset(each.request for one in seen for each in _carried(one, attempts))


def _carried(one: Row[Any], attempts: Sequence[Attempt]) -> list[Attempt]:
    """Which of these requests may have carried an action, oldest first."""
    return [
        each
        for each in attempts
        if each.run == one.run
        and each.lead == one.lead
        and each.may_have_carried(one.batch, one.request)
    ]


def _unknown(journal: Journal, run: str) -> Sequence[Row[Any]]:
    return journal.read(
        select(actions).where(actions.c.run == run, actions.c.state == State.UNKNOWN)
    )
