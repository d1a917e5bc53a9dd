"""Currencies: the eleven of the API, and the marks that people write beside an amount."""

from __future__ import annotations

from collections.abc import Mapping

from babel.numbers import is_currency

from importer.model import Currency, Flaw, Kind
from importer.values.cell import open_cell, quote

_RUPEES = frozenset({Currency.INR, Currency.PKR})
_DOLLARS = frozenset({Currency.USD, Currency.AUD, Currency.CAD, Currency.SGD})

MARKS: Mapping[str, frozenset[Currency]] = {
    **{currency.value.casefold(): frozenset({currency}) for currency in Currency},
    "₹": frozenset({Currency.INR}),
    "rs": _RUPEES,
    "rs.": _RUPEES,
    "re": _RUPEES,
    "re.": _RUPEES,
    "₨": _RUPEES,
    "$": _DOLLARS,
    "us$": frozenset({Currency.USD}),
    "$us": frozenset({Currency.USD}),
    "a$": frozenset({Currency.AUD}),
    "au$": frozenset({Currency.AUD}),
    "c$": frozenset({Currency.CAD}),
    "ca$": frozenset({Currency.CAD}),
    "s$": frozenset({Currency.SGD}),
    "dh": frozenset({Currency.AED}),
    "dh.": frozenset({Currency.AED}),
    "dhs": frozenset({Currency.AED}),
    "dhs.": frozenset({Currency.AED}),
    "rm": frozenset({Currency.MYR}),
    "cfa": frozenset({Currency.XOF}),
    "fcfa": frozenset({Currency.XOF}),
}
"""Mark, casefolded → the currencies that it can mean. Only an abbreviation may end with a full
stop: after a sign it belongs to the digits, and `₹.50` is half a rupee."""

_FOREIGN: Mapping[str, str] = {
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY or CNY",
    "৳": "BDT",
    "₦": "NGN",
    "₩": "KRW",
    "₫": "VND",
    "₱": "PHP",
    "₪": "ILS",
    "₺": "TRY",
    "₽": "RUB",
    "฿": "THB",
    "r$": "BRL",
    "hk$": "HKD",
    "nz$": "NZD",
    "euro": "EUR",
    "euros": "EUR",
    "fr.": "CHF",
}
"""Marks, casefolded, of currencies that the CRM does not take → their codes of ISO 4217."""


def meanings(mark: str) -> frozenset[Currency]:
    """Return the currencies that a mark such as `Rs.` can mean; empty where it is none of them."""
    return MARKS.get(mark.casefold(), frozenset())


def foreign_currency(mark: str) -> str | None:
    """Return the code of a currency that the CRM does not take, as `EUR` for `€`; else None.

    A code of ISO 4217 (CLDR's list, with those of the past) counts in capitals only: `500 all` is
    not Albanian.
    """
    known = _FOREIGN.get(mark.casefold())
    return known or (mark if mark.isupper() and is_currency(mark) and not meanings(mark) else None)


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
    foreign = foreign_currency(seen)
    named = f" ({foreign})" if foreign and foreign != seen else ""
    return Flaw(
        code="currency-unknown",
        message=f"{quote(seen)}{named} is not a currency that the CRM accepts.",
        hint=f"Use one of {', '.join(Currency)}.",
    )
