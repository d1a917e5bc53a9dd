"""What needs a person about one file of a night, or about one run of an earlier one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from importer.model import Outcome
from importer.nightly.codes import interrupted
from importer.nightly.ends import end_of, is_fault, is_refused
from importer.nightly.items import (
    CALL,
    Item,
    care,
    internal_error,
    reports_of,
    settling,
    stop,
)
from importer.nightly.masked import masked_report, said_of
from importer.nightly.records import FileFate, FileReport, JobReport, NightReport
from importer.nightly.weights import Weight
from importer.pipeline.exits import Exit
from importer.pipeline.plans import PLAN_FILE
from importer.reconcile import Reconciliation, Wait
from importer.report.commands import Command, Step, plan_commands, resume, typed
from importer.report.figures import counted
from importer.report.steps import distrust, next_steps
from importer.report.words import Hold, Tone
from importer.upload import EndKind

_LATER: Final = frozenset({EndKind.UNREACHABLE, EndKind.OUT_OF_TIME})
"""How a sending ends of which the next night sends the rest."""
_ANSWERED: Final = (Weight.GIVEN_UP, Weight.UNUSUAL)
"""Of what was given up there is nothing to do; and an empty file is its job's item."""
_PUT_BACK: Final = (
    "The sheet lies in {} now, and no night tries it again by itself. Put {} into the inbox; or "
    "this same one, with its control totals if it has any, once these or the mapping are "
    "corrected. The next night takes it."
)
_BY_ITSELF: Final = (
    "Or leave it: once nothing is in its way any more, the next night goes on with it by itself."
)

_RUNS_IT_LATER: Final = "a night runs it once nothing of this run is UNSENT any more."
"""Until then it may hold the same rows."""
_LOOKS_AGAIN: Final = (
    "Or leave it for now: the next night asks again for the timelines by itself, before it sends "
    "anything more. What stays in doubt then waits for you."
)


def of_file(
    night: NightReport, job: JobReport, file: FileReport, *, is_open_before: bool
) -> Iterator[Item]:
    """Yield what is to be done about a file.

    Args:
        night: the night.
        job: its job.
        file: the file.
        is_open_before: it came before, and not all of it is in.
    """
    items = list(_of_fate(night, job, file))
    end = end_of(file)
    if is_open_before:
        where = f" Its reports say what to do: {file.reports.as_posix()}." if file.reports else ""
        step = care("See what its run has open", f"{said_of(file)}{where}")
        items.append(Item(weight=Weight.NOT_ALL, about=file.file, step=step))
    elif end and end.weight not in {*_ANSWERED, *(item.weight for item in items)}:
        step = care("Put right what keeps it", said_of(file), *_reports(night, file))
        items.append(Item(weight=end.weight, about=file.file, step=step))
    yield from items


def night_again(night: NightReport, job: JobReport | None = None) -> Command:
    """Return what does a night, or one job of it, once more."""
    return Command(text=typed("nightly", f"--job {job.name}" if job else "", night.options))


def _of_fate(night: NightReport, job: JobReport, file: FileReport) -> Iterator[Item]:
    if file.changed:
        text = (
            "It has changed since it was read. Let the system that exports write under another "
            "name and rename at the end. Once nobody writes it any more, also at once:"
        )
        step = care("Look who still writes it", text, night_again(night, job))
        yield _item(Weight.LATER, file, step)
    if is_fault(file):
        yield _item(Weight.FAILED, file, _of_fault(night, file))
    elif file.fate is FileFate.FAILED:
        step = care("Put right what keeps it", said_of(file), night_again(night, job))
        yield _item(Weight.REFUSED, file, step)
    if file.fate is FileFate.NOT_READY:
        text = f"{said_of(file)} Once it is whole and nobody has it open, also at once:"
        step = care("Look whether it is being finished", text, night_again(night, job))
        yield _item(Weight.NOT_READY, file, step)
    elif file.fate is FileFate.WAITING:
        yield _item(Weight.APPROVAL, file, _of_plan(night, file))
    yield from _of_run(night, job, file)


