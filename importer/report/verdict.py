"""The run in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from importer.model import Outcome, RunState
from importer.reconcile import Reconciliation
from importer.report.figures import counted, shown_count
from importer.report.words import FOR_A_PERSON, Tone, count_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a run ended."""

    tone: Tone
    text: str


def verdict(books: Reconciliation) -> Verdict:
    """Say in one sentence how a run ended."""
    if books.imbalances:
        return Verdict(tone=Tone.STOP, text="The books of this run do not balance.")
    if books.run.state is RunState.REFUSED:
        return Verdict(tone=Tone.STOP, text="The sheet was refused as a whole; nothing was sent.")
    if books.run.state is RunState.PLANNING:
        return Verdict(tone=Tone.CARE, text="The sheet was not read to its end; nothing was sent.")
    if not books.run.planned_actions:
        return Verdict(tone=Tone.GOOD, text="Nothing to do: no row of this sheet yields an action.")
    if count_of(books, *FOR_A_PERSON, Outcome.UNSENT):
        return _unfinished(books)
    return _finished(books)


def _unfinished(books: Reconciliation) -> Verdict:
    waiting, unsent, given_up = count_of(books, *FOR_A_PERSON), books.unsent, books.given_up.count
    rest = []
    if waiting:
        rest.append(f"{shown_count(waiting)} {_agree(waiting, 'needs', 'need')} a person")
    if unsent:
        rest.append(f"{shown_count(unsent)} {_agree(unsent, 'was', 'were')} not sent")
    if given_up:
        rest.append(f"{shown_count(given_up)} {_agree(given_up, 'was', 'were')} given up")
    unknown = count_of(books, Outcome.UNKNOWN)
    return Verdict(
        tone=Tone.STOP if unknown else Tone.CARE,
        text=f"{_created(books)}; {', '.join(rest)}.",
    )


def _created(books: Reconciliation) -> str:
    total, created = books.run.planned_actions, count_of(books, Outcome.CREATED)
    text = f"{shown_count(created)} of {counted(total, 'action')} {_agree(total, 'was', 'were')}"
    already = count_of(books, Outcome.ALREADY)
    if not already:
        return f"{text} created"
    return (
        f"{text} created and {shown_count(already)} {_agree(already, 'was', 'were')} there already"
    )


def _finished(books: Reconciliation) -> Verdict:
    total = books.run.planned_actions
    created, already = count_of(books, Outcome.CREATED), count_of(books, Outcome.ALREADY)
    every = "The one action" if total == 1 else f"All {counted(total, 'action')}"
    if not created:
        text = f"{every} {_agree(total, 'was', 'were')} created by earlier runs: nothing to do"
    elif already:
        text = (
            f"{every} are on the timelines: {shown_count(created)} created now, "
            f"{shown_count(already)} there already"
        )
    else:
        text = f"{every} {_agree(total, 'was', 'were')} created"
    if books.incomplete:
        verb = _agree(books.incomplete, "is", "are")
        text = f"{text}; {shown_count(books.incomplete)} {verb} incomplete"
    return Verdict(tone=Tone.CARE if books.incomplete else Tone.GOOD, text=f"{text}.")


def _agree(number: int, one: str, many: str) -> str:
    return one if number == 1 else many
