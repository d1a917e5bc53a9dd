"""Actions of the journal's table as the records that reports and people use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Row, select

from importer.created import CURRENCIES
from importer.errors import JournalError
from importer.journal.doubt import doubtful_leads
from importer.journal.earlier import read_earlier
from importer.journal.ruled import decisions_by_action
from importer.journal.schema import problems, runs
from importer.journal.statuses import status_of
from importer.journal.store import RESTORE, Journal
from importer.journal.taken import is_replaceable, taken_up
from importer.model import (
    OUTCOME_OF,
    ActionRecord,
    Decision,
    Money,
    Problem,
    Remark,
    State,
)
from importer.verdict.details import BEHIND_DOUBT


def records_of(journal: Journal, run: str, page: Sequence[Row[Any]]) -> Iterator[ActionRecord]:
    """Some actions of one run, as the journal's table has them, as records in the same order.

    Raises:
        JournalError: one of them was altered until it says nothing.
    """
    (described,) = journal.read(select(runs.c.targets).where(runs.c.id == run))
    wrong = _problems(journal, run, [one.row for one in page if one.state == State.INVALID])
    ruled = decisions_by_action(journal, [one.id for one in page])
    later = taken_up(journal, run, {one.row for one in page if is_replaceable(one)})
    doubtful = doubtful_leads(journal, {one.lead for one in page if one.state == State.STAGED})
    for one in page:
        try:
            # Of a row that was refused as a whole, and of no other action of that row.
            own = wrong.get(one.row, ()) if one.state == State.INVALID else ()
            record = _action(one, described.targets, own, ruled.get(one.id, ()))
        except (KeyError, TypeError, ValueError) as error:
            raise JournalError(
                f"The journal was altered: what it holds of row {one.row} of the run {run} cannot "
                "be read.",
                RESTORE,
            ) from error
        if one.row in later and is_replaceable(one):
            taker, row = later[one.row]
            record = replace(record, taken_up=f"{taker}/{row}")
        if one.state == State.STAGED and one.lead in doubtful:
            record = replace(record, detail=record.detail or BEHIND_DOUBT)
        yield record


def _problems(journal: Journal, run: str, of_rows: Sequence[int]) -> dict[int, tuple[Problem, ...]]:
    if not of_rows:
        return {}
    found = journal.read(
        select(problems)
        .where(problems.c.run == run, problems.c.row.in_(of_rows))
        .order_by(problems.c.row, problems.c.seq)
    )
    by_row: dict[int, tuple[Problem, ...]] = {}
    for one in found:
        by_row[one.row] = (*by_row.get(one.row, ()), problem_of(one))
    return by_row


def problem_of(one: Row[Any]) -> Problem:
    """A problem, as the journal's table has it."""
    return Problem(
        code=one.code,
        row=one.row,
        column=one.column,
        seen=one.seen,
        message=one.message,
        hint=one.hint,
    )


_OUTCOMES: Final = {str(state): outcome for state, outcome in OUTCOME_OF.items()}
"""Text → member: what an enumeration's own call finds out step by step."""


def _action(
    one: Row[Any],
    targets: Mapping[str, Mapping[str, str]],
    wrong: tuple[Problem, ...],
    ruled: tuple[Decision, ...],
) -> ActionRecord:
    columns = targets.get(one.name, {})
    return ActionRecord(
        row=one.row,
        position=one.position,
        name=one.name,
        type=one.type,
        lead=one.lead,
        outcome=_OUTCOMES[one.state],
        money=None
        if one.amount is None
        else Money(amount=one.amount, currency=CURRENCIES[one.currency]),
        action_id=one.action_id,
        remarks=tuple(
            Remark(path=path, text=text, column=columns.get(path, "")) for path, text in one.remarks
        ),
        problems=wrong,
        detail=one.detail,
        earlier=read_earlier(one.earlier),
        content=one.content,
        reference=f"{one.run}/{one.row}",
        decisions=ruled,
        given_up=one.given_up,
        status=status_of(one),
        looked_up=one.state == State.UNKNOWN and one.looked_up,
        lead_column=columns.get("lead", ""),
    )
