"""What is said of one file of a job, where that takes more than its books."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from importer.journal.overview import Open, open_by_run
from importer.model import Outcome
from importer.nightly.codes import worst
from importer.nightly.faults import fault_of
from importer.nightly.inbox import Claim
from importer.nightly.records import FileFate, FileReport
from importer.nightly.shift import GOES_ON, OUT_OF_TIME, Shift
from importer.nightly.waiting_rows import waiting_rows
from importer.pipeline.approving import waits
from importer.pipeline.exits import Exit
from importer.pipeline.outcome import exit_code
from importer.pipeline.reporting import reconcile_run
from importer.reconcile import Line
from importer.report.figures import counted
from importer.upload import Ending, EndKind

LOOK: Final = "Until somebody has looked, no night sends more of it."


def held(report: FileReport, waiting: Ending) -> FileReport:
    """What a dry run tells of a plan that would not be sent before somebody has looked."""
    said = f"A dry run. {waiting.reason} {waiting.remedy}"
    code = worst([report.exit_code, Exit.STOPPED])
    return replace(report, fate=FileFate.WAITING, exit_code=code, said=said)


def unreadable(claim: Claim, error: OSError) -> FileReport:
    """What is told of a file that was taken and cannot be read."""
    said = (
        f"It cannot be read in {claim.folder.as_posix()}, where a night has put it: "
        f"{error.strerror}. Let the night's account read it, or put a good copy into the inbox and "
        "remove that folder. Until then, each night tries it again."
    )
    return FileReport(file=claim.sheet.name, fate=FileFate.FAILED, exit_code=Exit.USAGE, said=said)


def left_of(shift: Shift, run: str) -> tuple[int, str]:
    """The exit code of what a run has open, and that in words; 0 and "" where nothing is."""
    left = open_by_run(shift.workplace.journal).get(run, Open())
    if left.unknown:
        return Exit.IN_DOUBT, f"of which {counted(left.unknown, 'action')} may be in the CRM or not"
    if left.unsent and waits(shift.workplace, run):
        return Exit.STOPPED, "whose plan waits for somebody's word"
    if left.unsent:
        return Exit.STOPPED, f"which has {counted(left.unsent, 'action')} still to send"
    # What a later run has again is told there, or is over.
    if left.to_correct and (wrong := waiting_rows(shift.workplace, "to_correct").get(run)):
        rows = counted(len(wrong.rows), "row")
        wait = "waits" if len(wrong.rows) == 1 else "wait"
        return Exit.INCOMPLETE, f"of which {rows} {wait} for a correction"
    if left.duplicate and (held := waiting_rows(shift.workplace, "duplicate").get(run)):
        return Exit.INCOMPLETE, f"which holds {counted(held.actions, 'action')} as DUPLICATE"
    return Exit.DONE, ""


def with_books(shift: Shift, report: FileReport, before: Line | None) -> FileReport:
    """What is told of a run at which something broke, with what it has come to by then.

    Args:
        shift: the night.
        report: what broke.
        before: what of the run was CREATED before this night; None: all that is.

    Returns:
        The same where there is no run, or where its books cannot be summed up.
    """
    if not report.run:
        return report
    try:
        books = reconcile_run(shift.workplace, report.run)
    except Exception as error:  # noqa: BLE001 - what broke is told; what is in doubt is looked for
        fault_of(error, f"The books of the run {report.run}")
        return report
    code = exit_code(books, Ending(kind=report.end or EndKind.DONE))
    created = books.outcomes[Outcome.CREATED] if before is None else before
    worse = worst([report.exit_code, code])
    return replace(report, exit_code=worse, books=books, created_before=created)


def words_of(ending: Ending) -> str:
    """Why it was not sent to its end, for people who were not there; "" where it was."""
    if ending.halted:
        return f"{ending.reason} {LOOK} {ending.remedy}"
    match ending.kind:
        case EndKind.UNREACHABLE:
            return f"The CRM did not answer: {_begun_small(ending.reason)} {GOES_ON}"
        case EndKind.OUT_OF_TIME:
            return f"{OUT_OF_TIME} {GOES_ON}"
        case _:
            return f"{ending.reason} {ending.remedy}".strip()


def _begun_small(sentence: str) -> str:
    return f"{sentence[:1].lower()}{sentence[1:]}"
