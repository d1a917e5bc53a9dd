"""Texts that are surely sound: patterns narrower than the readers, for a whole column at once.

A text that fully matches its column's pattern, and is no longer than `LONGEST_SOUND`, is read as a
value: never as blank, never as a `Flaw`; and, whichever of `sound_kinds` its cell is, as the same
one. The reverse is not true. Patterns are written for Python's
`re` and for RE2 alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from importer.model import Kind
from importer.values.grouping import decimal_sign
from importer.values.parsers import Declared

LONGEST_SOUND: Final = 200
"""Characters."""

_TEXT = r"[A-DF-Za-z](?:[ -~]*[!-~])?|[0-9](?:[ -*,-~]*[!-*,-~])?"
"""Neither an error's beginning (`#`, `Err:`) nor a number with an exponent (`6E+22`)."""
_ID = r"[0-9A-Za-z]+(?:[-/_ ][0-9A-Za-z]+)+|[0-9]*[A-Za-z][0-9A-Za-z]*"
"""Not digits alone: whether these are whole, only the whole column may tell."""
_LEAD_ID = r"[0-9a-f]{0,23}[a-f][0-9a-f]{0,23}"
_EMAIL = r"[a-z0-9]+(?:[._+-][a-z0-9]+)*@(?:[a-z0-9]{1,63}\.)+[a-z]{2,20}"
_PHONE = r"\+[1-9][0-9]{0,1}[ -]?[1-9][0-9]{9}|[1-9][0-9]{9,12}"
_AMOUNT = r"[1-9][0-9]{0,11}(?:\.[0-9]{1,2})?"


def _amount(column: Declared) -> str | None:
    is_plain = column.locale is None or decimal_sign(column.locale) == "."
    return _AMOUNT if is_plain else None


_PATTERNS: Final[Mapping[str, Callable[[Declared], str | None]]] = {
    "text": lambda _: _TEXT,
    "id": lambda _: _ID,
    "lead_id": lambda _: _LEAD_ID,
    "amount": _amount,
    "email": lambda _: _EMAIL,
    "phone": lambda _: _PHONE,
}
"""The words of `ColumnType` whose readers have such a pattern."""

_LENGTHS: Final = {"lead_id": 24}


def sound_pattern(column: Declared) -> str | None:
    """Return the pattern of a column's surely sound texts; None where it has none."""
    pattern = _PATTERNS.get(column.type)
    return pattern(column) if pattern else None


def sound_length(column: Declared) -> int | None:
    """Return how many characters a surely sound text has; None: up to `LONGEST_SOUND`."""
    return column.length or _LENGTHS.get(column.type)


def sound_kinds(column: Declared) -> frozenset[Kind]:
    """Return the kinds of cells whose text may be taken for sound: an amount may be a number."""
    return frozenset({Kind.TEXT, Kind.NUMBER} if column.type == "amount" else {Kind.TEXT})
