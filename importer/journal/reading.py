"""The journal read back, as the records that reports and people use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, func, or_, select

from importer.created import record_of
from importer.errors import UsageError
from importer.journal.money import invalid_money, sums_of
from importer.journal.paging import paged
from importer.journal.records import problem_of, records_of
from importer.journal.schema import HAS_ID, IS_UNKNOWN, actions, problems, requests, rows, runs
from importer.journal.statements import ACTIONS
from importer.journal.states import states_of
from importer.journal.store import Journal
from importer.journal.telling import told_actions
from importer.model import (
    ActionRecord,
    Note,
    Outcome,
    Problem,
    RunRecord,
    RunState,
    Skipped,
    State,
)
from importer.verdict import NotSent


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
                found.setdefault((run, one.row), []).append(problem_of(one))
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
    if outcomes is None:
        return map(record_of, told_actions(journal, run))
    return _ended(journal, run, states_of(outcomes))


def _ended(journal: Journal, run: str, states: Collection[State]) -> Iterator[ActionRecord]:
    page_of, last = ACTIONS.where(actions.c.state.in_(states)), (-1, -1)
    while page := journal.read(page_of, {"of_run": run, "row": last[0], "position": last[1]}):
        yield from records_of(journal, run, page)
        last = (page[-1].row, page[-1].position)


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
    has_left = or_(requests.c.verdict.is_(None), requests.c.verdict != NotSent.__name__)
    counts: tuple[Any, ...] = (
        func.count().filter(requests.c.batch.is_(None)).label("read"),
        func.count(requests.c.batch).filter(has_left).label("sent"),
    )
    (spent,) = journal.read(select(*counts).where(requests.c.run == one.id))
    invalid = invalid_money(journal, one.id)
    return replace(
        _uncounted(one),
        skipped={of.skipped: of.n for of in skipped},
        invalid_money=invalid.money,
        invalid_with_money=invalid.count,
        requests_sent=spent.sent,
        requests_read=spent.read,
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
