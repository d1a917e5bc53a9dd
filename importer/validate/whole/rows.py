"""Which rows count where a sheet is counted, and how several of them are named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from importer.model import CheckedRow, Skipped
from importer.validate.rows import NO_ACTION

_SHOWN: Final = 4
"""Ranges of rows that a sentence can hold."""


def holds_data(row: CheckedRow) -> bool:
    """Whether a row is one of those that an export counts.

    Blank rows, hidden ones that the mapping leaves out, totals and the like are not; a row that
    no action applies to (a payment that is only due) is.
    """
    return not isinstance(row, Skipped) or row.reason == NO_ACTION


def with_data(rows: Sequence[CheckedRow]) -> list[int]:
    """The places, from 0, of the rows that `holds_data` of."""
    return [at for at, row in enumerate(rows) if holds_data(row)]


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

    def __str__(self) -> str:
        told = [f"{a}" if a == b else f"{a}–{b}" for a, b in self._shown[:_SHOWN]]
        return ", ".join(told) + (" and others" if len(self._shown) > _SHOWN else "")
