"""Whether a planned run may be sent, or what its plan waits for."""

from __future__ import annotations

from collections.abc import Iterable

from importer.journal.approving import approval_of, hash_of_plan, plan_facts
from importer.journal.left import actions_left
from importer.pipeline.limits import over_limit
from importer.pipeline.workplace import Workplace
from importer.report.words import Hold


def hold_of(workplace: Workplace, run_id: str, *, applied: bool = False) -> Hold | None:
    """What a run's plan waits for; None where it may be sent.

    Args:
        workplace: the workspace; visited is enough.
        run_id: a planned run.
        applied: a person says just now that it is to be sent.
    """
    facts = plan_facts(workplace.journal, run_id)
    if over_limit(workplace, run_id, facts):
        return Hold.APPROVAL
    if not facts.hash or facts.begun or not actions_left(workplace.journal, run_id):
        return None
    approval = approval_of(workplace.journal, run_id)
    if approval is not None and approval.hash != hash_of_plan(workplace.journal, run_id):
        return Hold.ANOTHER
    return Hold.APPLY if approval is None and not applied else None


def holds_of(workplace: Workplace, runs: Iterable[str]) -> dict[str, Hold]:
    """Run → what its plan waits for; without those that may be sent."""
    holds = ((run, hold_of(workplace, run)) for run in runs)
    return {run: hold for run, hold in holds if hold is not None}