def _of_run(night: NightReport, job: JobReport, file: FileReport) -> Iterator[Item]:
    """What its reports say is to be done; or why there are none."""
    if report := masked_report(file, job.mapping, night.options):
        for step in next_steps(report, remedy=said_of(file)):
            if file.fate is not FileFate.WAITING or step.shows != Outcome.UNSENT:
                yield _of_step(night, job, file, step)
    elif file.books:
        yield from _of_books(night, file, file.books)
    elif file.fate is FileFate.REFUSED and not file.changed:
        yield _item(Weight.REFUSED, file, _of_refused(night, job, file))


def _item(weight: Weight, file: FileReport, step: Step) -> Item:
    return Item(weight=weight, about=file.file, step=step)


def _of_fault(night: NightReport, file: FileReport) -> Step:
    if file.exit_code == Exit.INTERNAL:
        return internal_error(said_of(file), *_reports(night, file))
    title = "It could not be brought to its end"
    return stop(title, f"{said_of(file)} {CALL}", *_reports(night, file))


def _reports(night: NightReport, file: FileReport) -> tuple[Command, ...]:
    return (reports_of(night, file.run),) if file.run and not file.reports else ()


def _of_refused(night: NightReport, job: JobReport, file: FileReport) -> Step:
    """What is no sheet of the mapping at all: damaged, cut off, protected, another one."""
    said, again = f"{said_of(file)} Nothing of it was sent.", night_again(night, job)
    if file.archived is None:
        text = f"{said} It stays where it is, and each night looks at it again; or at once:"
        return care("Put right what keeps it", text, again)
    back = _PUT_BACK.format(file.archived.as_posix(), "a good copy")
    return care("Put right why it was refused", f"{said} {back} Also at once:", again)


def _of_books(night: NightReport, file: FileReport, books: Reconciliation) -> Iterator[Item]:
    """What is to be done about a run that has no reports."""
    if books.imbalances:
        yield _item(Weight.UNBALANCED, file, distrust())
    if doubtful := books.waiting(Outcome.UNKNOWN):
        title = f"Settle {counted(doubtful, 'action')} in doubt"
        text = "Do not send it again, by any way, before it is settled:"
        yield _item(Weight.DOUBT, file, stop(title, text, *settling(night, file.run)))
    if is_fault(file):
        return  # its own step has the command
    end = end_of(file)
    then = "At once:" if interrupted(file.exit_code) else "Put that right; then write them:"
    step = care("Write its reports", f"{said_of(file)} {then}", reports_of(night, file.run))
    yield _item(end.weight if end else Weight.TO_CORRECT, file, step)


def _of_step(night: NightReport, job: JobReport, file: FileReport, step: Step) -> Item:
    if step.shows == Outcome.UNSENT and file.end in _LATER:
        return _item(_weight_of(file, step), file, _goes_on(night, file))
    by_night = bool(step.link and step.commands and job.for_failures)
    unsent = file.books is not None and file.books.unsent
    runs_it = _RUNS_IT_LATER if unsent else "the next night runs it."
    after = f"Or put that file {job.for_failures}: {runs_it}" if by_night else ""
    if step.shows == Outcome.UNSENT and not file.halted and _was_stopped(file):
        after = _BY_ITSELF
    if step.shows == Outcome.UNKNOWN and file.books and Wait.LOOK in file.books.waits:
        after = _LOOKS_AGAIN
    if is_refused(file) and file.archived and not file.changed:
        after = _PUT_BACK.format(file.archived.as_posix(), "the corrected one")
    return replace(_item(_weight_of(file, step), file, _with_reason(step, file)), after=after)


def _was_stopped(file: FileReport) -> bool:
    """Whether it was ended by something that stands in nobody's way any more once it is over."""
    stopped = file.exit_code in {Exit.STOPPED, Exit.IN_DOUBT} or interrupted(file.exit_code)
    held = file.fate is not FileFate.RUN or (file.report is not None and file.report.hold)
    return stopped and not held


def _weight_of(file: FileReport, step: Step) -> Weight:
    """The weight of the matter that a step of a report is about."""
    if step.shows == Outcome.UNKNOWN:
        return Weight.DOUBT
    if step.tone is Tone.STOP:
        return Weight.UNBALANCED
    if is_refused(file):
        return Weight.REFUSED
    if step.shows == Outcome.UNSENT:
        end = end_of(file)
        return end.weight if end else Weight.STOPPED
    return Weight.TO_CORRECT


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
