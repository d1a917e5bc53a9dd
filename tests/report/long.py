"""A run of any length, made while it is read: nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from importer.model import ActionRecord, Currency, Kind, Outcome, Remark
from importer.reconcile import TO_CORRECT, Attempt, Books, Guide, follow_chain, reconcile
from importer.report.source import FailureRow, ReportSource
from importer.shapes import CsvShape

from .books import RUN, SHAPE, action, inr, lead_id

FIRST = 5


def long_run(rows: int) -> ReportSource:
    """Return a run over a CSV of which every twentieth row is to be corrected."""

    def actions() -> Iterator[ActionRecord]:
        return map(_action, range(FIRST, FIRST + rows))

    run = replace(
        RUN,
        rows_read=rows,
        planned_actions=rows,
        planned_money={Currency.INR: Decimal(rows) * Decimal("1250.50")},
    )
    roots = {row: (run.root, row) for row in range(FIRST, FIRST + rows)}
    chain = follow_chain([run], [Attempt(actions=actions(), roots=roots)])
    return ReportSource(
        reconciliation=reconcile(
            run, Books.of(actions(), Guide.of(run)), rows_kept=rows, chain=chain
        ),
        shape=replace(
            SHAPE,
            tab=None,
            header_row=1,
            preamble=(),
            csv=CsvShape(encoding="utf-8", delimiter=","),
        ),
        actions=actions,
        skipped_rows=lambda: iter(()),
        failing_rows=lambda: map(_failing, filter(_is_to_correct, actions())),
        known_by=("receipt",),
    )


def _action(row: int) -> ActionRecord:
    if row % 20:
        return action(row, Outcome.CREATED, inr("1250.50"))
    told = Remark(path="fields.mail", text=f"The address a{row}@b.example is taken", column="E")
    return action(row, Outcome.IGNORED, inr("1250.50"), remarks=(told,))


def _is_to_correct(one: ActionRecord) -> bool:
    return one.outcome in TO_CORRECT


def _failing(one: ActionRecord) -> FailureRow:
    return FailureRow(
        number=one.row,
        texts=(lead_id(one.row), f"RC-{one.row}", "03/11/2026", "1250.50", "Paid"),
        kinds=[Kind.TEXT] * 5,
        outcomes=(one.outcome,),
        problem=one.remarks[0].text,
        hint="Correct the cell.",
        reference=one.reference,
        faulty={4: one.remarks[0].text},
    )
