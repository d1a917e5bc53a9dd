"""A run's records as the pipeline hands them over: made by hand, reconciled by `reconcile`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from typing import TypeVar

from importer.created import Created
from importer.model import (
    ActionRecord,
    Currency,
    Earlier,
    EarlierReason,
    Kind,
    Money,
    Note,
    Outcome,
    Problem,
    Remark,
    RunRecord,
    RunState,
    Skipped,
)
from importer.reconcile import Attempt, Books, Reconciliation, follow_chain, reconcile
from importer.report.advice import Advice, RemarkRule
from importer.report.lines import ActionLine
from importer.report.source import FailureRow, ReportSource, SheetShape
from importer.report.spool import Spool
from importer.report.told import told_of

RUN = RunRecord(
    id="20261122-k7f3",
    parent="",
    root="20261122-k7f3",
    workspace="https://next.telecrm.in · acme-finance",
    file="payments.xlsx",
    file_sha256=sha256(b"payments").hexdigest(),
    tab="Payments",
    header_row=4,
    headers=("Lead ID", "Receipt No", "Date", "Amount (₹)", "Status"),
    mapping="payments",
    mapping_sha256=sha256(b"mapping").hexdigest(),
    state=RunState.STOPPED,
    reason="",
    started_at=dt.datetime(2026, 11, 22, 20, 59, 1, tzinfo=dt.timezone(dt.timedelta(hours=5.5))),
    changed_at=dt.datetime(2026, 11, 22, 21, 7, 42, tzinfo=dt.timezone(dt.timedelta(hours=5.5))),
    rows_read=0,
    planned_actions=0,
    planned_money={},
    skipped={},
    types=frozenset({"PAYMENT", "1003"}),
    notes=(
        Note(
            code="columns-changed",
            message="Since the run 20261121-abcd, columns of the sheet have changed: gone: “<b>”.",
        ),
    ),
    requests_sent=31,
    requests_read=2,
)

SHAPE = SheetShape(
    tab="Payments",
    header_row=4,
    headers=RUN.headers,
    preamble=(
        (("Sunrise Estates Pvt Ltd", Kind.TEXT),),
        (
            ("Payments received in November 2026", Kind.TEXT),
            ("", Kind.TEXT),
            ("46000", Kind.NUMBER),
        ),
    ),
)

TEXT, NUMBER, DATE, BOOL, ERROR = Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.BOOL, Kind.ERROR


def lead_id(number: int) -> str:
    """Return 24 hex digits."""
    return sha256(f"lead {number}".encode()).hexdigest()[:24]


def inr(amount: str) -> Money:
    """Return rupees."""
    return Money(amount=Decimal(amount), currency=Currency.INR)


CREATED = Created(
    run=RUN.id,
    row=5,
    position=0,
    name="payment",
    type="PAYMENT",
    lead="603d2b2f0000000000006168",
    amount="12.50",
    currency="INR",
    status="COMPLETED",
    action_id="65f0c0",
    content='{"receipt":"RC-1"}',
    lead_column="A",
)
"""A payment that was created, as it is told in short; `_replace` makes others of it."""


def action(
    row: int, outcome: Outcome, money: Money | None = None, **changes: object
) -> ActionRecord:
    """Return an action of a row: a PAYMENT where it has money."""
    made = f"{row} {changes.get('position', 0)}"
    plain = ActionRecord(
        row=row,
        position=0,
        name="payment" if money else "receipt",
        type="PAYMENT" if money else "1003",
        lead=lead_id(row),
        outcome=outcome,
        money=money,
        action_id=sha256(made.encode()).hexdigest()[:24]
        if outcome in (Outcome.CREATED, Outcome.ALREADY)
        else "",
        remarks=(),
        problems=(),
        detail="",
        earlier=None,
        content={"receipt": f"RC-{row:04}"},
        reference=f"{RUN.id}/{row}",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the tests' own words


def refused_row(row: int, *problems: Problem) -> ActionRecord:
    """Return a row that the checks refused as a whole."""
    return action(row, Outcome.INVALID, name="", type="", lead="", problems=problems)


def problem(row: int, column: str, seen: str, message: str, hint: str = "") -> Problem:
    """Return a problem whose code is made of its message's first words."""
    code = "-".join(message.lower().rstrip(".").split()[1:5])
    return Problem(code=code, row=row, column=column, seen=seen, message=message, hint=hint)


def source_of(
    actions: Sequence[ActionRecord],
    *,
    skipped: Sequence[Skipped] = (),
    failing: Sequence[FailureRow] = (),
    shape: SheetShape = SHAPE,
    run: RunRecord = RUN,
    rules: Sequence[RemarkRule] = (),
    **changes: object,
) -> ReportSource:
    """Return what the reports are made from, with books that balance unless changed."""
    return ReportSource(
        reconciliation=replace(books_of(actions, skipped, run, rules), **changes),  # type: ignore[arg-type]  # the tests' own words
        shape=shape,
        actions=lambda: iter(actions),
        skipped_rows=lambda: iter(skipped),
        failing_rows=lambda: iter(failing),
        rules=rules,
    )


