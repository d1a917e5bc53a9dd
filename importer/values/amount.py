"""Amounts of money: one exact decimal, or a sentence that says why not.

The grammar is our own and closed: ASCII digits, at most one currency mark, at most one sign, in a
few arrangements. What stands between the digits is `grouping`'s question, what a mark means is
`marks`'s. Nothing is ever a float.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from importer.model import Currency, Flaw, Kind
from importer.values.cell import (
    describe,
    foreign_digit,
    hidden_character,
    not_calculated,
    open_cell,
    quote,
)
from importer.values.grouping import read_digits
from importer.values.marks import mark_flaw
from importer.values.number import native_number
from importer.values.source_text import as_source_text

AMOUNT_PARTS = re.compile(r"([^0-9]*)([0-9](?:.*[0-9])?)([^0-9]*)", re.DOTALL)
"""What stands before the digits, the digits with their separators, what stands behind."""

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\ufe63\uff0d"
"""What only looks like a minus sign: hyphens and dashes that are none (U+2212 is one)."""

_PIECE = re.compile(rf"/-|[-−+(){_DASHES}]|[^-−+()/\s{_DASHES}]+|/")

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

_SIGN_PIECES = {piece: piece for piece in ("0", "/-", "-", "+", "(", ")", *_DASHES)} | {"−": "-"}
"""The pieces that signs are made of; every other piece is taken for a currency mark."""

CENTS = 2
"""Decimals that an amount may be written with; no currency of the CRM has more."""

_THOUSAND = 3
"""Digits that stand between two signs of grouping, so that they may be decimals elsewhere."""

_NOTHING = frozenset({"-", "--", "–", "—", "nil", "none", "null", "na", "n.a.", "n/a", "nan"})
"""What people write where there is no amount."""


def parse_amount(
    text: str, kind: Kind, *, locale: str | None, currency: Currency | None
) -> Decimal | Flaw | None:
    """Return the exact amount of a cell, sign kept; None where it is blank.

    Read: `1,25,000.50`, `₹ 500/-`, `Rs. 500`, `500 INR`, `-500`, `500-`, `(500.00)`; a NUMBER cell
    by its exact text, and a DRESSED one by its exact digits, with what stands beside them judged
    as in a text. The grouping of a text must be the locale's own: `125,000` is refused in en_IN,
    where it is written `1,25,000`. Below one lakh the two are the same. A text with more than
    two decimals is refused whatever they are, since `1.250` is 1250 somewhere.

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
    match kind:
        case Kind.NUMBER:
            return native_number(seen, "amount")
        case Kind.TEXT:
            amount = _read(seen, locale, currency)
            return amount if isinstance(amount, Flaw) else _precision_flaw(seen, amount) or amount
        case Kind.DRESSED:
            amount = _read(seen, None, currency)
            return _of_the_format(amount) if isinstance(amount, Flaw) else amount
        case Kind.DATE:
            return _date(seen)
        case _:
            return _not_an_amount(seen)


def _read(seen: str, locale: str | None, currency: Currency | None) -> Decimal | Flaw:
    if seen[0] == "=":
        return not_calculated(seen)
    odd = foreign_digit(seen, "amount") or hidden_character(seen, "amount")
    parts = None if odd else AMOUNT_PARTS.fullmatch(seen)
    if parts is None:
        return odd or _not_an_amount(seen)
    before, digits, after = parts.groups()
    if not before and not after:
        return read_digits(digits, locale, "amount")
    return _with_signs(_PIECE.findall(before), digits, _PIECE.findall(after), locale, currency)


def _with_signs(
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
    flaw = mark_flaw(marks, currency) or _sign_flaw(signs)
    if flaw:
        return flaw
    number = read_digits(digits, locale, "amount")
    if isinstance(number, Flaw) or _SIGNS[signs] > 0:
        return number
    return number.copy_negate()  # unary minus would round to the context's precision


def _sign_flaw(signs: str) -> Flaw | None:
    if signs in _SIGNS:
        return None
    dash = next((sign for sign in signs if sign in _DASHES), None)
    if dash:
        message = f"The amount has {quote(dash)} beside it, {describe(dash)}, which is not a minus."
    elif "+" in signs:
        message = "The amount has a plus sign beside it."
    else:
        message = "The signs around the amount do not make one clear sign."
    return Flaw(
        code="amount-sign-unclear",
        message=message,
        hint="Write a plain amount, or one minus sign, or one pair of brackets around it.",
    )


def _precision_flaw(seen: str, amount: Decimal) -> Flaw | None:
    """Refuse decimals that no money has: the sign before them may stand between thousands."""
    decimals = -int(amount.as_tuple().exponent)
    if decimals <= CENTS:
        return None
    thousands = format(amount, "f").replace(".", "")
    either = decimals == _THOUSAND and thousands.lstrip("-")[0] != "0"
    return Flaw(
        code="amount-too-many-decimals",
        message=f"{quote(seen)} may be {thousands} or {as_source_text(amount)}."
        if either
        else f"{quote(seen)} has {decimals} decimals, and money has {CENTS} at most.",
        hint="Write the amount with two decimals at most; it is never rounded on the way.",
    )


def _of_the_format(flaw: Flaw) -> Flaw:
    """Say of a DRESSED cell's flaw where to look for what stands beside the number."""
    return replace(
        flaw,
        hint=f"{flaw.hint} In the sheet it comes from the cell's format: choose Number in Format "
        "Cells. The failures workbook has it as text: type the number alone there.",
    )


def _date(seen: str) -> Flaw:
    return Flaw(
        code="amount-unreadable",
        message=f"The cell holds the date {seen[:10]} instead of an amount.",
        hint="Look up the amount and type it again: a sheet program may have made a date of it.",
    )


def _not_an_amount(seen: str) -> Flaw:
    if seen.casefold() in _NOTHING:
        return Flaw(
            code="amount-unreadable",
            message=f"{quote(seen)} is not an amount, but a word for none.",
            hint="Write the amount in digits, such as 1250.50. Where there is none, there is no "
            "payment: give the row up, or add a `skip` rule for such rows to the mapping. An "
            "amount that no payment is made from may be left blank.",
        )
    return Flaw(
        code="amount-unreadable",
        message=f"{quote(seen)} is not an amount.",
        hint="Write the amount in digits, such as 1250.50.",
    )
