"""Approval by amount: a large plan is sent only when a second person has looked at it."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from importer.errors import UsageError
from importer.files import sha256_of
from importer.journal import approving, reading
from importer.journal.approving import PlanFacts, hash_of_plan, plan_facts
from importer.journal.meant import refuse_no_reason
from importer.journal.sending import set_run_state
from importer.mapping import Mapping
from importer.model import RunRecord, RunState
from importer.pipeline.holding import hold_of
from importer.pipeline.left import estimate, resumable
from importer.pipeline.limits import limits_of, over_limit, to_send_unapproved
from importer.pipeline.people import Person, this_person
from importer.pipeline.plans import PlanFile, plan_file, planner_of, write_plan
from importer.pipeline.workplace import Workplace
from importer.reconcile import Sums
from importer.report.figures import shown_sums
from importer.report.words import Hold
from importer.upload import Ending, EndKind

_WAITS: Final = "It waits for approval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """An approval that was put on record just now."""

    run: RunRecord
    by: Person
    planned_by: Person
    money: Sums
    """That it would send."""


def waits(workplace: Workplace, run_id: str, *, applied: bool = False) -> Ending | None:
    """Why a planned run is not to be sent now; None where it may be.

    Args:
        workplace: the workspace.
        run_id: a planned run.
        applied: a person says just now that its plan is to be sent.
    """
    hold = hold_of(workplace, run_id, applied=applied)
    return None if hold is None else why_held(workplace, run_id, hold)


def why_held(workplace: Workplace, run_id: str, hold: Hold) -> Ending:
    """What is said of a planned run that waits for this."""
    match hold:
        case Hold.APPROVAL:
            facts = plan_facts(workplace.journal, run_id)
            return _stopped(
                f"{_WAITS}: {_too_much(workplace, run_id, facts)} a second person looks at it "
                "first.",
                f"Somebody else than {planner_of(facts)} looks at the plan and approves it; then "
                "it is applied.",
            )
        case Hold.ANOTHER:
            return _stopped(
                f"{_WAITS}: what it would send has changed since it was approved.",
                "Have the plan written anew, and that one approved.",
            )
        case Hold.APPLY:
            return _stopped(
                "It was planned, and nobody has said that the plan is to be sent.",
                "Apply it, or give it up.",
            )


def hold_back(workplace: Workplace, run_id: str, *, applied: bool = False) -> Ending | None:
    """As `waits`; where a run waits, its plan is written and its state says so."""
    waiting = waits(workplace, run_id, applied=applied)
    if waiting is not None:
        if _is_to_be_written(workplace, run_id):
            write_plan(workplace, run_id)
        set_run_state(workplace.journal, run_id, RunState.STOPPED, waiting.reason)
    return waiting


def approve_plan(workplace: Workplace, plan: PlanFile | str, *, reason: str) -> Approved:
    """Put on record that the person who runs this approves a plan.

    Args:
        workplace: the workspace, opened to work in.
        plan: the plan that was looked at, or the run.
        reason: why; kept for ever.

    Raises:
        UsageError: there is no such plan, the person has planned it, the reason is blank, or what
            would be sent has changed since the plan was written.
    """
    refuse_no_reason(reason)
    run, facts = _planned(workplace, plan)
    person, planner = this_person(), planner_of(facts)
    if person.may_be(planner):
        raise UsageError(
            f"{planner} has planned the run {run.id}, and nothing proves that {person} is "
            "somebody else.",
            "Let another person approve it from an account of their own: after a log-in of their "
            "own, also through sudo.",
        )
    hold_to_plan(workplace, run.id)
    approving.approve(workplace.journal, run.id, facts.hash, asdict(person), reason)
    money = estimate(workplace, run.id).money
    return Approved(run=run, by=person, planned_by=planner, money=money)


def check_plan(
    workplace: Workplace,
    plan: PlanFile | str,
    *,
    sheet: Path | None = None,
    mapping: Mapping | None = None,
) -> str:
    """Hold a plan to what it was written for, before it is sent.

    Args:
        workplace: the workspace, opened to work in.
        plan: its file, or the run.
        sheet: what it is believed to be of; None: whatever it read.
        mapping: as `sheet`.

    Returns:
        The run.

    Raises:
        UsageError: there is no such plan; or sheet, mapping or what would be sent has changed.
    """
    run, _ = _planned(workplace, plan)
    if sheet is not None and _hash(sheet) != run.file_sha256:
        raise _changed(run, f"The sheet {sheet.name} is not the one that it read")
    if mapping is not None and mapping.sha256 != run.mapping_sha256:
        raise _changed(run, f"The mapping {mapping.name} is not the one that it was made with")
    hold_to_plan(workplace, run.id)
    return run.id


def hold_to_plan(workplace: Workplace, run_id: str) -> None:
    """Refuse a plan that does not hold any more: its sheet, its mapping, or the ledger changed.

    Raises:
        UsageError: what has changed.
    """
    run = resumable(workplace, run_id)
    kept = workplace.kept_input(run)
    if not kept.is_file() or _hash(kept) != run.file_sha256:
        raise _changed(run, f"The kept copy of {run.file} is gone or altered")
    text = reading.mapping_of(workplace.journal, run.id)
    if hashlib.sha256(text.encode()).hexdigest() != run.mapping_sha256:
        raise _changed(run, "The mapping on record is altered")
    facts = plan_facts(workplace.journal, run.id)
    # What was begun is smaller than its plan; that nothing was added, its approval says.
    covered = facts.begun and not over_limit(workplace, run.id, facts)
    if not covered and hash_of_plan(workplace.journal, run.id) != facts.hash:
        file, _ = write_plan(workplace, run.id)
        raise UsageError(
            f"What the run {run.id} would send has changed since it was planned: other runs have "
            "sent meanwhile, or somebody has decided something of it. Nothing was sent.",
            f"It was planned anew: look at {file}, have it approved where it needs that, and then: "
            f"`importer apply {run.id}`.",
        )


def _is_to_be_written(workplace: Workplace, run_id: str) -> bool:
    """Whether people who are told to look at the plan of a run would find none, or an old one."""
    facts = plan_facts(workplace.journal, run_id)
    # A crash may have come between the hash and the file.
    if not facts.hash or not plan_file(workplace, run_id).is_file():
        return True
    # A plan that nobody has begun stays as it was looked at, until `apply` says that it changed.
    return facts.begun and hash_of_plan(workplace.journal, run_id) != facts.hash


def _too_much(workplace: Workplace, run_id: str, facts: PlanFacts) -> str:
    """`₹301.00 is to be sent, and above ₹250.00`."""
    over, limits = over_limit(workplace, run_id, facts), limits_of(workplace, facts)
    waiting = to_send_unapproved(workplace, run_id)
    said = f"{_shown({one: waiting[one] for one in over})} is to be sent"
    if over != {one: waiting[one] for one in over}:
        said += f", which makes {_shown(over)} of this run that nobody has approved"
    return f"{said}, and above {_shown({one: limits[one] for one in over})}"


def _planned(workplace: Workplace, plan: PlanFile | str) -> tuple[RunRecord, PlanFacts]:
    run = reading.run_of(workplace.journal, plan if isinstance(plan, str) else plan.run)
    facts = plan_facts(workplace.journal, run.id)
    if not facts.hash:
        raise UsageError(
            f"Nobody has frozen a plan of the run {run.id}.",
            f"It is sent by: `importer resume {run.id}`.",
        )
    if not isinstance(plan, str) and plan.hash != facts.hash:
        raise UsageError(
            f"That file is not the plan of the run {run.id} that is on record: it is older, or was "
            "altered.",
            f"Name the run instead, and look at what stands in the folder of its reports: {run.id}",
        )
    return run, facts


def _changed(run: RunRecord, what: str) -> UsageError:
    return UsageError(
        f"{what}. Nothing of the run {run.id} was sent.",
        f'Give it up: `importer close {run.id} --reason "…"`. Then plan it anew: '
        "`importer plan SHEET -m MAPPING`.",
    )


def _hash(file: Path) -> str:
    try:
        return sha256_of(file)
    except OSError as error:
        raise UsageError(
            f"The file {file} cannot be read: {error.strerror}.", "Check its name and its folder."
        ) from error


def _stopped(reason: str, remedy: str) -> Ending:
    return Ending(kind=EndKind.STOPPED, reason=reason, remedy=remedy)


def _shown(money: Sums) -> str:
    return " + ".join(shown_sums(money))
