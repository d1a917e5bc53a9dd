"""Dates whose day and month a sheet program has swapped.

A list written day first that is opened by an Excel of the United States becomes dates wherever the
day can be a month (03/04/2026: the 4th of March), and stays text wherever it cannot (25/04/2026).
The same happens to a list written month first, elsewhere. What is saved looks half sound, and every
date in it is wrong.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from importer.mapping import ColumnSpec
from importer.model import Kind, Refusal
from importer.values import parse_date, trim
from importer.values.cell import quote
from importer.values.date_order import Order, days_in_order, order_of
from importer.values.moment import day_text

_TURN: Final = 12
"""The last day of a month that can be a month as well."""
_ENOUGH: Final = 3
"""Different dates below which nothing is concluded."""
_CHANCE: Final = 0.01
"""How likely it may be, at most, that sound dates look so."""
_FAR: Final = 2
"""As many times shorter a span is what the dates of one sheet do not have by chance."""

_AS_EXCEL_SAYS: Final[Mapping[Order | None, str]] = {
    Order.DAY_FIRST: "DMY",
    Order.MONTH_FIRST: "MDY",
}
"""The orders in which Excel reads a text, and their names in its dialogue."""


class _Seen(NamedTuple):
    row: int
    text: str
    day: dt.date


class SwappedDates:
    """Looks for a column whose dates are all on days 1 to 12, and whose texts are all later.

    It holds each different day once: as many as a calendar has, however many rows there are.
    """

    def __init__(self, spec: ColumnSpec, letter: str, header: str) -> None:
        self._format, self._zone = spec.format, spec.zone or "UTC"
        self._letter, self._header = letter, header
        self._dates: dict[dt.date, _Seen] = {}
        self._texts: dict[dt.date, _Seen] = {}
        self._orders: set[Order | None] = set()
        self._cleared = False
        """True once a cell was seen that no such damage leaves behind."""

    needless = None
    """Any cell may tell more."""

    def see(
        self, numbers: Sequence[int], texts: Sequence[str], kinds: Sequence[Kind] | None
    ) -> None:
        """Look at some more cells; without kinds there are no dates among them."""
        if self._cleared or kinds is None:
            return
        first: dict[tuple[Kind, str], int] = {}
        for row, text, kind in zip(numbers, texts, kinds, strict=True):
            if kind == Kind.DATE:
                first.setdefault((kind, text[: len("2026-04-03")]), row)
            elif kind == Kind.TEXT:
                first.setdefault((kind, text), row)
        for (kind, text), row in first.items():
            look = self._look_at_date if kind == Kind.DATE else self._look_at_text
            if not self._cleared:
                look(row, text)

    def _look_at_date(self, row: int, text: str) -> None:
        time = parse_date(text, Kind.DATE, format=None, zone=self._zone)
        if isinstance(time, dt.datetime):
            self._cleared = time.day > _TURN
            self._dates.setdefault(time.date(), _Seen(row, text, time.date()))

    def _look_at_text(self, row: int, text: str) -> None:
        seen = " ".join(trim(text).split())
        days = self._days(seen)
        self._cleared = any(day.day <= _TURN for _, day in days)
        for order, day in days if len(days) == 1 else ():
            if order in _AS_EXCEL_SAYS:
                self._orders.add(order)
                self._texts.setdefault(day, _Seen(row, seen, day))

    def _days(self, seen: str) -> list[tuple[Order | None, dt.date]]:
        """Return the days that a text can be, each with its order of three numbers."""
        if self._format is None:
            found: list[tuple[Order | None, dt.date]] = [*days_in_order(seen).items()]
            if found:
                return found
        time = parse_date(seen, Kind.TEXT, format=self._format, zone=self._zone)
        order = order_of(self._format) if self._format else None
        return [(order, time.date())] if isinstance(time, dt.datetime) else []

    def findings(self) -> Iterator[Refusal]:
        """Refuse the column if its dates are, in all likelihood, swapped."""
        if self._cleared or len(self._orders) != 1 or len(self._dates) < _ENOUGH:
            return
        if _luck(len(self._dates), len(self._texts)) < _CHANCE and not self._belong_together():
            yield self._refusal(*self._orders)

    def _belong_together(self) -> bool:
        """Tell whether dates and texts lie much closer as they stand than with dates swapped.

        A month whose first days are dates and whose later days were typed as text is sound.
        """
        stand = _span([*self._dates, *self._texts])
        swapped = _span([*map(_swapped, self._dates), *self._texts])
        return stand * _FAR < swapped

    def _refusal(self, order: Order | None) -> Refusal:
        date, text = next(iter(self._dates.values())), next(iter(self._texts.values()))
        place = f"{self._letter}{date.row}"
        return Refusal(
            code="dates-swapped",
            message=f"In “{self._header}”, every date is on one of the days 1 to 12, such as "
            f"{place} ({day_text(date.day)}), and every text is on a later one, such as "
            f"{self._letter}{text.row} {quote(text.text)}. A sheet program leaves this behind when "
            f"it takes day and month the other way round: {place} was probably "
            f"{day_text(_swapped(date.day))}.",
            hint="Export the sheet again, and do not open it with a double click: in Excel use "
            f"Data › From Text/CSV and set the column to Date {_AS_EXCEL_SAYS[order]}. If the days "
            "are right as they stand, turn the texts of this column into dates too.",
        )


def _luck(dates: int, texts: int) -> float:
    """How likely sound dates are to look so: 12 of 31 days for each date, 19 for each text."""
    return float((_TURN / 31) ** dates * (1 - _TURN / 31) ** texts)


def _span(days: Collection[dt.date]) -> dt.timedelta:
    return max(days) - min(days)


def _swapped(day: dt.date) -> dt.date:
    return day.replace(month=day.day, day=day.month)
