"""The run in one sentence: rows and money first, then what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from importer.model import ActionRecord, Currency, Money, Outcome, Remark, RunState
from importer.reconcile import Waiting
from importer.report.tiles import tiles_of
from importer.report.verdict import verdict
from importer.report.words import Tone

from .books import RUN, action, books_of, inr, refused_row

C, A, G, V, R, D, K, S = Outcome  # CREATED ALREADY IGNORED INVALID REFUSED DUPLICATE UNKNOWN UNSENT


def acts(*outcomes: Outcome) -> list[ActionRecord]:
    """Return a rupee for each outcome, a row each."""
    return [action(row, one, inr("1")) for row, one in enumerate(outcomes, start=5)]


@pytest.mark.parametrize(
    ("outcomes", "tone", "text"),
    [
        ([], "good", "Nothing to do: no row of this sheet yields an action."),
        ([C], "good", "The one row is in (₹1.00)."),
        ([C, C], "good", "All 2 rows are in (₹2.00)."),
        ([A, A], "good", "All 2 rows are in since earlier runs: nothing to do."),
        ([C, A], "good", "All 2 rows are in (₹2.00): 1 action created now, 1 there already."),
        ([C, C, G], "care", "2 of 3 rows are in (₹2.00 of ₹3.00); 1 row needs a person."),
        ([C, G, R, D], "care", "1 of 4 rows are in (₹1.00 of ₹4.00); 3 rows need a person."),
        ([C, A, G], "care", "2 of 3 rows are in (₹2.00 of ₹3.00); 1 row needs a person."),
        ([C, S, S], "care", "1 of 3 rows are in (₹1.00 of ₹3.00); 2 rows were not sent."),
        (
            [K, S, G],
            "stop",
            (
                "0 of 3 rows are in (₹0.00 of ₹3.00); 2 rows need a person, 1 of them in doubt, 1 "
                "row was not sent."
            ),
        ),
    ],
)
def test_the_verdict_counts_every_row(outcomes: list[Outcome], tone: str, text: str) -> None:
    """What is in, what waits for a person and what was not sent are all said, in rows and money."""
    books = books_of(acts(*outcomes))
    assert (verdict(books).tone, verdict(books).text) == (tone, text)


@pytest.mark.parametrize(
    ("second", "text"),
    [
        ([C, C], "All 2 rows are in (₹2.00)."),
        ([C, G], "1 of 2 rows are in, 1 more in part (₹2.00); 1 row needs a person."),
        ([G, G], "1 of 2 rows are in (₹1.00 of ₹2.00); 1 row needs a person."),
        ([K, S], "1 of 2 rows are in (₹1.00 of ₹2.00); 1 row is in doubt."),
        ([C, S], "1 of 2 rows are in, 1 more in part (₹2.00); 1 row was not sent."),
    ],
)
def test_a_row_of_two_actions_is_one_row(second: Sequence[Outcome], text: str) -> None:
    """A row is in when all of it is; where a part is in, that is said."""
    payment, receipt = second
    rows = [*acts(C), action(5, C, position=1)]
    rows += [action(6, payment, inr("1")), action(6, receipt, position=1)]
    assert verdict(books_of(rows)).text == text


def test_money_of_invalid_rows_stands_beside_the_sums() -> None:
    """What can be read in rows that were refused as a whole is in no sum, and is said apart."""
    run = replace(RUN, invalid_money={Currency.INR: Decimal(88000)}, invalid_with_money=1)
    books = books_of([*acts(C, G), refused_row(9)], run=run)
    assert verdict(books).text == "1 of 3 rows are in; 2 rows need a person."
    assert verdict(books).money == (
        "In the CRM: ₹1.00 of ₹2.00. Not in these sums: ₹88,000.00 of 1 invalid row."
    )
    alone = books_of([action(5, G), refused_row(9)], run=run)
    assert verdict(alone).text == "0 of 2 rows are in; 2 rows need a person."
    assert verdict(alone).money == "Not in any sum: ₹88,000.00 of 1 invalid row."


def test_long_money_says_what_is_in_and_then_what_is_in_no_sum() -> None:
    """No invalid row's money reads as if it stood in the CRM."""
    paid = [action(5, C, inr("10000000.50")), action(6, G, inr("9900000.50"))]
    failed = action(7, C, inr("5000000"), status="FAILED")
    books = books_of([*paid, failed, refused_row(9), refused_row(10)])
    assert verdict(books).money == (
        "In the CRM: ₹1,50,00,000.50 of ₹2,49,00,001.00. Not in these sums: the money of 2 "
        "invalid rows, of which no amount is known."
    )


