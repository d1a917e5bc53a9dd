"""Dates and times: read by the declared format exactly, or in the order that the column leaves."""

from __future__ import annotations

import datetime as dt
import re

from importer.model import Flaw, Kind
from importer.values.cell import open_cell
from importer.values.date_flaws import (
    no_text,
    not_as_format,
    not_in_order,
    order_unclear,
    unreadable,
)
from importer.values.date_format import date_pattern, is_all_digits
from importer.values.date_order import ORDERS, Order, is_three_numbers, parts_in_order, plain_parts
from importer.values.moment import moment_of

_ISO = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    r"(?:[T ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]+))?)?)?"
)
"""What a DATE cell's text looks like: see `Kind.DATE`."""


def parse_date(
    text: str,
    kind: Kind,
    *,
    format: str | None,  # noqa: A002 - the mapping's own word
    zone: str,
    orders: tuple[Order, ...] = ORDERS,
) -> dt.datetime | Flaw | None:
    """Return the aware time of a cell, as `moment_of` places it; None where it is blank.

    Args:
        text: the cell's text as seen. How many spaces stand between its parts does not matter.
        kind: what the file says that the cell holds. A DATE needs no format; a NUMBER is a date
            only where the format has nothing but digits in it: `yyyymmdd`.
        format: how a text is written: see `date_pattern`. None: as the text itself shows.
        zone: IANA name of the column's zone, such as `Asia/Kolkata`.
        orders: without a format, the orders of day, month and year that the column leaves open.
            A text that is not the same day in all of them is a Flaw.
    """
    opened = open_cell(text, kind)
    if not isinstance(opened, str):
        return opened
    seen = " ".join(opened.split())
    match kind:
        case Kind.DATE:
            return _by_pattern(_ISO, seen, zone) or unreadable(seen)
        case Kind.TEXT if format is None:
            return _by_shape(seen, zone, orders) or unreadable(seen)
        case Kind.TEXT if format is not None:
            return _by_pattern(date_pattern(format), seen, zone) or not_as_format(
                seen, format, zone
            )
        case Kind.NUMBER if format is not None and is_all_digits(format):
            return _by_pattern(date_pattern(format), seen, zone) or no_text(seen, kind)
        case _:
            return no_text(seen, kind)


def _by_pattern(pattern: re.Pattern[str], seen: str, zone: str) -> dt.datetime | Flaw | None:
    match = pattern.fullmatch(seen)
    return moment_of(match.groupdict(), zone) if match else None


def _by_shape(seen: str, zone: str, orders: tuple[Order, ...]) -> dt.datetime | Flaw | None:
    plain = plain_parts(seen)
    if plain:
        return moment_of(plain, zone)
    times = {
        order: moment_of(parts, zone)
        for order, parts in parts_in_order(seen).items()
        if order in orders
    }
    if not times:
        return not_in_order(orders) if is_three_numbers(seen) else None
    first, *others = times.values()
    if all(time == first for time in others):
        return first
    found = tuple(order for order, time in times.items() if isinstance(time, dt.datetime))
    return order_unclear(seen, found) if found else first
