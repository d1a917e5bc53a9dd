"""The journal: the right one, sound, at rest; and what is open in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from importer.errors import ImporterError
from importer.journal.doubts import doubts_of
from importer.journal.fitting import count_misfits
from importer.journal.looking import damage_of
from importer.journal.overview import Open, doubt_before
from importer.journal.store import RESTORE, Journal
from importer.lock import Machine
from importer.model import RunRecord, RunState
from importer.pipeline.approving import why_held
from importer.pipeline.archives import held_by_a_job
from importer.pipeline.doctor.finding import Finding, broken, ok, warning, wrong
from importer.pipeline.holding import hold_of
from importer.pipeline.listing import list_runs
from importer.pipeline.machines import moved_from, other_machine
from importer.pipeline.workplace import Workplace
from importer.places import check_journal_place
from importer.report.commands import Command, give_up, plan_commands, resume
from importer.report.settling import first_to_do
from importer.settings import Settings, WorkspaceKind


def check_lock(holder: str) -> Finding:
    """Whether the workspace is at rest; `holder` is who is at work, "" for nobody."""
    return ok("lock", f"A run is at work: {holder}." if holder else "Nobody is at work.")


def check_place(settings: Settings, machine: Machine | None) -> Iterator[Finding]:
    """Whether the journal is where it can be trusted, and is the one of this machine."""
    path = settings.journal.path
    try:
        if settings.workspace.kind is WorkspaceKind.REAL:
            check_journal_place(path)
        if machine is not None:
            machine.check(path)
    except ImporterError as error:
        yield broken("journal's place", error)
    except PermissionError:
        pass  # the check of its folder says so


def check_journal(journal: Journal, path: Path) -> Finding:
    """Whether every page of the file is sound, and every action is under its row's key."""
    damage = damage_of(journal)
    if damage:
        return wrong("journal", f"{path} is damaged: {'; '.join(damage)}.", RESTORE)
    if misfits := count_misfits(journal):
        return wrong(
            "journal",
            f"{path} was altered: {misfits:,} actions stand under a key that is not their row's, "
            "and would be sent again.",
            RESTORE,
        )
    return ok("journal", f"{path} is sound: every page and every reference was looked at.")


def check_machine(journal: Journal, machine: Machine) -> Iterator[Finding]:
    """Whether another machine has used the journal last: a copy of it may still be used there."""
    if before := other_machine(journal, machine):
        yield warning("machine", *moved_from(before))


def check_runs(workplace: Workplace, *, at_work: bool) -> Iterator[Finding]:
    """What is in doubt or was left, run by run; a run that is just being sent is left alone."""
    listed = [
        (run, left)
        for run, left in list_runs(workplace)
        if not (at_work and run.state is RunState.SENDING)
    ]
    found = [one for run, left in listed for one in _open(workplace, run, left)]
    yield from found or [ok("runs", "Nothing is in doubt, and nothing was left unsent.")]


def _open(workplace: Workplace, run: RunRecord, left: Open) -> Iterator[Finding]:
    if left.unknown:
        yield warning(
            "runs",
            f"{run.id} has {left.unknown:,} UNKNOWN: nobody knows whether they are in the CRM.",
            f"Before anything else: {_first(workplace, run.id)}.",
        )
    if left.unsent:
        hold = hold_of(workplace, run.id)
        if hold is None:
            yield _unsent(workplace, run, left.unsent)
        else:
            waiting = why_held(workplace, run.id, hold)
            commands = map(_quoted, plan_commands(hold, run.id, ""))
            remedy = f"{waiting.remedy} {', then '.join(commands)}."
            yield warning("runs", f"{run.id}: {waiting.reason}", remedy)


def _unsent(workplace: Workplace, run: RunRecord, count: int) -> Finding:
    go_on, end = _quoted(resume(run.id, "")), _quoted(give_up(run.id, ""))
    remedy = f"No night takes it up. Go on with {go_on}, or give it up with {end}."
    doubtful = doubt_before(workplace.journal, run.id)
    if run.halted:
        remedy = (
            "A rule has stopped it, and no night goes on with it. Look what it was; then go on "
            f"with {go_on}, or give it up with {end}."
        )
    elif held_by_a_job(workplace, run):
        remedy = f"The next night sends them; at once: {go_on}."
    if doubtful:
        first = "; and ".join(_first(workplace, one) for one in doubtful)
        remedy = (
            "Nothing is sent to a lead while something of it is in doubt, by no night either. "
            f"First {first}. After that: {remedy[:1].lower()}{remedy[1:]}"
        )
    return warning("runs", f"{run.id} has {count:,} UNSENT.", remedy)


def _first(workplace: Workplace, run: str) -> str:
    """What is to be done first about a run's doubts."""
    return first_to_do(run, *doubts_of(workplace.journal, run))


def _quoted(command: Command) -> str:
    """As a message has it: whoever shows it puts in how the workspace is found."""
    return f"`{command.text}`"
