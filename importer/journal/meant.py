"""Which actions a person means, by run, row and name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, select

from importer.errors import UsageError
from importer.journal.purging import refuse_purged
from importer.journal.reading import run_of
from importer.journal.schema import actions, rows
from importer.journal.states import NEVER_RAN
from importer.journal.store import Journal
from importer.model import State


def meant_actions(  # noqa: PLR0913 - every decision asks for the same
    journal: Journal,
    run: str,
    states: Collection[State],
    of_rows: frozenset[int] | None = None,
    name: str | None = None,
    *,
    reason: str,
    otherwise: UsageError,
) -> Sequence[Row[Any]]:
    """The actions that a decision is about, in sheet order; at least one.

    Args:
        journal: the journal.
        run: the run's id.
        states: that the decision can be about.
        of_rows: row numbers as Excel shows them; None: all.
        name: of the action in the mapping; None: all.
        reason: what the person says.
        otherwise: what is wrong where nothing is meant.

    Raises:
        UsageError: nothing is meant, a row is not of the run, the run was refused as a whole, or
            the reason is blank.
    """
    refuse_no_reason(reason)
    _refuse_other_runs(journal, run)
    refuse_purged(journal, run)
    _refuse_other_rows(journal, run, of_rows)
    statement = (
        select(actions)
        .where(actions.c.run == run, actions.c.state.in_(states))
        .order_by(actions.c.row, actions.c.position)
    )
    found = [
        one
        for one in journal.read(statement)
        if (of_rows is None or one.row in of_rows) and (name is None or one.name == name)
    ]
    if not found:
        raise otherwise
    return found


def refuse_no_reason(reason: str) -> None:
    """Refuse what says nothing: a blank, or the `…` that stands in a printed command.

    Raises:
        UsageError: there is neither a letter nor a digit in it.
    """
    if not any(one.isalnum() for one in reason):
        given = f"“{reason.strip()}” is none" if reason.strip() else "there is none"
        raise UsageError(
            f"A decision needs a reason, and {given}.",
            "Say why in your own words, in place of the dots: it stays on record for ever.",
        )


def _refuse_other_runs(journal: Journal, run: str) -> None:
    known = run_of(journal, run)
    if known.state in NEVER_RAN:
        raise UsageError(
            f"The run {run} was refused before anything was sent: {known.reason}",
            "There is nothing to decide; run its sheet again, corrected where it needs it.",
        )


def _refuse_other_rows(journal: Journal, run: str, of_rows: frozenset[int] | None) -> None:
    if of_rows is None:
        return
    there = select(rows.c.number).where(rows.c.run == run, rows.c.skipped == "")
    strangers = of_rows - {one.number for one in journal.read(there)}
    if strangers:
        numbers = ", ".join(str(number) for number in sorted(strangers))
        raise UsageError(
            f"The run {run} has no actions in row {numbers}.",
            "Name rows as its sheet numbers them; the run's report shows them.",
        )
