"""What stands on the page, in its order."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from importer.model import Outcome
from importer.reconcile import Reason, Reconciliation
from importer.report.bars import Bar, bars_of
from importer.report.figures import counted, shown_count, shown_sums
from importer.report.inert import visible
from importer.report.laws import Law, bridge_of, laws_of
from importer.report.source import Report
from importer.report.steps import Step, next_steps
from importer.report.summary import iso
from importer.report.verdict import Verdict, verdict
from importer.report.words import INCOMPLETE, OUTCOME_WORDS, SKIPPED, Tone

MOST_REASONS: Final = 60
"""Groups of reasons on the page; the workbook has them all."""

_MONTHS: Final = "JanFebMarAprMayJunJulAugSepOctNovDec"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One of the large figures."""

    name: str
    figures: tuple[str, ...]
    beneath: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeLine:
    """One line of the outcomes' table."""

    outcome: Outcome
    label: str
    meaning: str
    count: int
    money: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the filters by outcome."""

    name: str
    """`CREATED` … `SKIPPED`, or `incomplete`."""
    label: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything but the list of the actions."""

    books: Reconciliation
    verdict: Verdict
    place: str
    """`payments.xlsx › Payments`"""
    as_of: str
    as_of_iso: str
    tiles: tuple[Tile, ...]
    urgent: tuple[Step, ...]
    steps: tuple[Step, ...]
    bars: tuple[Bar, ...]
    outcomes: tuple[OutcomeLine, ...]
    reasons: tuple[Reason, ...]
    more_reasons: int
    notes: tuple[str, ...]
    laws: tuple[Law, ...]
    bridge: tuple[Law, ...]
    choices: tuple[Choice, ...]
    currencies: tuple[str, ...]


def page_of(report: Report) -> Page:
    """Put a report's words and figures into the page's order."""
    books, run = report.books, report.books.run
    steps = tuple(next_steps(report))
    return Page(
        books=books,
        verdict=verdict(books),
        place=visible(f"{run.file} › {run.tab}" if run.tab else run.file),
        as_of=_readable(run.changed_at),
        as_of_iso=iso(run.changed_at),
        tiles=_tiles(books),
        urgent=tuple(step for step in steps if step.tone is Tone.STOP),
        steps=tuple(step for step in steps if step.tone is not Tone.STOP),
        bars=tuple(bars_of(books)),
        outcomes=_outcomes(books),
        reasons=books.reasons[:MOST_REASONS],
        more_reasons=len(books.reasons[MOST_REASONS:]),
        notes=tuple(visible(note.message) for note in run.notes),
        laws=tuple(laws_of(books)),
        bridge=tuple(bridge_of(books.chain)),
        choices=_choices(books),
        currencies=tuple(map(str, sorted(run.planned_money))),
    )


def _tiles(books: Reconciliation) -> tuple[Tile, ...]:
    run, created = books.run, books.outcomes[Outcome.CREATED]
    already = books.outcomes[Outcome.ALREADY]
    skipped = sum(run.skipped.values())
    before = f", and {shown_count(already.count)} there already" if already.count else ""
    tiles = [
        Tile(
            name="Rows read",
            figures=(shown_count(run.rows_read),),
            beneath=f"{shown_count(books.rows_with_actions)} with actions, "
            f"{shown_count(skipped)} skipped",
        ),
        Tile(
            name="Actions created",
            figures=(shown_count(created.count),),
            beneath=f"of {shown_count(run.planned_actions)}{before}",
        ),
    ]
    if run.planned_money:
        beneath = "of " + " + ".join(shown_sums(run.planned_money))
        if books.unreadable:
            beneath += f", without the {counted(books.unreadable, 'invalid row')}"
        figures = shown_sums(created.money) or ("nothing",)
        tiles.append(Tile(name="Money created", figures=figures, beneath=beneath))
    return tuple(tiles)


def _outcomes(books: Reconciliation) -> tuple[OutcomeLine, ...]:
    return tuple(
        OutcomeLine(
            outcome=outcome,
            label=OUTCOME_WORDS[outcome].label,
            meaning=OUTCOME_WORDS[outcome].meaning,
            count=line.count,
            money=shown_sums(line.money),
        )
        for outcome, line in books.outcomes.items()
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


def _readable(time: dt.datetime) -> str:
    """22 Nov 2026, 15:37 UTC: the same in every locale."""
    utc = time.astimezone(dt.UTC)
    month = _MONTHS[utc.month * 3 - 3 : utc.month * 3]
    return f"{utc.day} {month} {utc.year}, {utc:%H:%M} UTC"
