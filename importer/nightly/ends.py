"""How one file of a night ended, as somebody has to know it: what its subject and its list say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from importer.model import Outcome, RunState
from importer.nightly.codes import interrupted
from importer.nightly.masked import said_of
from importer.nightly.records import FileFate, FileReport
from importer.nightly.weights import Matter, Weight
from importer.pipeline.exits import Exit
from importer.reconcile import TO_CORRECT, Sums
from importer.report.figures import counted, shown_count, shown_sums
from importer.upload import EndKind

TOGETHER: Final = {
    FileFate.WAITING: (Weight.APPROVAL, "waits for approval", "wait for approval"),
    FileFate.NOT_READY: (Weight.NOT_READY, "is not complete", "are not complete"),
    FileFate.LEFT: (
        Weight.LEFT,
        "was not taken up this night",
        "were not taken up this night",
    ),
}
"""Of which all files of a job are one matter: its weight, and what is said of one and of more."""
_SHORT: Final = 90
"""Characters of a reason that a subject has room for."""


def of_file(file: FileReport) -> Iterator[Matter]:
    """Yield how a file ended, and its rows to correct; what is in doubt is counted elsewhere."""
    if one := end_of(file):
        yield one
    if to_correct(file):
        yield Matter(weight=Weight.TO_CORRECT, text=_rows_left(file))


def end_of(file: FileReport) -> Matter | None:
    """Return the most urgent of what a file's fate and its run say.

    None where all is well, where all such files of a job are told together, and of what came
    before, of which its own run is told.
    """
    if file.fate in {FileFate.NOT_READY, FileFate.LEFT, FileFate.SAME}:
        return None
    rules: tuple[tuple[bool, Weight, Callable[[], str]], ...] = (
        (is_fault(file), Weight.FAILED, lambda: _broken(file)),
        (_unbalanced(file), Weight.UNBALANCED, lambda: f"the books of {file.file} do not balance"),
        (
            file.fate is FileFate.FAILED,
            Weight.REFUSED,
            lambda: f"{file.file} could not be taken up",
        ),
        (
            is_refused(file),
            Weight.REFUSED,
            lambda: f"{file.file} was refused, nothing of it was sent",
        ),
        (file.exit_code == Exit.LATER, Weight.LATER, lambda: _later(file)),
        # Behind what is in doubt, the same lead's other actions wait; nothing has stopped them.
        (_waits(file) and not file.halted, Weight.LATER, lambda: _left(file)),
        (_unsent(file) or _stopped(file), Weight.STOPPED, lambda: _left(file) + _because(file)),
        (is_empty(file), Weight.UNUSUAL, lambda: f"{file.file} has no row with an action"),
        (_goes_on_elsewhere(file), Weight.TO_CORRECT, lambda: _open_elsewhere(file)),
        (_given_up(file), Weight.GIVEN_UP, lambda: _actions_given_up(file)),
        (_not_all(file), Weight.NOT_ALL, lambda: _left(file) + _because(file)),
    )
    if file.fate is FileFate.WAITING:
        rules = rules[:2]  # that it waits is told of all such files together
    found = (Matter(weight=weight, text=text()) for holds, weight, text in rules if holds)
    return next(found, None)


def is_fault(file: FileReport) -> bool:
    """Whether the importer itself, or something below it, has failed at a file."""
    return file.exit_code == Exit.INTERNAL or (file.fate is FileFate.FAILED and bool(file.run))


def is_refused(file: FileReport) -> bool:
    """Whether nothing of a file was sent, since something is wrong with it as a whole."""
    state = file.books.run.state if file.books else None
    return file.fate is FileFate.REFUSED or state is RunState.REFUSED


def is_empty(file: FileReport) -> bool:
    """Whether a file was run and yielded no action."""
    return bool(file.books and not file.books.rows_with_actions)


def to_correct(file: FileReport) -> bool:
    """Whether rows wait for a correction or a decision; not those that a person has given up."""
    books = file.books
    return (
        books is not None
        and not is_refused(file)
        and bool(books.waiting(*TO_CORRECT, Outcome.DUPLICATE) or books.incomplete)
    )


def unsent_money(file: FileReport) -> Sums:
    """Return what is still to be sent of a file is worth, without what was given up."""
    line = file.books.left_of.get(Outcome.UNSENT) if file.books else None
    return line.money if line else {}


def worth(money: Sums) -> str:
    """Return ` (₹1,250.50)`; nothing where there is no money."""
    return f" ({' + '.join(shown_sums(money))})" if any(money.values()) else ""


def _broken(file: FileReport) -> str:
    what = "an internal error" if file.exit_code == Exit.INTERNAL else "something failed"
    return f"{what}: {_left(file)}" if _unsent(file) else f"{what} at {file.file}"


def _not_all(file: FileReport) -> bool:
    told = {Exit.DONE, Exit.IN_DOUBT, *([Exit.INCOMPLETE] if to_correct(file) else [])}
    return file.exit_code not in told


def _waits(file: FileReport) -> bool:
    return _unsent(file) and file.exit_code == Exit.IN_DOUBT


def _unbalanced(file: FileReport) -> bool:
    return file.exit_code == Exit.UNBALANCED or bool(file.books and file.books.imbalances)


def _unsent(file: FileReport) -> bool:
    return bool(file.books and file.books.unsent)


def _stopped(file: FileReport) -> bool:
    return file.halted or file.exit_code == Exit.STOPPED or interrupted(file.exit_code)


def _goes_on_elsewhere(file: FileReport) -> bool:
    """Whether later runs have taken up rows of it, of which some are still open there."""
    books = file.books
    return bool(books and books.taken_up.count and books.chain.open_rows and not to_correct(file))


def _open_elsewhere(file: FileReport) -> str:
    rows = file.books.chain.open_rows if file.books else 0
    return f"{counted(rows, 'row')} of {file.file} still open in later runs"


def _given_up(file: FileReport) -> bool:
    """Whether nothing but what a person has given up keeps it from being all in."""
    books = file.books
    return books is not None and file.exit_code == Exit.INCOMPLETE and not to_correct(file)


def _actions_given_up(file: FileReport) -> str:
    books = file.books
    count = books.given_up_now if books else 0
    were = "was" if count == 1 else "were"
    unsent = books.given_up_of.get(Outcome.UNSENT) if books else None
    how = "closed unsent" if unsent and unsent.count == count else "given up"
    return f"{counted(count, 'action')} of {file.file} {were} {how}: nothing to do"


def _because(file: FileReport) -> str:
    """What stopped it, where that is short enough for a subject."""
    first = said_of(file).partition(". ")[0].rstrip(".")
    return f": {first}" if first and len(first) <= _SHORT else ""


def _later(file: FileReport) -> str:
    why = {
        EndKind.UNREACHABLE: "the CRM did not answer",
        EndKind.OUT_OF_TIME: "the time was over",
    }.get(file.end or EndKind.DONE, "")
    if not file.changed:
        return f"{_left(file)}: {why}" if why else _left(file)
    if not _unsent(file):
        return f"{file.file} has changed since it was read"
    both = " and ".join(filter(None, (why, "the file has changed since it was read")))
    return f"{_left(file)}: {both}"


def _left(file: FileReport) -> str:
    if file.books and file.books.unsent:
        money = worth(unsent_money(file))
        return f"{counted(file.books.unsent, 'action')}{money} of {file.file} not sent"
    if file.changed or _because(file):
        return file.file
    return f"{file.file}, by exit code {file.exit_code}"


def _rows_left(file: FileReport) -> str:
    books = file.books
    if books is None:
        return file.file
    left = books.waiting(*TO_CORRECT, Outcome.DUPLICATE) + books.incomplete
    if books.waiting(Outcome.UNKNOWN):  # its rows are among those that wait, and counted already
        return f"{counted(left, 'action')} of {file.file} to correct or to decide on"
    rows = books.rows.waiting + books.rows.incomplete
    of = f"{shown_count(rows)} of {counted(books.rows_with_actions, 'row')} of {file.file}"
    return f"{of} {'needs' if rows == 1 else 'need'} a person"
