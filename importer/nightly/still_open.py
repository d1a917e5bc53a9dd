"""What is open of runs that a night has not told, with what is to be typed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from importer.nightly.ends import worth
from importer.nightly.items import Item, care, reports_of, settling, stop
from importer.nightly.records import NightReport, StillHeld, StillWrong, Waiting
from importer.nightly.weights import Weight
from importer.report.commands import (
    ELSEWHERE,
    REASON,
    Command,
    Step,
    decide,
    give_up,
    path_typed,
    plan_commands,
    resume,
    typed,
)
from importer.report.figures import counted
from importer.report.words import Hold

_ELSEWHERE: Final = (
    "Later sheets were read, and may have some of them in a form that cannot be told from a new "
    "row: give up those that are in by now, and correct the others."
)


def of_before(night: NightReport) -> Iterator[Item]:
    """Yield what is to be done, each about a run."""
    yield from _settle(night)
    for run, one in night.waiting.items():
        step = _of_waiting(night, run, one)
        yield Item(weight=Weight.APPROVAL, about=f"Run {run}", step=step)
    for run, count in night.unsent.items():
        commands = (resume(run, night.options), give_up(run, night.options))
        text = "An earlier night or a person has left it, and this night did not take it up."
        if run in night.unclosed:
            text = "This night could not bring it to its end."
        title = f"Resume {counted(count, 'unsent action')}"
        step = care(title, text, *commands)
        yield Item(weight=Weight.UNSENT_BEFORE, about=f"Run {run}", step=step)
    for run, held in night.duplicate.items():
        step = _of_duplicates(night, run, held)
        yield Item(weight=Weight.TO_CORRECT, about=f"Run {run}", step=step)
    for run, wrong in night.still_wrong.items():
        step = _of_wrong(night, run, wrong)
        yield Item(weight=Weight.WRONG_BEFORE, about=f"Run {run}", step=step)


def _of_waiting(night: NightReport, run: str, one: Waiting) -> Step:
    """A plan that a person has written down, which is sent by `apply` and by nothing else."""
    commands = (*plan_commands(one.hold, run, night.options), give_up(run, night.options))
    if one.hold is Hold.APPLY:
        return care(f"Apply the plan {run}", one.said, *commands)
    return care(f"Have the plan {run} approved", f"{one.said} Nothing of it was sent.", *commands)


def _of_wrong(night: NightReport, run: str, one: StillWrong) -> Step:
    """Rows of a run of before that wait in its failures workbook."""
    close = typed("close", run, one.typed, REASON, night.options)
    up = Command(text=close, does="gives them up: nobody is asked again")
    title = f"Correct {counted(one.rows, 'row')}{worth(one.money)} of {one.file} from before"
    since = _ELSEWHERE if one.read_since else "Nobody has corrected them since."
    if one.failures is None:
        text = f"{since} Their failures workbook is gone."
        return care(title, text, reports_of(night, run), up)
    jobs = (job.for_failures for job in night.jobs if job.name == one.job)
    by_night = next(filter(None, jobs), "")
    text = (
        f"{since} They are in {one.failures.as_posix()}: its columns “Importer: …” say what is "
        "wrong with each. Correct the red cells, save it, and "
    )
    put = f"put it {by_night}: the next night runs it. Or at once:" if by_night else "run it:"
    mapping = one.mapping.as_posix() if one.mapping else ELSEWHERE
    words = (path_typed(one.failures.as_posix()), f"-m {path_typed(mapping)}", night.options)
    again = Command(text=typed("run", *words), does="runs what was corrected")
    return care(title, f"{text}{put}", again, up)


def _of_duplicates(night: NightReport, run: str, one: StillHeld) -> Step:
    """What a run of before holds; its report shows the old beside the new."""
    text = (
        "Each has the identity of an action of another run or row, and something differs or is "
        "still open. The report shows both, and what each waits for: resume looks again, release "
        "says that it is another one, and close that it is the same."
    )
    commands = (
        reports_of(night, run),
        resume(run, night.options, does="looks again, and sends what is free by now"),
        *decide(run, one.typed, night.options),
    )
    count = f"{counted(one.actions, 'duplicate')}{worth(one.money)}"
    return care(f"Decide on {count} of {one.file} from before", text, *commands)


def _settle(night: NightReport) -> Iterator[Item]:
    for run, count in night.still_unknown.items():
        own = run in night.unclosed
        since = "" if own else "Nobody has settled this since an earlier night. "
        text = f"{since}Do not send it again, by any way, before it is settled:"
        title = f"Settle {counted(count, 'action')} in doubt{'' if own else ' from before'}"
        step = stop(title, text, *settling(night, run))
        yield Item(weight=Weight.DOUBT, about=f"Run {run}", step=step)
