"""The parts of a date as written → the moment that they are, or why there is no such moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from importer.model import Flaw

Parts = Mapping[str, str | None]
"""What a pattern found: `day`, `month` (a number) or `name`, `year` or `short` (two digits); where
they are written, `weekday`, `hour`, `minute`, `second`, `fraction`, `half` (am, pm), `offset`."""

YEARS = range(1900, 2101)
"""Years that are believed; others are slips of the pen such as 0206 or 2926."""

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""English, as Excel writes them whatever the language of the machine that reads them here."""

HALF = r"(?P<half>[ap]\.?m\.?)"
OFFSET = r"(?P<offset>Z|[-+](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)"
"""Patterns, whatever the capitals: am or pm; `Z`, `+05:30`, `+0530` or `+05`."""

_CENTURY_TURNS = 70
"""Two-digit years: 70 to 99 are 1970 to 1999, 00 to 69 are 2000 to 2069."""
_SHORT_NAMES = [month[:3].lower() for month in MONTHS]


def moment_of(parts: Parts, zone: str) -> dt.datetime | Flaw:
    """Return the aware time that is written, on the wall clock of the zone.

    A date without a time is midnight: the first moment of that day, also on a day whose clocks
    skip midnight. A time that occurs twice, as clocks go back, is the earlier one; a time that
    clocks skip is a Flaw. An offset from UTC that is written beside the time outweighs the zone:
    the moment is exactly that one, and is shown on the zone's wall clock. Fractions of a second
    are rounded to the millisecond, the finest that the CRM takes (docs.telecrm.in, concepts/
    field-types); workbooks hold 10:30 as 10:29:59.999999 now and then.

    Args:
        parts: as written.
        zone: IANA name of the zone: see `is_zone`.
    """
    year = _year(parts)
    if year not in YEARS:
        return Flaw(
            code="date-year-unlikely",
            message=f"The year of this date is {year}.",
            hint=f"Write a year from {YEARS[0]} to {YEARS[-1]}.",
        )
    try:
        wall = dt.datetime(  # noqa: DTZ001 - the wall clock; its zone comes below
            year,
            _month(parts),
            int(parts["day"] or 0),
            _hour(parts),
            int(parts.get("minute") or 0),
            int(parts.get("second") or 0),
        )
    except ValueError:
        return _impossible(parts, year)
    return _other_weekday(parts, wall) or _placed(wall + _fraction(parts), parts, zone)


def is_zone(name: str) -> bool:
    """Tell whether a name such as `Asia/Kolkata` is a time zone."""
    try:
        _zone(name)
    except (ValueError, OSError, LookupError):
        return False
    return True


def day_text(day: dt.date) -> str:
    """Write a day so that nobody can take it for another: `3 April 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _placed(wall: dt.datetime, parts: Parts, name: str) -> dt.datetime | Flaw:
    """Hang a wall clock's time into its zone."""
    zone, offset = _zone(name), parts.get("offset")
    if offset:
        return wall.replace(tzinfo=_offset(offset)).astimezone(zone)
    time = wall.replace(tzinfo=zone)
    back = time.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None)
    return time if back == wall or wall.time() == dt.time.min else _skipped(zone)


def _year(parts: Parts) -> int:
    full = parts.get("year")
    if full:
        return int(full)
    short = int(parts["short"] or 0)
    return short + (1900 if short >= _CENTURY_TURNS else 2000)


def _month(parts: Parts) -> int:
    """Return 1 to 12 for a month's name, 0 for a word that is none, else the number as written."""
    name = (parts.get("name") or "")[:3].lower()
    if name:
        return _SHORT_NAMES.index(name) + 1 if name in _SHORT_NAMES else 0
    return int(parts.get("month") or 0)


def _hour(parts: Parts) -> int:
    """Return the hour of 24.

    Raises:
        ValueError: it stands beside am or pm, and is none of 1 to 12.
    """
    hour, half = int(parts.get("hour") or 0), parts.get("half")
    if not half:
        return hour
    if hour not in range(1, 13):
        raise ValueError(hour)
    return hour % 12 + (12 if half[0] in "pP" else 0)


def _fraction(parts: Parts) -> dt.timedelta:
    return dt.timedelta(milliseconds=round(Decimal(f"0.{parts.get('fraction') or 0}") * 1000))


def _offset(text: str) -> dt.timezone:
    """Read what `OFFSET` matches."""
    digits = text[1:].replace(":", "")
    ahead = dt.timedelta(hours=int(digits[:2] or 0), minutes=int(digits[2:] or 0))
    return dt.timezone(-ahead if text[0] == "-" else ahead)


def _other_weekday(parts: Parts, wall: dt.datetime) -> Flaw | None:
    said, is_ = (parts.get("weekday") or "").title(), WEEKDAYS[wall.weekday()]
    if is_.startswith(said):
        return None
    return Flaw(
        code="date-weekday-differs",
        message=f"{day_text(wall)} is a {is_}, and the cell says {said}.",
        hint="Find out which of the two is right, and correct the date or its weekday.",
    )


def _impossible(parts: Parts, year: int) -> Flaw:
    month = f"“{parts['name']}”" if parts.get("name") else parts.get("month")
    clock = "".join(
        f"{mark}{parts[part]}"
        for mark, part in ((", ", "hour"), (":", "minute"), (":", "second"), (" ", "half"))
        if parts.get(part)
    )
    return Flaw(
        code="date-impossible",
        message=f"There is no such day or time: day {parts['day']} of month {month} in "
        f"{year}{clock}.",
        hint="Correct the date; check that day and month are in the order of the column.",
    )


def _skipped(zone: ZoneInfo) -> Flaw:
    return Flaw(
        code="date-time-skipped",
        message=f"Clocks in {zone.key} were put forward over this time, so it never was.",
        hint="Correct the time, or the column's zone in the mapping.",
    )
