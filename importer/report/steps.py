"""What a person does next about a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from importer.model import Outcome, RunRecord, RunState
from importer.report.figures import counted
from importer.report.held import Held, held_of
from importer.report.source import Failures, Report
from importer.report.words import INCOMPLETE, Tone, count_of


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
    yield from map(_decide, held_of(books))
    if books.unsent and run.state is not RunState.REFUSED:
        yield _resume(books.unsent, run, doubtful=count_of(books, Outcome.UNKNOWN))
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
    it, they, it_is = ("it", "it", "it is") if count == 1 else ("them", "they", "they are")
    return Step(
        tone=Tone.STOP,
        title=f"Settle {counted(count, 'action')} in doubt",
        text=f"Do not send {it} again, by any way, before {it_is} settled. No trustworthy answer "
        f"came, so {they} may or may not be on the timeline. This command looks there; what it "
        "leaves in doubt, look up in TeleCRM, and say what you found: "
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


def _decide(held: Held) -> Step:
    return Step(
        tone=Tone.CARE,
        title=held.title,
        text=held.text,
        command=f"importer {held.command}",
        shows=Outcome.DUPLICATE,
    )


def _resume(count: int, run: RunRecord, *, doubtful: int) -> Step:
    why = f"{run.reason.rstrip(' .')}. " if run.reason else ""
    if doubtful:
        first = f"Settle the {counted(doubtful, 'action')} in doubt first"
    else:
        first = "Put right what stopped the run, if anything did"
    return Step(
        tone=Tone.CARE,
        title=f"Resume {counted(count, 'unsent action')}",
        text=f"{why}{first}, then go on: what is left is sent as it was planned, and nothing that "
        "was created is sent again. If the mapping or the sheet was wrong, give it up instead "
        f"(importer close {run.id} --reason …) and run the sheet, corrected.",
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
