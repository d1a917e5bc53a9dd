"""What a person does next about a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from importer.model import Outcome, RunRecord, RunState
from importer.reconcile import Reconciliation
from importer.report.figures import counted
from importer.report.source import Failures, Report
from importer.report.words import INCOMPLETE, Tone, count_of

_ENDED: Final = (RunState.REFUSED, RunState.DONE)

_IN_DOUBT: Final = (
    " Where the earlier one is in doubt, it may or may not be on its lead's timeline: look there, "
    "in TeleCRM, and do not send it again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do next."""

    tone: Tone
    title: str
    text: str
    link: str = ""
    """A file beside the report."""
    command: str = ""
    """What to type."""
    shows: str = ""
    """The page's filter that shows what the step is about."""


def next_steps(report: Report) -> Iterator[Step]:
    """Yield what is to be done about a run, the most urgent first."""
    books, run = report.books, report.books.run
    if books.imbalances:
        yield _distrust()
    if count := count_of(books, Outcome.UNKNOWN):
        yield _settle(count, run)
    if run.state is RunState.REFUSED:
        yield _reconsider()
    elif report.failures:
        yield _correct(report.failures, run)
    if count := count_of(books, Outcome.DUPLICATE):
        yield _decide(count, run, doubtful=_duplicates_in_doubt(books))
    # What is UNSENT in a run that is done was given up by a person.
    if (count := count_of(books, Outcome.UNSENT)) and run.state not in _ENDED:
        yield _resume(count, run, doubtful=count_of(books, Outcome.UNKNOWN))
    if books.incomplete:
        yield _complete(books.incomplete)


def _distrust() -> Step:
    return Step(
        tone=Tone.STOP,
        title="Do not rely on these figures",
        text="A record was lost or altered. Leave the journal as it is, and call the people who "
        "look after the importer.",
    )


def _settle(count: int, run: RunRecord) -> Step:
    return Step(
        tone=Tone.STOP,
        title=f"Settle {counted(count, 'action')} in doubt",
        text="Do not send it again, by any way, before it is settled. It was sent and no "
        "trustworthy answer came, so it may or may not be on its lead's timeline. This command "
        "looks there; what it leaves in doubt, look up in TeleCRM, and say what you found: "
        f"importer resolve {run.id} --rows … --created (or --not-created) --reason …",
        command=f"importer settle {run.id}",
        shows=Outcome.UNKNOWN,
    )


def _reconsider() -> Step:
    return Step(
        tone=Tone.CARE,
        title="Correct the sheet and run it again",
        text="Nothing was sent, not even the rows that are right: correct the sheet itself (or the "
        "mapping, if it is meant for another sheet) and run it as it is.",
    )


def _correct(failures: Failures, run: RunRecord) -> Step:
    them = "it" if failures.rows == 1 else "them"
    return Step(
        tone=Tone.CARE,
        title=f"Correct {counted(failures.rows, 'row')} and run {them}",
        text="Open the failures workbook, correct the red cells and save it. Leave its last "
        "column as it is: it tells the importer which row is which. Then run it as you ran the "
        "sheet, with the same mapping and settings:",
        link=failures.path.name,
        command=f"importer run …/{run.id}/{failures.path.name} -m …/{run.mapping}.yaml",
    )


def _duplicates_in_doubt(books: Reconciliation) -> int:
    return sum(
        reason.count
        for reason in books.reasons
        if (reason.outcome, reason.code) == (Outcome.DUPLICATE, "in doubt")
    )


def _decide(count: int, run: RunRecord, *, doubtful: int) -> Step:
    return Step(
        tone=Tone.CARE,
        title=f"Decide on {counted(count, 'duplicate')}",
        text="This belongs to an action of an earlier run or row, and something differs or is "
        "still open. It is held and is not sent; the list shows the old and the new. If it is "
        "the same, nothing is to be done. If it is another one, release its row and resume:"
        + (_IN_DOUBT if doubtful else ""),
        command=f"importer release {run.id} --rows … --reason …",
        shows=Outcome.DUPLICATE,
    )


def _resume(count: int, run: RunRecord, *, doubtful: int) -> Step:
    why = f"{run.reason.rstrip(' .')}. " if run.reason else ""
    if doubtful:
        first = f"Settle the {counted(doubtful, 'action')} in doubt first"
    else:
        why = why or "The run stopped first. "
        first = "Put right what stopped it"
    return Step(
        tone=Tone.CARE,
        title=f"Resume {counted(count, 'unsent action')}",
        text=f"{why}{first}, then go on; nothing that was created is sent again.",
        command=f"importer resume {run.id}",
        shows=Outcome.UNSENT,
    )


def _complete(count: int) -> Step:
    return Step(
        tone=Tone.CARE,
        title=f"Complete {counted(count, 'action')} by hand",
        text="The CRM stored it and dropped a part. Do not send it again: add what is missing on "
        "the lead's timeline in TeleCRM.",
        shows=INCOMPLETE,
    )
