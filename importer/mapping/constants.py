"""Values that a mapping itself holds for a typed column: limits of conditions, defaults."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from importer.folding import tidy
from importer.mapping.model import ColumnSpec, ColumnType
from importer.model import Currency, Flaw, Kind
from importer.values import parser_for

_PLAIN: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?")


def typed_constant(text: str, spec: ColumnSpec) -> str | Decimal | dt.datetime:
    """Read a value of the mapping as the column's type.

    Amounts and numbers are plain (`1500.50`), dates ISO (`2026-04-03`, `2026-04-03 10:30`) in the
    column's zone, whatever the sheet's own way of writing them is.

    Raises:
        ValueError: with a sentence that says how it is written.
    """
    match spec.type:
        case ColumnType.AMOUNT | ColumnType.NUMBER:
            return plain_decimal(text)
        case ColumnType.DATE:
            return _day(text.strip(), spec.zone or "UTC")
        case ColumnType.CURRENCY:
            return _currency(text)
        case ColumnType.ID | ColumnType.EMAIL | ColumnType.PHONE:
            return _as_in_a_cell(text, spec)
        case _:
            return tidy(text)


def _as_in_a_cell(text: str, spec: ColumnSpec) -> str:
    """Read a value as the column's cells are read, so that equal ones are equal."""
    value = parser_for(spec)(text, Kind.TEXT)
    if isinstance(value, Flaw):
        raise ValueError(value.message)  # noqa: TRY004 - the mapping's text is wrong, not a type
    return str(value or "")


def plain_decimal(text: str) -> Decimal:
    """Read `1500.50`; no sign but a minus, no grouping, no exponent.

    Raises:
        ValueError: with a sentence that says how it is written.
    """
    if not _PLAIN.fullmatch(text.strip()):
        raise ValueError("Write a plain number in a mapping: 1500 or 1500.50.")
    return Decimal(text.strip())


def _currency(text: str) -> Currency:
    if text not in tuple(Currency):
        raise ValueError(f"It is one of {', '.join(Currency)}.")
    return Currency(text)


def _day(text: str, zone: str) -> dt.datetime:
    try:
        if not _DAY.fullmatch(text):
            raise ValueError(text)  # noqa: TRY301 - both ways out need the same sentence
        return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        raise ValueError(
            "Write a date in a mapping as 2026-04-03 or 2026-04-03 10:30, whatever the sheet does."
        ) from None
