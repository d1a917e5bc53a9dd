"""What needs a person after a night, with what is to be typed; in the order of the matters."""

from __future__ import annotations

from collections.abc import Iterator

from importer.nightly import leaves
from importer.nightly.ends import is_empty
from importer.nightly.items import Item, care, internal_error
from importer.nightly.leaves import Leaf
from importer.nightly.matters import (
    each_file,
    is_unexplained,
    nothing_new,
    open_before,
    runs_of,
    weight_of_job,
    weight_of_night,
)
from importer.nightly.records import FileFate, JobReport, NightReport
from importer.nightly.still_open import of_before
from importer.nightly.todo_of_file import night_again, of_file
from importer.nightly.weights import Weight
from importer.pipeline.machines import moved_from
from importer.pipeline.masking import hushed
from importer.report.commands import Command, Step
from importer.upload import EndKind


def items_of(night: NightReport) -> tuple[Item, ...]:
    """Return what is to be done, what the subject says first; nothing where nobody has to."""
    items = [*_of_night(night), *(item for job in night.jobs for item in _of_job(night, job))]
    for job, file in each_file(night):
        items += of_file(night, job, file, is_open_before=file in open_before(job))
    items += of_before(night)
    items += _of_strays(night)
    # Stable, as the matters are sorted: what is equally urgent stays in the order of the jobs.
    return tuple(sorted(items, key=lambda item: item.weight))


def of_night(night: NightReport) -> Iterator[Leaf]:
    """Yield what is to be done, each with a number."""
    items = items_of(night)
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
        step = care(title, hushed(night.failed), night_again(night))
        yield Item(weight=weight_of_night(night), about="All jobs", step=step)
    if is_unexplained(night):
        text = "Nothing here says why. Look into the reports and the log of the night."
        step = care("Look what happened", text)
        yield Item(weight=weight_of_night(night), about="All jobs", step=step)
    for one in night.untold:
        step = care("See what it had done", hushed(one.said))
        yield Item(weight=Weight.UNTOLD, about=f"{one.night[:1].upper()}{one.night[1:]}", step=step)
    if night.came_from:
        said, remedy = moved_from(night.came_from)
        step = care(f"Let nothing be sent from {night.came_from}", f"{said} {remedy}")
        yield Item(weight=Weight.MOVED, about="The journal", step=step)


def _of_job(night: NightReport, job: JobReport) -> Iterator[Item]:
    again = night_again(night, job)
    if job.said:
        weight = weight_of_job(job)
        yield Item(weight=weight, about=job.name, step=_of_broken(job, weight, again))
    if job.missing:
        text = (
            f"{_sentence(job.missing)} Ask whoever exports it. When it is in the inbox, the next "
            "night takes it; or at once:"
        )
        yield Item(weight=Weight.NO_FILE, about=job.name, step=care("Find the file", text, again))
    elif nothing_new(job):
        text = "If a new export was due, ask whoever exports it: this is an earlier one again."
        step = care("Ask for the new file", text)
        yield Item(weight=Weight.NOTHING_NEW, about=job.name, step=step)
    if job.unusual or any(is_empty(file) for file in runs_of(job)):
        text = (
            "Compare it with the source: of fewer rows than usual, an export may have been cut "
            "off; of more, it may hold other days, or rows that belong elsewhere. A whole export "
            "may be put into the inbox: what is in already is not sent again."
        )
        step = care("Look whether the export is whole", text)
        yield Item(weight=Weight.UNUSUAL, about=job.name, step=step)
    yield from _of_left(night, job)


def _of_broken(job: JobReport, weight: Weight, again: Command) -> Step:
    said = hushed(job.said)
    if weight is Weight.FAILED:
        return internal_error(said)
    if weight is Weight.STOPPED:
        return care("Let the job go on", f"{said} The next night does that; or at once:", again)
    nothing = "" if runs_of(job) else " Nothing of this job was taken up."
    return care("Put the job in order", f"{said}{nothing}", again)


def _of_left(night: NightReport, job: JobReport) -> Iterator[Item]:
    """Files for which the night had no time; of a run that it broke off, that is said already."""
    ends = {one.end for one in runs_of(job) if one.fate is not FileFate.LEFT}
    if EndKind.OUT_OF_TIME in ends:
        return
    left = [file for file in runs_of(job) if file.fate is FileFate.LEFT]
    if any(file.end is EndKind.OUT_OF_TIME for file in left):
        text = (
            "There was no time left for it; the next night takes it up. If this happens again, let "
            "the night start earlier or give it more --max-minutes. At once:"
        )
        step = care("Give the night more time", text, night_again(night, job))
        yield Item(weight=Weight.LEFT, about=job.name, step=step)


def _of_strays(night: NightReport) -> Iterator[Item]:
    for one in night.strays:
        name = "Give it a name that fits, or take it away"
        step = care("Find its sheet" if one.of_sheet else name, one.said)
        yield Item(weight=Weight.STRAY, about=one.path.name, step=step)


def _sentence(words: str) -> str:
    """Return `No file came.` for `no file came`."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
