"""From a column's declaration to the one function that reads its cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from importer.model import Currency, Flaw, Kind, Value
from importer.values.amount import parse_amount
from importer.values.contact import parse_email, parse_phone
from importer.values.currencies import parse_currency
from importer.values.date import parse_date
from importer.values.identifier import parse_id
from importer.values.lead_id import parse_lead_id
from importer.values.number import parse_number
from importer.values.text import parse_text

Parser = Callable[[str, Kind], Value | Flaw]
"""(text as seen, what the cell holds) → typed value, None where blank, or why it is neither."""


class Declared(Protocol):
    """A column as the mapping declares it: what a reader needs to know of it."""

    @property
    def type(self) -> str:
        """A word of `ColumnType`."""

    @property
    def format(self) -> str | None:
        """How a date is written; None where the column is left to prove it."""

    @property
    def zone(self) -> str | None:
        """IANA zone of a date's wall clock."""

    @property
    def locale(self) -> str | None:
        """How an amount or a number is written."""

    @property
    def length(self) -> int | None:
        """Characters that every one of an id has."""

    @property
    def currency(self) -> Currency | None:
        """What an amount is in."""


def parser_for(column: Declared) -> Parser:
    """Return the function that reads the cells of a column.

    Raises:
        KeyError: there is no such column type; a mapping that was checked has none.
    """
    return _PARSERS[column.type](column)


def _amount(column: Declared) -> Parser:
    return partial(parse_amount, locale=column.locale, currency=column.currency)


def _number(column: Declared) -> Parser:
    return partial(parse_number, locale=column.locale)


def _id(column: Declared) -> Parser:
    return partial(parse_id, length=column.length)


def _date(column: Declared) -> Parser:
    return partial(parse_date, format=column.format, zone=column.zone or "UTC")


_PARSERS: Mapping[str, Callable[[Declared], Parser]] = {
    "text": lambda _: parse_text,
    "id": _id,
    "lead_id": lambda _: parse_lead_id,
    "amount": _amount,
    "currency": lambda _: parse_currency,
    "number": _number,
    "date": _date,
    "email": lambda _: parse_email,
    "phone": lambda _: parse_phone,
}
"""The words of `ColumnType` → how such a column's reader is made."""
