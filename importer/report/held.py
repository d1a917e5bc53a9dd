"""What is held as DUPLICATE, by what it is held for; each calls for something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from importer.model import EarlierReason, Outcome
from importer.report.commands import REASON, Command, typed
from importer.report.figures import counted
from importer.report.reasons import Said
from importer.report.source import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Some duplicates that call for the same."""

    title: str
    text: str
    commands: tuple[Command, ...]


def held_of(report: Report) -> Iterator[Held]:
    """Yield what is held in doubt, what is held by another run's turn, and what to compare."""
    doubtful, unsent = (
        [one for one in report.reasons if one.outcome is Outcome.DUPLICATE and one.code == reason]
        for reason in (EarlierReason.IN_DOUBT, EarlierReason.OPEN)
    )
    if doubtful:
        yield _doubtful(_count(doubtful), _runs_of(doubtful), report.options)
    if unsent:
        yield _unsent(_count(unsent), _runs_of(unsent), report.options)
    rest = report.books.waiting(Outcome.DUPLICATE) - _count(doubtful) - _count(unsent)
    if rest:
        yield _comparable(rest, report.books.run.id, report.options)


def _doubtful(count: int, runs: Sequence[str], options: str) -> Held:
    return Held(
        title=f"Settle what {_number(count)} for",
        text=f"{_named(runs)} sent the same, and no trustworthy answer came: it may or may "
        "not be on its lead's timeline. Look there, in TeleCRM, and do not send it again. Settle "
        "that run first, then resume this one.",
        commands=tuple(Command(text=typed("settle", run, options)) for run in runs),
    )


def _unsent(count: int, runs: Sequence[str], options: str) -> Held:
    return Held(
        title=f"Resume what {_number(count)} for",
        text=f"{_named(runs)} holds the same, and has not sent it yet: resume that run, or "
        "give it up there. Then resume this one.",
        commands=tuple(
            command
            for run in runs
            for command in (
                Command(text=typed("resume", run, options), does="sends it"),
                Command(text=typed("close", run, REASON, options), does="gives it up"),
            )
        ),
    )


def _comparable(count: int, run: str, options: str) -> Held:
    return Held(
        title=f"Decide on {counted(count, 'duplicate')}",
        text="This belongs to an action of an earlier run or row, which stands in the CRM; the "
        "report shows the old and the new. If it is the same, give it up. If it is another one, "
        "release its row and resume. Where only the amount was wrong, a release books a second "
        "one beside the old.",
        commands=(
            Command(
                text=typed("release", run, "--rows …", REASON, options),
                does="it is another one: resume sends it",
            ),
            Command(
                text=typed("close", run, "--rows …", REASON, options),
                does="it is the same: nobody is asked again",
            ),
        ),
    )


def _count(groups: Sequence[Said]) -> int:
    return sum(one.count for one in groups)


def _runs_of(groups: Sequence[Said]) -> Sequence[str]:
    return list(dict.fromkeys(run for one in groups for run in one.runs)) or ["RUN"]


def _number(count: int) -> str:
    return "1 duplicate waits" if count == 1 else f"{count:,} duplicates wait"


def _named(runs: Sequence[str]) -> str:
    return f"The run {runs[0]}" if len(runs) == 1 else f"Each of the runs {', '.join(runs)}"
