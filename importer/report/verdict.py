"""The run in one sentence: rows and money, then what is left; much money in a sentence after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from importer.model import Currency, Outcome, RunState
from importer.reconcile import Line, Reconciliation, Rows, add_up
from importer.report.beside import MOST_SUMS, in_a_line, money_of_invalid
from importer.report.figures import counted, shown, shown_count, shown_sums
from importer.report.inert import visible
from importer.report.words import Tone

_MOST_NAMED: Final = 3
_BRIEF: Final = 60
"""Characters of money that do not hide the words around them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a run ended."""

    tone: Tone
    text: str
    """The rows, and what they need."""
    money: str = ""
    """What they are worth, where that is too long to stand among them, or is not everything."""


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
    idle = whole and not books.outcomes[Outcome.CREATED].count
    worth = "" if idle else "; ".join(_worth(books))
    apart = _apart(books)
    brief = len(worth) <= _BRIEF and not apart
    within = f" ({worth})" if worth and brief else ""
    inside = _all_in(books, before, within) if whole else _some_in(books, within)
    rest = ", ".join(_rest(books))
    if idle and not rest:
        inside = f"{inside}: nothing to do"
    return Verdict(
        tone=_tone(books),
        text="; ".join(filter(None, (inside, rest))) + ".",
        money="" if brief else " ".join(filter(None, (_inside(worth), apart))),
    )


def _tone(books: Reconciliation) -> Tone:
    if books.waiting(Outcome.UNKNOWN):
        return Tone.STOP
    left = books.rows.waiting + books.rows.unsent + books.rows.incomplete
    # What was taken up, or left out, waits for nobody here, and may still do so elsewhere.
    return Tone.CARE if left or books.chain.open_rows else Tone.GOOD


def _all_in(books: Reconciliation, before: Line | None, worth: str) -> str:
    rows = books.rows.done
    every = "The one row is" if rows == 1 else f"All {counted(rows, 'row')} are"
    created = books.outcomes[Outcome.CREATED].count
    already = books.outcomes[Outcome.ALREADY].count
    if not created:
        return f"{every} in since earlier runs{_otherwise(books)}"
    if not already and (before is None or not before.count):
        return f"{every} in{worth}{_otherwise(books)}"
    if before is None:
        now = f"{counted(created, 'action')} created now, {shown_count(already)} there already"
        return f"{every} in{worth}{_otherwise(books)}: {now}"
    return f"{every} in{worth}{_otherwise(books)}: {', '.join(_since(books, before))}"


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


def _some_in(books: Reconciliation, worth: str) -> str:
    rows, total = books.rows, books.rows_with_actions
    verb = "is" if total == 1 else "are"
    partly = f", {shown_count(rows.partly)} more in part" if rows.partly else ""
    inside = f"{shown_count(rows.done)} of {counted(total, 'row')} {verb} in"
    return f"{inside}{partly}{worth}{_otherwise(books)}"


def _otherwise(books: Reconciliation) -> str:
    """What a later correction has made of rows that this sheet still holds as they were."""
    if not books.rows.otherwise:
        return ""
    other = f"{shown_count(books.rows.otherwise)} of them"
    return (
        f", {other if books.rows_with_actions > 1 else 'but'} with other values than this sheet's"
    )


def _rest(books: Reconciliation) -> Iterator[str]:
    rows = books.rows
    if rows.waiting:
        yield _waiting(rows)
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
    if books.chain.open_rows and not (rows.waiting or rows.unsent or rows.taken_up):
        count = books.chain.open_rows
        runs = list(dict.fromkeys(run for run, _ in books.chain.open_of))
        where = f", in {named_runs(runs)}" if runs else ""
        verb = "is" if count == 1 else "are"
        yield f"{counted(count, 'row')} of this sheet {verb} still open{where}"


def _waiting(rows: Rows) -> str:
    doubt = rows.in_doubt
    if doubt == rows.waiting:
        return f"{counted(doubt, 'row')} {'is' if doubt == 1 else 'are'} in doubt"
    among = f", {shown_count(doubt)} of them in doubt" if doubt else ""
    verb = "needs" if rows.waiting == 1 else "need"
    return f"{counted(rows.waiting, 'row')} {verb} a person{among}"


def named_runs(runs: Sequence[str]) -> str:
    """`run 20261122-k7f3`; of many, the last three: what became of a row stands there."""
    if len(runs) == 1:
        return f"run {runs[0]}"
    more = len(runs) - _MOST_NAMED
    *first, last = [*runs[-_MOST_NAMED:], *([counted(more, "other")] if more > 0 else [])]
    return f"the runs {', '.join(first)} and {last}"


def _worth(books: Reconciliation) -> Iterator[str]:
    """`₹4,12,000.00 of ₹5,00,000.00`, and what is beside it; nothing where no row has an amount."""
    planned, inside = books.run.planned_money, books.inside
    whole = [
        _of(inside.get(currency, Decimal(0)), planned[currency], currency)
        for currency in Currency
        if currency in planned
    ]
    if len(whole) > MOST_SUMS:
        yield f"money in {len(whole)} currencies (by outcome below)"
    elif whole:
        yield ", ".join(whole)
    yield from _not_paid(books)


def _inside(worth: str) -> str:
    return f"In the CRM: {worth}." if worth else ""


def _apart(books: Reconciliation) -> str:
    """`Not in these sums: ₹500.00 of 2 invalid rows.`: a sentence of its own, as none of it is in.

    Nothing where there is neither a sum nor an amount.
    """
    there, known = books.run.planned_money, books.run.invalid_money
    money = money_of_invalid(books) if there or known else ""
    return f"Not in {'these sums' if there else 'any sum'}: {money}." if money else ""


def _not_paid(books: Reconciliation) -> Iterator[str]:
    """`₹1,000.00 of it FAILED or PENDING`: one sum of what is no money that was paid."""
    if books.inside_as:
        sums = in_a_line(add_up(books.inside_as.values()), "a part")
        yield f"{sums} of it {statuses_of(books)}"


def statuses_of(books: Reconciliation) -> str:
    """Return `FAILED, PENDING or REFUNDED`: as what money that was not paid stands in the CRM."""
    *first, last = map(visible, books.inside_as)
    return " or ".join(filter(None, (", ".join(first), last)))


def among(books: Reconciliation) -> Iterator[str]:
    """Yield `₹1,000.00 of it FAILED`: what of the money in the CRM is no money that was paid.

    Of many currencies nothing: the sentence says it, and the payments by status how much.
    """
    if len(add_up(books.inside_as.values())) <= MOST_SUMS:
        for status, money in books.inside_as.items():
            yield f"{' + '.join(shown_sums(money))} of it {visible(status)}"


def _of(part: Decimal, whole: Decimal, currency: Currency) -> str:
    if part == whole:
        return shown(whole, currency)
    return f"{shown(part, currency)} of {shown(whole, currency)}"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"
