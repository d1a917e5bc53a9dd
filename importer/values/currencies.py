"""Currencies: the eleven of the API, and the marks that people write beside an amount."""

from __future__ import annotations

from collections.abc import Mapping

from importer.model import Currency, Flaw, Kind
from importer.values.cell import open_cell, quote

_RUPEES = frozenset({Currency.INR, Currency.PKR})
_DOLLARS = frozenset({Currency.USD, Currency.AUD, Currency.CAD, Currency.SGD})

MARKS: Mapping[str, frozenset[Currency]] = {
    **{currency.value.casefold(): frozenset({currency}) for currency in Currency},
    "₹": frozenset({Currency.INR}),
    "rs": _RUPEES,
    "re": _RUPEES,
    "$": _DOLLARS,
    "us$": frozenset({Currency.USD}),
    "a$": frozenset({Currency.AUD}),
    "au$": frozenset({Currency.AUD}),
    "c$": frozenset({Currency.CAD}),
    "ca$": frozenset({Currency.CAD}),
    "s$": frozenset({Currency.SGD}),
    "dh": frozenset({Currency.AED}),
    "dhs": frozenset({Currency.AED}),
    "rm": frozenset({Currency.MYR}),
    "cfa": frozenset({Currency.XOF}),
    "fcfa": frozenset({Currency.XOF}),
}
"""Mark, casefolded and without a final full stop → the currencies that it can mean."""


def meanings(mark: str) -> frozenset[Currency]:
    """Return the currencies that a mark such as `Rs.` can mean; empty where it is none."""
    return MARKS.get(mark.casefold().removesuffix("."), frozenset())


def parse_currency(text: str, kind: Kind) -> Currency | Flaw | None:
    """Return the currency that a code (`INR`, in any case) or an unambiguous mark (`₹`) names.

    The codes are the eleven that a PAYMENT accepts (docs.telecrm.in, concepts/actions). `$` and
    `Rs` are refused: each belongs to several of them.
    """
    seen = open_cell(text, kind)
    if not isinstance(seen, str):
        return seen
    found = sorted(meanings(seen))
    if len(found) == 1:
        return found[0]
    if found:
        return Flaw(
            code="currency-ambiguous",
            message=f"{quote(seen)} can mean {' or '.join(found)}.",
            hint="Write the three-letter code of the currency.",
        )
    return Flaw(
        code="currency-unknown",
        message=f"{quote(seen)} is not a currency that the CRM accepts.",
        hint=f"Use one of {', '.join(Currency)}.",
    )