@pytest.mark.parametrize(
    ("money", "of_rows", "said"),
    [
        (
            {Currency.USD: Decimal(100)},
            1,
            (
                "Not in these sums: at least US$100.00 of 4 invalid rows; of 3 of them no amount "
                "is known."
            ),
        ),
        (
            {},
            0,
            "Not in these sums: the money of 4 invalid rows, of which no amount is known.",
        ),
    ],
)
def test_what_is_not_known_of_invalid_rows_is_said(
    money: dict[Currency, Decimal], of_rows: int, said: str
) -> None:
    """A sum that lacks rows whose amounts cannot be read is no whole."""
    run = replace(RUN, invalid_money=money, invalid_with_money=of_rows)
    books = books_of([*acts(C), *map(refused_row, range(6, 10))], run=run)
    assert verdict(books).text == "1 of 5 rows are in; 4 rows need a person."
    assert verdict(books).money == f"In the CRM: ₹1.00. {said}"
    beside = next(one for one in tiles_of(books) if one.name == "Not in").beneath[-1]
    assert beside == "without the money of 4 invalid rows" + (
        ": at least US$100.00; of 3 of them no amount is known"
        if money
        else ", of which no amount is known"
    )


def test_rows_without_payments_lack_no_amount() -> None:
    """Where a sheet's mapping has no payment, nobody is told that amounts are missing."""
    without = replace(RUN, types=frozenset({"1003"}))
    only = books_of([refused_row(6)], run=without)
    assert [one.beneath for one in tiles_of(only)][-1] == ("actions of 1",)
    [line] = [one.beneath for one in tiles_of(books_of([refused_row(6)]))][-1:]
    assert line[-1] == "without the money of 1 invalid row, of which no amount is known"
    books = books_of([action(5, C), refused_row(6)], run=without)
    assert verdict(books).text == "1 of 2 rows are in; 1 row needs a person."
    assert [one.figures for one in tiles_of(books)] == [("2",), ("1",), ("1",)]
    assert [one.beneath for one in tiles_of(books)][-1] == ("actions of 2",)


def test_a_tile_without_money_shows_its_count() -> None:
    """What is in doubt, and is no payment, is not shown as nothing."""
    books = books_of([*acts(C), action(6, K), action(6, S, position=1)])
    figures = {one.name: (one.figures, one.beneath[0]) for one in tiles_of(books)}
    assert figures["In the CRM"] == (("₹1.00",), "1 of 3 actions")
    assert figures["In doubt"] == figures["Not in"] == (("1",), "actions of 3")


def test_many_currencies_and_statuses_do_not_hide_what_is_to_be_done() -> None:
    """The headline keeps to rows; the money comes after it, and of many currencies in figures."""

    def paid(row: int, currency: Currency, status: str, outcome: Outcome = C) -> ActionRecord:
        money = Money(amount=Decimal(5_000_000), currency=currency)
        return action(row, outcome, money, status=status)

    statuses = ("COMPLETED", "FAILED", "PENDING")
    two = [paid(n, Currency.USD, status) for n, status in enumerate(statuses, 5)]
    two += [paid(8, Currency.INR, "REFUNDED"), paid(9, Currency.INR, "COMPLETED", K)]
    assert verdict(books_of(two)).text == "4 of 5 rows are in; 1 row is in doubt."
    assert verdict(books_of(two)).money == (
        "In the CRM: ₹50,00,000.00 of ₹1,00,00,000.00, US$15,000,000.00; ₹50,00,000.00 + "
        "US$10,000,000.00 of it FAILED, PENDING or REFUNDED."
    )
    many = books_of([*two, *(paid(n, one, "FAILED") for n, one in enumerate(Currency, 10))])
    assert verdict(many).text == "15 of 16 rows are in; 1 row is in doubt."
    assert verdict(many).money == (
        "In the CRM: money in 11 currencies (by outcome below); a part of it FAILED, PENDING or "
        "REFUNDED."
    )
    tile = next(one for one in tiles_of(many) if one.name == "In the CRM")
    assert tile.figures == ("15",)
    assert tile.beneath == ("actions of 16", "money in 11 currencies")


