"""Check, run, resume, report: the rooms wired together, usable as a library."""

from importer.journal.rulings import Decided
from importer.journal.tracing import Sent, Traced
from importer.pipeline.against import settle_against
from importer.pipeline.approving import Approved, approve_plan, check_plan, waits
from importer.pipeline.backing_up import BackUp, back_up
from importer.pipeline.check import CheckResult, ProblemGroup, check_sheet
from importer.pipeline.checking import read_mapping
from importer.pipeline.left import Estimate, estimate, resumable
from importer.pipeline.listing import list_runs
from importer.pipeline.outcome import Exit, exit_code
from importer.pipeline.planning import Demands, plan_run, refuse_run
from importer.pipeline.plans import PLAN_FILE, read_plan, write_plan
from importer.pipeline.purging import Purge, plan_purge, purge
from importer.pipeline.reporting import reconcile_run, report_run
from importer.pipeline.rulings import close_rows, release_rows, resolve_run
from importer.pipeline.sending import Orders, send_run
from importer.pipeline.settling import settle_run
from importer.pipeline.tracing import Answer, Fate, Story, Trace, trace, trace_exit_code
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
    "PLAN_FILE",
    "Advance",
    "Answer",
    "Approved",
    "BackUp",
    "Bars",
    "CheckResult",
    "Decided",
    "Demands",
    "Estimate",
    "Exit",
    "Expected",
    "Fate",
    "NoBars",
    "Orders",
    "ProblemGroup",
    "Purge",
    "Sent",
    "Story",
    "Trace",
    "Traced",
    "Workplace",
    "approve_plan",
    "back_up",
    "check_plan",
    "check_sheet",
    "close_rows",
    "estimate",
    "exit_code",
    "list_runs",
    "open_workplace",
    "plan_purge",
    "plan_run",
    "purge",
    "read_mapping",
    "read_plan",
    "reconcile_run",
    "refuse_run",
    "release_rows",
    "report_run",
    "resolve_run",
    "resumable",
    "send_run",
    "settle_against",
    "settle_run",
    "trace",
    "trace_exit_code",
    "visit_workplace",
    "waits",
    "write_plan",
]
