"""How several rows are named in a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

_SHOWN: Final = 4
"""Ranges of rows that a sentence can hold."""


@dataclass(slots=True)
class Ranges:
    """Rising row numbers, told as `5–9, 12 and others`, however many there are."""

    count: int = 0
    _shown: list[list[int]] = field(default_factory=list)
    _last: int = 0

    def add(self, row: int) -> None:
        """Take one more row."""
        self.count += 1
        if self._last and row == self._last + 1 and len(self._shown) <= _SHOWN:
            self._shown[-1][1] = row
        elif len(self._shown) <= _SHOWN:
            self._shown.append([row, row])
        self._last = row

    @property
    def named(self) -> str:
        """`row 5`, or `rows 5–9, 12`."""
        return f"row{'' if self.count == 1 else 's'} {self}"

    def __str__(self) -> str:
        told = [f"{a}" if a == b else f"{a}–{b}" for a, b in self._shown[:_SHOWN]]
        return ", ".join(told) + (" and others" if len(self._shown) > _SHOWN else "")
