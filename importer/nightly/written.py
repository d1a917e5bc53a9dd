"""A run's books and reports: what was sent is told, whatever becomes of the reports."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from importer.errors import ImporterError
from importer.nightly.shift import Shift
from importer.pipeline import Exit, reconcile_run, report_run
from importer.pipeline.reporting import told_of
from importer.reconcile import Reconciliation
from importer.report.source import Report

_log = logging.getLogger(__name__)


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
        _log.error("The reports of the run %s could not be written", run, exc_info=error)
        said = f"{_why(error)} What was sent is on record, and is counted here."
        return Told(books=reconcile_run(workplace, run), said=said, exit_code=_code(error))
    return Told(books=books, reports=written.page.parent, report=report)


def _why(error: Exception) -> str:
    match error:
        case ImporterError():
            return f"Its reports could not be written: {error}"
        case OSError():
            return f"Its reports could not be written: {error.strerror or error}."
        case _:
            what = f"a mistake in the importer itself, {type(error).__name__}"
            return f"Its reports could not be written, by {what}. The log has the details."


def _code(error: Exception) -> int:
    match error:
        case ImporterError():
            return error.exit_code
        case OSError():
            return Exit.USAGE
        case _:
            return Exit.INTERNAL
