"""What of a night somebody has to know, the most urgent first: the subject of its digest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from importer.model import Outcome
from importer.nightly.codes import interrupted
from importer.nightly.ends import TOGETHER, is_empty, is_refused, of_file, unsent_money, worth
from importer.nightly.records import FileFate, FileReport, JobReport, NightReport
from importer.nightly.weights import NOBODYS, Matter, Weight
from importer.pipeline.exits import Exit
from importer.pipeline.masking import hushed
from importer.reconcile import add_up
from importer.report.figures import counted, shown_count
from importer.report.verdict import created_since, verdict

_BROKEN_JOB: Final = {
    Weight.STOPPED: " was interrupted",
    Weight.FAILED: " broke off by an internal error",
    Weight.NOT_ALL: " broke off",
}
"""What is said of a job that did not come to its end; of one that was not begun, nothing."""


def matters_of(night: NightReport) -> tuple[Matter, ...]:
    """Return what somebody has to know of a night, the most urgent first; often nothing."""
    found = sorted(_all_matters(night), key=lambda matter: matter.weight)
    if is_unexplained(night):
        text = f"the night ended with exit code {night.exit_code}"
        return (Matter(weight=weight_of_night(night), text=text),)
    return tuple(found)


def is_unexplained(night: NightReport) -> bool:
    """Whether only the exit code says that not all is well: nothing that is known leads there."""
    return bool(night.exit_code) and not any(True for _ in _all_matters(night))


def headline(night: NightReport, matters: tuple[Matter, ...]) -> str:
    """Return the night in one line: its most urgent matter, or what went in."""
    if not matters:
        return _all_well(night)
    first, more = str(matters[0]), sum(one.weight not in NOBODYS for one in matters[1:])
    return f"{first}; and {counted(more, 'more thing')} to see to" if more else first


def runs_of(job: JobReport) -> tuple[FileReport, ...]:
    """Return what a job sent or tried to: the runs of earlier nights, then tonight's files."""
    return (*job.resumed, *job.files)


def each_file(night: NightReport) -> Iterator[tuple[JobReport, FileReport]]:
    """Yield what every job sent or tried to; a file that fits several jobs with the first alone."""
    seen = set[tuple[str, str]]()
    for job in night.jobs:
        for file in runs_of(job):
            nobodys = is_refused(file) and not file.run and file.archived is None
            if not nobodys or (file.file, file.said) not in seen:
                yield job, file
            if nobodys:
                seen.add((file.file, file.said))


def weight_of_night(night: NightReport) -> Weight:
    """Return how urgent a night is that broke off, or of which only the exit code speaks."""
    if night.exit_code == Exit.INTERNAL:
        return Weight.FAILED
    if interrupted(night.exit_code):
        return Weight.STOPPED
    if night.exit_code == Exit.LATER:
        return Weight.LATER
    return Weight.NOT_ALL if night.jobs else Weight.NO_NIGHT


def weight_of_job(job: JobReport) -> Weight:
    """Return how urgent a job is that broke off, or could not be taken up."""
    if interrupted(job.exit_code):
        return Weight.STOPPED
    files = runs_of(job)
    if job.exit_code == Exit.INTERNAL and all(one.exit_code != Exit.INTERNAL for one in files):
        return Weight.FAILED
    return Weight.NOT_ALL if files else Weight.REFUSED


def nothing_new(job: JobReport) -> bool:
    """Whether files came, and each of them was imported before."""
    return bool(job.files) and all(file.fate is FileFate.SAME for file in job.files)


def open_before(job: JobReport) -> tuple[FileReport, ...]:
    """Return files that came before and are not all in, beside others that are new."""
    if nothing_new(job):
        return ()
    return tuple(one for one in job.files if one.fate is FileFate.SAME and one.exit_code)


def _all_matters(night: NightReport) -> Iterator[Matter]:
    if night.failed:
        sentence = hushed(night.failed).partition(". ")[0].rstrip(".")
        first = ": ".join(sentence.split(": ")[:2])  # what comes after explains it
        yield Matter(weight=weight_of_night(night), text=f"{first[:1].lower()}{first[1:]}")
    for untold in night.untold:
        yield Matter(weight=Weight.UNTOLD, text=f"{untold.night}, {untold.ended}")
    if night.came_from:
        text = f"the journal was on the machine {night.came_from} before"
        yield Matter(weight=Weight.MOVED, text=text)
    yield from _doubts(night)
    for job in night.jobs:
        yield from _of_job(job)
    for _, file in each_file(night):
        yield from of_file(file)
    yield from _of_before(night)
    yield from _strays(night)


