"""The run in one sentence: rows and money first, then what is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from importer.model import Currency, Outcome, RunState
from importer.reconcile import Line, Reconciliation
from importer.report.figures import counted, shown, shown_count, shown_sums
from importer.report.inert import visible
from importer.report.words import Tone

_MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a run ended."""

    tone: Tone
    text: str


def verdict(books: Reconciliation, before: Line | None = None) -> Verdict:
    """Say in one sentence how a run ended.

    Args:
        books: the run's.
        before: what of it was created before the time of which the sentence speaks, which then
            says what the rest is worth; None: the sentence speaks of the run as a whole.
    """
    if books.imbalances:
        return Verdict(tone=Tone.STOP, text="The books of this run do not balance.")
    if books.run.state is RunState.REFUSED:
        return Verdict(tone=Tone.STOP, text="The sheet was refused as a whole; nothing was sent.")
    if books.run.state is RunState.PLANNING:
        return Verdict(tone=Tone.CARE, text="The sheet was not read to its end; nothing was sent.")
    if not books.run.planned_actions:
        return Verdict(tone=Tone.GOOD, text="Nothing to do: no row of this sheet yields an action.")
    whole = books.rows.done == books.rows_with_actions
    inside = _all_in(books, before) if whole else _some_in(books)
    rest = ", ".join(_rest(books))
    return Verdict(tone=_tone(books), text="; ".join(filter(None, (inside, rest))) + ".")


def _tone(books: Reconciliation) -> Tone:
    if books.waiting(Outcome.UNKNOWN):
        return Tone.STOP
    left = books.rows.waiting + books.rows.unsent + books.rows.incomplete
    # What was taken up waits for nobody here, and may still do so there.
    elsewhere = books.rows.taken_up and books.chain.open_rows
    return Tone.CARE if left or elsewhere else Tone.GOOD


def _all_in(books: Reconciliation, before: Line | None) -> str:
    rows = books.rows.done
    every = "The one row is" if rows == 1 else f"All {counted(rows, 'row')} are"
    created = books.outcomes[Outcome.CREATED].count
    already = books.outcomes[Outcome.ALREADY].count
    if not created:
        return f"{every} in since earlier runs: nothing to do"
    if not already and (before is None or not before.count):
        return f"{every} in{_worth(books)}"
    if before is None:
        now = f"{counted(created, 'action')} created now, {shown_count(already)} there already"
        return f"{every} in{_worth(books)}: {now}"
    return f"{every} in{_worth(books)}: {', '.join(_since(books, before))}"


def _since(books: Reconciliation, before: Line) -> Iterator[str]:
    """What was created when, and what that which is new is worth."""
    new = created_since(books, before)
    money = f" ({' + '.join(shown_sums(new.money))})" if any(new.money.values()) else ""
    yield f"{counted(new.count, 'action')} created now{money}" if new.count else "none created now"
    if before.count:
        yield f"{shown_count(before.count)} created before"
    if already := books.outcomes[Outcome.ALREADY].count:
        yield f"{shown_count(already)} there already"


def created_since(books: Reconciliation, before: Line) -> Line:
    """What of a run was created after that which was created before."""
    line = books.outcomes[Outcome.CREATED]
    none = Decimal(0)
    money = {one: sum_ - before.money.get(one, none) for one, sum_ in line.money.items()}
    return Line(
        count=line.count - before.count,
        money={one: amount for one, amount in money.items() if amount},
    )


def _some_in(books: Reconciliation) -> str:
    rows, total = books.rows, books.rows_with_actions
    verb = "is" if total == 1 else "are"
    partly = f", {shown_count(rows.partly)} more in part" if rows.partly else ""
    return f"{shown_count(rows.done)} of {counted(total, 'row')} {verb} in{partly}{_worth(books)}"


def _rest(books: Reconciliation) -> Iterator[str]:
    rows = books.rows
    if rows.waiting:
        yield f"{counted(rows.waiting, 'row')} {'needs' if rows.waiting == 1 else 'need'} a person"
    if rows.unsent:
        yield f"{counted(rows.unsent, 'row')} {_was(rows.unsent)} not sent"
    if rows.incomplete:
        verb = "is" if rows.incomplete == 1 else "are"
        yield f"{counted(rows.incomplete, 'row')} {verb} incomplete in the CRM"
    if rows.taken_up:
        by = named_runs(books.taken_up_by)
        yield f"{counted(rows.taken_up, 'row')} {_was(rows.taken_up)} taken up since, by {by}"
    if rows.given_up:
        yield f"{counted(rows.given_up, 'row')} {_was(rows.given_up)} given up"


def named_runs(runs: Sequence[str]) -> str:
    """`run 20261122-k7f3`; of many, the last three: what became of a row stands there."""
    if len(runs) == 1:
        return f"run {runs[0]}"
    more = len(runs) - _MOST_NAMED
    *first, last = [*runs[-_MOST_NAMED:], *([counted(more, "other")] if more > 0 else [])]
    return f"the runs {', '.join(first)} and {last}"


def _worth(books: Reconciliation) -> str:
    """` (₹4,12,000.00 of ₹5,00,000.00)`; nothing where no row has an amount."""
    planned, inside, beside = books.run.planned_money, books.inside, books.run.invalid_money
    whole = [
        _of(inside.get(currency, Decimal(0)), planned[currency], currency)
        for currency in Currency
        if currency in planned
    ]
    more = f"{' + '.join(shown_sums(beside))} more in invalid rows" if beside else ""
    found = "; ".join(filter(None, (", ".join(whole), *among(books), more)))
    return f" ({found})" if found else ""


def among(books: Reconciliation) -> Iterator[str]:
    """Yield `₹1,000.00 of it FAILED`: what of the money in the CRM is no money that was paid."""
    for status, money in books.inside_as.items():
        yield f"{' + '.join(shown_sums(money))} of it {visible(status)}"


def _of(part: Decimal, whole: Decimal, currency: Currency) -> str:
    if part == whole:
        return shown(whole, currency)
    return f"{shown(part, currency)} of {shown(whole, currency)}"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"
