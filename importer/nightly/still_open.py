"""What is open of runs that a night has not told, with what is to be typed."""

from __future__ import annotations

from collections.abc import Iterator

from importer.nightly.items import Item, care, reports_of, settling, stop
from importer.nightly.records import NightReport, Waiting
from importer.nightly.weights import Weight
from importer.report.commands import ANY_ROWS, Step, decide, give_up, plan_commands, resume
from importer.report.figures import counted
from importer.report.words import Hold


def of_before(night: NightReport) -> Iterator[Item]:
    """Yield what is to be done, each about a run."""
    yield from _settle(night)
    for run, one in night.waiting.items():
        step = _of_waiting(night, run, one)
        yield Item(weight=Weight.APPROVAL, about=f"Run {run}", step=step)
    for run, count in night.unsent.items():
        commands = (resume(run, night.options), give_up(run, night.options))
        text = "An earlier night or a person has left it, and this night did not take it up."
        title = f"Resume {counted(count, 'unsent action')}"
        step = care(title, text, *commands)
        yield Item(weight=Weight.UNSENT_BEFORE, about=f"Run {run}", step=step)
    for run, count in night.duplicate.items():
        step = _of_duplicates(night, run, count)
        yield Item(weight=Weight.TO_CORRECT, about=f"Run {run}", step=step)


def _of_waiting(night: NightReport, run: str, one: Waiting) -> Step:
    """A plan that a person has written down, which is sent by `apply` and by nothing else."""
    commands = (*plan_commands(one.hold, run, night.options), give_up(run, night.options))
    if one.hold is Hold.APPLY:
        return care(f"Apply the plan {run}", one.said, *commands)
    return care(f"Have the plan {run} approved", f"{one.said} Nothing of it was sent.", *commands)


def _of_duplicates(night: NightReport, run: str, count: int) -> Step:
    """What a run of before holds; its report shows the old beside the new."""
    text = (
        "Each has the identity of an action of another run or row, and something differs or is "
        "still open. The report shows both, and what each waits for: resume looks again, release "
        "says that it is another one, and close that it is the same."
    )
    commands = (
        reports_of(night, run),
        resume(run, night.options, does="looks again, and sends what is free by now"),
        *decide(run, ANY_ROWS, night.options),
    )
    return care(f"Decide on {counted(count, 'duplicate')} from before", text, *commands)


def _settle(night: NightReport) -> Iterator[Item]:
    for run, count in night.still_unknown.items():
        text = (
            "Nobody has settled this since an earlier night. Do not send it again, by any way, "
            "before it is settled:"
        )
        title = f"Settle {counted(count, 'action')} in doubt from before"
        step = stop(title, text, *settling(night, run))
        yield Item(weight=Weight.DOUBT, about=f"Run {run}", step=step)
