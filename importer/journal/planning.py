"""Writing a plan: the run, its rows, its actions, their identities and their batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal

from sqlalchemy import delete, insert, select, update

from importer import batches
from importer.errors import JournalError
from importer.journal import ledger
from importer.journal.answers import last_request
from importer.journal.batching import make_batches
from importer.journal.schema import actions, problems, requests, rows, runs
from importer.journal.schema import batches as batch_table
from importer.journal.states import NEVER_RAN
from importer.journal.store import RESTORE, Journal
from importer.model import Currency, Note, RunState, State
from importer.reconcile import add_up


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
    mapping_file: str = ""
    """From the folder of the settings; "" where that does not lead to it."""
    mapping_text: str
    mapping_sha256: str
    keys: Mapping[str, Mapping[str, str]]
    """`identity`: column → type; `actions`: name → type."""
    targets: Mapping[str, Mapping[str, str]]
    """Action name → field path → column letter."""
    planned_by: Mapping[str, str] = field(default_factory=dict)
    """account, login, sudo: who plans it."""
    approve_above: Mapping[Currency, Decimal] = field(default_factory=dict)
    """Above which it waits for approval, beside what the settings say."""
    job: str = ""
    """The job of the night that plans it; "" where a person does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTotals:
    """What the planner counted while it read, kept beside what the journal holds."""

    rows_read: int
    skipped: Mapping[str, int]
    """Reason → rows."""
    actions: int
    money: Mapping[Currency, Decimal]
    rows_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What the reading of a sheet taught about all of it."""

    notes: Sequence[Note] = ()
    decisions: Mapping[str, str] = field(default_factory=dict)
    """Declared column → how it is written, as the whole column decided."""


def begin_run(journal: Journal, run: NewRun) -> None:
    """Record that a run has begun to read; nothing of it may be sent yet."""
    now = journal.clock()
    unknown_yet = {
        "rows_read": 0,
        "planned_actions": 0,
        "planned_money": {},
        "skipped": {},
        "rows_digest": "",
        "notes": [],
        "decisions": {},
        "requests_before": last_request(journal),
        "plan_hash": "",
    }
    with journal.transaction() as connection:
        connection.execute(
            insert(runs).values(
                **asdict(run) | {"approve_above": _plain(run.approve_above)},
                **unknown_yet,
                workspace=journal.workspace,
                state=RunState.PLANNING,
                reason="",
                halted=False,
                started_at=now,
                changed_at=now,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRules:
    """What the mapping and the settings say of a plan."""

    repeats: bool
    """The mapping says `equal_rows: repeats`, or nothing."""
    separate: bool
    """The mapping says `exports: separate`."""
    limit: int
    """Actions in one request at the most."""
    retry: frozenset[State] = frozenset()
    """`ignored` or `refused`, where that is to be sent again although nothing of it has changed."""
    refusal: str = ""
    """Why the sheet is refused as a whole; "" where it is not."""


def finish_plan(
    journal: Journal, run: str, totals: PlanTotals, rules: PlanRules, learned: Learned
) -> None:
    """Settle identities against the ledger, make the batches, and open the run for sending.

    One transaction, so that a sheet that is refused was never open. Its figures are kept.
    """
    with journal.transaction() as connection:
        connection.execute(
            update(runs)
            .where(runs.c.id == run)
            .values(
                rows_digest=totals.rows_digest,
                notes=[asdict(note) for note in learned.notes],
                decisions=dict(learned.decisions),
            )
        )
        matching = matching_of(journal, run, repeats=rules.repeats, separate=rules.separate)
        recognised = ledger.settle_identities(journal, run, matching, rules.retry)
        make_batches(journal, run, rules.limit)
        money = add_up((totals.money, recognised.money))
        connection.execute(
            update(runs)
            .where(runs.c.id == run, runs.c.state == RunState.PLANNING)
            .values(
                state=RunState.REFUSED if rules.refusal else RunState.READY,
                reason=rules.refusal,
                changed_at=journal.clock(),
                rows_read=totals.rows_read,
                planned_actions=totals.actions + recognised.extra,
                planned_money=_plain(money),
                skipped=dict(totals.skipped),
            )
        )


def _plain(money: Mapping[Currency, Decimal]) -> dict[str, str]:
    return {key: format(amount, "f") for key, amount in money.items()}


def matching_of(journal: Journal, run: str, *, repeats: bool, separate: bool) -> batches.Matching:
    """How the actions of a planned run are matched to earlier ones."""
    if not separate:
        return batches.Matching(repeats=repeats, trusted=None)
    mine = runs.alias("mine")
    same_rows = journal.read(
        select(runs.c.root)
        .join(mine, mine.c.rows_digest == runs.c.rows_digest)
        .where(
            mine.c.id == run,
            runs.c.id != run,
            runs.c.state.not_in(NEVER_RAN),
        )
    )
    return batches.Matching(repeats=repeats, trusted=frozenset(one.root for one in same_rows))


def void_plan(journal: Journal, run: str, reason: str) -> None:
    """Forget the rows of a plan that was never finished; the run itself stays on record.

    Raises:
        JournalError: it was finished, whatever its state says; nothing of it is forgotten.
    """
    with journal.transaction() as connection:
        _check_unfinished(journal, run)
        for table in (actions, problems, rows):
            connection.execute(delete(table).where(table.c.run == run))
        connection.execute(
            update(runs)
            .where(runs.c.id == run, runs.c.state == RunState.PLANNING)
            .values(state=RunState.REFUSED, reason=reason, changed_at=journal.clock())
        )


def _check_unfinished(journal: Journal, run: str) -> None:
    """What is planned in part has no batches and no figures, and nothing in it has come about."""
    beyond = actions.c.state.not_in([State.STAGED, State.INVALID])
    signs = (
        select(runs.c.id).where(runs.c.id == run, runs.c.state != RunState.PLANNING),
        select(runs.c.id).where(runs.c.id == run, runs.c.rows_read + runs.c.planned_actions > 0),
        select(batch_table.c.id).where(batch_table.c.run == run),
        select(requests.c.id).where(requests.c.run == run),
        select(actions.c.id).where(actions.c.run == run, beyond),
    )
    if any(journal.read(sign.limit(1)) for sign in signs):
        raise JournalError(
            f"The journal was altered: it says that the sheet of the run {run} was still being "
            "read, and holds what became of it. Without that, all of it would be sent again.",
            RESTORE,
        )


def void_unfinished(journal: Journal) -> None:
    """Void every plan that a crash left behind; to be called once the lock is held.

    Raises:
        JournalError: as `void_plan`.
    """
    left = select(runs.c.id).where(runs.c.state == RunState.PLANNING)
    for one in journal.read(left):
        void_plan(journal, one.id, "The importer was stopped while it read the sheet.")
