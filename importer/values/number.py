"""Plain numbers: exact decimals, without the dress that amounts may wear."""

from __future__ import annotations

import re
from decimal import Decimal

from importer.model import Flaw, Kind
from importer.values.cell import foreign_digit, hidden_character, open_cell, quote
from importer.values.grouping import read_digits, too_large

NATIVE = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
"""A NUMBER cell's text while Excel knows all its digits: see `Kind.NUMBER`."""

_SIGNED = re.compile(r"([-−]?)\s?([0-9](?:.*[0-9])?)", re.DOTALL)


def parse_number(text: str, kind: Kind, *, locale: str | None) -> Decimal | Flaw | None:
    """Return the exact number of a cell; None where it is blank.

    Args:
        text: the cell's text as seen: digits, a minus sign before them at most.
        kind: what the file says that the cell holds; a NUMBER is read by its exact text. A DRESSED
            one is refused: `50%` may be 50 or 0.5, and `5 kg` beside `5 g` is not the same 5.
        locale: how the column writes numbers; None reads plain digits with at most one `.` only.
    """
    seen = open_cell(text, kind)
    if not isinstance(seen, str):
        return seen
    if kind is Kind.NUMBER:
        return native_number(seen, "number")
    if kind is not Kind.TEXT:
        return _not_a_number(seen, kind)
    odd = foreign_digit(seen, "number") or hidden_character(seen, "number")
    parts = None if odd else _SIGNED.fullmatch(seen)
    if parts is None:
        return odd or _not_a_number(seen, kind)
    sign, digits = parts.groups()
    number = read_digits(digits, locale, "number")
    if sign and isinstance(number, Decimal):
        return number.copy_negate()  # unary minus would round to the context's precision
    return number


def native_number(seen: str, noun: str) -> Decimal | Flaw:
    """Return the exact number of a NUMBER cell, unless Excel has lost digits of it.

    Args:
        seen: the cell's trimmed text.
        noun: `amount` or `number`: how the codes of Flaws begin.
    """
    if NATIVE.fullmatch(seen):
        return Decimal(seen)
    return _too_small(seen, noun) if "E-" in seen else too_large(noun)


def _too_small(seen: str, noun: str) -> Flaw:
    return Flaw(
        code=f"{noun}-too-small",
        message=f"The {noun} is {quote(seen)}, next to nothing: a formula's rounding error, where "
        "Excel shows 0.",
        hint="Round the formula in the sheet: =ROUND(…, 2).",
    )


def _not_a_number(seen: str, kind: Kind) -> Flaw:
    if kind is Kind.DRESSED:
        return Flaw(
            code="number-unreadable",
            message=f"The cell shows {quote(seen)}: more than the number alone.",
            hint="Choose the format Number for the cell in the sheet, and check what it then "
            "shows. In the failures workbook type the number alone.",
        )
    return Flaw(
        code="number-unreadable",
        message=f"{quote(seen)} is not a number.",
        hint="Write digits only, such as 1250.5, without units or signs other than a minus.",
    )