def test_a_sheet_that_is_open_elsewhere_is_not_done() -> None:
    """A run of which all is in does not say that there is nothing to do while its sheet is open."""
    books = books_of(acts(A))
    waiting = {("20261123-b2c3", V): Waiting(count=1, pieces=((7, 7),))}
    open_ = replace(books, chain=replace(books.chain, open_rows=1, open_of=waiting))
    assert verdict(open_).tone is Tone.CARE
    assert verdict(open_).text == (
        "The one row is in since earlier runs; 1 row of this sheet is still open, in run "
        "20261123-b2c3."
    )


def test_each_currency_is_said_by_itself() -> None:
    """Rupees and dollars are never one sum."""
    dollars = Money(amount=Decimal(7), currency=Currency.USD)
    books = books_of([*acts(C, G), action(9, C, dollars)])
    assert "(₹1.00 of ₹2.00, US$7.00)" in verdict(books).text


def test_what_was_given_up_is_said_last_and_calls_for_nothing() -> None:
    """The verdict counts it apart, and it alone makes nobody look again."""
    closed = action(6, S, inr("1"), given_up=True)
    books = books_of([*acts(C), closed, action(7, S)])
    assert verdict(books).text == (
        "1 of 3 rows are in (₹1.00 of ₹2.00); 1 row was not sent, 1 row was given up."
    )
    only = books_of([*acts(C), closed])
    assert verdict(only).text == "1 of 2 rows are in (₹1.00 of ₹2.00); 1 row was given up."
    assert verdict(only).tone is Tone.GOOD


def test_what_a_later_run_has_taken_up_waits_for_nobody_here() -> None:
    """The verdict names the run; good it is only where nothing of the sheet is open any more."""
    again = action(6, V, taken_up="20261123-b2c3/2"), action(7, G, taken_up="20261123-b2c3/3")
    books = books_of([*acts(C), *again])
    books = replace(books, run=replace(books.run, invalid_with_money=1))
    said = "1 of 3 rows are in (₹1.00); 2 rows were taken up since, by run 20261123-b2c3."
    assert (verdict(books).text, verdict(books).tone) == (said, Tone.CARE)
    closed = replace(books, chain=replace(books.chain, open_rows=0))
    assert (verdict(closed).text, verdict(closed).tone) == (said, Tone.GOOD)
    assert books.waiting(*Outcome) == books.outcomes[C].count == 1


def test_of_many_runs_that_took_rows_up_the_last_three_are_named() -> None:
    """A headline stays short."""
    takers = [f"20261123-b2c{number}" for number in range(5)]
    books = books_of([action(row, V, taken_up=f"{run}/2") for row, run in enumerate(takers, 5)])
    assert f"by the runs {', '.join(takers[2:])} and 2 others." in verdict(books).text


def test_what_is_incomplete_is_no_plain_success() -> None:
    """CREATED with something dropped is in the headline, and needs care."""
    remark = Remark(path="fields.note", text="Too long")
    books = books_of([*acts(C), action(6, C, remarks=(remark,))])
    assert verdict(books).text == "All 2 rows are in (₹1.00); 1 row is incomplete in the CRM."
    assert verdict(books).tone is Tone.CARE


def test_books_that_do_not_balance_come_before_everything() -> None:
    """No good news is told over figures that are wrong."""
    books = replace(books_of(acts(C)), imbalances=("2 planned, 1 on record.",))
    assert verdict(books).tone is Tone.STOP
    assert verdict(books).text == "The books of this run do not balance."


@pytest.mark.parametrize("state", [RunState.REFUSED, RunState.PLANNING])
def test_a_run_that_sent_nothing_says_so(state: RunState) -> None:
    """A sheet that was refused, or not read to its end, sent nothing."""
    books = books_of(acts(S), run=replace(RUN, state=state))
    assert "nothing was sent" in verdict(books).text
