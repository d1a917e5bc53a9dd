from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.mapping import ColumnSpec, ColumnType, bind, parse_mapping
from importer.model import Chunk, Kind, Refusal
from importer.survey import Watchers
from importer.survey.swapped_dates import SwappedDates

Cell = tuple[str, Kind]
YEAR = st.dates(min_value=dt.date(2026, 1, 1), max_value=dt.date(2026, 12, 31))
FORMATS = st.sampled_from([None, "dd/mm/yyyy"])


def native(day: dt.date) -> Cell:
    """A cell that is a date in its workbook."""
    return day.isoformat(), Kind.DATE


def text(day: dt.date) -> Cell:
    """A cell that says a day as text, day first."""
    return f"{day:%d/%m/%Y}", Kind.TEXT


def damaged(day: dt.date) -> Cell:
    """What an Excel of the United States makes of a day that was written day first."""
    return native(day.replace(month=day.day, day=day.month)) if day.day <= 12 else text(day)


def found_in(cells: Iterable[Cell], format_: str | None = None, zone: str = "UTC") -> list[Refusal]:
    """Show the watcher a column D, in chunks of five cells from D2 on."""
    spec = ColumnSpec(name="on", headers=("Date",), type=ColumnType.DATE, zone=zone, format=format_)
    watcher = SwappedDates(spec, "D", "Date")
    cells = list(cells)
    for start in range(0, len(cells), 5):
        texts, kinds = zip(*cells[start : start + 5], strict=True)
        watcher.see(range(start + 2, start + 2 + len(texts)), texts, kinds)
    return list(watcher.findings())


def month(number: int, first: int = 1, last: int = 28) -> list[dt.date]:
    """Days of a month of 2026."""
    return [dt.date(2026, number, day) for day in range(first, last + 1)]


@given(st.integers(1, 12), st.permutations(range(28)), FORMATS)
def test_a_damaged_month_is_refused(number: int, order: list[int], format_: str | None) -> None:
    """Every day of a month, damaged, is found in any order of rows, with a format or without."""
    days = month(number)
    (found,) = found_in([damaged(days[place]) for place in order], format_)
    assert found.code == "dates-swapped"
    assert "Date DMY" in found.hint


@given(st.lists(YEAR, min_size=40, max_size=60, unique=True), FORMATS)
def test_a_damaged_year_is_refused(days: list[dt.date], format_: str | None) -> None:
    """Dates from all over a year, damaged, are found, unless there are hardly any of one kind."""
    early = sum(day.day <= 12 for day in days)
    found = found_in(map(damaged, days), format_)
    assert len(found) == 1 or early < 5 or early == len(days)


@given(st.lists(YEAR, max_size=40), st.data(), FORMATS)
def test_sound_dates_are_left_alone(
    days: list[dt.date], data: st.DataObject, format_: str | None
) -> None:
    """A text of an early day, or a date of a late one, clears any column of any mixture."""
    kinds = data.draw(st.lists(st.booleans(), min_size=len(days), max_size=len(days)))
    cells = [native(day) if date else text(day) for day, date in zip(days, kinds, strict=True)]
    clearing = data.draw(
        st.sampled_from([native(dt.date(2026, 4, 13)), text(dt.date(2026, 4, 12))])
    )
    cells.insert(data.draw(st.integers(0, len(cells))), clearing)
    assert found_in(cells, format_) == []


@pytest.mark.parametrize("number", range(1, 13))
def test_a_month_that_was_typed_in_two_ways_is_sound(number: int) -> None:
    """The first days as dates and the later ones as text are no damage: they lie side by side."""
    early, late = month(number, 1, 12), month(number, 13)
    assert found_in([*map(native, early), *map(text, late)]) == []


def test_the_refusal_names_a_cell_of_each_kind() -> None:
    """The refusal shows a swapped date with the day that it was, and a text that escaped."""
    (found,) = found_in(map(damaged, month(4)))
    assert found.message == (
        "In “Date”, every date is on one of the days 1 to 12, such as D2 (4 January 2026), and "
        "every text is on a later one, such as D14 “13/04/2026”. A sheet program leaves this "
        "behind when it takes day and month the other way round: D2 was probably 1 April 2026."
    )


def test_a_list_written_month_first_is_damaged_elsewhere() -> None:
    """Excel in India swaps what is written month first, and is told its order."""
    cells = [(f"{day:%m/%d/%Y}", Kind.TEXT) if day.day > 12 else damaged(day) for day in month(4)]
    for format_ in (None, "mm/dd/yyyy"):
        (found,) = found_in(cells, format_)
        assert "Date MDY" in found.hint


@pytest.mark.parametrize(
    "cells",
    [
        [*map(damaged, month(4, 11, 28))],
        [*map(native, month(4)), *map(native, month(5))],
        [*map(text, month(4))],
        [*map(native, month(4, 1, 12))],
        [*map(damaged, month(4)), ("3 Apr 2026", Kind.TEXT)],
        [*map(damaged, month(4)), ("2026-04-03", Kind.TEXT)],
        [*map(native, month(4, 1, 12)), ("soon", Kind.TEXT), ("", Kind.TEXT)],
        [*map(native, month(4, 1, 12)), ("25-Apr-2026", Kind.TEXT)],
    ],
    ids=["two-dates", "dates", "texts", "early", "name", "iso", "no-dates", "late-name"],
)
def test_without_evidence_nothing_is_said(cells: list[Cell]) -> None:
    """Fewer than three dates, one kind alone, or a text that no program swaps proves nothing."""
    assert found_in(cells) == []


def test_a_few_cells_may_look_so_by_chance() -> None:
    """A handful of cells from all over a year is refused only where chance would be 1 in 100."""
    days = [dt.date(2026, month, day) for month, day in ((1, 5), (5, 7), (11, 3), (8, 2), (2, 9))]
    late = text(dt.date(2026, 8, 25))
    assert found_in([*map(native, days[:3]), late]) == []
    assert found_in([*map(native, days), late]) != []


def test_times_of_day_change_nothing() -> None:
    """Damaged dates are found with their times of day too."""
    cells = [
        (f"{shown}T10:30:00" if kind is Kind.DATE else f"{shown} 10:30", kind)
        for shown, kind in map(damaged, month(4))
    ]
    assert len(found_in(cells, "dd/mm/yyyy hh:mi")) == len(found_in(cells)) == 1


def test_the_watchers_of_a_sheet_look_at_its_date_columns() -> None:
    """A mapping's date column is watched where it stands in the sheet, whatever its name."""
    mapping = parse_mapping(
        """
mapping: 1
columns:
  lead: {header: Lead ID, type: lead_id}
  on:   {header: Visit  Date, type: date, zone: Asia/Kolkata, format: dd/mm/yyyy}
lead: lead
actions:
  - {name: visit, type: "1002", fields: {on: {from: on}}}
""",
        "visits.yaml",
    )
    binding = bind(mapping, ("Lead ID", "", "Visit\nDate"), "visits.xlsx", 1)
    shown, kinds = zip(*map(damaged, month(4)), strict=True)
    nothing = [""] * len(shown)
    watchers = Watchers(mapping, binding)
    watchers.see(
        Chunk(
            numbers=range(2, 30),
            columns=[nothing, nothing, shown],
            kinds=[[Kind.TEXT] * len(shown), [Kind.TEXT] * len(shown), kinds],
        ),
        np.arange(len(shown)),
    )
    (found,) = watchers.findings()
    assert "“Visit Date”" in found.message
    assert "C14 “13/04/2026”" in found.message
