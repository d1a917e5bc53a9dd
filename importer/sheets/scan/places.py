"""Addresses of cells: `AB12` and back. Rows count from 1, columns from 0."""

from __future__ import annotations

import re
from functools import lru_cache

_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
"""`AB12`, `$AB$12`."""


@lru_cache(maxsize=20_000)
def column_of(letters: str | bytes) -> int:
    """Read a column's letters.

    >>> column_of("A"), column_of(b"XFD")
    (0, 16383)
    """
    column = 0
    for letter in letters.encode() if isinstance(letters, str) else letters:
        column = column * 26 + letter - ord("A") + 1
    return column - 1


def letters_of(column: int) -> str:
    """Write a column's letters.

    >>> letters_of(0), letters_of(16383)
    ('A', 'XFD')
    """
    letters = ""
    number = column + 1
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def place_of(reference: str) -> tuple[int, int] | None:
    """Read `AB12` as row and column; None where it is no address."""
    match = _PLACE.fullmatch(reference)
    return (int(match[2]), column_of(match[1])) if match else None


def area_of(reference: str) -> tuple[int, int, int, int] | None:
    """Read `A1:B2` as top, left, bottom, right; None where it is no such range."""
    start, _, end = reference.partition(":")
    first, last = place_of(start), place_of(end or start)
    return (*first, *last) if first and last else None
