"""What needs a person after a night, with what is to be typed; the most urgent first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from importer.model import Outcome
from importer.nightly import leaves
from importer.nightly.items import Item, care, reports_of, settling, stop
from importer.nightly.leaves import Leaf
from importer.nightly.masked import masked_report, said_of
from importer.nightly.matters import is_empty, nothing_new, runs_of
from importer.nightly.records import FileFate, FileReport, JobReport, NightReport
from importer.nightly.still_open import of_before
from importer.pipeline import Exit
from importer.pipeline.masking import hushed
from importer.pipeline.plans import PLAN_FILE
from importer.pipeline.workplace import moved_from
from importer.reconcile import Reconciliation
from importer.report.commands import Command, Step, plan_commands, resume, typed
from importer.report.figures import counted
from importer.report.steps import next_steps
from importer.report.words import Hold, Tone
from importer.upload import EndKind

_LATER: Final = frozenset({EndKind.UNREACHABLE, EndKind.OUT_OF_TIME})
"""How a sending ends of which the next night sends the rest."""


def of_night(night: NightReport) -> Iterator[Leaf]:
    """Yield what is to be done, each with a number; nothing where nobody has anything to do."""
    items = [*_of_night(night), *(item for job in night.jobs for item in _of_job(night, job))]
    items += of_before(night)
    # Stable: what is equally urgent stays in the order of the jobs.
    items.sort(key=lambda item: item.step.tone is not Tone.STOP)
    if any(item.step.commands for item in items):
        folder = night.folder.as_posix() if night.folder else "of importer.toml"
        yield leaves.words(f"Type the commands in the folder {folder}.")
    for number, item in enumerate(items, start=1):
        yield leaves.file(f"{number}. {item.about}: {item.step.title}")
        yield leaves.words(item.step.text)
        if item.step.commands:
            yield leaves.typed(line for one in item.step.commands for line in one.lines)
        if item.after:
            yield leaves.words(item.after)


def _of_night(night: NightReport) -> Iterator[Item]:
    if night.failed:
        title = "Let the night go on" if night.jobs else "Let the night begin"
        step = care(title, hushed(night.failed), _night_again(night))
        yield Item(about="All jobs", step=step)
    if night.came_from:
        said, remedy = moved_from(night.came_from)
        step = care(f"Let nothing be sent from {night.came_from}", f"{said} {remedy}")
        yield Item(about="The journal", step=step)


def _of_job(night: NightReport, job: JobReport) -> Iterator[Item]:
    again = _night_again(night, job)
    if job.said:
        nothing = "" if runs_of(job) else " Nothing of this job was taken up."
        text = f"{hushed(job.said)}{nothing}"
        yield Item(about=job.name, step=care("Put the job in order", text, again))
    if job.missing:
        text = (
            f"{_sentence(job.missing)} Ask whoever exports it. When it is in the inbox, the next "
            "night takes it; or at once:"
        )
        yield Item(about=job.name, step=care("Find the file", text, again))
    if nothing_new(job):
        text = "If a new export was due, ask whoever exports it: this is an earlier one again."
        yield Item(about=job.name, step=care("Ask for the new file", text))
    if job.unusual or any(is_empty(file) for file in job.files):
        text = (
            "Compare it with the source: an export that was cut off, or made for another day, "
            "looks like this. What is in is in once; a whole export may be put into the inbox."
        )
        yield Item(about=job.name, step=care("Look whether the export is whole", text))
    for file in runs_of(job):
        yield from _of_file(night, job, file)


def _of_file(night: NightReport, job: JobReport, file: FileReport) -> Iterator[Item]:
    if file.changed:
        text = (
            "It has changed since it was read. Let the system that exports write under another "
            "name and rename at the end. Once nobody writes it any more, also at once:"
        )
        step = care("Look who still writes it", text, _night_again(night, job))
        yield Item(about=file.file, step=step)
    if file.fate is FileFate.FAILED:
        yield Item(about=file.file, step=_of_failed(night, file))
    elif file.fate is FileFate.NOT_READY:
        text = f"{said_of(file)} Once it is whole and nobody has it open, also at once:"
        step = care("Look whether it is being finished", text, _night_again(night, job))
        yield Item(about=file.file, step=step)
    elif file.fate is FileFate.WAITING:
        yield Item(about=file.file, step=_of_plan(night, file))
    elif report := masked_report(file, job.mapping, night.options):
        for step in next_steps(report, remedy=said_of(file)):
            yield _of_step(night, job, file, step)
    elif file.books:
        yield from _of_books(night, file, file.books)
    elif file.fate is FileFate.REFUSED:
        text = f"{said_of(file)} Nothing of it was sent. Correct it and put it into the inbox."
        step = care("Correct what was refused", text, _night_again(night, job))
        yield Item(about=file.file, step=step)


def _of_failed(night: NightReport, file: FileReport) -> Step:
    call = "The journal knows what was sent; call the people who look after the importer."
    if file.exit_code == Exit.INTERNAL:
        mistake = "This is a mistake of the importer, or a disk that fails."
        return stop("An internal error", f"{said_of(file)} {mistake} {call}")
    look = (reports_of(night, file.run),) if file.run else ()
    return stop("It could not be brought to its end", f"{said_of(file)} {call}", *look)


def _of_books(night: NightReport, file: FileReport, books: Reconciliation) -> Iterator[Item]:
    """What is to be done about a run that has no reports."""
    if doubtful := books.waiting(Outcome.UNKNOWN):
        title = f"Settle {counted(doubtful, 'action')} in doubt"
        text = "Do not send it again, by any way, before it is settled:"
        step = stop(title, text, *settling(night, file.run))
        yield Item(about=file.file, step=step)
    text = f"{said_of(file)} Put that right; then write them:"
    step = care("Write its reports", text, reports_of(night, file.run))
    yield Item(about=file.file, step=step)


def _of_step(night: NightReport, job: JobReport, file: FileReport, step: Step) -> Item:
    if step.shows == Outcome.UNSENT and file.end in _LATER:
        return Item(about=file.file, step=_goes_on(night, file))
    by_night = bool(step.link and step.commands and job.for_failures)
    after = f"Or put that file {job.for_failures}: the next night runs it." if by_night else ""
    return Item(about=file.file, step=_with_reason(step, file), after=after)


def _goes_on(night: NightReport, file: FileReport) -> Step:
    """What a person may do about a run that the next night goes on with by itself."""
    go_on = resume(file.run, night.options, does="sends what is left")
    if file.end is EndKind.OUT_OF_TIME:
        text = (
            f"{said_of(file)} If this happens again, let the night start earlier or give it more "
            "--max-minutes. At once:"
        )
        return care("Give the night more time", text, go_on)
    look = Command(text=typed("doctor", night.options), does="says whether the CRM answers now")
    text = (
        f"{said_of(file)} Nobody has to do anything, unless TeleCRM opens in your browser: then "
        "this machine alone cannot reach it, and whoever keeps the network should know. Once it "
        "answers, also at once:"
    )
    return care("Look whether the CRM answers", text, look, go_on)


def _of_plan(night: NightReport, file: FileReport) -> Step:
    """Have a plan approved and applied; what is said of the file tells its total and the limit."""
    where = ""
    if file.reports and file.report:
        page, plan = file.reports / file.report.names.page, file.reports / PLAN_FILE
        where = f" What it would send is in {page.as_posix()} and {plan.as_posix()}."
    said = f"{said_of(file)}{where} Nothing of it was sent."
    hold = (file.report.hold if file.report else None) or Hold.APPROVAL
    commands = plan_commands(hold, file.run, night.options)
    if hold is Hold.APPLY:
        return care(f"Apply the plan {file.run}", said, *commands)
    text = f"{said} Once it is approved, the next night sends it; or at once, by the last command:"
    return care(f"Have the plan {file.run} approved", text, *commands)


def _with_reason(step: Step, file: FileReport) -> Step:
    """The step; of a file that was refused as a whole, with the rule that refused it."""
    said = said_of(file)
    if file.fate is not FileFate.REFUSED or not said:
        return step
    return replace(step, text=f"{said} {step.text}")


def _night_again(night: NightReport, job: JobReport | None = None) -> Command:
    return Command(text=typed("nightly", f"--job {job.name}" if job else "", night.options))


def _sentence(words: str) -> str:
    """Return `No file came.` for `no file came`."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
