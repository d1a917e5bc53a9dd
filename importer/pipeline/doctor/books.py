"""The journal: the right one, sound, at rest; and what is open in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from importer.errors import ImporterError
from importer.journal.looking import damage_of
from importer.journal.overview import Open
from importer.journal.store import Journal
from importer.lock import Machine
from importer.model import RunRecord, RunState
from importer.pipeline.approving import WAITS, waits
from importer.pipeline.doctor.finding import Finding, broken, ok, warning, wrong
from importer.pipeline.listing import list_runs
from importer.pipeline.workplace import Workplace, moved_from, other_machine
from importer.places import check_journal_place
from importer.settings import Settings, WorkspaceKind
from importer.upload import Ending

_DAMAGED = (
    "Let nothing be sent. Keep the file and its -wal as they are, and restore the newest back-up; "
    "then look up in the CRM what was entered since."
)


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
    """Whether every page of the file is sound."""
    damage = damage_of(journal)
    if damage:
        return wrong("journal", f"{path} is damaged: {'; '.join(damage)}.", _DAMAGED)
    return ok("journal", f"{path} is sound: every page and every reference was looked at.")


def check_machine(journal: Journal) -> Iterator[Finding]:
    """Whether another machine has used the journal last: a copy of it may still be used there."""
    if before := other_machine(journal):
        yield warning("machine", *moved_from(before))


def check_runs(workplace: Workplace, options: str) -> Iterator[Finding]:
    """What is in doubt or was left, run by run."""
    ending = f" {options}" if options else ""
    listed = list_runs(workplace)
    found = [one for run, left in listed for one in _open(workplace, run, left, ending)]
    yield from found or [ok("runs", "Nothing is in doubt, and nothing was left unsent.")]


def _open(workplace: Workplace, run: RunRecord, left: Open, ending: str) -> Iterator[Finding]:
    if run.state is RunState.SENDING:
        return
    if left.unknown:
        yield warning(
            "runs",
            f"{run.id} has {left.unknown:,} UNKNOWN: nobody knows whether they are in the CRM.",
            f"Before anything else: importer settle {run.id}{ending}",
        )
    waiting = waits(workplace, run.id) if left.unsent else None
    if waiting is not None:
        yield warning("runs", f"{run.id}: {waiting.reason}", _of_plan(run, waiting, ending))
    elif left.unsent:
        yield warning(
            "runs",
            f"{run.id} has {left.unsent:,} UNSENT.",
            f"The next night sends them; at once: importer resume {run.id}{ending}",
        )


def _of_plan(run: RunRecord, waiting: Ending, ending: str) -> str:
    """What to do about a plan that waits, with what is typed."""
    approve = f'importer approve {run.id} --reason "…"{ending}, then '
    first = approve if waiting.reason.startswith(WAITS) else ""
    return f"{waiting.remedy} {first}importer apply {run.id}{ending}"
