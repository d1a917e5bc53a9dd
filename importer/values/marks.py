"""What stands beside an amount's digits and is no sign: a currency, or why it is none."""

from __future__ import annotations

from collections.abc import Sequence

from importer.model import Currency, Flaw
from importer.values.cell import describe, quote
from importer.values.currencies import foreign_currency, meanings

_CREDIT = frozenset({"cr", "cr."})
_DEBIT = frozenset({"dr", "dr."})
_TIMES = frozenset(
    "k l m mn bn lac lacs lakh lakhs crore crores thousand million billion".split()  # noqa: SIM905 - one line instead of three
)
"""Words that multiply what they stand beside."""

_LIKE_DIGITS = frozenset("OoQlI|")
"""Letters that a person types for 0 and 1."""

_POINTS = ".,"
_QUOTES = "'`\u2018\u2019\u02bc\u00b4\"\u201c\u201d"


def mark_flaw(marks: Sequence[str], currency: Currency | None) -> Flaw | None:
    """Return why these marks cannot stand beside an amount; None where they can.

    Args:
        marks: as they are written: `Rs.`, `₹`, `INR`.
        currency: the column's; None where the mapping gives it none.
    """
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
    possible = meanings(mark)
    if not possible:
        return _no_mark(mark)
    if currency is None:
        return Flaw(
            code="amount-mark-unchecked",
            message=f"The amount carries {quote(mark)}, but its column has no currency in the "
            "mapping to compare it with.",
            hint="Remove the mark; or, if all amounts are in one currency, say so at the column.",
        )
    return None if currency in possible else _other_currency(mark, currency)


def _no_mark(mark: str) -> Flaw:
    """Say what a mark is that is no currency of the CRM's."""
    word = mark.casefold()
    if word in _CREDIT | _DEBIT:
        return _bookkeeping(mark)
    foreign = foreign_currency(mark)
    if foreign:
        named = "" if foreign == mark else f"{foreign}, "
        return Flaw(
            code="amount-currency-not-taken",
            message=f"{quote(mark)} beside the amount is {named}a currency that the CRM does not "
            "take.",
            hint="Write the amount in a currency that it takes, or leave this row out.",
        )
    return _stray(mark) or Flaw(
        code="amount-unknown-mark",
        message=f"{_shown(mark)} beside the amount {_meaning(mark)}.",
        hint="Write the amount in full, so that the cell holds it alone."
        if word in _TIMES
        else "Type the amount again, in digits alone.",
    )


def _stray(mark: str) -> Flaw | None:
    """Name a quotation mark, or a point without a digit on both sides, for what it is."""
    if mark[0] in _QUOTES or mark[-1] in _QUOTES:
        return Flaw(
            code="amount-apostrophe",
            message="The amount has an apostrophe or quotation mark beside it.",
            hint="Delete that mark, so that the cell holds the amount alone.",
        )
    word = mark.strip(_POINTS)
    if word == mark or (word and not meanings(word)):
        return None
    point = mark[0] if mark[0] in _POINTS else mark[-1]
    return Flaw(
        code="amount-bare-point",
        message=f"A {quote(point)} stands at the edge of the amount, and a digit is missing there.",
        hint="Write the amount in full, such as 0.50 or 500.",
    )


def _meaning(mark: str) -> str:
    if mark.casefold() in _TIMES:
        return "multiplies it"
    if _LIKE_DIGITS.issuperset(mark.strip(_POINTS)):
        return "looks like digits, and is made of letters"
    return "makes it a percentage" if mark == "%" else "is not a currency that is known"


def _shown(mark: str) -> str:
    """Quote a mark; a single foreign character by name too, since it may look like another."""
    named = len(mark) == 1 and not mark.isascii()
    return f"{quote(mark)}, {describe(mark)}," if named else quote(mark)


def _bookkeeping(mark: str) -> Flaw:
    crore = ", and may also mean crore" if mark.casefold() in _CREDIT else ""
    return Flaw(
        code="amount-credit-debit",
        message=f"The amount says {quote(mark)}, which is money received in one account and "
        f"money paid in another{crore}.",
        hint="Write the amount without it, with a minus sign where money went out.",
    )


def _other_currency(mark: str, currency: Currency) -> Flaw:
    return Flaw(
        code="amount-other-currency",
        message=f"The amount is marked {quote(mark)}, but its column is in {currency}.",
        hint=f"Check this row's currency; if it is {currency}, delete {quote(mark)}.",
    )
