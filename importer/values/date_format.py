"""How a column writes dates: `dd/mm/yyyy hh:mi`, compiled once to a strict pattern."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from importer.values.moment import HALF, MONTHS, OFFSET, WEEKDAYS

_TOKEN: Final = re.compile(
    r"yyyy|yy|mmmm|mmm|mm|mi|m|dddd|ddd|dd|d|hh|h|ss\.000|ss|am/pm|am|pm|z|[^a-z]|t(?=h)"
    r"|(?P<unknown>[a-z]+)"
)
"""`t` before an hour is ISO 8601's; any other letter has no meaning here."""


class _Token(NamedTuple):
    part: str
    """What it says of a date."""
    pattern: str
    """What it reads: one letter one or two digits, two letters exactly two."""
    written: str
    """How it is written, with a field of `_fields` in it."""


_HALF_TOKEN: Final = _Token("am", HALF, "{half}")
_TOKENS: Final[Mapping[str, _Token]] = {
    "d": _Token("day", "(?P<day>[0-9]{1,2})", "{day}"),
    "dd": _Token("day", "(?P<day>[0-9]{2})", "{day:02}"),
    "ddd": _Token(
        "weekday",
        f"(?P<weekday>{'|'.join(name[:3] for name in WEEKDAYS)})",
        "{weekday:.3}",
    ),
    "dddd": _Token("weekday", f"(?P<weekday>{'|'.join(WEEKDAYS)})", "{weekday}"),
    "m": _Token("month", "(?P<month>[0-9]{1,2})", "{month}"),
    "mm": _Token("month", "(?P<month>[0-9]{2})", "{month:02}"),
    "mmm": _Token("month", "(?P<name>[a-z]{3})", "{name:.3}"),
    "mmmm": _Token("month", f"(?P<name>{'|'.join(MONTHS)})", "{name}"),
    "yy": _Token("year", "(?P<short>[0-9]{2})", "{short:02}"),
    "yyyy": _Token("year", "(?P<year>[0-9]{4})", "{year:04}"),
    "h": _Token("hour", "(?P<hour>[0-9]{1,2})", "{hour}"),
    "hh": _Token("hour", "(?P<hour>[0-9]{2})", "{hour:02}"),
    "mi": _Token("minute", "(?P<minute>[0-9]{2})", "{minute:02}"),
    "ss": _Token("second", "(?P<second>[0-9]{2})", "{second:02}"),
    "ss.000": _Token(
        "second",
        "(?P<second>[0-9]{2})[.](?P<fraction>[0-9]{1,9})",
        "{second:02}.{milli:03}",
    ),
    "am": _HALF_TOKEN,
    "pm": _HALF_TOKEN,
    "am/pm": _HALF_TOKEN,
    "z": _Token("zone", OFFSET, "{offset}"),
    "t": _Token("T", "t", "T"),
}
_DIGITS: Final = frozenset({"dd", "mm", "yy", "yyyy", "hh", "mi", "ss"})
"""Tokens of which a number without signs between its digits is made: `yyyymmdd`."""
_ELASTIC: Final = frozenset({"d", "m", "h"})
_NEEDS: Final = (
    ("second", "minute", "a second without the minute"),
    ("minute", "hour", "a minute without the hour"),
    ("am", "hour", "am or pm without the hour"),
    ("zone", "hour", "a zone without the hour"),
    ("hour", "minute", "an hour without minutes (mi)"),
)


@lru_cache(maxsize=256)
def date_pattern(format: str) -> re.Pattern[str]:  # noqa: A002 - the mapping's own word
    """Compile a date format.

    Tokens, in any case: `d dd` day, `m mm` month number, `mmm` English month (Jan), `mmmm` the
    same in full, `yy yyyy` year, `ddd dddd` English weekday (Mon, Monday), `h hh` hour of 24, or
    of 12 beside an `am`, `mi` minute, `ss` second, `ss.000` with a fraction, `z` offset from UTC
    (Z, +05:30). Everything that is not a letter stands for itself, as does a `T` before the hour;
    spaces are single ones, as `parse_date` makes them of a cell's.

    Returns:
        A pattern whose groups are `moment.Parts`.

    Raises:
        ValueError: the format cannot be read, or could be read in two ways; a sentence.
    """
    tokens = _tokens(format)
    _refuse_unclear(tokens)
    patterns = (
        _TOKENS[token].pattern if token in _TOKENS else re.escape(token) for token in tokens
    )
    return re.compile("".join(patterns), re.ASCII | re.IGNORECASE)


def is_all_digits(format: str) -> bool:  # noqa: A002 - as above
    """Tell whether a format has nothing but digits in it: `yyyymmdd`."""
    return _DIGITS.issuperset(_tokens(format))


def numeric_order(format: str) -> str:  # noqa: A002 - as above
    """Return the order of a format's numbers, `day month year`; "" where the month is a name."""
    tokens = _tokens(format)
    parts = [_TOKENS[token].part for token in tokens if token in _TOKENS]
    named = {"mmm", "mmmm"}.intersection(tokens)
    return "" if named else " ".join(part for part in parts if part in {"day", "month", "year"})


def write_date(time: dt.datetime, format: str) -> str:  # noqa: A002 - as above
    """Write an aware time as a format says: what `date_pattern` reads back."""
    tokens = _tokens(format)
    fields = _fields(time, of_12=not {"am", "pm", "am/pm"}.isdisjoint(tokens))
    return "".join(
        _TOKENS[token].written.format_map(fields) if token in _TOKENS else token for token in tokens
    )


def _fields(time: dt.datetime, *, of_12: bool) -> dict[str, str | int]:
    return {
        "day": time.day,
        "weekday": WEEKDAYS[time.weekday()],
        "month": time.month,
        "name": MONTHS[time.month - 1],
        "year": time.year,
        "short": time.year % 100,
        "hour": (time.hour + 11) % 12 + 1 if of_12 else time.hour,
        "half": "PM" if time.hour >= 12 else "AM",
        "minute": time.minute,
        "second": time.second,
        "milli": time.microsecond // 1000,
        "offset": time.isoformat(timespec="minutes")[len("2026-04-03T10:30") :],
    }


def _tokens(format: str) -> list[str]:  # noqa: A002 - as above
    tokens: list[str] = []
    for match in _TOKEN.finditer(" ".join(format.lower().split())):
        if match["unknown"]:
            raise ValueError(f"“{match['unknown']}” is not a part of a date format")
        tokens.append(match[0])
    return tokens


def _refuse_unclear(tokens: Sequence[str]) -> None:
    parts = [_TOKENS[token].part for token in tokens if token in _TOKENS]
    for part in ("day", "month", "year"):
        if part not in parts:
            raise ValueError(f"the format does not say where the {part} is")
    twice = next((part for part in parts if parts.count(part) > 1), None)
    if twice:
        minutes = "; minutes are mi" if twice == "month" and "hour" in parts else ""
        raise ValueError(f"the format has the {twice} twice{minutes}")
    for part, needed, lack in _NEEDS:
        if part in parts and needed not in parts:
            raise ValueError(f"the format has {lack}")
    for token, following in pairwise(tokens):
        if token in _ELASTIC and following in _DIGITS | _ELASTIC:
            raise ValueError(f"it cannot be told where “{token}” ends and “{following}” begins")
