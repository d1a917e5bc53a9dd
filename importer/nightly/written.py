"""A run's books and reports: what was sent is told, whatever becomes of the reports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from importer.nightly.faults import fault_of
from importer.nightly.shift import Shift
from importer.pipeline.exits import Exit
from importer.pipeline.reporting import reconcile_run, report_run, told_of
from importer.reconcile import Reconciliation
from importer.report.source import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What of a run can be told."""

    books: Reconciliation
    reports: Path | None = None
    """The folder of its reports; None where they could not be written."""
    report: Report | None = None
    """What they show."""
    said: str = ""
    """Why they could not be written, and that nothing is lost."""
    exit_code: int = Exit.DONE


def write_down(shift: Shift, run: str) -> Told:
    """Write a run's reports; where that fails, its books are told without them.

    Raises:
        ImporterError: the books cannot be closed either.
    """
    workplace = shift.workplace
    try:
        books, written = report_run(workplace, run, bars=shift.bars)
        report = told_of(workplace, written.report)
    except Exception as error:  # noqa: BLE001 - what was sent has to be told all the same
        fault = fault_of(error, f"Writing the reports of the run {run}")
        why = f"Its reports could not be written: {fault.said}"
        said = f"{why} What was sent is on record, and is counted here."
        return Told(books=reconcile_run(workplace, run), said=said, exit_code=fault.exit_code)
    return Told(books=books, reports=written.page.parent, report=report)
