"""The sentences for a cell that is no date: what it is, and what to write instead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from importer.model import Flaw, Kind
from importer.values.cell import quote
from importer.values.date_format import date_pattern, write_date
from importer.values.date_order import (
    Order,
    bare_formats,
    formats,
    order_of,
    parts_in_order,
    plain_parts,
    readings,
)
from importer.values.moment import day_text, moment_of

_EXAMPLE = dt.datetime(2026, 4, 25, 16, 30, tzinfo=dt.UTC)
"""Its day can be no month."""


def no_text(seen: str, kind: Kind) -> Flaw:
    """A number, or a TRUE, where a date should be."""
    if kind is Kind.BOOL:
        return unreadable(seen)
    return Flaw(
        code="date-is-a-number",
        message=f"The cell holds the number {seen[:20]} instead of a date.",
        hint=_bare_hint(seen)
        or "Format the cell as a date in the sheet, and check that it shows the right day.",
    )


def unreadable(seen: str) -> Flaw:
    """A text that is no date in any way that is known."""
    return Flaw(
        code="date-unreadable",
        message=f"{quote(seen)} is not written as a date.",
        hint=_bare_hint(seen)
        or "Write the date as 2026-04-25, year first, or add the column's format to the mapping.",
    )


def not_as_format(seen: str, format: str, zone: str) -> Flaw:  # noqa: A002 - the mapping's word
    """A text that is not written as the mapping says; where it can be told, how it would be."""
    meant = _meant(seen, format, zone)
    if meant is None:
        hint = (
            f"Write the date exactly as {format}: {day_text(_EXAMPLE)} is "
            f"{write_date(_EXAMPLE, format)}. Or correct the column's format in the mapping."
        )
    else:
        hint = (
            f"If it is {day_text(meant)}, write {write_date(meant, format)}; "
            "if the column is written so throughout, correct its format in the mapping."
        )
    return Flaw(
        code="date-unreadable",
        message=f"{quote(seen)} is not written as {format}.",
        hint=hint,
    )


def not_in_order(orders: Iterable[Order]) -> Flaw:
    """Three numbers of which none can be a month, or a day, in any order that is left."""
    return Flaw(
        code="date-impossible",
        message=f"There is no such day, read {' or '.join(orders)}.",
        hint="Correct the date; check that day and month are in the order of the column.",
    )


def order_unclear(seen: str, orders: Iterable[Order]) -> Flaw:
    """Three numbers that are different days in these orders."""
    return Flaw(
        code="date-order-unclear",
        message=f"{quote(seen)} could be {readings(seen, orders)}; nothing in the column proves "
        "which.",
        hint=f"Add the column's format to the mapping: {formats(seen, orders)}.",
    )


def _meant(seen: str, format: str, zone: str) -> dt.datetime | None:  # noqa: A002 - as above
    """Read a text whose order is plain or the format's; None where the format would lose of it."""
    order = order_of(format)
    parts = plain_parts(seen) or (parts_in_order(seen).get(order) if order else None)
    time = moment_of(parts, zone) if parts else None
    if not isinstance(time, dt.datetime):
        return None
    back = date_pattern(format).fullmatch(write_date(time, format))
    return time if back and moment_of(back.groupdict(), zone) == time else None


def _bare_hint(digits: str) -> str:
    """What to do with `20260403`; "" for anything else."""
    found = bare_formats(digits)
    if not found:
        return ""
    return f"If the column is written so throughout, add to the mapping {found}."