def books_of(
    actions: Sequence[ActionRecord],
    skipped: Iterable[Skipped] = (),
    run: RunRecord = RUN,
    rules: Iterable[RemarkRule] = (),
) -> Reconciliation:
    """Close the books over these actions."""
    reasons = Counter(one.reason for one in skipped)
    rows = {one.row for one in actions}
    money: dict[Currency, Decimal] = {}
    for one in actions:
        if one.money:
            money[one.money.currency] = money.get(one.money.currency, Decimal(0)) + one.money.amount
    closed = replace(
        run,
        rows_read=len(rows) + reasons.total(),
        planned_actions=len(actions),
        planned_money=money,
        skipped=dict(reasons),
    )
    roots = {row: (run.root, row) for row in rows}
    chain = follow_chain([closed], [Attempt(actions=actions, roots=roots)])
    books = Books.of(actions, Advice.of(closed, rules).guide)
    return reconcile(closed, books, rows_kept=len(rows), chain=chain)


def every_outcome() -> ReportSource:
    """Return a run in which each outcome occurs, with hostile texts among the rest."""
    actions = sorted(_every_action(), key=lambda one: (one.row, one.position))
    skipped = [Skipped(row=row, reason="blank") for row in (31, 47)]
    skipped.append(Skipped(row=99, reason="totals"))
    return source_of(actions, skipped=skipped, failing=list(failing_rows()))


def _every_action() -> Iterator[ActionRecord]:
    yield from (action(row, Outcome.CREATED, inr(f"{row * 1250}.50")) for row in range(5, 26))
    yield from (action(row, Outcome.CREATED, position=1) for row in range(5, 26))
    yield action(
        26,
        Outcome.CREATED,
        remarks=(Remark(path="fields.payer_email", text="Email is invalid", column="H"),),
    )
    yield from (action(row, Outcome.ALREADY, inr("9000")) for row in (27, 28, 29))
    yield action(
        30,
        Outcome.IGNORED,
        inr("125000.50"),
        remarks=(Remark(path="amount", text="<b>Amount</b> & =cmd|' /C calc'!A0", column="D"),),
    )
    yield refused_row(
        32,
        problem(32, "A", "6.03E+22", "Excel turned this lead id into a number.", "Export as text."),
        problem(32, "D", "-500", "The amount is not above 0.", "Write what was paid."),
    )
    yield refused_row(
        33, problem(33, "D", "0", "The amount is not above 0.", "Write what was paid.")
    )
    yield action(
        34,
        Outcome.REFUSED,
        inr("7500"),
        detail="LEAD_NOT_FOUND: Lead with ID 62ab16e was not found.",
    )
    yield action(
        35,
        Outcome.DUPLICATE,
        inr("8000"),
        earlier=Earlier(
            run="20261101-a2b3",
            file="october.xlsx",
            row=12,
            action_id=lead_id(1),
            reason=EarlierReason.CHANGED,
            changes=(("amount", "7000.00", "8000.00"), ("note", "", "late")),
        ),
    )
    yield action(36, Outcome.UNKNOWN, inr("250000"), detail="No answer came within 60 s.")
    yield action(36, Outcome.UNSENT, position=1, detail="The same lead has an action in doubt.")


def failing_rows() -> Iterator[FailureRow]:
    """Yield the rows to correct of `every_outcome`, with a cell of every kind."""
    yield FailureRow(
        number=30,
        texts=(lead_id(30), "RC-0030", "2026-11-03", "125000.5", "Paid"),
        kinds=(TEXT, TEXT, DATE, NUMBER, TEXT),
        outcomes=(Outcome.IGNORED,),
        problem="amount: <b>Amount</b> & =cmd|' /C calc'!A0",
        hint="Correct the cell in the failures workbook and run that file.",
        reference=f"{RUN.id}/30",
        faulty={3: "The CRM says: <b>Amount</b> & =cmd|' /C calc'!A0"},
    )
    yield FailureRow(
        number=32,
        texts=("6.03E+22", "0012", "2026-11-03T10:30:00", "-500", "=HYPERLINK(1)"),
        kinds=(NUMBER, TEXT, DATE, NUMBER, TEXT),
        outcomes=(Outcome.INVALID,),
        problem="Excel turned this lead id into a number. The amount is not above 0.",
        hint="Export as text. Write what was paid.",
        reference=f"{RUN.id}/32",
        faulty={0: "Excel turned this lead id into a number.", 3: "The amount is not above 0."},
    )
    yield FailureRow(
        number=33,
        texts=(lead_id(33), "", "32/11/2026", "", "TRUE"),
        kinds=(TEXT, TEXT, TEXT, TEXT, BOOL),
        outcomes=(Outcome.INVALID,),
        problem="The amount is not above 0.",
        hint="Write what was paid.",
        reference=f"{RUN.id}/33",
        faulty={3: "The amount is not above 0."},
    )
    yield FailureRow(
        number=34,
        texts=(lead_id(34), "RC-0034", "2026-11-04", "7500", "#N/A"),
        kinds=(TEXT, TEXT, DATE, NUMBER, ERROR),
        outcomes=(Outcome.IGNORED, Outcome.REFUSED),
        problem="LEAD_NOT_FOUND: Lead with ID 62ab16e was not found.",
        hint="Correct the row in the failures workbook and run that file.",
        reference=f"{RUN.id}/34",
        faulty={},
    )


def lines_of(source: ReportSource) -> Iterator[ActionLine]:
    """Yield every line of a run whose actions are records."""
    for line, _ in told_of(source):
        assert isinstance(line, ActionLine)
        yield line


S = TypeVar("S", bound=Spool)


def taken_down(spool: S, source: ReportSource, file_of: Callable[[S], Iterable[bytes]]) -> bytes:
    """Let a spool take down every line of a run, and return the file that is made of it."""
    with spool:
        for line, record in told_of(source):
            spool.add(line, record)
        return b"".join(file_of(spool))
