"""Dates without a format: the order of day, month and year, as the whole column proves it.

Each date of three numbers allows some orders. The order of the column is the one that all of them
allow. Where several are left, they must read every cell alike; where none is left, two cells
contradict each other. Nothing else counts: not the other columns, not today's date, not how often
an order is met. Blank cells, cells that are dates in the workbook, and texts that can be read in
one way only or not at all take no part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations, islice
from typing import Final, NamedTuple

from importer.mapping import ColumnSpec
from importer.model import Kind, Note, Refusal
from importer.values import Parser, parse_date, trim
from importer.values.cell import quote
from importer.values.date_order import (
    ORDERS,
    Order,
    days_in_order,
    formats,
    parts_in_order,
    readings,
)
from importer.values.moment import day_text

_EXAMPLES: Final = 3

Orders = tuple[Order, ...]


class _Sighting(NamedTuple):
    row: int
    text: str


@dataclass(slots=True)
class _Group:
    """The cells that allow the same orders."""

    cells: int = 0
    examples: list[_Sighting] = field(default_factory=list)
    """The first few different ones."""


class DateSurvey:
    """Finds the one order in which every date of a column can be read."""

    def __init__(self, spec: ColumnSpec, letter: str, header: str) -> None:
        self._spec, self._letter, self._header = spec, letter, header
        self._groups: dict[Orders, _Group] = {}
        self._apart: dict[Orders, _Sighting] = {}
        """Two orders → the first cell that is another day in each."""

    needless = None
    """Any cell may tell more."""

    def see(
        self, numbers: Sequence[int], texts: Sequence[str], kinds: Sequence[Kind] | None
    ) -> None:
        """Look at some more cells."""
        cells = list(zip(texts, numbers, strict=True))
        if kinds is not None:
            cells = [cell for cell, kind in zip(cells, kinds, strict=True) if kind == Kind.TEXT]
        first = dict(reversed(cells))
        for text, count in Counter(text for text, _ in cells).items():
            self._weigh(_Sighting(first[text], " ".join(trim(text).split())), count)

    def _weigh(self, cell: _Sighting, count: int) -> None:
        days = days_in_order(cell.text)
        if not days:
            return
        allowed = tuple(parts_in_order(cell.text))
        group = self._groups.setdefault(allowed, _Group())
        group.cells += count
        known = {example.text for example in group.examples}
        if len(known) < _EXAMPLES and cell.text not in known:
            group.examples.append(cell)
        for pair in combinations(allowed, 2):
            if days.get(pair[0]) != days.get(pair[1]):
                self._apart.setdefault(pair, cell)

    def parser(self) -> Parser:
        """Return the reader of the column's cells; one that is still unclear is a Flaw to it."""
        return date_reader(self._spec, self._left() or ORDERS)

    @property
    def order(self) -> Order | None:
        """The one order that is left; None where none or several are."""
        left = self._left()
        return left[0] if len(left) == 1 else None

    def findings(self) -> Iterator[Note | Refusal]:
        """Say which order the column proves; refuse one that proves none, or two."""
        left = self._left()
        if not left:
            yield self._contradiction()
        elif self.order is not None:
            yield self._decision(self.order)
        else:
            unclear = filter(self._apart.__contains__, combinations(left, 2))
            yield from (self._doubt(self._apart[pair], left) for pair in islice(unclear, 1))

    def _left(self) -> Orders:
        return tuple(order for order in ORDERS if all(order in known for known in self._groups))

    def _provers(self) -> Iterator[tuple[Orders, _Group]]:
        """The groups that all others follow from: no other allows fewer of the same orders."""
        for allowed, group in self._groups.items():
            if not any(set(other) < set(allowed) for other in self._groups):
                yield allowed, group

    def _decision(self, order: Order) -> Note:
        proof = [self._shown(group.examples[0]) for _, group in self._provers()]
        proves = "proves" if len(proof) == 1 else "prove together"
        unsure = next((cell for pair, cell in self._apart.items() if order in pair), None)
        so = f" So {self._shown(unsure)} is {_day(unsure, order)}." if unsure else ""
        return Note(
            code="date-order",
            message=f"“{self._header}” is read {order}, as {' and '.join(proof)} {proves}.{so}",
        )

    def _doubt(self, cell: _Sighting, left: Orders) -> Refusal:
        return Refusal(
            code="date-order-unclear",
            message=f"No cell of “{self._header}” proves the order of day and month: "
            f"{self._shown(cell)} could be {readings(cell.text, left)}.",
            hint=f"Add the column's format to the mapping: {formats(cell.text, left)}.",
        )

    def _contradiction(self) -> Refusal:
        kinds = (
            f"{_cells(group.cells)} can only be read {' or '.join(allowed)}, such as "
            + ", ".join(map(self._shown, group.examples))
            for allowed, group in self._provers()
        )
        return Refusal(
            code="date-order-contradicts",
            message=f"“{self._header}” is written in more than one order: {'; '.join(kinds)}.",
            hint="Correct the cells that are written in the other order. Where two exports were "
            "put together, export them again, with dates as yyyy-mm-dd.",
        )

    def _shown(self, cell: _Sighting) -> str:
        return f"{self._letter}{cell.row} {quote(cell.text)}"


def date_reader(spec: ColumnSpec, orders: Orders) -> Parser:
    """Return the function that reads dates without a format, in these orders."""
    return partial(parse_date, format=None, zone=spec.zone or "UTC", orders=orders)


def _day(cell: _Sighting, order: Order) -> str:
    day = days_in_order(cell.text).get(order)
    return day_text(day) if day else "no day"


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count:,} cells"
