"""The money of rows that were refused as a whole: it is in no sum, and not all of it is known."""

from __future__ import annotations

from typing import Final

from importer.reconcile import Reconciliation, Sums
from importer.report.figures import counted, shown_count, shown_sums

MOST_SUMS: Final = 2
"""Currencies whose sums are read in a line; of more, they stand in the figures alone."""


def in_a_line(sums: Sums, otherwise: str) -> str:
    """Return sums with a plus between them; other words where they are of many currencies."""
    return otherwise if len(sums) > MOST_SUMS else " + ".join(shown_sums(sums))


def money_of_invalid(books: Reconciliation) -> str:
    """Return `₹500.00 of 2 invalid rows`; `at least …` where an amount is not known."""
    sums, unknown = books.run.invalid_money, unknown_of(books)
    if not (sums or unknown):
        return ""
    known = in_a_line(sums, "")
    least = "at least " if known and unknown else ""
    rows = counted(books.unreadable, "invalid row")
    return f"{least}{known or 'the money'} of {rows}{unknown}"


def without_invalid(books: Reconciliation) -> str:
    """Return what the sums are without: `without the money of 2 invalid rows: ₹500.00`."""
    sums, unknown = books.run.invalid_money, unknown_of(books)
    if not (sums or unknown):
        return ""
    money = in_a_line(sums, "")
    known = f": {'at least ' if unknown else ''}{money}" if money else ""
    return f"without the money of {counted(books.unreadable, 'invalid row')}{known}{unknown}"


def unknown_of(books: Reconciliation) -> str:
    """Return, as the end of a sentence of the invalid rows, of how many no amount is known."""
    if not books.moneyless:
        return ""
    if books.moneyless == books.unreadable:
        return ", of which no amount is known"
    return f"; of {shown_count(books.moneyless)} of them no amount is known"
