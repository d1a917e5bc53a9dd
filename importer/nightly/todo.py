"""What needs a person after a night, with what is to be typed; the most urgent first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from importer.nightly import leaves
from importer.nightly.leaves import Leaf
from importer.nightly.masked import masked_report, said_of
from importer.nightly.matters import is_empty, nothing_new, runs_of
from importer.nightly.records import FileFate, FileReport, JobReport, NightReport
from importer.pipeline.masking import hushed
from importer.report.commands import REASON, Command, typed
from importer.report.figures import counted
from importer.report.steps import Step, next_steps
from importer.report.words import Tone

_WHERE_TO_TYPE: Final = "Type the commands in the folder of importer.toml."
_IN_THE_INBOX: Final = (
    " A failures workbook that was corrected may instead be put into its job's inbox: the next "
    "night runs it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One thing to do, and about what."""

    about: str
    step: Step


def of_night(night: NightReport) -> Iterator[Leaf]:
    """Yield what is to be done, each with a number; nothing where nobody has anything to do."""
    items = [item for job in night.jobs for item in _of_job(job)]
    items += _of_before(night)
    # Stable: what is equally urgent stays in the order of the jobs.
    items.sort(key=lambda item: item.step.tone is not Tone.STOP)
    if any(item.step.commands for item in items):
        inbox = any(item.step.link and item.step.commands for item in items)
        yield leaves.words(_WHERE_TO_TYPE + (_IN_THE_INBOX if inbox else ""))
    for number, item in enumerate(items, start=1):
        yield leaves.file(f"{number}. {item.about}: {item.step.title}")
        yield leaves.words(item.step.text)
        if item.step.commands:
            rows = [(one.text, one.does) for one in item.step.commands]
            yield leaves.typed(leaves.columns(rows))


def _of_job(job: JobReport) -> Iterator[_Item]:
    if job.said:
        text = f"{hushed(job.said)} Nothing of this job was taken up."
        yield _Item(about=job.name, step=_care("Put the job in order", text, _night_of(job)))
    if job.missing:
        text = (
            f"{_sentence(job.missing)} Ask whoever exports it. When it is in the inbox, the next "
            "night takes it; or at once:"
        )
        yield _Item(about=job.name, step=_care("Find the file", text, _night_of(job)))
    if nothing_new(job):
        text = "If a new export was due, ask whoever exports it: this is an earlier one again."
        yield _Item(about=job.name, step=_care("Ask for the new file", text))
    if job.unusual or any(is_empty(file) for file in job.files):
        text = (
            "Compare it with the source: an export that was cut off, or made for another day, "
            "looks like this. What is in is in once; a whole export may be put into the inbox."
        )
        yield _Item(about=job.name, step=_care("Look whether the export is whole", text))
    for run in job.waiting:
        text = (
            "Its plan is over the limit of this job, and nothing of it was sent. Somebody else "
            "than the one who planned it looks at it, and approves it:"
        )
        commands = (
            Command(text=typed("approve", run, REASON), does="puts it on record, by whom and why"),
            Command(text=typed("apply", run), does="sends it then"),
        )
        yield _Item(about=job.name, step=_care(f"Approve the plan {run}", text, *commands))
    for file in runs_of(job):
        yield from _of_file(job, file)


def _of_file(job: JobReport, file: FileReport) -> Iterator[_Item]:
    if file.fate is FileFate.FAILED:
        text = (
            f"{said_of(file)} This is a mistake of the importer, or a disk that fails. The journal "
            "knows what was sent; call the people who look after the importer."
        )
        yield _Item(about=file.file, step=_stop("An internal error", text))
    elif file.fate is FileFate.WAITING:
        return  # the job names its run
    elif report := masked_report(file):
        for step in next_steps(report, remedy=said_of(file)):
            yield _Item(about=file.file, step=_with_reason(step, file))
    elif file.fate is FileFate.REFUSED:
        text = f"{said_of(file)} Nothing of it was sent. Correct it and put it into the inbox."
        command = _night_of(job)
        yield _Item(about=file.file, step=_care("Correct what was refused", text, command))


def _with_reason(step: Step, file: FileReport) -> Step:
    """The step; of a file that was refused as a whole, with the rule that refused it."""
    said = said_of(file)
    if file.fate is not FileFate.REFUSED or not said:
        return step
    return replace(step, text=f"{said} {step.text}")


def _of_before(night: NightReport) -> Iterator[_Item]:
    yield from _settle(night.still_unknown)
    for run, count in night.unsent.items():
        commands = (
            Command(text=typed("resume", run), does="sends what is left, as it was planned"),
            Command(text=typed("close", run, REASON), does="gives it up"),
        )
        text = "An earlier night has left it, and this one did not take it up."
        title = f"Resume {counted(count, 'unsent action')}"
        yield _Item(about=f"Run {run}", step=_care(title, text, *commands))


def _settle(still: Mapping[str, int]) -> Iterator[_Item]:
    for run, count in still.items():
        commands = (
            Command(text=typed("settle", run), does="looks at the leads' timelines"),
            Command(
                text=typed("resolve", run, "--rows … --created", REASON),
                does="it stands on the timeline",
            ),
            Command(
                text=typed("resolve", run, "--rows … --not-created", REASON), does="it does not"
            ),
        )
        text = (
            "Nobody has settled this since an earlier night. Do not send it again, by any way, "
            "before it is settled:"
        )
        title = f"Settle {counted(count, 'action')} in doubt from before"
        yield _Item(about=f"Run {run}", step=_stop(title, text, *commands))


def _night_of(job: JobReport) -> Command:
    return Command(text=typed("nightly", f"--job {job.name}"))


def _care(title: str, text: str, *commands: Command) -> Step:
    return Step(tone=Tone.CARE, title=title, text=text, commands=commands)


def _stop(title: str, text: str, *commands: Command) -> Step:
    return Step(tone=Tone.STOP, title=title, text=text, commands=commands)


def _sentence(words: str) -> str:
    """Return `No file came.` for `no file came`."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
