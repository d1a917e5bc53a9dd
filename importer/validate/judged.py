"""The judged rows of a table: groups of rows that are alike, and rows by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from importer.columns import Adder, Places
from importer.model import CheckedRow, Ready, Skipped, Table
from importer.validate.amounts import AmountsOf

_AT_ONCE: Final = 1000
"""Rows that are made together, when all are asked for."""

NO_ACTION = "no action applies"
"""Reason of a row that every action's condition passes over."""


class Group(NamedTuple):
    """Rows that are all skipped for one reason, or all ready with the same actions."""

    example: Skipped | Ready
    """The first of them as it was judged."""
    places: Places


class Judged(Sequence[CheckedRow]):
    """What became of each row of a table. A row of a group is made when somebody asks for it.

    Args:
        table: the rows.
        judge: judges the rows at some places, each by itself.
        groups: rows that are alike.
        single: place → row, of all the others.
        amounts: of the sheet that the table is a part of.
    """

    def __init__(
        self,
        table: Table,
        judge: Callable[[Places], Sequence[CheckedRow]],
        groups: Iterable[Group] = (),
        single: Mapping[int, CheckedRow] | None = None,
        amounts: AmountsOf | None = None,
    ) -> None:
        self.table = table
        self._amounts = amounts or AmountsOf()
        self._adders: dict[str, Adder] = {}
        self.groups = list(groups)
        self._judge = judge
        self._single = dict(single or {})

    def __len__(self) -> int:
        return len(self.table.numbers)

    @overload
    def __getitem__(self, at: int) -> CheckedRow: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[CheckedRow]: ...
    def __getitem__(self, at: int | slice) -> CheckedRow | Sequence[CheckedRow]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        if at < 0:
            at += len(self)
        row = self._single.get(at)
        return self._judge(np.array([at], np.int64))[0] if row is None else row

    def __iter__(self) -> Iterator[CheckedRow]:
        grouped = ~self._mask(np.fromiter(self._single, np.int64, len(self._single)))
        for begin in range(0, len(self), _AT_ONCE):
            made = iter(self._judge(begin + np.flatnonzero(grouped[begin : begin + _AT_ONCE])))
            for at in range(begin, min(begin + _AT_ONCE, len(self))):
                row = self._single.get(at)
                yield next(made) if row is None else row

    def adder(self, column: str) -> Adder:
        """Return what adds up the amounts of a declared column; several rules ask for it."""
        if column not in self._adders:
            self._adders[column] = self._amounts.of(self.table, column)
        return self._adders[column]

    @property
    def singles(self) -> list[tuple[int, CheckedRow]]:
        """The rows that are in no group, with their places, in their order."""
        return sorted(self._single.items(), key=lambda item: item[0])

    def change(self, rows: Mapping[int, CheckedRow]) -> None:
        """Put other rows in their places; each is then by itself."""
        if not rows:
            return
        gone = self._mask(np.fromiter(rows, np.int64, len(rows)))
        kept = (Group(example, places[~gone[places]]) for example, places in self.groups)
        self.groups = [group for group in kept if len(group.places)]
        self._single.update(rows)

    def where(self, test: Callable[[CheckedRow], bool]) -> NDArray[np.bool_]:
        """Tell of each row whether it passes a test that its whole group passes or fails."""
        found = [group.places for group in self.groups if test(group.example)]
        found.append(np.array([at for at, row in self._single.items() if test(row)], np.int64))
        return self._mask(np.concatenate(found))

    def with_data(self) -> NDArray[np.bool_]:
        """Tell which rows hold data; see `holds_data`."""
        return self.where(holds_data)

    def parts(self) -> list[tuple[CheckedRow, Places | None]]:
        """Groups, with their places, and single rows, in the order of their first rows."""
        begun: list[tuple[int, CheckedRow, Places | None]] = [
            (int(places[0]), example, places) for example, places in self.groups
        ]
        begun += [(at, row, None) for at, row in self._single.items()]
        return [(row, places) for _, row, places in sorted(begun, key=lambda part: part[0])]

    def _mask(self, places: NDArray[Any]) -> NDArray[np.bool_]:
        mask = np.zeros(len(self), bool)
        mask[places] = True
        return mask


def holds_data(row: CheckedRow) -> bool:
    """Whether a row is one of those that an export counts.

    Blank rows, hidden ones that the mapping leaves out, totals and the like are not; a row that
    no action applies to (a payment that is only due) is.
    """
    return not isinstance(row, Skipped) or row.reason == NO_ACTION
