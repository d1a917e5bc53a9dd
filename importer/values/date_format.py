"""How a column writes dates: `dd/mm/yyyy hh:mi`, compiled once to a strict pattern."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

_TOKEN = re.compile(r"yyyy|yy|mmm|mm|mi|m|dd|d|hh|h|ss|[^a-z]|t(?=h)|(?P<unknown>[a-z]+)")
"""`t` before an hour is ISO 8601's; any other letter has no meaning here."""

_PATTERNS: Mapping[str, str] = {
    "d": "(?P<day>[0-9]{1,2})",
    "dd": "(?P<day>[0-9]{2})",
    "m": "(?P<month>[0-9]{1,2})",
    "mm": "(?P<month>[0-9]{2})",
    "mmm": "(?P<name>[A-Za-z]{3})",
    "yy": "(?P<short>[0-9]{2})",
    "yyyy": "(?P<year>[0-9]{4})",
    "h": "(?P<hour>[0-9]{1,2})",
    "hh": "(?P<hour>[0-9]{2})",
    "mi": "(?P<minute>[0-9]{2})",
    "ss": "(?P<second>[0-9]{2})",
    "t": "[Tt]",
}
"""Token → what it reads: one letter one or two digits, two letters exactly two."""

_PARTS: Mapping[str, str] = {
    "d": "day",
    "dd": "day",
    "m": "month",
    "mm": "month",
    "mmm": "month",
    "yy": "year",
    "yyyy": "year",
    "h": "hour",
    "hh": "hour",
    "mi": "minute",
    "ss": "second",
}
_ELASTIC = frozenset({"d", "m", "h"})


@lru_cache(maxsize=256)
def date_pattern(format: str) -> re.Pattern[str]:  # noqa: A002 - the mapping's own word
    """Compile a date format.

    Tokens, in any case: `d dd` day, `m mm` month number, `mmm` English month (Jan), `yy yyyy`
    year, `h hh` hour of 24, `mi` minute, `ss` second. Everything that is not a letter stands for
    itself, as does a `T` before the hour.

    Raises:
        ValueError: the format cannot be read, or could be read in two ways; a sentence.
    """
    tokens: list[str] = []
    for match in _TOKEN.finditer(format.strip().lower()):
        if match["unknown"]:
            raise ValueError(f"“{match['unknown']}” is not a part of a date format")
        tokens.append(match[0])
    _refuse_unclear(tokens)
    return re.compile("".join(_PATTERNS.get(token) or re.escape(token) for token in tokens))


def _refuse_unclear(tokens: Sequence[str]) -> None:
    parts = [_PARTS[token] for token in tokens if token in _PARTS]
    for part in ("day", "month", "year"):
        if part not in parts:
            raise ValueError(f"the format does not say where the {part} is")
    for finer, coarser in (("second", "minute"), ("minute", "hour")):
        if finer in parts and coarser not in parts:
            raise ValueError(f"the format has a {finer} without the {coarser}")
    if "hour" in parts and "minute" not in parts:
        raise ValueError("the format has an hour without minutes (mi)")
    twice = next((part for part in parts if parts.count(part) > 1), None)
    if twice:
        raise ValueError(f"the format has the {twice} twice")
    for token, following in pairwise(tokens):
        if token in _ELASTIC and following in _PARTS:
            raise ValueError(f"it cannot be told where “{token}” ends and “{following}” begins")
