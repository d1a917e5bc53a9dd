"""Plain numbers: exact decimals, without the dress that amounts may wear."""

from __future__ import annotations

import re
from decimal import Decimal

from importer.model import Flaw, Kind
from importer.values.cell import foreign_digit, open_cell, quote
from importer.values.grouping import read_digits, too_large

NATIVE = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
"""A NUMBER cell's text while Excel knows all its digits: see `Kind.NUMBER`."""

_SIGNED = re.compile(r"([-−]?)\s?([0-9](?:.*[0-9])?)", re.DOTALL)


def parse_number(text: str, kind: Kind, *, locale: str | None) -> Decimal | Flaw | None:
    """Return the exact number of a cell; None where it is blank.

    Args:
        text: the cell's text as seen: digits, a minus sign before them at most.
        kind: what the file says that the cell holds; a NUMBER is read by its exact text.
        locale: how the column writes numbers; None reads plain digits with at most one `.` only.
    """
    seen = open_cell(text, kind)
    if not isinstance(seen, str):
        return seen
    if kind is Kind.NUMBER:
        return Decimal(seen) if NATIVE.fullmatch(seen) else too_large("number")
    odd = foreign_digit(seen, "number")
    parts = _SIGNED.fullmatch(seen) if kind is Kind.TEXT and odd is None else None
    if parts is None:
        return odd or _not_a_number(seen)
    sign, digits = parts.groups()
    number = read_digits(digits, locale, "number")
    if sign and isinstance(number, Decimal):
        return number.copy_negate()  # unary minus would round to the context's precision
    return number


def _not_a_number(seen: str) -> Flaw:
    return Flaw(
        code="number-unreadable",
        message=f"{quote(seen)} is not a number.",
        hint="Write digits only, such as 1250.5, without units or signs other than a minus.",
    )
