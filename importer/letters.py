"""Columns as Excel shows them: `A`, `AB`, `XFD`. Here they count from 0."""

from __future__ import annotations

from functools import lru_cache


def column_letter(index: int) -> str:
    """The letter of a column.

    >>> column_letter(0), column_letter(26), column_letter(16383)
    ('A', 'AA', 'XFD')
    """
    letters = ""
    rest = index + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


@lru_cache(maxsize=20_000)
def column_index(letter: str | bytes) -> int:
    """The column of a letter; every cell of a workbook asks, so answers are remembered.

    >>> column_index("A"), column_index("AA"), column_index(b"XFD")
    (0, 26, 16383)
    """
    index = 0
    for one in letter.encode() if isinstance(letter, str) else letter:
        index = index * 26 + one - ord("A") + 1
    return index - 1
