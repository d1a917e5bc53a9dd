"""Refused rows that are alike: what is wrong with one of them is wrong with the others.

They answer all tests of `Alike` the same, so the same columns are at fault in each, and the same
actions. Why a cell is at fault hangs on that cell alone; so of rows that have the same cells in
these columns one is judged.
"""

from __future__ import annotations

from collections.abc import Sequence

from importer.columns import SOUND, Few
from importer.model import Draft, Money, Table
from importer.resolve import Flawed
from importer.validate.action import MakeDraft
from importer.validate.problems import Finding

Key = tuple[int, ...]


class Refused:
    """A kind of refused rows.

    Args:
        actions: all of the mapping's.
        table: holds one of the rows.
        index: where it is.
    """

    def __init__(self, actions: Sequence[MakeDraft], table: Table, index: int) -> None:
        made = [(make, make(table, index)) for make in actions]
        flawed = [make for make, found in made if isinstance(found, Flawed)]
        paying = [make for make, found in made if isinstance(found, Draft) and found.money]
        self.deciding = [make for make in actions if make in flawed or make in paying]
        """The actions that matter: the others are neither flawed nor worth anything."""
        readable = [make for make, found in made if isinstance(found, Flawed) and found.money]
        self._worth = [*paying, *readable]
        self._columns: tuple[str, ...] | None = None
        self._found: dict[Key, list[Finding]] = {}

    def found(self, table: Table, index: int) -> list[Finding] | None:
        """Return what is wrong with a row, in order; None where no row had such cells yet."""
        key = None if self._columns is None else _key(table, index, self._columns)
        return None if key is None else self._found.get(key)

    def money(self, table: Table, index: int) -> tuple[Money, ...]:
        """Return what a row's payments come to, one by one."""
        every = (make.money(table, index) for make in self._worth)
        return tuple(money for money in every if money is not None)

    def learn(self, table: Table, index: int, ordered: list[Finding]) -> None:
        """Remember what is wrong with a row."""
        if self._columns is None:
            self._columns = tuple({column: None for column, _ in ordered if column})
        key = _key(table, index, self._columns)
        if key is not None:
            self._found[key] = ordered


def _key(table: Table, index: int, columns: Sequence[str]) -> Key | None:
    """Return the codes of a row's cells; None where one of them has none, or none of its own."""
    cells = [table.values[column] for column in columns]
    codes = tuple([cell.codes[index] for cell in cells if isinstance(cell, Few)])
    return None if len(codes) < len(cells) or SOUND in codes else codes
