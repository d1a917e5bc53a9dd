"""What of a night somebody has to know, the most urgent first: the subject of its digest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from importer.model import Outcome, RunState
from importer.nightly.codes import interrupted
from importer.nightly.masked import said_of
from importer.nightly.records import FileFate, FileReport, JobReport, NightReport
from importer.nightly.weights import Matter, Weight
from importer.pipeline import Exit
from importer.pipeline.masking import hushed
from importer.reconcile import TO_CORRECT, Sums, add_up
from importer.report.figures import counted, shown_count, shown_sums
from importer.report.verdict import verdict
from importer.upload import EndKind

_SHORT: Final = 90
"""Characters of a reason that a subject has room for."""
_TOGETHER: Final = {
    FileFate.WAITING: (Weight.APPROVAL, "waits for approval", "wait for approval"),
    FileFate.NOT_READY: (Weight.NOT_READY, "is not complete", "are not complete"),
    FileFate.LEFT: (Weight.LEFT, "stays in the inbox", "stay in the inbox"),
}
"""Of which all files of a job are one matter: its weight, and what is said of one and of more."""


def matters_of(night: NightReport) -> tuple[Matter, ...]:
    """Return what somebody has to know of a night, the most urgent first; often nothing."""
    found = sorted(_all_matters(night), key=lambda matter: matter.weight)
    if night.exit_code and not found:
        text = f"the night ended with exit code {night.exit_code}"
        return (Matter(weight=_weight_of(night), text=text),)
    return tuple(found)


def headline(night: NightReport, matters: tuple[Matter, ...]) -> str:
    """Return the night in one line: its most urgent matter, or what went in."""
    if not matters:
        return _all_well(night)
    first, more = str(matters[0]), len(matters) - 1
    return f"{first}; and {counted(more, 'more thing')} to see to" if more else first


def runs_of(job: JobReport) -> tuple[FileReport, ...]:
    """Return what a job sent or tried to: the runs of earlier nights, then tonight's files."""
    return (*job.resumed, *job.files)


def _weight_of(night: NightReport) -> Weight:
    """How urgent a night is that broke off, or of which nothing but the exit code speaks."""
    if night.exit_code == Exit.INTERNAL:
        return Weight.FAILED
    if night.exit_code == Exit.LATER:
        return Weight.LATER
    return Weight.NOT_ALL if night.jobs else Weight.NO_NIGHT


def nothing_new(job: JobReport) -> bool:
    """Whether files came, and each of them was imported before."""
    return bool(job.files) and all(file.fate is FileFate.SAME for file in job.files)


def _all_matters(night: NightReport) -> Iterator[Matter]:
    if night.failed:
        sentence = hushed(night.failed).partition(". ")[0].rstrip(".")
        first = ": ".join(sentence.split(": ")[:2])  # what comes after explains it
        yield Matter(weight=_weight_of(night), text=f"{first[:1].lower()}{first[1:]}")
    if night.came_from:
        text = f"the journal was on the machine {night.came_from} before"
        yield Matter(weight=Weight.MOVED, text=text)
    yield from _doubts(night)
    for job in night.jobs:
        yield from _of_job(job)
        for file in runs_of(job):
            # Of what came before, its own run is told.
            if file.fate not in _TOGETHER and file.fate is not FileFate.SAME:
                yield from _of_file(file)
    if night.waiting:
        text = f"{counted(len(night.waiting), 'plan')} of earlier runs"
        yield Matter(weight=Weight.APPROVAL, text=text)
    if night.duplicate:
        text = f"{counted(sum(night.duplicate.values()), 'duplicate')} of earlier runs"
        yield Matter(weight=Weight.TO_CORRECT, text=text)
    if night.unsent:
        text = f"{counted(sum(night.unsent.values()), 'action')} of earlier runs"
        yield Matter(weight=Weight.UNSENT_BEFORE, text=text)


def _doubts(night: NightReport) -> Iterator[Matter]:
    """One matter for all that is in doubt, by tonight's runs and by those of before."""
    runs = [file for job in night.jobs for file in runs_of(job)]
    books = [file.books for file in runs if file.books and file.books.waiting(Outcome.UNKNOWN)]
    count = sum(one.waiting(Outcome.UNKNOWN) for one in books)
    before = sum(night.still_unknown.values())
    if count:
        money = _worth(add_up(one.outcomes[Outcome.UNKNOWN].money for one in books))
        more = f", and {shown_count(before)} of earlier runs" if before else ""
        files = _names(one.run.file for one in books)
        text = f"{counted(count, 'action')}{money} of {files}{more}"
        yield Matter(weight=Weight.DOUBT, text=text)
    elif before:
        text = f"{counted(before, 'action')} of earlier runs, still"
        yield Matter(weight=Weight.DOUBT, text=text)


def _of_job(job: JobReport) -> Iterator[Matter]:
    if job.said:
        yield Matter(weight=Weight.REFUSED, text=f"the job {job.name}")
    for fate, (weight, one, more) in _TOGETHER.items():
        if found := [file for file in runs_of(job) if file.fate is fate]:
            money = add_up(one.books.outcomes[Outcome.UNSENT].money for one in found if one.books)
            names = _names(one.file for one in found)
            text = f"{names}{_worth(money)} {one if len(found) == 1 else more}"
            yield Matter(weight=weight, text=text)
    if job.unusual:
        yield Matter(weight=Weight.UNUSUAL, text=f"the volume of {job.name} is not as usual")
    if job.missing:
        text = f"{job.name}: {job.missing.partition(': ')[2]}"
        yield Matter(weight=Weight.NO_FILE, text=text)
    elif nothing_new(job):
        came = "came" if any(file.exit_code for file in job.files) else "was imported"
        text = f"{_names(file.file for file in job.files)} {came} before"
        yield Matter(weight=Weight.NOTHING_NEW, text=text)


