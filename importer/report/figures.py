"""Figures as people and programs read them: exact, and the same on every machine."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from importer.model import Currency
from importer.reconcile import Sums

SYMBOLS: Final[Mapping[Currency, str]] = {
    Currency.INR: "₹",
    Currency.USD: "US$",
    Currency.AUD: "A$",
    Currency.CAD: "CA$",
    Currency.SGD: "S$",
    Currency.MYR: "RM",
}
"""The signs that mean one currency only; the other currencies are written by their code."""

LAKHS: Final = frozenset({Currency.INR, Currency.PKR})
"""Currencies whose readers group digits as 12,34,567."""

_NBSP: Final = "\u00a0"
MINUS: Final = "\u2212"
"""The minus sign proper."""


def plain(amount: Decimal, currency: Currency) -> str:
    """Return the amount's exact digits, with at least the currency's own decimals: `1234.50`."""
    exact = amount or amount.copy_abs()  # there is no -0.00 rupees
    return with_decimals(f"{exact:f}", currency)


def with_decimals(digits: str, currency: Currency) -> str:
    """Return an amount's digits with at least the currency's own decimals, and no needless zero."""
    whole, _, fraction = digits.partition(".")
    fraction = fraction.rstrip("0").ljust(currency.decimals, "0")
    return f"{whole}.{fraction}" if fraction else whole


def shown(amount: Decimal, currency: Currency) -> str:
    """Return the amount as a person reads it: `₹1,25,000.50`, `AED 1,250.00`, `−₹5.00`."""
    sign = MINUS if amount < 0 else ""
    # abs() would round to 28 digits
    return f"{sign}{shown_digits(plain(amount.copy_abs(), currency), currency)}"


def shown_digits(digits: str, currency: Currency) -> str:
    """Return the same of digits that `plain` has written, of an amount that is not negative."""
    whole, point, fraction = digits.partition(".")
    mark = SYMBOLS.get(currency, f"{currency}{_NBSP}")
    return f"{mark}{_group(whole, lakhs=currency in LAKHS)}{point}{fraction}"


def shown_sums(sums: Sums) -> tuple[str, ...]:
    """Return one amount per currency, in the currencies' own order."""
    return tuple(shown(sums[currency], currency) for currency in Currency if currency in sums)


def plain_sums(sums: Sums) -> dict[str, str]:
    """Return currency code → exact digits, in the currencies' own order."""
    return {str(one): plain(sums[one], one) for one in Currency if one in sums}


def shown_count(number: int) -> str:
    """Return a count with its thousands apart: `12,345`."""
    return f"{number:,}"


def counted(number: int, noun: str) -> str:
    """Return a count with its noun: `1 row`, `12,345 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _group(whole: str, *, lakhs: bool) -> str:
    """Put commas between thousands; with lakhs, between every two digits above a thousand."""
    if len(whole) <= 3:
        return whole
    head, width = whole[:-3], 2 if lakhs else 3
    first = len(head) % width or width
    groups = [head[end - width : end] for end in range(first + width, len(head) + 1, width)]
    return ",".join([head[:first], *groups, whole[-3:]])
