"""The large figures: how much was read, what is in, what is not, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from importer.model import Outcome
from importer.reconcile import INSIDE, Line, Reconciliation, Sums, add_up
from importer.report.beside import MOST_SUMS, without_invalid
from importer.report.figures import shown_count, shown_sums
from importer.report.verdict import among, named_runs
from importer.report.words import NOT_IN, Tone, count_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One of the large figures."""

    name: str
    figures: tuple[str, ...]
    """Money, one amount per currency; one count where there is none, or it is of many."""
    beneath: tuple[str, ...]
    """A line each."""
    tone: Tone | None = None
    """How the figures are to be taken; None: neither well nor ill."""


def tiles_of(books: Reconciliation, before: Line | None = None) -> Iterator[Tile]:
    """Yield the rows, what is in the CRM, what is not, and what nobody knows of, if any.

    Args:
        books: of a run.
        before: what of it was created before that which counts as new; None: nothing was.
    """
    run, skipped = books.run, sum(books.run.skipped.values())
    yield Tile(
        name="Rows read",
        figures=(shown_count(run.rows_read),),
        beneath=(f"{shown_count(books.rows_with_actions)} with actions",)
        + ((f"{shown_count(skipped)} skipped",) if skipped else ()),
    )
    yield _tile(books, "In the CRM", INSIDE, tuple(_since_when(books, before)), Tone.GOOD)
    yield _tile(books, "Not in", NOT_IN, tuple(_beside(books)), Tone.CARE)
    if count_of(books, Outcome.UNKNOWN):
        beside = ("it may stand in the CRM, or not",)
        yield _tile(books, "In doubt", (Outcome.UNKNOWN,), beside, Tone.STOP)


def _tile(
    books: Reconciliation,
    name: str,
    outcomes: tuple[Outcome, ...],
    beside: tuple[str, ...],
    tone: Tone,
) -> Tile:
    count = count_of(books, *outcomes)
    loud = tone if books.waiting(*outcomes) else None
    of = f" of {shown_count(books.run.planned_actions)}" if books.run.planned_actions else ""
    sums = add_up(books.outcomes[outcome].money for outcome in outcomes)
    counts: tuple[str, ...]
    if 0 < len(sums) <= MOST_SUMS:
        figures, counts = shown_sums(sums), (f"{shown_count(count)}{of} actions",)
    elif books.run.planned_money and not count:
        figures, counts = ("0",), (f"0{of} actions",)
    else:
        figures, counts = (shown_count(count),), (f"actions{of}", *_many(sums))
    return Tile(name=name, figures=figures, beneath=(*counts, *beside), tone=loud)


def _many(sums: Sums) -> Iterator[str]:
    """Of many currencies no sum is large: they would hide everything else."""
    if sums:
        yield f"money in {len(sums)} currencies"


def _since_when(books: Reconciliation, before: Line | None) -> Iterator[str]:
    created, already = (count_of(books, outcome) for outcome in INSIDE)
    earlier = before.count if before else 0
    if already or earlier:
        yield ", ".join(
            (
                f"{shown_count(created - earlier)} created now",
                *((f"{shown_count(earlier)} created before",) if earlier else ()),
                *((f"{shown_count(already)} there already",) if already else ()),
            )
        )
    yield from among(books)


def _beside(books: Reconciliation) -> Iterator[str]:
    """What the sums of what did not go in are without, and what of it nobody waits for here."""
    if without := without_invalid(books):
        yield without
    if books.taken_up.count:
        by = named_runs(books.taken_up_by)
        yield f"{shown_count(books.taken_up.count)} of them taken up since, by {by}"
    if books.given_up.count:
        yield f"{shown_count(books.given_up.count)} of them given up"
