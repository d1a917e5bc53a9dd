"""Check, run, resume, report: the rooms wired together, usable as a library."""

from importer.pipeline.check import CheckResult, ProblemGroup, check_sheet
from importer.pipeline.checking import read_mapping
from importer.pipeline.outcome import Exit, exit_code
from importer.pipeline.planning import Demands, plan_run, refuse_run
from importer.pipeline.reporting import reconcile_run, report_run
from importer.pipeline.sending import Estimate, estimate, resumable, send_run
from importer.pipeline.workplace import (
    Advance,
    Bars,
    NoBars,
    Workplace,
    open_workplace,
    visit_workplace,
)
from importer.validate import Expected

__all__ = [
    "Advance",
    "Bars",
    "CheckResult",
    "Demands",
    "Estimate",
    "Exit",
    "Expected",
    "NoBars",
    "ProblemGroup",
    "Workplace",
    "check_sheet",
    "estimate",
    "exit_code",
    "open_workplace",
    "plan_run",
    "read_mapping",
    "reconcile_run",
    "refuse_run",
    "report_run",
    "resumable",
    "send_run",
    "visit_workplace",
]
