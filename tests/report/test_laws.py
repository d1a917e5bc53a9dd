"""The printed laws of the books, each with its tick or cross."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from importer.model import Currency, Money, Outcome, Skipped
from importer.report.laws import bridge_of, laws_of

from .books import action, books_of, every_outcome, inr

MONEY = st.builds(
    Money,
    amount=st.decimals(min_value=0, max_value=10**9, places=2),
    currency=st.sampled_from(Currency),
)


@given(st.lists(st.tuples(st.sampled_from(Outcome), st.none() | MONEY)), st.integers(0, 5))
def test_balanced_books_have_ticks_only(
    fates: list[tuple[Outcome, Money | None]], blank: int
) -> None:
    """Whatever happened, books that balance are shown as balanced."""
    actions = [action(row, outcome, money) for row, (outcome, money) in enumerate(fates, start=5)]
    books = books_of(actions, [Skipped(row=9000 + one, reason="blank") for one in range(blank)])
    assert all(law.holds for law in [*laws_of(books), *bridge_of(books.chain)])


def test_each_law_breaks_by_itself() -> None:
    """A figure that was altered costs its own law the tick, and no other."""
    books = books_of([action(5, Outcome.CREATED, inr("10"))])
    altered = {
        "Rows": replace(books, run=replace(books.run, rows_read=2)),
        "Actions": replace(books, run=replace(books.run, planned_actions=2)),
        "Money, INR": replace(
            books, run=replace(books.run, planned_money={Currency.INR: Decimal(9)})
        ),
    }
    for name, one in altered.items():
        assert [law.name for law in laws_of(one) if not law.holds] == [name]


def test_a_bridge_that_is_not_exact_breaks() -> None:
    """Both sides of a bridge agree to the last paisa, and name only what is there."""
    chain = replace(books_of([action(5, Outcome.CREATED, inr("10"))]).chain)
    off = replace(chain, corrected={Currency.INR: Decimal("-0.01")})
    (law,) = bridge_of(off)
    assert not law.holds
    assert str(law) == "₹10.00 planned \u2212 ₹0.01 corrected = ₹10.00 created"


def test_laws_are_sentences() -> None:
    """A law names every part that is not nothing."""
    rows, actions, _ = laws_of(every_outcome().reconciliation)
    assert str(rows) == "34 read = 3 skipped + 31 with actions"
    assert str(actions).startswith("53 planned = 43 CREATED + 3 ALREADY + 1 IGNORED + 2 INVALID")
