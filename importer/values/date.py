"""Dates and times: read by the declared format exactly, on the wall clock of the column's zone."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from zoneinfo import ZoneInfo

from importer.model import Flaw, Kind
from importer.values.cell import open_cell, quote
from importer.values.date_format import date_pattern

YEARS = range(1900, 2101)
"""Years that are believed; others are slips of the pen such as 0206 or 2926."""

_CENTURY_TURNS = 70
"""Two-digit years: 70 to 99 are 1970 to 1999, 00 to 69 are 2000 to 2069."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    r"(?:[T ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.0+)?)?)?"
)
"""What a DATE cell's text looks like: see `Kind.DATE`."""


def parse_date(
    text: str,
    kind: Kind,
    *,
    format: str | None,  # noqa: A002 - the mapping's own word
    zone: str,
) -> dt.datetime | Flaw | None:
    """Return the aware time of a cell; None where it is blank.

    A date without a time is midnight in the zone: the first moment of that day, also on a day
    whose clocks skip midnight. A time that occurs twice, as clocks go back, is the earlier one;
    a time that clocks skip is a Flaw.

    Args:
        text: the cell's text as seen.
        kind: what the file says that the cell holds. A DATE needs no format.
        format: how a text is written: see `date_format.date_pattern`.
        zone: IANA name of the column's zone, such as `Asia/Kolkata`.
    """
    seen = open_cell(text, kind)
    if not isinstance(seen, str):
        return seen
    if kind is Kind.DATE:
        match = _ISO.fullmatch(seen)
    elif format is None:
        return _no_format()
    else:
        match = date_pattern(format).fullmatch(seen)
    if match is None or kind is Kind.BOOL:
        return _unreadable(seen, kind, format)
    return _at(match.groupdict(), _zone(zone))


def is_zone(name: str) -> bool:
    """Tell whether a name such as `Asia/Kolkata` is a time zone."""
    try:
        _zone(name)
    except (ValueError, OSError, LookupError):
        return False
    return True


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _at(parts: dict[str, str | None], zone: ZoneInfo) -> dt.datetime | Flaw:
    year = _year(parts)
    if year not in YEARS:
        return Flaw(
            code="date-year-unlikely",
            message=f"The year of this date is {year}.",
            hint=f"Write a year from {YEARS[0]} to {YEARS[-1]}.",
        )
    hour, minute, second = (int(parts.get(part) or 0) for part in ("hour", "minute", "second"))
    try:
        wall = dt.datetime(  # noqa: DTZ001 - the wall clock; its zone comes two lines below
            year, _month(parts), int(parts["day"] or 0), hour, minute, second
        )
    except ValueError:
        return _impossible()
    time = wall.replace(tzinfo=zone)
    back = time.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None)
    return time if back == wall or wall.time() == dt.time.min else _skipped(zone)


def _year(parts: dict[str, str | None]) -> int:
    full = parts.get("year")
    if full:
        return int(full)
    short = int(parts["short"] or 0)
    return short + (1900 if short >= _CENTURY_TURNS else 2000)


def _month(parts: dict[str, str | None]) -> int:
    """Return 1 to 12 for a month's name, 0 for a word that is none, else the number as written."""
    name = (parts.get("name") or "").lower()
    if name:
        return _MONTHS.index(name) + 1 if name in _MONTHS else 0
    return int(parts.get("month") or 0)


def _no_format() -> Flaw:
    return Flaw(
        code="date-needs-format",
        message="The cell holds a date as text, and the mapping does not say how it is written.",
        hint="Add the column's format to the mapping, for example format: dd/mm/yyyy.",
    )


def _unreadable(seen: str, kind: Kind, format: str | None) -> Flaw:  # noqa: A002 - as above
    if kind is Kind.NUMBER:
        return Flaw(
            code="date-is-a-number",
            message=f"The cell holds the number {seen[:20]} instead of a date.",
            hint="Format the cell as a date in the sheet, and check that it shows the right day.",
        )
    return Flaw(
        code="date-unreadable",
        message=f"{quote(seen)} is not written as {format or 'a date'}.",
        hint=f"Write the date exactly as {format or 'yyyy-mm-dd'}, or correct the column's "
        "format in the mapping.",
    )


def _impossible() -> Flaw:
    return Flaw(
        code="date-impossible",
        message="There is no such day or time.",
        hint="Correct the date; check that day and month are in the order of the mapping's format.",
    )


def _skipped(zone: ZoneInfo) -> Flaw:
    return Flaw(
        code="date-time-skipped",
        message=f"Clocks in {zone.key} were put forward over this time, so it never was.",
        hint="Correct the time, or the column's zone in the mapping.",
    )
