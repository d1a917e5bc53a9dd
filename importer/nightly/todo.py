"""What needs a person after a night, with what is to be typed; the most urgent first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from importer.model import Outcome
from importer.nightly import leaves
from importer.nightly.leaves import Leaf
from importer.nightly.masked import masked_report, said_of
from importer.nightly.matters import is_empty, nothing_new, runs_of
from importer.nightly.records import FileFate, FileReport, JobReport, NightReport, Waiting
from importer.pipeline.masking import hushed
from importer.pipeline.plans import PLAN_FILE
from importer.pipeline.workplace import moved_from
from importer.report.commands import REASON, Command, Step, typed
from importer.report.figures import counted
from importer.report.steps import next_steps
from importer.report.words import Hold, Tone
from importer.upload import EndKind

_LATER: Final = frozenset({EndKind.UNREACHABLE, EndKind.OUT_OF_TIME})
"""How a sending ends of which the next night sends the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One thing to do, and about what."""

    about: str
    step: Step
    after: str = ""
    """A sentence behind the commands."""


def of_night(night: NightReport) -> Iterator[Leaf]:
    """Yield what is to be done, each with a number; nothing where nobody has anything to do."""
    items = [*_of_night(night), *(item for job in night.jobs for item in _of_job(night, job))]
    items += _of_before(night)
    # Stable: what is equally urgent stays in the order of the jobs.
    items.sort(key=lambda item: item.step.tone is not Tone.STOP)
    if any(item.step.commands for item in items):
        folder = night.folder.as_posix() if night.folder else "of importer.toml"
        yield leaves.words(f"Type the commands in the folder {folder}.")
    for number, item in enumerate(items, start=1):
        yield leaves.file(f"{number}. {item.about}: {item.step.title}")
        yield leaves.words(item.step.text)
        if item.step.commands:
            rows = [(one.text, one.does) for one in item.step.commands]
            yield leaves.typed(leaves.columns(rows))
        if item.after:
            yield leaves.words(item.after)


def _of_night(night: NightReport) -> Iterator[_Item]:
    if night.failed:
        step = _care("Let the night begin", hushed(night.failed), _night_again(night))
        yield _Item(about="All jobs", step=step)
    if night.came_from:
        said, remedy = moved_from(night.came_from)
        step = _care(f"Let nothing be sent from {night.came_from}", f"{said} {remedy}")
        yield _Item(about="The journal", step=step)


def _of_job(night: NightReport, job: JobReport) -> Iterator[_Item]:
    again = _night_again(night, job)
    if job.said:
        text = f"{hushed(job.said)} Nothing of this job was taken up."
        yield _Item(about=job.name, step=_care("Put the job in order", text, again))
    if job.missing:
        text = (
            f"{_sentence(job.missing)} Ask whoever exports it. When it is in the inbox, the next "
            "night takes it; or at once:"
        )
        yield _Item(about=job.name, step=_care("Find the file", text, again))
    if nothing_new(job):
        text = "If a new export was due, ask whoever exports it: this is an earlier one again."
        yield _Item(about=job.name, step=_care("Ask for the new file", text))
    if job.unusual or any(is_empty(file) for file in job.files):
        text = (
            "Compare it with the source: an export that was cut off, or made for another day, "
            "looks like this. What is in is in once; a whole export may be put into the inbox."
        )
        yield _Item(about=job.name, step=_care("Look whether the export is whole", text))
    for file in runs_of(job):
        yield from _of_file(night, job, file)


def _of_file(night: NightReport, job: JobReport, file: FileReport) -> Iterator[_Item]:
    if file.fate is FileFate.FAILED:
        text = (
            f"{said_of(file)} This is a mistake of the importer, or a disk that fails. The journal "
            "knows what was sent; call the people who look after the importer."
        )
        yield _Item(about=file.file, step=_stop("An internal error", text))
    elif file.fate is FileFate.NOT_READY:
        text = f"{said_of(file)} Once it is whole and nobody has it open, also at once:"
        step = _care("Look whether it is being finished", text, _night_again(night, job))
        yield _Item(about=file.file, step=step)
    elif file.fate is FileFate.WAITING:
        yield _Item(about=file.file, step=_of_plan(night, file))
    elif report := masked_report(file, job.mapping, night.options):
        for step in next_steps(report, remedy=said_of(file)):
            yield _of_step(night, job, file, step)
    elif file.fate is FileFate.REFUSED:
        text = f"{said_of(file)} Nothing of it was sent. Correct it and put it into the inbox."
        step = _care("Correct what was refused", text, _night_again(night, job))
        yield _Item(about=file.file, step=step)


def _of_step(night: NightReport, job: JobReport, file: FileReport, step: Step) -> _Item:
    if step.shows == Outcome.UNSENT and file.end in _LATER:
        return _Item(about=file.file, step=_goes_on(night, file))
    by_night = bool(step.link and step.commands and job.for_failures)
    after = f"Or put that file {job.for_failures}: the next night runs it." if by_night else ""
    return _Item(about=file.file, step=_with_reason(step, file), after=after)


def _goes_on(night: NightReport, file: FileReport) -> Step:
    """What a person may do about a run that the next night goes on with by itself."""
    resume = Command(text=typed("resume", file.run, night.options), does="sends what is left")
    if file.end is EndKind.OUT_OF_TIME:
        text = (
            f"{said_of(file)} If this happens again, let the night start earlier or give it more "
            "--max-minutes. At once:"
        )
        return _care("Give the night more time", text, resume)
    look = Command(text=typed("doctor", night.options), does="says whether the CRM answers now")
    text = (
        f"{said_of(file)} Nobody has to do anything, unless TeleCRM opens in your browser: then "
        "this machine alone cannot reach it, and whoever keeps the network should know. Once it "
        "answers, also at once:"
    )
    return _care("Look whether the CRM answers", text, look, resume)


def _of_plan(night: NightReport, file: FileReport) -> Step:
    """Have a plan approved and applied; what is said of the file tells its total and the limit."""
    where = ""
    if file.reports and file.report:
        page, plan = file.reports / file.report.names.page, file.reports / PLAN_FILE
        where = f" What it would send is in {page.as_posix()} and {plan.as_posix()}."
    text = (
        f"{said_of(file)}{where} Nothing of it was sent. Once it is approved, the next night sends "
        "it; or at once, by the last command:"
    )
    hold = file.report.hold if file.report else None
    return _care(f"Have the plan {file.run} approved", text, *_approve(night, file.run, hold))


def _approve(night: NightReport, run: str, hold: Hold | None) -> Iterator[Command]:
    apply = typed("apply", run, night.options)
    if hold is Hold.ANOTHER:
        yield Command(text=apply, does="first: writes the plan anew")
    yield Command(text=typed("approve", run, REASON, night.options), does="by somebody else")
    yield Command(text=apply, does="then: sends exactly that")


def _with_reason(step: Step, file: FileReport) -> Step:
    """The step; of a file that was refused as a whole, with the rule that refused it."""
    said = said_of(file)
    if file.fate is not FileFate.REFUSED or not said:
        return step
    return replace(step, text=f"{said} {step.text}")


def _of_before(night: NightReport) -> Iterator[_Item]:
    yield from _settle(night)
    for run, one in night.waiting.items():
        yield _Item(about=f"Run {run}", step=_of_waiting(night, run, one))
    for run, count in night.unsent.items():
        commands = (
            Command(
                text=typed("resume", run, night.options),
                does="sends what is left, as it was planned",
            ),
            _close(night, run),
        )
        text = "An earlier night or a person has left it, and this night did not take it up."
        title = f"Resume {counted(count, 'unsent action')}"
        yield _Item(about=f"Run {run}", step=_care(title, text, *commands))


def _of_waiting(night: NightReport, run: str, one: Waiting) -> Step:
    """A plan that a person has written down, which is sent by `apply` and by nothing else."""
    if one.hold is Hold.APPLY:
        send = Command(text=typed("apply", run, night.options), does="sends exactly that plan")
        return _care(f"Apply the plan {run}", one.said, send, _close(night, run))
    commands = (*_approve(night, run, one.hold), _close(night, run))
    return _care(f"Have the plan {run} approved", f"{one.said} Nothing of it was sent.", *commands)


def _close(night: NightReport, run: str) -> Command:
    return Command(text=typed("close", run, REASON, night.options), does="gives it up")


def _settle(night: NightReport) -> Iterator[_Item]:
    options = night.options
    for run, count in night.still_unknown.items():
        commands = (
            Command(text=typed("settle", run, options), does="looks at the leads' timelines"),
            Command(
                text=typed("resolve", run, "--rows … --created", REASON, options),
                does="it stands on the timeline",
            ),
            Command(
                text=typed("resolve", run, "--rows … --not-created", REASON, options),
                does="it does not",
            ),
        )
        text = (
            "Nobody has settled this since an earlier night. Do not send it again, by any way, "
            "before it is settled:"
        )
        title = f"Settle {counted(count, 'action')} in doubt from before"
        yield _Item(about=f"Run {run}", step=_stop(title, text, *commands))


def _night_again(night: NightReport, job: JobReport | None = None) -> Command:
    return Command(text=typed("nightly", f"--job {job.name}" if job else "", night.options))


def _care(title: str, text: str, *commands: Command) -> Step:
    return Step(tone=Tone.CARE, title=title, text=text, commands=commands)


def _stop(title: str, text: str, *commands: Command) -> Step:
    return Step(tone=Tone.STOP, title=title, text=text, commands=commands)


def _sentence(words: str) -> str:
    """Return `No file came.` for `no file came`."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
