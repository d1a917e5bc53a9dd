"""A plan as a file that people read: frozen, with the hash of all that it would send."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from importer.errors import SettingsError, UsageError
from importer.files import make_private_folder, write_atomically
from importer.journal.answers import last_request
from importer.journal.approving import PlanFacts, freeze_plan, hash_of_plan, plan_facts
from importer.pipeline.left import estimate
from importer.pipeline.limits import limits_of, over_limit
from importer.pipeline.people import Person
from importer.pipeline.reporting import reconcile_run
from importer.pipeline.workplace import Workplace
from importer.report.figures import plain_sums
from importer.report.inert import visible
from importer.report.moments import iso

PLAN_FILE: Final = "plan.json"
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFile:
    """What a plan file says of itself."""

    run: str
    hash: str


def write_plan(workplace: Workplace, run_id: str) -> tuple[Path, dict[str, Any]]:
    """Freeze what a run would send now, and write it down beside its reports.

    Args:
        workplace: the workspace, opened to work in.
        run_id: a planned run.

    Returns:
        The file, and what stands in it.

    Raises:
        SettingsError: it cannot be written.
    """
    plan = hash_of_plan(workplace.journal, run_id)
    freeze_plan(workplace.journal, run_id, plan)
    said = _plan_object(workplace, run_id, plan_facts(workplace.journal, run_id))
    file = plan_file(workplace, run_id)
    try:
        make_private_folder(file.parent)
        text = json.dumps(said, ensure_ascii=False, indent=1)
        return write_atomically(file, f"{text}\n".encode()), said
    except OSError as error:
        raise SettingsError(
            f"The plan {file} cannot be written: {error.strerror}.",
            "Let `folder` under [reports] in your settings name a folder that you may write.",
        ) from error


def plan_file(workplace: Workplace, run_id: str) -> Path:
    """Where the plan of a run is written down."""
    return workplace.reports_of(run_id) / PLAN_FILE


def planner_of(facts: PlanFacts) -> Person:
    """Who planned it."""
    return Person(**facts.planned_by)


def read_plan(file: Path) -> PlanFile:
    """What a plan file says of itself.

    Raises:
        UsageError: it cannot be read, or is no plan.
    """
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        return PlanFile(run=str(said["run"]), hash=str(said["hash"]))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageError(
            f"The file {file} is no plan.",
            f"Name the run, or the {PLAN_FILE} in the folder of its reports.",
        ) from error


def _plan_object(workplace: Workplace, run_id: str, facts: PlanFacts) -> dict[str, Any]:
    books, left = reconcile_run(workplace, run_id), estimate(workplace, run_id)
    run = books.run
    return {
        "plan": _FORMAT,
        "run": run.id,
        "hash": facts.hash,
        "workspace": run.workspace,
        "file": visible(run.file),
        "file_sha256": run.file_sha256,
        "tab": run.tab,
        "mapping": run.mapping,
        "mapping_sha256": run.mapping_sha256,
        "planned_at": iso(run.started_at),
        "planned_by": asdict(planner_of(facts)),
        "rows": run.rows_read,
        "skipped": dict(run.skipped),
        "outcomes": {
            str(outcome): {"actions": line.count, "money": plain_sums(line.money)}
            for outcome, line in books.outcomes.items()
            if line.count
        },
        "to_send": {
            "actions": left.actions,
            "requests": left.requests,
            "money": plain_sums(left.money),
        },
        "approve_above": plain_sums(limits_of(workplace, facts)),
        "needs_approval": bool(over_limit(workplace, run_id, facts)),
        # The newest request of any run when this was written: what came later, it has not seen.
        "ledger_mark": last_request(workplace.journal),
    }
