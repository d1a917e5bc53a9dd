"""Dates as text without a format: the shapes that are known, and the orders that each allows.

Three numbers can be a date in up to three orders, and a text alone does not say which: 03/04/2026
is a day in April or in March. A month's name, or a year of four digits that comes first, leaves
no doubt.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final

from importer.values.date_format import date_pattern, numeric_order
from importer.values.moment import HALF, MONTHS, OFFSET, WEEKDAYS, Parts, day_text, moment_of


class Order(StrEnum):
    """The orders in which three numbers are a date. A value is how it is said to a person."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    YEAR_FIRST = "year first"


ORDERS: Final[tuple[Order, ...]] = tuple(Order)

_DAY: Final = "(?P<day>0?[1-9]|[12][0-9]|3[01])"
_MONTH: Final = "(?P<month>0?[1-9]|1[0-2])"
_SHORT: Final = "(?P<short>[0-9]{2})"
_YEAR: Final = f"(?:(?P<year>[0-9]{{4}})|{_SHORT})"
_SIGN: Final = "(?P<sign>[-/. ])"
_SAME: Final = "(?P=sign)"
_CLOCK: Final = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    rf"(?::(?P<second>[0-9]{{2}})(?:\.(?P<fraction>[0-9]{{1,9}}))?)?(?: ?{HALF})?"
)
_TIME: Final = f"(?:,? {_CLOCK})?"


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII | re.IGNORECASE)


_IN_ORDER: Final[Mapping[Order, re.Pattern[str]]] = {
    Order.DAY_FIRST: _compiled(f"{_DAY}{_SIGN}{_MONTH}{_SAME}{_YEAR}{_TIME}"),
    Order.MONTH_FIRST: _compiled(f"{_MONTH}{_SIGN}{_DAY}{_SAME}{_YEAR}{_TIME}"),
    Order.YEAR_FIRST: _compiled(f"{_SHORT}{_SIGN}{_MONTH}{_SAME}{_DAY}{_TIME}"),
}
"""By range alone: 31/04/2026 is day first, although April has no such day."""

_NAME: Final = (
    "(?P<name>" + "|".join(f"{month[:3]}(?:{month[3:]})?" for month in MONTHS) + r"|Sept)\.?"
)
_NAMED_DAY: Final = "(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_FULL: Final = "(?P<year>[0-9]{4})"
_WEEKDAY: Final = f"(?:(?P<weekday>{'|'.join(f'{d[:3]}(?:{d[3:]})?' for d in WEEKDAYS)}),? )?"
_OPEN_CLOCK: Final = rf"(?:(?:T|,? ){_CLOCK}(?: ?{OFFSET})?)?"
_NUMBER: Final = "[0-9]{1,2}"
_PLAIN: Final = (
    _compiled(f"{_FULL}{_SIGN}(?P<month>{_NUMBER}){_SAME}(?P<day>{_NUMBER}){_OPEN_CLOCK}"),
    _compiled(f"{_WEEKDAY}{_NAMED_DAY}(?P<sign>[-/. ]?){_NAME}(?:{_SAME}|,? ){_YEAR}{_TIME}"),
    _compiled(f"{_WEEKDAY}{_NAME}[- ]{_NAMED_DAY}(?:,? |-){_YEAR}{_TIME}"),
    _compiled(f"{_FULL}{_SIGN}{_NAME}{_SAME}(?P<day>{_NUMBER}){_TIME}"),
)
"""What can be read in one way only: `2026-04-03T10:30:00+05:30`, `3-Apr-26`, `April 3, 2026`."""

_NUMBERS: Final = _compiled(f"[0-9]{{1,4}}{_SIGN}[0-9]{{1,2}}{_SAME}[0-9]{{1,4}}{_TIME}")


@lru_cache(maxsize=4096)
def plain_parts(text: str) -> Parts | None:
    """Return the parts of a date that can be read in one way only, None where it is none."""
    matches = (pattern.fullmatch(text) for pattern in _PLAIN)
    return next((match.groupdict() for match in matches if match), None)