def _of_before(night: NightReport) -> Iterator[Matter]:
    """What waits in runs whose books the night does not tell; what is in doubt is `_doubts`."""
    if night.waiting:
        text = f"{counted(len(night.waiting), 'plan')} of earlier runs"
        yield Matter(weight=Weight.APPROVAL, text=text)
    if night.duplicate:
        count = sum(one.actions for one in night.duplicate.values())
        money = worth(add_up(one.money for one in night.duplicate.values()))
        text = f"{counted(count, 'duplicate')}{money} of earlier runs"
        yield Matter(weight=Weight.TO_CORRECT, text=text)
    if night.still_wrong:
        count = sum(one.rows for one in night.still_wrong.values())
        money = worth(add_up(one.money for one in night.still_wrong.values()))
        files = _names(one.file for one in night.still_wrong.values())
        text = f"{counted(count, 'row')}{money} of {files} still to correct, from before"
        yield Matter(weight=Weight.WRONG_BEFORE, text=text)
    if night.unsent:
        whose = _whose(night, night.unsent)
        text = f"{counted(sum(night.unsent.values()), 'action')} of {whose}"
        yield Matter(weight=Weight.UNSENT_BEFORE, text=text)


def _whose(night: NightReport, runs: Collection[str]) -> str:
    own = night.unclosed.intersection(runs)
    if not own:
        return "earlier runs"
    return "this night's runs" if own.issuperset(runs) else "runs of this night and before"


def _doubts(night: NightReport) -> Iterator[Matter]:
    """One matter for all that is in doubt, by tonight's runs and by those of before."""
    runs = [file for job in night.jobs for file in runs_of(job)]
    books = [file.books for file in runs if file.books and file.books.waiting(Outcome.UNKNOWN)]
    count = sum(one.waiting(Outcome.UNKNOWN) for one in books)
    before, whose = sum(night.still_unknown.values()), _whose(night, night.still_unknown)
    if count:
        money = worth(add_up(one.left_of[Outcome.UNKNOWN].money for one in books))
        more = f", and {shown_count(before)} of {whose}" if before else ""
        files = _names(one.run.file for one in books)
        text = f"{counted(count, 'action')}{money} of {files}{more}"
        yield Matter(weight=Weight.DOUBT, text=text)
    elif before:
        still = "" if night.unclosed.intersection(night.still_unknown) else ", still"
        text = f"{counted(before, 'action')} of {whose}{still}"
        yield Matter(weight=Weight.DOUBT, text=text)


def _of_job(job: JobReport) -> Iterator[Matter]:
    if job.said:
        weight = weight_of_job(job)
        ended = _BROKEN_JOB.get(weight, "")
        yield Matter(weight=weight, text=f"the job {job.name}{ended}")
    for fate, (weight, one, more) in TOGETHER.items():
        if found := [file for file in runs_of(job) if file.fate is fate]:
            money = add_up(unsent_money(one) for one in found)
            names = _names(one.file for one in found)
            text = f"{names}{worth(money)} {one if len(found) == 1 else more}"
            yield Matter(weight=weight, text=text)
    if len(job.unusual) > sum(is_empty(one) for one in job.files):  # each of these is one itself
        yield Matter(weight=Weight.UNUSUAL, text=f"the volume of {job.name} is not as usual")
    if job.missing:
        text = f"{job.name}: {job.missing.partition(': ')[2]}"
        yield Matter(weight=Weight.NO_FILE, text=text)
    elif nothing_new(job):
        were = "was" if len({file.file for file in job.files}) == 1 else "were"
        came = "came" if any(file.exit_code for file in job.files) else f"{were} imported"
        text = f"{_names(file.file for file in job.files)} {came} before"
        yield Matter(weight=Weight.NOTHING_NEW, text=text)
    if before := open_before(job):
        names = _names(one.file for one in before)
        are = "is" if len({one.file for one in before}) == 1 else "are"
        yield Matter(weight=Weight.NOT_ALL, text=f"{names} came before, and {are} not all in")


def _all_well(night: NightReport) -> str:
    runs = [file for job in night.jobs for file in runs_of(job)]
    told = [(file, file.books) for file in runs if file.books and file.fate is FileFate.RUN]
    if not runs:
        return "Nothing to do: no new file came, and none is missing"
    if len(told) == 1:
        file, books = told[0]
        return verdict(books, file.created_before).text.rstrip(".")
    if not told:
        return "Nothing to do"
    new = [created_since(books, file.created_before) for file, books in told]
    created = sum(one.count for one in new)
    if not created:
        return "Nothing to do: everything was in since earlier runs"
    money = worth(add_up(one.money for one in new))
    rows = sum(books.rows.done for _, books in told)
    now = f"{counted(created, 'action')} created now{money}"
    return f"All {counted(rows, 'row')} of {len(told)} files are in: {now}"


def _strays(night: NightReport) -> Iterator[Matter]:
    names = [one.path.name for one in night.strays if one.of_sheet]
    if names:
        text = f"{_names(names)} came, the sheet did not"
        yield Matter(weight=Weight.STRAY, text=text)
    names = [one.path.name for one in night.strays if not one.of_sheet]
    if names:
        fit = "fits no job" if len(names) == 1 else "fit no job"
        yield Matter(weight=Weight.STRAY, text=f"{_names(names)} {fit}")


def _names(files: Iterable[str]) -> str:
    """The first two, and how many more."""
    names = list(dict.fromkeys(files))
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return f"{' and '.join(names[:2]) if not more else ', '.join(names[:2])}{more}"
