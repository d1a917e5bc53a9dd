"""What a person gives up: the rest of a run, or rows for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, and_, select

from importer.errors import UsageError
from importer.journal.meant import meant_actions
from importer.journal.moving import move
from importer.journal.ruled import Decided, record_ruling
from importer.journal.schema import rows, runs
from importer.journal.store import Journal
from importer.model import Ruling, RunState, State

_FAILED: Final = (State.INVALID, State.IGNORED, State.REFUSED)
_DOUBTFUL: Final = (State.SENDING, State.UNKNOWN)


def close(
    journal: Journal, run: str, of_rows: frozenset[int] | None, *, by: str, reason: str
) -> Decided:
    """Give up rows for good, or the rest of a run.

    Of rows, nobody waits any more for what was not created, and a later sheet that holds them
    unchanged does not send them either. The rest of a run is what is UNSENT: the run does not send
    it any more, and another sheet may.

    Args:
        journal: the journal.
        run: the run's id.
        of_rows: row numbers as Excel shows them; None: the rest of the run.
        by: the account of the operating system.
        reason: why the person thinks so.

    Raises:
        UsageError: a row is not of the run, is in doubt, or was taken up by a later run; nothing
            is left to be given up, or the reason is blank.
    """
    if of_rows is None:
        found, ruling = _unsent(journal, run, reason), Ruling.CLOSED
    else:
        found, ruling = _not_created(journal, run, of_rows, reason), Ruling.WAIVED
    with journal.transaction() as connection:
        for one in found:
            before = State(one.state)
            # What failed stays what it is; only that nobody waits for it any more.
            after = State.CLOSED if before is State.STAGED else before
            move(connection, [one.id], before, state=after, given_up=True)
        return record_ruling(journal, run, found, ruling, by=by, reason=reason)


def _unsent(journal: Journal, run: str, reason: str) -> Sequence[Row[Any]]:
    otherwise = UsageError(
        f"Nothing is UNSENT in the run {run}.",
        "To give up rows of which something was not created, name them: --rows 5,7-9.",
    )
    return meant_actions(journal, run, [State.STAGED], reason=reason, otherwise=otherwise)


def _not_created(
    journal: Journal, run: str, of_rows: frozenset[int], reason: str
) -> Sequence[Row[Any]]:
    otherwise = UsageError(
        f"Nothing of what is meant is left to be given up in the run {run}.",
        "What is CREATED or ALREADY stands on the timeline: the run's report shows the rows.",
    )
    states = (*_FAILED, *_DOUBTFUL, State.DUPLICATE, State.STAGED)
    found = meant_actions(journal, run, states, of_rows, reason=reason, otherwise=otherwise)
    found = [one for one in found if not one.given_up]
    if not found:
        raise otherwise
    _refuse_doubtful(run, found)
    return _latest(journal, run, found)


def _refuse_doubtful(run: str, found: Sequence[Row[Any]]) -> None:
    doubtful = [one.row for one in found if one.state in _DOUBTFUL]
    if doubtful:
        raise UsageError(
            f"Row {doubtful[0]} is in doubt: it may stand on the timeline.",
            f"Find out before anything of it is given up: importer settle {run}.",
        )


def _latest(journal: Journal, run: str, found: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """Those that no later run has taken up: what failed counts as its latest attempt says."""
    later = _taken_up(journal, run)
    left = [one for one in found if one.row not in later or one.state not in _FAILED]
    if not left:
        row = found[0].row
        other, place = later[row]
        raise UsageError(
            f"Row {row} was taken up by the run {other}, as row {place} of its sheet.",
            f"Give it up there: importer close {other} --rows {place} --reason …",
        )
    return left


def _taken_up(journal: Journal, run: str) -> dict[int, tuple[str, int]]:
    """Row → the latest run that has read it again from a failures workbook, and its row there."""
    own, later, mine = rows.alias("own"), rows.alias("later"), runs.alias("mine")
    same_root = and_(later.c.root_run == own.c.root_run, later.c.root_row == own.c.root_row)
    found = journal.read(
        select(own.c.number, later.c.run, later.c.number.label("place"))
        .join(later, same_root)
        .join(runs, runs.c.id == later.c.run)
        .join(mine, mine.c.id == own.c.run)
        .where(
            own.c.run == run,
            runs.c.seq > mine.c.seq,
            runs.c.state.not_in((RunState.REFUSED, RunState.PLANNING)),
        )
        .order_by(runs.c.seq)
    )
    return {one.number: (one.run, one.place) for one in found}
