"""What is held as DUPLICATE, by what it is held for; each calls for something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from importer.model import EarlierReason, Outcome
from importer.reconcile import Wait, Waiting
from importer.report.commands import (
    ANY_ROWS,
    Command,
    Step,
    decide,
    give_up,
    resolve,
    resume,
    rows_typed,
    settle,
)
from importer.report.figures import counted
from importer.report.source import Report
from importer.report.words import Tone


def held_of(report: Report) -> Iterator[Step]:
    """Yield what is held in doubt, what is held by another run's turn, and what to compare."""
    waits = report.books.waits
    if doubtful := waits.get(Wait.OTHER_DOUBT):
        yield _doubtful(doubtful, runs_held_for(report, EarlierReason.IN_DOUBT), report)
    if unsent := waits.get(Wait.OTHER_TURN):
        yield _unsent(unsent, runs_held_for(report, EarlierReason.OPEN), report)
    if rest := waits.get(Wait.COMPARISON):
        yield _comparable(rest, report.books.run.id, report.options)


def runs_held_for(report: Report, reason: EarlierReason) -> Sequence[str]:
    """Return the runs, some of them where they are many, that duplicates are held for."""
    return list(
        dict.fromkeys(
            run
            for one in report.reasons
            if one.outcome is Outcome.DUPLICATE and one.code == reason
            for run in one.runs
        )
    )


def _doubtful(waiting: Waiting, runs: Sequence[str], report: Report) -> Step:
    return Step(
        tone=Tone.CARE,
        shows=Outcome.DUPLICATE,
        title=f"Settle what {_number(waiting.count)} for",
        text=f"{_named(runs)} sent the same, and no trustworthy answer came: it may or may "
        "not be on its lead's timeline. Do not send it again. Settle that run first; what the "
        "importer has looked for and cannot tell, look up in TeleCRM, and say what you saw: the "
        "report of that run has its rows. Then resume this one, which looks again.",
        commands=(*_settled(runs, report.options), _look_again(report)),
    )


def _unsent(waiting: Waiting, runs: Sequence[str], report: Report) -> Step:
    return Step(
        tone=Tone.CARE,
        shows=Outcome.DUPLICATE,
        title=f"Resume what {_number(waiting.count)} for",
        text=f"{_named(runs)} holds the same, and has not sent it yet: resume that run, or "
        "give it up there. Then resume this one, which looks again.",
        commands=(*_sent_or_given_up(runs, report.options), _look_again(report)),
    )


def _settled(runs: Sequence[str], options: str) -> Iterator[Command]:
    for run in runs:
        yield settle(run, options, does="first looks at the leads' timelines")
        yield resolve(
            run, ANY_ROWS, options, created=True, does="what it cannot tell, you saw there"
        )
        yield resolve(run, ANY_ROWS, options, created=False, does="or you saw it is not there")


def _sent_or_given_up(runs: Sequence[str], options: str) -> Iterator[Command]:
    for run in runs:
        yield resume(run, options, does="sends it")
        yield give_up(run, options)


def _look_again(report: Report) -> Command:
    """What is held is looked up again by every resume, also of a run that sends nothing else."""
    does = "then looks again, and sends what is free by now"
    return resume(report.books.run.id, report.options, does)


def _comparable(waiting: Waiting, run: str, options: str) -> Step:
    return Step(
        tone=Tone.CARE,
        shows=Outcome.DUPLICATE,
        title=f"Decide on {counted(waiting.count, 'duplicate')}",
        text="This belongs to an action of an earlier run or row, which stands in the CRM; the "
        "report shows the old and the new. If it is the same, give it up. If it is another one, "
        "release its row and resume. Where only the amount was wrong, a release books a second "
        "one beside the old.",
        commands=decide(run, rows_typed(waiting), options),
    )


def _number(count: int) -> str:
    return "1 duplicate waits" if count == 1 else f"{count:,} duplicates wait"


def _named(runs: Sequence[str]) -> str:
    return f"The run {runs[0]}" if len(runs) == 1 else f"Each of the runs {', '.join(runs)}"
