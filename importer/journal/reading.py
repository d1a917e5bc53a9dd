"""The journal read back, as the records that reports and people use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Row, func, select

from importer.errors import JournalError, UsageError
from importer.journal.doubt import doubtful_leads
from importer.journal.earlier import read_earlier
from importer.journal.money import invalid_money, sums_of
from importer.journal.paging import paged
from importer.journal.ruled import decisions_by_action
from importer.journal.schema import HAS_ID, IS_UNKNOWN, actions, problems, requests, rows, runs
from importer.journal.statements import ACTIONS
from importer.journal.states import states_of
from importer.journal.statuses import status_of
from importer.journal.store import RESTORE, Journal
from importer.journal.taken import is_replaceable, taken_up
from importer.model import (
    OUTCOME_OF,
    ActionRecord,
    Currency,
    Decision,
    Money,
    Note,
    Outcome,
    Problem,
    Remark,
    RunRecord,
    RunState,
    Skipped,
    State,
)
from importer.verdict.details import BEHIND_DOUBT


def runs_of(journal: Journal) -> list[RunRecord]:
    """Every run, oldest first."""
    return [_run(journal, one) for one in journal.read(select(runs).order_by(runs.c.seq))]


def runs_by_mapping(journal: Journal, mapping: str, content: str | None = None) -> list[RunRecord]:
    """Every run of a mapping, oldest first; without what has to be counted.

    Args:
        journal: the journal.
        mapping: its name.
        content: SHA-256 of what they read; None: of whatever.
    """
    found = select(runs).where(runs.c.mapping == mapping).order_by(runs.c.seq)
    if content is not None:
        found = found.where(runs.c.file_sha256 == content)
    return [_uncounted(one) for one in journal.read(found)]


def run_of(journal: Journal, run: str) -> RunRecord:
    """One run.

    Raises:
        UsageError: there is no such run.
    """
    found = journal.read(select(runs).where(runs.c.id == run))
    if not found:
        raise UsageError(
            f"There is no run {run} in this workspace's journal.",
            "`importer runs` lists them.",
        )
    return _run(journal, found[0])


def uncounted_runs(journal: Journal, ids: Iterable[str]) -> dict[str, RunRecord]:
    """Id → run, without what is counted row by row: skipped rows, requests, invalid money."""
    found = journal.read(select(runs).where(runs.c.id.in_(sorted(set(ids)))))
    return {one.id: _uncounted(one) for one in found}


def chain_of(journal: Journal, run: RunRecord) -> list[RunRecord]:
    """The runs that started from the same sheet, oldest first."""
    found = journal.read(select(runs).where(runs.c.root == run.root).order_by(runs.c.seq))
    return [_run(journal, one) for one in found]


def problems_of_rows(
    journal: Journal, references: Iterable[tuple[str, int]], codes: Sequence[str]
) -> dict[tuple[str, int], list[Problem]]:
    """(run, row) → problems, for those rows that had any of these codes."""
    found: dict[tuple[str, int], list[Problem]] = {}
    wanted = set(references)
    for run in sorted({run for run, _ in wanted}):
        statement = (
            select(problems)
            .where(problems.c.run == run, problems.c.code.in_(codes))
            .order_by(problems.c.row, problems.c.seq)
        )
        for one in journal.read(statement):
            if (run, one.row) in wanted:
                found.setdefault((run, one.row), []).append(_problem(one))
    return found


def in_doubt(journal: Journal, but: str) -> Mapping[str, int]:
    """Run → actions that are UNKNOWN, in other runs."""
    # Counted here: to group them, SQLite would go through all actions in the order of their runs.
    found = journal.read(select(actions.c.run).where(IS_UNKNOWN, actions.c.run != but))
    return dict(sorted(Counter(one.run for one in found).items()))


def mapping_of(journal: Journal, run: str) -> str:
    """The text of the mapping that a run was made with."""
    (one,) = journal.read(select(runs.c.mapping_text).where(runs.c.id == run))
    return str(one.mapping_text)


def skipped_rows(journal: Journal, run: str) -> Iterator[Skipped]:
    """The rows that yield no action, in sheet order."""
    statement = select(rows.c.number, rows.c.skipped).where(rows.c.run == run, rows.c.skipped != "")
    for one in journal.stream(statement, rows.c.number):
        yield Skipped(row=one.number, reason=one.skipped)


def count_rows(journal: Journal, run: str) -> int:
    """Rows of a run that had actions, as the journal holds them."""
    found = journal.read(
        select(func.count()).select_from(rows).where(rows.c.run == run, rows.c.skipped == "")
    )
    return int(found[0][0])


def action_records(
    journal: Journal, run: str, outcomes: Collection[Outcome] | None = None
) -> Iterator[ActionRecord]:
    """Every action of a run, in sheet order; or those that ended in one of these outcomes."""
    page_of, last = ACTIONS, (-1, -1)
    if outcomes is not None:
        page_of = page_of.where(actions.c.state.in_(states_of(outcomes)))
    while page := journal.read(page_of, {"of_run": run, "row": last[0], "position": last[1]}):
        yield from records_of(journal, run, page)
        last = (page[-1].row, page[-1].position)


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
            record = _action(one, described.targets, wrong.get(one.row, ()), ruled.get(one.id, ()))
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


def known_action_ids(journal: Journal, ids: Sequence[str]) -> set[str]:
    """Those of the CRM's action ids that this journal has on record."""
    asked = select(actions.c.action_id).where(HAS_ID)
    return {one.action_id for one in paged(journal, ids, asked, actions.c.action_id)}


