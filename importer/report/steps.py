"""What a person does next about a run: for the page, the workbook and the screen alike."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from importer.folding import shortened
from importer.model import Outcome, RemarkStep, RunState
from importer.reconcile import TO_CORRECT, Wait
from importer.report.commands import Command, Step
from importer.report.figures import counted
from importer.report.held import held_of
from importer.report.left_out import open_elsewhere
from importer.report.reasons import Said
from importer.report.settling import settling
from importer.report.source import Failures, Report
from importer.report.unsent import send_step
from importer.report.words import INCOMPLETE, Tone
from importer.validate import is_about_totals

__all__ = ["Step", "distrust", "next_steps"]


def next_steps(report: Report, *, remedy: str = "") -> Iterator[Step]:
    """Yield what is to be done about a run, the most urgent first.

    Args:
        report: the run.
        remedy: what to do about that which has just stopped it, where that is known.
    """
    books = report.books
    if books.imbalances:
        yield distrust()
    if count := books.waiting(Outcome.UNKNOWN):
        yield _settle(count, report)
    if books.run.state is RunState.REFUSED:
        yield _reconsider(report.failures, books.run.reason)
        return
    if report.failures:
        yield from _failures(report, report.failures)
    elif report.masked and books.waiting(*TO_CORRECT):
        yield _elsewhere(books.waiting(*TO_CORRECT))
    yield from held_of(report)
    if books.unsent:
        yield send_step(report, remedy)
    yield from open_elsewhere(report)
    if books.incomplete:
        yield _complete(books.incomplete)


def distrust() -> Step:
    """Return what stands above everything else where the books do not balance."""
    return Step(
        tone=Tone.STOP,
        title="Do not rely on these figures",
        text="A record was lost or altered. Leave the journal as it is, and call the people who "
        "look after the importer.",
    )


def _settle(count: int, report: Report) -> Step:
    it, they, it_is = ("it", "it", "it is") if count == 1 else ("them", "they", "they are")
    found = _FOUND_NOTHING_OUT if report.books.run.requests_read else _NOT_LOOKED.format(they)
    asked = found if Wait.LOOK in report.books.waits else _CANNOT_TELL
    alone = _ALONE.format(_one_of(report.books.together)) if report.books.together else ""
    return Step(
        tone=Tone.STOP,
        title=f"Settle {counted(count, 'action')} in doubt",
        text=f"Do not send {it} again, by any way, before {it_is} settled. {asked}, and say what "
        f"you saw, of each row that you have looked at.{alone} It cannot be taken back:",
        commands=tuple(
            settling(
                report.books.run.id,
                report.books.waits,
                report.options,
                named=report.books.doubts,
                asked=bool(report.books.run.requests_read),
            )
        ),
        shows=Outcome.UNKNOWN,
    )


_ALONE: Final = (
    " A row can have several in doubt, of which one stands there and another does not: {} beside "
    "--rows says it of that one alone."
)


def _one_of(names: Sequence[str]) -> str:
    """`--action payment or --action receipt`; the first few, where there are many."""
    return " or ".join(f"--action {shlex.quote(name)}" for name in names[:3])


_NOT_LOOKED: Final = (
    "No trustworthy answer came, so {} may or may not be on the timeline. Let the importer look "
    "there; what it leaves in doubt, look up in TeleCRM"
)
_FOUND_NOTHING_OUT: Final = (
    "The importer has asked for timelines, and has not found everything out; the report says of "
    "each why. Let the importer look there again when what was in its way is over; what stays in "
    "doubt, look up in TeleCRM"
)
_CANNOT_TELL: Final = (
    "The importer has looked at the timeline and cannot tell; the report says why. Look there "
    "yourself, in TeleCRM"
)


def _reconsider(failures: Failures | None, reason: str) -> Step:
    marked = " The failures workbook marks what is wrong; it is not to be run." if failures else ""
    totals = is_about_totals(reason)
    what = "the sheet or its totals, and run it" if totals else "the sheet and run it"
    as_is = "the sheet as it is" if totals else "it as it is"
    itself = "whichever of the two is wrong" if totals else "the sheet itself"
    return Step(
        tone=Tone.CARE,
        title=f"Correct {what} again",
        text=f"Nothing was sent, not even the rows that are right: correct {itself} (or the "
        f"mapping, if it is meant for another sheet) and run {as_is}.{marked}",
        link=failures.path.name if failures else "",
    )


def _failures(report: Report, failures: Failures) -> Iterator[Step]:
    """What is to be corrected, and what the settings say should be asked or tried again."""
    steps = report.books.steps
    if fix := steps.get(RemarkStep.FIX):
        yield _correct(report, failures, fix.rows)
    if ask := steps.get(RemarkStep.ASK):
        yield _retry(report, failures, RemarkStep.ASK, ask.actions)
    if again := steps.get(RemarkStep.AGAIN):
        yield _retry(report, failures, RemarkStep.AGAIN, again.actions)


def _elsewhere(count: int) -> Step:
    return Step(
        tone=Tone.CARE,
        title=f"Correct the rows of {counted(count, 'action')}",
        text="The rows to correct are in the failures workbook beside the run's own report. This "
        "is a copy for others: it has none.",
    )


def _correct(report: Report, failures: Failures, rows: int) -> Step:
    them = "it" if rows == 1 else "them"
    notes = _notes(_groups(report, RemarkStep.FIX))
    return Step(
        tone=Tone.CARE,
        title=f"Correct {counted(rows, 'row')} and run {them}",
        text="Open the failures workbook, correct the red cells and save it. Leave the columns "
        "named “Importer: …” as they are: they tell the importer which row is which."
        f"{notes} Then run it as you ran the sheet, with the same mapping and "
        f"settings{_or_csv(failures)}:",
        link=failures.path.name,
        commands=_run(report, failures),
    )


def _retry(report: Report, failures: Failures, step: RemarkStep, actions: int) -> Step:
    groups, (title, then) = _groups(report, step), _RETRIED[step]
    return Step(
        tone=Tone.CARE,
        title=title.format(counted(actions, "action")),
        text=f"{_quoted(groups)}{_notes(groups)} {then} the failures workbook{_or_csv(failures)}:",
        commands=_run(report, failures, groups),
    )


_RETRIED: Final[Mapping[RemarkStep, tuple[str, str]]] = {
    RemarkStep.ASK: ("Ask the CRM admin about {}", "Once it is put right in the CRM, run"),
    RemarkStep.AGAIN: ("Try {} again", "The settings say that this passes. Run"),
}
"""Title, and what stands before the file that is to be run unchanged."""


def _or_csv(failures: Failures) -> str:
    return "" if failures.table is None else ". One of the two files, not both; they hold the same"


def _run(report: Report, failures: Failures, retried: Sequence[Said] = ()) -> tuple[Command, ...]:
    run, table = report.books.run.id, failures.table
    retry = ",".join(dict.fromkeys(one.outcome.lower() for one in retried))
    files = {failures.path.name: "the workbook" if table else ""}
    if table is not None:
        files[table.name] = "or the CSV"
    return tuple(report.run_file(run, name, does=does, retry=retry) for name, does in files.items())


def _groups(report: Report, step: RemarkStep) -> Sequence[Said]:
    """Those of what is to be corrected that have this step."""
    return [
        one
        for one in report.reasons
        if one.step is step and one.outcome in TO_CORRECT and not one.given_up
    ]


def _quoted(groups: Sequence[Said]) -> str:
    said = ", ".join(f"“{shortened(one.text).rstrip('.')}”" for one in groups[:3])
    return f"The CRM says {said}{' and more' if len(groups) > 3 else ''}."


def _notes(groups: Sequence[Said]) -> str:
    """What people wrote into the settings about these, each sentence once."""
    notes = dict.fromkeys(one.note.strip() for one in groups)
    return "".join(f" {note.rstrip('.')}." for note in notes if note)


def _complete(count: int) -> Step:
    return Step(
        tone=Tone.CARE,
        title=f"Complete {counted(count, 'action')} by hand",
        text="The CRM stored it and dropped a part. Do not send it again: add what is missing on "
        "the lead's timeline in TeleCRM.",
        shows=INCOMPLETE,
    )
