"""What stands on the page, in its order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from importer.model import Outcome
from importer.reconcile import Line, Reconciliation
from importer.report.bars import Bar, bars_of
from importer.report.beside import unknown_of
from importer.report.figures import shown_sums
from importer.report.inert import visible
from importer.report.laws import Law, bridge_of, laws_of
from importer.report.moments import day, iso
from importer.report.reasons import Said
from importer.report.source import Report
from importer.report.steps import Step, next_steps
from importer.report.tiles import Tile, tiles_of
from importer.report.tree import Branch, as_of, place_of, tree_of
from importer.report.verdict import Verdict, verdict
from importer.report.words import INCOMPLETE, OUTCOME_WORDS, SKIPPED, Tone, meaning_of

_MOST_OPEN: Final = 8
MOST_REASONS: Final = 60
"""Groups of reasons on the page; the workbook has more."""
MOST_FILTERS: Final = 200
"""As many can be chosen from above the list; a longer choice is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time, for people and for the script that says it in the reader's own zone."""

    text: str
    """`22 Nov 2026, 15:37 UTC`: the same in every locale."""
    iso: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeLine:
    """One line of the outcomes' table."""

    outcome: Outcome
    meaning: str
    count: int
    money: tuple[str, ...]
    taken_up: int
    """Among the actions, like the next one."""
    given_up: int
    """Among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the filters by outcome."""

    name: str
    """`CREATED` … `SKIPPED`, or `incomplete`."""
    label: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionOutcomes:
    """What became of one action of the mapping."""

    name: str
    type: str
    outcomes: tuple[tuple[Outcome, int, tuple[str, ...]], ...]
    """(outcome, actions, money), of those that occur."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything but the list of the actions."""

    books: Reconciliation
    verdict: Verdict
    place: str
    """`payments.xlsx › Payments`"""
    as_of: Moment
    tiles: tuple[Tile, ...]
    urgent: tuple[Step, ...]
    steps: tuple[Step, ...]
    bars: tuple[Bar, ...]
    outcomes: tuple[OutcomeLine, ...]
    """Those that occur."""
    absent: tuple[Outcome, ...]
    """Those that do not."""
    invalid_money: tuple[str, ...]
    """Of rows that were refused as a whole: in no sum of the books."""
    without_amount: str
    """Of how many of these no amount is known, as the end of a sentence."""
    reasons: tuple[Said, ...]
    more_reasons: int
    notes: tuple[str, ...]
    laws: tuple[Law, ...]
    tree: tuple[Branch, ...]
    """The runs of the sheet."""
    by_action: tuple[ActionOutcomes, ...]
    by_status: tuple[ActionOutcomes, ...]
    """The payments, by a status as their name."""
    tree_as_of: Moment
    open_at: tuple[str, ...]
    """`row 17 of 20261122-k7f3`: some of the sheet's open rows."""
    bridge: tuple[Law, ...]
    choices: tuple[Choice, ...]
    filters: tuple[Said, ...]
    """The groups of reasons that the list can be narrowed to, in the order of `reasons`."""
    more_filters: int
    currencies: tuple[str, ...]


def page_of(report: Report) -> Page:
    """Put a report's words and figures into the page's order."""
    books, run = report.books, report.books.run
    steps = tuple(next_steps(report))
    return Page(
        books=books,
        verdict=verdict(books),
        place=place_of(run),
        as_of=_moment(run.changed_at),
        tiles=tuple(tiles_of(books)),
        urgent=tuple(step for step in steps if step.tone is Tone.STOP),
        steps=tuple(step for step in steps if step.tone is not Tone.STOP),
        bars=tuple(bars_of(books)),
        outcomes=tuple(_outcomes(books)),
        absent=tuple(outcome for outcome, line in books.outcomes.items() if not line.count),
        invalid_money=shown_sums(run.invalid_money),
        without_amount=unknown_of(books),
        reasons=report.reasons[:MOST_REASONS],
        more_reasons=len(report.reasons[MOST_REASONS:]),
        notes=tuple(visible(note.message) for note in run.notes),
        laws=tuple(laws_of(books)),
        tree=tree_of(books.chain),
        by_action=tuple(_by_action(books)),
        by_status=tuple(_by_status(books)),
        tree_as_of=_moment(as_of(books.chain)),
        open_at=tuple(map(_open_at, books.chain.open_at[:_MOST_OPEN])),
        bridge=tuple(bridge_of(books.chain)),
        choices=_choices(books),
        filters=report.reasons[:MOST_FILTERS],
        more_filters=len(report.reasons[MOST_FILTERS:]),
        currencies=tuple(map(str, sorted(run.planned_money))),
    )


def _outcomes(books: Reconciliation) -> Iterator[OutcomeLine]:
    for outcome, line in books.outcomes.items():
        if line.count:
            given_up, taken_up = books.given_up_of.get(outcome), books.taken_up_of.get(outcome)
            yield OutcomeLine(
                outcome=outcome,
                meaning=meaning_of(outcome, books.run),
                count=line.count,
                money=shown_sums(line.money),
                taken_up=taken_up.count if taken_up else 0,
                given_up=given_up.count if given_up else 0,
            )


def _choices(books: Reconciliation) -> tuple[Choice, ...]:
    counts = {str(outcome): line.count for outcome, line in books.outcomes.items()}
    labels = {str(outcome): words.label for outcome, words in OUTCOME_WORDS.items()}
    counts |= {INCOMPLETE: books.incomplete, SKIPPED: sum(books.run.skipped.values())}
    labels |= {INCOMPLETE: "Created, incomplete", SKIPPED: "Skipped"}
    return tuple(
        Choice(name=name, label=labels[name], count=count)
        for name, count in counts.items()
        if count
    )


def _moment(time: dt.datetime) -> Moment:
    utc = time.astimezone(dt.UTC)
    return Moment(text=f"{day(utc)}, {utc:%H:%M} UTC", iso=iso(time))


def _open_at(reference: str) -> str:
    run, _, row = reference.partition("/")
    return f"row {row} of {run}"


def _by_action(books: Reconciliation) -> Iterator[ActionOutcomes]:
    for (name, type_), lines in books.by_action.items():
        yield ActionOutcomes(
            name=visible(name) or "rows refused as a whole",
            type=visible(type_),
            outcomes=_shares(lines),
        )


def _by_status(books: Reconciliation) -> Iterator[ActionOutcomes]:
    for status, lines in books.by_status.items():
        yield ActionOutcomes(name=visible(status), type="", outcomes=_shares(lines))


def _shares(lines: Mapping[Outcome, Line]) -> tuple[tuple[Outcome, int, tuple[str, ...]], ...]:
    return tuple((outcome, line.count, shown_sums(line.money)) for outcome, line in lines.items())
