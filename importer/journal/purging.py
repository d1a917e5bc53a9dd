"""Old evidence is let go: what the CRM answered, and the bodies of what is created.

Whatever recognises a row stays for ever: identity, occurrence, origin, source values, action id,
fingerprints; so does what a decision may still be about.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, exists, func, select, update

from importer.errors import UsageError
from importer.journal.schema import actions, requests, runs
from importer.journal.statuses import status_of
from importer.journal.store import Journal, pages
from importer.model import PAYMENT, RunState, State

LET_GO: Final = (State.CREATED, State.ALREADY)
"""States of which a purge lets the body go: never sent again, whatever a person decides. What
failed or is held is matched by its body, or may be released, and keeps it; so does what a person
has said to stand on a timeline, and not with which id: whoever looks there knows it by its body."""
_AT_REST: Final = (RunState.DONE, RunState.STOPPED, RunState.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the journal would let go."""

    answers: int = 0
    bodies: int = 0
    size: int = 0
    """Characters of all these."""


def old_roots(journal: Journal, before: dt.datetime) -> list[str]:
    """The first runs of those chains of which every run has rested since before a moment."""
    other = runs.alias("other")
    stirred = exists().where(
        other.c.root == runs.c.id,
        (other.c.changed_at >= before) | other.c.state.not_in(_AT_REST),
    )
    kept = exists().where(other.c.root == runs.c.id, other.c.purged_at.is_(None))
    found = journal.read(
        select(runs.c.id).where(runs.c.root == runs.c.id, ~stirred, kept).order_by(runs.c.seq)
    )
    return [one.id for one in found]


def runs_of_roots(journal: Journal, roots: Sequence[str]) -> list[str]:
    """Every run of some chains, oldest first."""
    found = journal.read(select(runs.c.id).where(runs.c.root.in_(roots)).order_by(runs.c.seq))
    return [one.id for one in found]


def purged_runs(journal: Journal) -> list[str]:
    """Every run that was purged, oldest first."""
    found = journal.read(
        select(runs.c.id).where(runs.c.purged_at.is_not(None)).order_by(runs.c.seq)
    )
    return [one.id for one in found]


def purged_at(journal: Journal, run: str) -> dt.datetime | None:
    """When a run was purged; None where it was not."""
    found = journal.read(select(runs.c.purged_at).where(runs.c.id == run))
    return found[0].purged_at if found else None


def refuse_purged(journal: Journal, run: str) -> None:
    """Refuse to go on with a run of which too little is left to change anything.

    Raises:
        UsageError: the run was purged.
    """
    if (at := purged_at(journal, run)) is not None:
        raise UsageError(
            f"The run {run} was purged on {at.astimezone():%d %b %Y}: its kept sheet and the CRM's "
            "answers are gone. What became of each row is still known.",
            f"Look: `importer report {run}`, or `importer trace WHAT`. To change a row, run its "
            "sheet again.",
        )


def evidence_of(journal: Journal, of_runs: Sequence[str]) -> Evidence:
    """What the journal would let go of some runs."""
    (answers,) = journal.read(_measured(requests.c.answer, _answers(of_runs)))
    (bodies,) = journal.read(_measured(actions.c.entry, _bodies(of_runs)))
    return Evidence(
        answers=answers.n, bodies=bodies.n, size=(answers.size or 0) + (bodies.size or 0)
    )


def purge(journal: Journal, of_runs: Sequence[str]) -> None:
    """Let go of the evidence of some runs, and mark them as purged; one transaction."""
    with journal.transaction() as connection:
        connection.execute(update(requests).where(_answers(of_runs)).values(answer=None))
        for status, ids in _statuses(journal, of_runs).items():
            for page in pages(ids):
                kept = update(actions).where(actions.c.id.in_(page))
                connection.execute(kept.values(kept_status=status))
        connection.execute(update(actions).where(_bodies(of_runs)).values(entry=""))
        connection.execute(
            update(runs)
            .where(runs.c.id.in_(of_runs), runs.c.purged_at.is_(None))
            .values(purged_at=journal.clock())
        )


def give_back_room(journal: Journal) -> bool:
    """Rewrite the file without what was let go, so that its bytes are gone from it as well.

    Returns:
        Whether that could be done: it needs as much room again for a moment.
    """
    connection = journal.connection.connection.driver_connection
    if connection is None:
        return False
    try:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error:
        return False
    return True


def _answers(of_runs: Sequence[str]) -> ColumnElement[bool]:
    return requests.c.run.in_(of_runs) & requests.c.answer.is_not(None)


def _bodies(of_runs: Sequence[str]) -> ColumnElement[bool]:
    is_known = (actions.c.state != State.CREATED) | (actions.c.action_id != "")
    may_go = actions.c.state.in_(LET_GO) & is_known & (actions.c.entry != "")
    return actions.c.run.in_(of_runs) & may_go


def _statuses(journal: Journal, of_runs: Sequence[str]) -> dict[str, list[int]]:
    """Status → the payments, by id, of which the body is let go: the books go on telling it."""
    told = select(actions.c.id, actions.c.type, actions.c.entry, actions.c.kept_status)
    found: defaultdict[str, list[int]] = defaultdict(list)
    payments = told.where(_bodies(of_runs), actions.c.type == PAYMENT)
    for one in journal.stream(payments, actions.c.id):
        found[status_of(one)].append(one.id)
    return found


def _measured(column: ColumnElement[Any], which: ColumnElement[bool]) -> Any:  # noqa: ANN401 - a select's type counts its columns
    return select(func.count().label("n"), func.sum(func.length(column)).label("size")).where(which)
