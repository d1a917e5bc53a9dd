"""What one action of one row comes to: the JSON object that travels, and its money."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from json.encoder import encode_basestring
from typing import NamedTuple

from importer.model import Currency, Money, Table
from importer.resolve import Flawed, Skip
from importer.values import as_source_text

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)

json_text: Callable[[object], str] = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":")
).encode
"""Value → JSON, one spelling for one value."""
json_of_text: Callable[[str], str] = encode_basestring
"""The same of a text."""


class Entry(NamedTuple):
    """One entry of a request's `actions`."""

    text: str
    """The JSON object, byte for byte."""
    money: Money | None


Build = Callable[[Table, int], Entry | Flawed | Skip]
"""(table, index of a row in it) → the row's entry for one action, or why there is none."""


def epoch_ms(time: dt.datetime) -> int:
    """Return a time as the API takes a date: milliseconds since 1970, exactly."""
    return (time - _EPOCH) // _MILLISECOND


def amount_text(amount: Decimal, currency: Currency | None) -> str:
    """Return an amount as the API takes it: `5000`, `1234.50`; one spelling for one amount.

    Whole amounts have no decimals, others as many as their currency (docs.telecrm.in,
    concepts/actions: a numeric string in the major unit).
    """
    whole, point, decimals = as_source_text(amount).partition(".")
    width = currency.decimals if currency else 0
    return f"{whole}{point}{decimals.ljust(width, '0')}" if point else whole