@lru_cache(maxsize=4096)
def parts_in_order(text: str) -> Mapping[Order, Parts]:
    """Return each order that a date of three numbers allows, with its parts in that order.

    An order is allowed where month and day are in range: 1 to 12, 1 to 31. Whether the month has
    such a day is not asked: with it, the slip 31/04/03 would prove that the year comes first.
    """
    matches = ((order, pattern.fullmatch(text)) for order, pattern in _IN_ORDER.items())
    return {order: match.groupdict() for order, match in matches if match}


def is_three_numbers(text: str) -> bool:
    """Tell whether a text is made like a date of three numbers, in range or not."""
    return _NUMBERS.fullmatch(text) is not None


def format_in_order(text: str, order: Order) -> str:
    """Return the format that says how a date of three numbers is written, given its order.

    >>> format_in_order("3/4/2026 9:05 am", Order.DAY_FIRST)
    'd/m/yyyy h:mi am'

    Raises:
        ValueError: the text does not allow this order.
    """
    match = _IN_ORDER[order].fullmatch(text)
    if match is None:
        raise ValueError(f"{text} cannot be read {order}")
    written = text
    found = [part for part, number in match.groupdict().items() if number and part in _LETTERS]
    for part in sorted(found, key=match.start, reverse=True):
        start, end = match.span(part)
        letters = _LETTERS[part]
        token = letters * (end - start) if len(letters) == 1 else letters
        written = f"{written[:start]}{token}{written[end:]}"
    return written


_LETTERS: Final[Mapping[str, str]] = {
    "day": "d",
    "month": "m",
    "year": "y",
    "short": "y",
    "hour": "h",
    "minute": "mi",
    "second": "ss",
    "fraction": "000",
    "half": "am",
}
"""Part → how a format writes it: one letter for each digit, or the letters as they stand."""


def days_in_order(text: str, orders: Iterable[Order] = ORDERS) -> dict[Order, dt.date]:
    """Return the day that three numbers are, for each of the orders in which they are one."""
    times = {
        order: moment_of(parts, "UTC")
        for order, parts in parts_in_order(text).items()
        if order in orders
    }
    return {order: time.date() for order, time in times.items() if isinstance(time, dt.datetime)}


def order_of(format: str) -> Order | None:  # noqa: A002 - the mapping's own word
    """Return the order of the numbers in a format; None where the month is a name."""
    return _ORDER_OF.get(numeric_order(format))


_ORDER_OF: Final = {
    "day month year": Order.DAY_FIRST,
    "month day year": Order.MONTH_FIRST,
    "year month day": Order.YEAR_FIRST,
}


def readings(text: str, orders: Iterable[Order] = ORDERS) -> str:
    """Say what three numbers are in each order: `3 April 2026 (day first) or …`."""
    days = days_in_order(text, orders)
    return " or ".join(f"{day_text(day)} ({order})" for order, day in days.items())


def formats(text: str, orders: Iterable[Order] = ORDERS) -> str:
    """Say what a mapping may write for three numbers: `format: dd/mm/yyyy or format: …`."""
    found = (format_in_order(text, order) for order in days_in_order(text, orders))
    # Between { and } a comma would end the value.
    return " or ".join(f'format: "{name}"' if "," in name else f"format: {name}" for name in found)


_BARE: Final = ("yyyymmdd", "ddmmyyyy", "mmddyyyy", "yymmdd", "ddmmyy", "mmddyy")


def bare_formats(digits: str) -> str:
    """Say which formats read a date without signs between its numbers; "" where none does.

    >>> bare_formats("20260403")
    'format: yyyymmdd (3 April 2026)'
    """
    found = ((name, date_pattern(name).fullmatch(digits)) for name in _BARE)
    times = ((name, moment_of(match.groupdict(), "UTC")) for name, match in found if match)
    return " or ".join(
        f"format: {name} ({day_text(time)})"
        for name, time in times
        if isinstance(time, dt.datetime)
    )
