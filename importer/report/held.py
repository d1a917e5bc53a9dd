"""What is held as DUPLICATE, by what it is held for; each calls for something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from importer.model import Outcome
from importer.reconcile import Reason, Reconciliation


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Some duplicates that call for the same."""

    count: int
    title: str
    text: str
    command: str
    """What to type behind `importer`, without the options that name a workspace."""


def held_of(books: Reconciliation) -> Iterator[Held]:
    """Yield what is held in doubt, what is held by another run's turn, and what to compare."""
    groups = {one.code: one for one in books.reasons if one.outcome is Outcome.DUPLICATE}
    waiting = (groups.get("in doubt"), groups.get("open"))
    doubtful, unsent = waiting
    if doubtful:
        yield _doubtful(doubtful)
    if unsent:
        yield _unsent(unsent)
    rest = books.outcomes[Outcome.DUPLICATE].count - sum(one.count for one in waiting if one)
    if rest:
        yield _comparable(rest, books.run.id)


def _doubtful(group: Reason) -> Held:
    return Held(
        count=group.count,
        title=f"Settle what {_number(group.count)} for",
        text=f"{_runs(group.runs)} sent the same, and no trustworthy answer came: it may or may "
        "not be on its lead's timeline. Look there, in TeleCRM, and do not send it again. Settle "
        "that run first, then resume this one.",
        command=f"settle {_first(group.runs)}",
    )


def _unsent(group: Reason) -> Held:
    other = _first(group.runs)
    return Held(
        count=group.count,
        title=f"Resume what {_number(group.count)} for",
        text=f"{_runs(group.runs)} holds the same, and has not sent it yet: resume that run, or "
        f"give it up there (importer close {other} --reason …). Then resume this one.",
        command=f"resume {other}",
    )


def _comparable(count: int, run: str) -> Held:
    return Held(
        count=count,
        title=f"Decide on {count:,} duplicate{'' if count == 1 else 's'}",
        text="This belongs to an action of an earlier run or row, which stands in the CRM; the "
        "report shows the old and the new. If it is the same, nothing is to be done. If it is "
        "another one, release its row and resume. Where only the amount was wrong, a release "
        "books a second one beside the old.",
        command=f"release {run} --rows … --reason …",
    )


def _number(count: int) -> str:
    return "1 duplicate waits" if count == 1 else f"{count:,} duplicates wait"


def _runs(runs: Sequence[str]) -> str:
    if not runs:
        return "An earlier run"
    return f"The run {runs[0]}" if len(runs) == 1 else f"Each of the runs {', '.join(runs)}"


def _first(runs: Sequence[str]) -> str:
    return runs[0] if runs else "RUN"
