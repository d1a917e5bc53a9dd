"""Amounts of money: one exact decimal, or a sentence that says why not.

The grammar is our own and closed: ASCII digits, at most one currency mark, at most one sign, in a
few arrangements. What stands between the digits is `grouping`'s question. Nothing is ever a float.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from importer.model import Currency, Flaw, Kind
from importer.values.cell import foreign_digit, open_cell, quote
from importer.values.currencies import meanings
from importer.values.grouping import read_digits, too_large
from importer.values.number import NATIVE

_PARTS = re.compile(r"([^0-9]*)([0-9](?:.*[0-9])?)([^0-9]*)", re.DOTALL)
"""What stands before the digits, the digits with their separators, what stands behind."""

_PIECE = re.compile(r"/-|[-−()]|[^-−()/\s]+|/")

_SIGNS: Mapping[str, int] = {
    "0": 1,
    "0/-": 1,
    "-0": -1,
    "-0/-": -1,
    "0-": -1,
    "(0)": -1,
    "(0/-)": -1,
    "(0)/-": -1,
}
"""Signs around the digits (`0`) → the sign. `/-` is the Indian "and no paise"."""

_SIGN_PIECES = {"0": "0", "/-": "/-", "-": "-", "−": "-", "(": "(", ")": ")"}
"""The pieces that signs are made of; every other piece is taken for a currency mark."""

_BOOKKEEPING = frozenset({"cr", "dr"})


def parse_amount(
    text: str, kind: Kind, *, locale: str | None, currency: Currency | None
) -> Decimal | Flaw | None:
    """Return the exact amount of a cell, sign kept; None where it is blank.

    Read: `1,25,000.50`, `₹ 500/-`, `Rs. 500`, `500 INR`, `-500`, `500-`, `(500.00)`; a NUMBER cell
    by its exact text. The grouping must be the locale's own: `125,000` is refused in en_IN, where
    it is written `1,25,000`. Below one lakh the two are the same.

    Args:
        text: the cell's text as seen.
        kind: what the file says that the cell holds.
        locale: how the column writes numbers; None reads plain digits with at most one `.` only.
        currency: the column's currency. A mark must agree with it; where it is None, a mark is
            refused, because nobody could notice that it contradicts the row's currency.
    """
    seen = open_cell(text, kind)
    if not isinstance(seen, str):
        return seen
    if kind is Kind.NUMBER:
        return Decimal(seen) if NATIVE.fullmatch(seen) else too_large("amount")
    odd = foreign_digit(seen, "amount")
    parts = _PARTS.fullmatch(seen) if kind is Kind.TEXT and odd is None else None
    if parts is None:
        return odd or _not_an_amount(seen)
    before, digits, after = parts.groups()
    if not before and not after:
        return read_digits(digits, locale, "amount")
    return _dressed(_PIECE.findall(before), digits, _PIECE.findall(after), locale, currency)


def _dressed(
    before: Sequence[str],
    digits: str,
    after: Sequence[str],
    locale: str | None,
    currency: Currency | None,
) -> Decimal | Flaw:
    """Read digits that have a sign or a mark beside them."""
    pieces = [*before, "0", *after]
    marks = [piece for piece in pieces if piece not in _SIGN_PIECES]
    signs = "".join(_SIGN_PIECES.get(piece, "") for piece in pieces)
    flaw = _mark_flaw(marks, currency) or _sign_flaw(signs)
    if flaw:
        return flaw
    number = read_digits(digits, locale, "amount")
    if isinstance(number, Flaw) or _SIGNS[signs] > 0:
        return number
    return number.copy_negate()  # unary minus would round to the context's precision


def _sign_flaw(signs: str) -> Flaw | None:
    if signs in _SIGNS:
        return None
    return Flaw(
        code="amount-sign-unclear",
        message="The signs around the amount do not make one clear sign.",
        hint="Write a plain amount, or one minus sign, or one pair of brackets around it.",
    )


def _mark_flaw(marks: Sequence[str], currency: Currency | None) -> Flaw | None:
    flaws = (_one_mark_flaw(mark, currency) for mark in marks)
    first = next(filter(None, flaws), None)
    if first or len(marks) <= 1:
        return first
    return Flaw(
        code="amount-two-marks",
        message=f"The amount has {len(marks)} currency marks.",
        hint="Keep one of them, or none.",
    )


def _one_mark_flaw(mark: str, currency: Currency | None) -> Flaw | None:
    if mark.casefold().removesuffix(".") in _BOOKKEEPING:
        return Flaw(
            code="amount-credit-debit",
            message=f"The amount says {quote(mark)}, which is money received in one account and "
            "money paid in another.",
            hint="Write the amount without it, with a minus sign where money went out.",
        )
    possible = meanings(mark)
    if not possible:
        return Flaw(
            code="amount-unknown-mark",
            message=f"{quote(mark)} beside the amount is not a currency that is known.",
            hint="Remove it, so that the cell holds the amount alone.",
        )
    if currency is None:
        return Flaw(
            code="amount-mark-unchecked",
            message=f"The amount carries {quote(mark)}, but its column has no currency in the "
            "mapping to compare it with.",
            hint="Remove the mark; or, if all amounts are in one currency, say so at the column.",
        )
    return None if currency in possible else _other_currency(mark, currency)


def _other_currency(mark: str, currency: Currency) -> Flaw:
    return Flaw(
        code="amount-other-currency",
        message=f"The amount is marked {quote(mark)}, but its column is in {currency}.",
        hint=f"Check this row's currency; if it is {currency}, delete {quote(mark)}.",
    )


def _not_an_amount(seen: str) -> Flaw:
    return Flaw(
        code="amount-unreadable",
        message=f"{quote(seen)} is not an amount.",
        hint="Write the amount in digits, such as 1250.50.",
    )
