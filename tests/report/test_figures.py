"""Figures are exact, and grouped as their readers group them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model import Currency
from importer.report.figures import counted, plain, plain_sums, shown, shown_sums


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("0", "INR", "₹0.00"),
        ("999", "INR", "₹999.00"),
        ("1000", "INR", "₹1,000.00"),
        ("99999.5", "INR", "₹99,999.50"),
        ("125000.50", "INR", "₹1,25,000.50"),
        ("12345678901.2", "INR", "₹12,34,56,78,901.20"),
        ("-0.00", "INR", "₹0.00"),
        ("-500", "INR", "\u2212₹500.00"),
        ("125000", "PKR", "PKR\u00a01,25,000.00"),
        ("125000", "USD", "US$125,000.00"),
        ("1234567", "XOF", "XOF\u00a01,234,567"),
        ("1E+3", "AED", "AED\u00a01,000.00"),
        ("1.005", "INR", "₹1.005"),
    ],
)
def test_an_amount_is_shown_as_its_readers_write_it(amount: str, currency: str, text: str) -> None:
    """Rupees have lakhs, the others thousands; nothing is rounded away."""
    assert shown(Decimal(amount), Currency(currency)) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4), st.sampled_from(Currency))
def test_no_digit_is_lost(amount: Decimal, currency: Currency) -> None:
    """Both ways of writing an amount hold exactly its value."""
    assert Decimal(plain(amount, currency)) == amount
    digits = "".join(one for one in shown(amount, currency) if one in "0123456789.")
    assert Decimal(digits) == amount.copy_abs()
    assert ("\u2212" in shown(amount, currency)) == (amount < 0)


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=2))
def test_equal_amounts_are_written_alike(amount: Decimal) -> None:
    """How a Decimal came about cannot be seen in a report."""
    longer = amount.quantize(Decimal("0.0001"))
    assert plain(amount, Currency.INR) == plain(longer, Currency.INR)


def test_sums_are_in_the_currencies_order() -> None:
    """The order in which the money came up does not show."""
    sums = {Currency.AED: Decimal(2), Currency.INR: Decimal(1)}
    assert shown_sums(sums) == ("₹1.00", "AED\u00a02.00")
    assert list(plain_sums(sums).items()) == [("INR", "1.00"), ("AED", "2.00")]


def test_counts_have_their_noun() -> None:
    """One is singular, the rest is not."""
    assert [counted(number, "row") for number in (0, 1, 12345)] == [
        "0 rows",
        "1 row",
        "12,345 rows",
    ]
