"""Dates and times as Excel counts them: days since 1900-01-00 or 1904-01-01, with their fraction.

1900 counts a 29 February that never was (serial 60), as Lotus 1-2-3 did.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_FLOOR, Decimal

from importer.model import Kind
from importer.sheets.cells import elapsed_text
from importer.sheets.scan.code import Section
from importer.sheets.sheet import Shown

TOO_NARROW: Shown = ("####", Kind.ERROR)
"""What Excel shows for a date before its first or after its last."""

_LAST = {False: Decimal(2958466), True: Decimal(2957004)}
"""By epoch: the day after 9999-12-31."""
_EPOCH = {False: dt.date(1899, 12, 30), True: dt.date(1904, 1, 1)}
_NO_DAYS = {0: "1900-01-00", 60: "1900-02-29"}
"""Days of 1900 that are none, as Excel shows them."""
FIRST_CERTAIN = Decimal(61)
"""1900-03-01; before it, calamine and Excel do not count alike."""
_MILLISECONDS = 24 * 60 * 60 * 1000


def last_of(*, is_1904: bool) -> Decimal:
    """Give the first serial after the last day that Excel knows."""
    return _LAST[is_1904]


def show_serial(number: Decimal, section: Section, *, is_1904: bool) -> Shown:
    """Show a number as the date, time of day or duration that a section makes of it.

    Returns:
        A DATE where there is one; a time of day, a duration or a day that is none as TEXT; an
        ERROR where Excel shows `####`.
    """
    if number < 0 or (number >= _LAST[is_1904] and not section.is_elapsed):
        return TOO_NARROW
    day, milliseconds = _parts(number)
    if section.is_elapsed:
        return elapsed_text(day * 86_400 + milliseconds / 1000), Kind.TEXT
    if not section.shows_day:
        return _time(milliseconds), Kind.TEXT
    no_day = None if is_1904 else _NO_DAYS.get(day)
    time = _time(milliseconds) if milliseconds and section.shows_time else ""
    if no_day:
        return f"{no_day} {time}".rstrip(), Kind.TEXT
    date = _EPOCH[is_1904] + dt.timedelta(days=day + (not is_1904 and day < FIRST_CERTAIN))
    return f"{date.isoformat()}{time and 'T'}{time}", Kind.DATE


def _parts(number: Decimal) -> tuple[int, int]:
    """Split into whole days and milliseconds."""
    day = number.to_integral_value(ROUND_FLOOR)
    milliseconds = int(((number - day) * _MILLISECONDS).to_integral_value())
    return int(day) + milliseconds // _MILLISECONDS, milliseconds % _MILLISECONDS


def _time(milliseconds: int) -> str:
    moment = dt.datetime.min + dt.timedelta(milliseconds=milliseconds)  # noqa: DTZ901 - no zone
    return moment.time().isoformat()