def _of_file(file: FileReport) -> Iterator[Matter]:
    """At most one of what a file's fate and its run say; what is in doubt is counted elsewhere."""
    rules: tuple[tuple[bool, Weight, Callable[[], str]], ...] = (
        (_failed(file), Weight.FAILED, lambda: _broken(file)),
        (_unbalanced(file), Weight.UNBALANCED, lambda: f"the books of {file.file} do not balance"),
        (
            _refused(file),
            Weight.REFUSED,
            lambda: f"{file.file} was refused, nothing of it was sent",
        ),
        (file.exit_code == Exit.LATER, Weight.LATER, lambda: _left(file) + _later(file)),
        (_to_correct(file) and not _stopped(file), Weight.TO_CORRECT, lambda: _rows_left(file)),
        # Behind what is in doubt, the same lead's other actions wait; nothing has stopped them.
        (_waits(file) and not file.halted, Weight.LATER, lambda: _left(file)),
        (_unsent(file) or _stopped(file), Weight.STOPPED, lambda: _left(file) + _because(file)),
        (is_empty(file), Weight.UNUSUAL, lambda: f"{file.file} has no row with an action"),
        (_not_all(file), Weight.NOT_ALL, lambda: _left(file) + _because(file)),
    )
    for holds, weight, text in rules:
        if holds:
            yield Matter(weight=weight, text=text())
            return


def _failed(file: FileReport) -> bool:
    return file.fate is FileFate.FAILED or file.exit_code == Exit.INTERNAL


def _broken(file: FileReport) -> str:
    ours = file.exit_code == Exit.INTERNAL
    return f"{'an internal error' if ours else 'something failed'} at {file.file}"


def _not_all(file: FileReport) -> bool:
    return file.exit_code not in {Exit.DONE, Exit.IN_DOUBT}


def _waits(file: FileReport) -> bool:
    return _unsent(file) and file.exit_code == Exit.IN_DOUBT


def _unbalanced(file: FileReport) -> bool:
    return file.exit_code == Exit.UNBALANCED or bool(file.books and file.books.imbalances)


def _refused(file: FileReport) -> bool:
    state = file.books.run.state if file.books else None
    return file.fate is FileFate.REFUSED or state is RunState.REFUSED


def _unsent(file: FileReport) -> bool:
    return bool(file.books and file.books.unsent)


def _to_correct(file: FileReport) -> bool:
    books = file.books
    return books is not None and bool(
        books.waiting(*TO_CORRECT, Outcome.DUPLICATE)
        or books.incomplete
        or books.given_up.count > books.waived_before
    )


def is_empty(file: FileReport) -> bool:
    """Whether a file was run and yielded no action."""
    return bool(file.books and not file.books.rows_with_actions)


def _stopped(file: FileReport) -> bool:
    return file.halted or file.exit_code == Exit.STOPPED or interrupted(file.exit_code)


def _because(file: FileReport) -> str:
    """What stopped it, where that is short enough for a subject."""
    first = said_of(file).partition(". ")[0].rstrip(".")
    return f": {first}" if first and len(first) <= _SHORT else ""


def _later(file: FileReport) -> str:
    if file.changed:
        return " has changed since it was read"
    return {
        EndKind.UNREACHABLE: ": the CRM did not answer",
        EndKind.OUT_OF_TIME: ": the time was over",
    }.get(file.end or EndKind.DONE, "")


def _left(file: FileReport) -> str:
    if file.books and file.books.unsent:
        money = _worth(file.books.outcomes[Outcome.UNSENT].money)
        return f"{counted(file.books.unsent, 'action')}{money} of {file.file} not sent"
    if file.changed:
        return file.file
    return f"{file.file}, by exit code {file.exit_code}"


def _rows_left(file: FileReport) -> str:
    books = file.books
    if books is None:
        return file.file
    if books.waiting(Outcome.UNKNOWN):  # its rows are among those that wait, and counted already
        left = books.waiting(*TO_CORRECT, Outcome.DUPLICATE) + books.incomplete
        return f"{counted(left, 'action')} of {file.file} to correct or to decide on"
    rows = books.rows
    left = rows.waiting + rows.incomplete + rows.given_up
    of = f"{shown_count(left)} of {counted(books.rows_with_actions, 'row')} of {file.file}"
    return f"{of} {'needs' if left == 1 else 'need'} a person"


def _all_well(night: NightReport) -> str:
    runs = [file for job in night.jobs for file in runs_of(job)]
    books = [file.books for file in runs if file.books and file.fate is FileFate.RUN]
    if not runs:
        return "Nothing to do: no new file came, and none is missing"
    if len(books) == 1:
        return verdict(books[0]).text.rstrip(".")
    if not books:
        return "Nothing to do"
    created = sum(one.outcomes[Outcome.CREATED].count for one in books)
    if not created:
        return "Nothing to do: everything was in since earlier runs"
    money = _worth(add_up(one.outcomes[Outcome.CREATED].money for one in books))
    rows = sum(one.rows.done for one in books)
    now = f"{counted(created, 'action')} created now{money}"
    return f"All {counted(rows, 'row')} of {len(books)} files are in: {now}"


def _worth(money: Sums) -> str:
    return f" ({' + '.join(shown_sums(money))})" if any(money.values()) else ""


def _names(files: Iterable[str]) -> str:
    """The first two, and how many more."""
    names = list(dict.fromkeys(files))
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return f"{' and '.join(names[:2]) if not more else ', '.join(names[:2])}{more}"