def _run(journal: Journal, one: Row[Any]) -> RunRecord:
    skipped = journal.read(
        select(rows.c.skipped, func.count().label("n"))
        .where(rows.c.run == one.id, rows.c.skipped != "")
        .group_by(rows.c.skipped)
        .order_by(rows.c.skipped)
    )
    # Typed loosely: SQLAlchemy's stubs count a select's columns, and `read` takes any.
    counts: tuple[Any, ...] = (
        func.count().label("all"),
        func.count(requests.c.batch).label("sent"),
    )
    (spent,) = journal.read(select(*counts).where(requests.c.run == one.id))
    invalid = invalid_money(journal, one.id)
    return replace(
        _uncounted(one),
        skipped={of.skipped: of.n for of in skipped},
        invalid_money=invalid.money,
        invalid_with_money=invalid.count,
        requests_sent=spent.sent,
        requests_read=spent.all - spent.sent,
    )


def _uncounted(one: Row[Any]) -> RunRecord:
    return RunRecord(
        id=one.id,
        parent=one.parent,
        root=one.root,
        workspace=one.workspace,
        file=one.file,
        file_sha256=one.file_sha256,
        tab=one.tab,
        header_row=one.header_row,
        headers=tuple(one.headers),
        mapping=one.mapping,
        mapping_sha256=one.mapping_sha256,
        mapping_file=one.mapping_file,
        state=RunState(one.state),
        reason=one.reason,
        halted=one.halted,
        job=one.job,
        started_at=one.started_at,
        changed_at=one.changed_at,
        rows_read=one.rows_read,
        planned_actions=one.planned_actions,
        planned_money=sums_of(one.planned_money),
        skipped={},
        types=frozenset(one.keys["actions"].values()),
        notes=tuple(Note(**note) for note in one.notes),
    )


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
        by_row[one.row] = (*by_row.get(one.row, ()), _problem(one))
    return by_row


def _problem(one: Row[Any]) -> Problem:
    return Problem(
        code=one.code,
        row=one.row,
        column=one.column,
        seen=one.seen,
        message=one.message,
        hint=one.hint,
    )


_OUTCOMES: Final = {str(state): outcome for state, outcome in OUTCOME_OF.items()}
_CURRENCIES: Final = {str(currency): currency for currency in Currency}
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
        else Money(amount=one.amount, currency=_CURRENCIES[one.currency]),
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
