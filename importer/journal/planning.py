"""Writing a plan: the run, its rows, its actions, their identities and their batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from importer import batches
from importer.journal import ledger
from importer.journal.schema import actions, problems, rows, runs
from importer.journal.schema import batches as batch_table
from importer.journal.store import Journal
from importer.model import CheckedRow, Currency, Invalid, Ready, RunState, Skipped, State


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """What is known of a run before its first row is read."""

    id: str
    parent: str
    root: str
    file: str
    file_sha256: str
    tab: str | None
    header_row: int
    headers: tuple[str, ...]
    mapping: str
    mapping_text: str
    mapping_sha256: str
    targets: Mapping[str, Mapping[str, str]]
    """Action name → field path → column letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRow:
    """A checked row and the row at the root of its chain."""

    checked: CheckedRow
    root: tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTotals:
    """What the planner counted while it read, kept beside what the journal holds."""

    rows_read: int
    actions: int
    money: Mapping[Currency, Decimal]
    rows_digest: str


def begin_run(journal: Journal, run: NewRun) -> None:
    """Record that a run has begun to read; nothing of it may be sent yet."""
    now = journal.clock()
    unknown_yet = {"rows_read": 0, "planned_actions": 0, "planned_money": {}, "rows_digest": ""}
    with journal.transaction() as connection:
        connection.execute(
            insert(runs).values(
                **asdict(run),
                **unknown_yet,
                workspace=journal.workspace,
                state=RunState.PLANNING,
                reason="",
                started_at=now,
                changed_at=now,
            )
        )


def stage(journal: Journal, run: str, planned: Sequence[PlannedRow]) -> None:
    """Write some rows of the plan, in sheet order, in one transaction."""
    found = [_row_values(run, one) for one in planned]
    drafted = [values for one in planned for values in _actions(journal, run, one.checked)]
    wrong = [values for one in planned for values in _problems(run, one.checked)]
    with journal.transaction() as connection:
        for table, values in ((rows, found), (actions, drafted), (problems, wrong)):
            if values:
                connection.execute(insert(table), values)


def finish_plan(
    journal: Journal, run: str, totals: PlanTotals, *, separate: bool, limit: int
) -> None:
    """Settle identities against the ledger, make the batches, and open the run for sending.

    Args:
        journal: the journal.
        run: the run's id.
        totals: what the planner counted.
        separate: the mapping says `exports: separate`.
        limit: actions in one request at the most.
    """
    with journal.transaction() as connection:
        trust = not separate or _same_rows_before(journal, run, totals.rows_digest)
        recognised = ledger.settle_identities(journal, run, trust_equal=trust)
        _make_batches(journal, run, limit)
        money = {
            currency: totals.money.get(currency, Decimal(0))
            + recognised.money.get(currency, Decimal(0))
            for currency in {*totals.money, *recognised.money}
        }
        connection.execute(
            update(runs)
            .where(runs.c.id == run, runs.c.state == RunState.PLANNING)
            .values(
                state=RunState.READY,
                changed_at=journal.clock(),
                rows_read=totals.rows_read,
                planned_actions=totals.actions + recognised.extra,
                planned_money={key: format(amount, "f") for key, amount in money.items()},
                rows_digest=totals.rows_digest,
            )
        )


def void_plan(journal: Journal, run: str, reason: str) -> None:
    """Forget the rows of a plan that was never finished; the run itself stays on record."""
    with journal.transaction() as connection:
        for table in (actions, problems, rows):
            connection.execute(delete(table).where(table.c.run == run))
        connection.execute(
            update(runs)
            .where(runs.c.id == run, runs.c.state == RunState.PLANNING)
            .values(state=RunState.REFUSED, reason=reason, changed_at=journal.clock())
        )


def void_unfinished(journal: Journal) -> None:
    """Void every plan that a crash left behind; to be called once the lock is held."""
    left = select(runs.c.id).where(runs.c.state == RunState.PLANNING)
    for one in journal.read(left):
        void_plan(journal, one.id, "The importer was stopped while it read the sheet.")


def _row_values(run: str, planned: PlannedRow) -> dict[str, Any]:
    checked = planned.checked
    skipped = isinstance(checked, Skipped)
    return {
        "run": run,
        "number": checked.row,
        "skipped": checked.reason if isinstance(checked, Skipped) else "",
        "fingerprint": "" if skipped else getattr(checked, "fingerprint", ""),
        "root_run": planned.root[0],
        "root_row": planned.root[1],
    }


def _actions(journal: Journal, run: str, checked: CheckedRow) -> Iterable[dict[str, Any]]:
    match checked:
        case Skipped():
            return
        case Invalid():
            yield _blank_action(run, checked.row) | {"state": State.INVALID}
        case Ready():
            for position, draft in enumerate(checked.drafts):
                yield _blank_action(run, checked.row) | {
                    "position": position,
                    "name": draft.name,
                    "type": draft.type,
                    "lead": draft.lead,
                    "entry": draft.entry,
                    "amount": draft.money.amount if draft.money else None,
                    "currency": draft.money.currency if draft.money else None,
                    "content": dict(draft.content),
                    "content_digest": batches.content_digest(draft.content),
                    "identity": batches.identity_digest(
                        journal.workspace, checked.identity, draft.name
                    ),
                }


def _blank_action(run: str, row: int) -> dict[str, Any]:
    texts = ("name", "type", "lead", "entry", "content_digest", "action_id", "detail")
    return {
        **dict.fromkeys(texts, ""),
        "run": run,
        "row": row,
        "position": 0,
        "amount": None,
        "currency": None,
        "content": {},
        "identity": None,
        "occurrence": 0,
        "state": State.STAGED,
        "batch": None,
        "remarks": [],
        "earlier": None,
    }


def _problems(run: str, checked: CheckedRow) -> Iterable[dict[str, Any]]:
    if isinstance(checked, Invalid):
        for seq, problem in enumerate(checked.problems):
            yield {**asdict(problem), "run": run, "seq": seq}


def _same_rows_before(journal: Journal, run: str, rows_digest: str) -> bool:
    earlier = select(runs.c.id).where(
        runs.c.id != run,
        runs.c.rows_digest == rows_digest,
        runs.c.state.not_in([RunState.PLANNING, RunState.REFUSED]),
    )
    return bool(journal.read(earlier.limit(1)))


def _make_batches(journal: Journal, run: str, limit: int) -> None:
    first_row = func.min(actions.c.row).over(partition_by=actions.c.lead)
    waiting = journal.read(
        select(actions.c.id, actions.c.row, actions.c.lead)
        .where(actions.c.run == run, actions.c.state == State.STAGED)
        .order_by(first_row, actions.c.lead, actions.c.row, actions.c.position)
    )
    groups = batches.group(
        (batches.Waiting(id=one.id, row=one.row, lead=one.lead) for one in waiting), limit
    )
    with journal.transaction() as connection:
        for lead, ids in groups:
            made = connection.execute(
                insert(batch_table).values(run=run, lead=lead).returning(batch_table.c.id)
            )
            connection.execute(
                update(actions).where(actions.c.id.in_(ids)).values(batch=made.scalar_one())
            )
