from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.columns import parse_chunk
from importer.mapping import ColumnSpec, ColumnType, bind, parse_mapping
from importer.model import Chunk, Flaw, Kind, Note, Refusal, Value
from importer.survey import decided_parsers, survey_of
from importer.survey.dates import DateSurvey
from importer.values import parser_for
from importer.values.date_order import ORDERS, Order, format_in_order

ZONE = "Asia/Kolkata"
SPEC = ColumnSpec(name="on", headers=("Date",), type=ColumnType.DATE, zone=ZONE)
DAYS = st.dates(min_value=dt.date(1970, 1, 1), max_value=dt.date(2069, 12, 31))
SIGNS = st.sampled_from("/-. ")
CLOCKS = st.sampled_from(["", " 10:30", " 9:05:07", ", 4:30 pm", " 10:30:00.500"])
WRITTEN = {
    Order.DAY_FIRST: "{day}{sign}{month}{sign}{year}",
    Order.MONTH_FIRST: "{month}{sign}{day}{sign}{year}",
    Order.YEAR_FIRST: "{year}{sign}{month}{sign}{day}",
}

Written = Callable[[dt.date], str]


@st.composite
def hands(
    draw: st.DrawFn,
    orders: Iterable[Order] = ORDERS,
    short: st.SearchStrategy[bool] = st.booleans(),  # noqa: B008 - a strategy holds no state
) -> tuple[Order, Written]:
    """Draw the way in which somebody writes dates: an order, and how a day is written in it."""
    order, sign = draw(st.sampled_from([*orders])), draw(SIGNS)
    width, clock, two = draw(st.sampled_from(["", "02"])), draw(CLOCKS), draw(short)

    def write(day: dt.date) -> str:
        date = WRITTEN[order].format(
            day=format(day.day, width),
            month=format(day.month, width),
            year=format(day.year % 100, "02") if two else day.year,
            sign=sign,
        )
        return date + clock

    return order, write


def surveyed(texts: Sequence[str], chunk: int = 7) -> DateSurvey:
    """Show a survey a column C, whose first cell is C2, chunk by chunk."""
    survey = DateSurvey(SPEC, "C", "Date")
    for start in range(0, len(texts), chunk):
        part = texts[start : start + chunk]
        survey.see(range(start + 2, start + 2 + len(part)), part, None)
    return survey


def findings(*texts: str) -> list[Note | Refusal]:
    """Return what a survey says of a column."""
    return list(surveyed(texts).findings())


def refused(survey: DateSurvey) -> bool:
    """Tell whether a column was refused."""
    return any(isinstance(found, Refusal) for found in survey.findings())


def day_of(value: Value | Flaw) -> dt.date:
    """Return the day of a time, having seen that it is one."""
    assert isinstance(value, dt.datetime), value
    return value.date()


@given(hands(), st.lists(DAYS, min_size=1, max_size=30), st.integers(1, 9))
def test_no_column_is_decided_wrong(
    hand: tuple[Order, Written], days: list[dt.date], chunk: int
) -> None:
    """A column in one hand is refused, or each of its cells is the day that was written."""
    order, write = hand
    texts = list(map(write, days))
    survey = surveyed(texts, chunk)
    read = survey.parser()
    if refused(survey):
        (found,) = survey.findings()
        assert found.code == "date-order-unclear"
        flaws = [value for text in texts if isinstance(value := read(text, Kind.TEXT), Flaw)]
        assert {flaw.code for flaw in flaws} == {"date-order-unclear"}
    else:
        assert [day_of(read(text, Kind.TEXT)) for text in texts] == days
        assert survey.order in {order, None}


@given(
    hands([Order.DAY_FIRST, Order.MONTH_FIRST], st.just(False)),
    st.lists(DAYS, max_size=20),
    DAYS.filter(lambda day: day.day > 12),
)
def test_one_day_above_12_proves_the_order(
    hand: tuple[Order, Written], days: list[dt.date], proof: dt.date
) -> None:
    """With years of four digits, one day above 12 has every row of its column read right."""
    order, write = hand
    days.insert(len(days) // 2, proof)
    texts = list(map(write, days))
    survey = surveyed(texts)
    read = survey.parser()
    assert survey.order is order
    assert [day_of(read(text, Kind.TEXT)) for text in texts] == days


@given(hands(), st.lists(DAYS, min_size=1, max_size=20))
def test_a_declared_format_gives_the_same_values(
    hand: tuple[Order, Written], days: list[dt.date]
) -> None:
    """What a column proves is what the mapping would have said, and what its hints propose."""
    order, write = hand
    texts = list(map(write, days))
    survey = surveyed(texts)
    read = survey.parser()
    for text, day in zip(texts, days, strict=True):
        if text[:4].isdecimal():
            continue
        name = format_in_order(text, order)
        declared = ColumnSpec(
            name="on", headers=("Date",), type=ColumnType.DATE, zone=ZONE, format=name
        )
        told = parser_for(declared)(text, Kind.TEXT)
        assert day_of(told) == day
        assert refused(survey) or told == read(text, Kind.TEXT)


@given(
    hands([Order.DAY_FIRST, Order.MONTH_FIRST]),
    st.lists(DAYS.filter(lambda day: day.day <= 12), min_size=1, max_size=20),
)
def test_a_column_that_proves_nothing_is_refused(
    hand: tuple[Order, Written], days: list[dt.date]
) -> None:
    """Without a day above 12 a column is refused, unless every text is one day in both orders."""
    _, write = hand
    survey = surveyed(list(map(write, days)))
    assert refused(survey) or all(day.day == day.month for day in days)


def test_the_note_names_the_cell_that_proved_the_order() -> None:
    """A decision is told with its proof, and with what it means for an unclear cell."""
    (found,) = findings("03/04/2026", "", "soon", "25/04/2026", "26/04/2026")
    assert found == Note(
        code="date-order",
        message="“Date” is read day first, as C5 “25/04/2026” proves. "
        "So C2 “03/04/2026” is 3 April 2026.",
    )


def test_years_of_two_digits_may_need_two_cells_to_prove_the_order() -> None:
    """25/04/26 may begin with its year; a cell with a whole year at its end says that it does not.

    Without such a cell the column is refused, with the readings that are left.
    """
    (note,) = findings("05/06/2026", "25/04/26")
    assert "day first, as C2 “05/06/2026” and C3 “25/04/26” prove together." in note.message
    (refusal,) = findings("03/04/26", "25/04/26")
    assert isinstance(refusal, Refusal)
    assert "3 April 2026 (day first) or 26 April 2003 (year first)" in refusal.message
    (first,) = findings("03/04/26", "99/12/31")
    assert "year first, as C3 “99/12/31” proves" in first.message


def test_the_refusal_shows_both_readings_and_both_formats() -> None:
    """A column that proves nothing is refused with an example, and with what to write."""
    (found,) = findings("03/03/2026", "3/4/2026")
    assert found == Refusal(
        code="date-order-unclear",
        message="No cell of “Date” proves the order of day and month: C3 “3/4/2026” could be "
        "3 April 2026 (day first) or 4 March 2026 (month first).",
        hint="Add the column's format to the mapping: format: d/m/yyyy or format: m/d/yyyy.",
    )


def test_a_contradiction_names_the_cells_of_both_sides() -> None:
    """Two orders in one column are told with their numbers and the first cells of each."""
    (found,) = findings("03/04/2026", *["25/04/2026"] * 3, "04/25/2026", "04/26/2026")
    assert isinstance(found, Refusal)
    assert found.code == "date-order-contradicts"
    assert found.message == (
        "“Date” is written in more than one order: 3 cells can only be read day first, such as "
        "C3 “25/04/2026”; 2 cells can only be read month first, such as C6 “04/25/2026”, "
        "C7 “04/26/2026”."
    )
    read = surveyed(["25/04/2026", "04/25/2026"]).parser()
    assert isinstance(unclear := read("03/04/2026", Kind.TEXT), Flaw)
    assert unclear.code == "date-order-unclear"
    assert day_of(read("25/04/2026", Kind.TEXT)) == dt.date(2026, 4, 25)


@pytest.mark.parametrize(
    "bystander",
    ["", "soon", "31/31/2026", "30/02/2026", "04/31/2026", "2026-04-25", "Apr 25, 2026", "46115"],
)
def test_what_is_plain_or_no_date_takes_no_part(bystander: str) -> None:
    """Blank cells, slips, and texts that can be read in one way only prove nothing of others."""
    (found,) = findings("03/04/2026", bystander)
    assert found.code == "date-order-unclear"
    assert findings(bystander) == []


def test_dates_and_numbers_of_a_workbook_take_no_part() -> None:
    """Only texts are asked for their order."""
    survey = DateSurvey(SPEC, "C", "Date")
    kinds = [Kind.DATE, Kind.NUMBER, Kind.TEXT]
    survey.see([2, 3, 4], ["25/04/2026", "13/4/2026", "3/4/2026"], kinds)
    assert survey.order is None
    assert refused(survey)


def test_a_slip_is_judged_in_the_order_that_the_others_prove() -> None:
    """A cell that is no day in the column's order is a problem of its row, not read otherwise."""
    read = surveyed(["25/04/2026", "02/30/2026"]).parser()
    flaw = read("02/30/2026", Kind.TEXT)
    assert isinstance(flaw, Flaw)
    assert flaw.code == "date-impossible"


@given(hands(), st.lists(DAYS, min_size=60, max_size=60))
def test_what_a_survey_holds_does_not_grow(
    hand: tuple[Order, Written], days: list[dt.date]
) -> None:
    """However many cells a survey sees, it keeps a few of them."""
    _, write = hand
    assert len(pickle.dumps(surveyed(list(map(write, days))))) < 4000


MAPPING = parse_mapping(
    """
mapping: 1
columns:
  lead: {header: Lead ID, type: lead_id}
  on:   {header: Date, type: date, zone: Asia/Kolkata}
  due:  {header: Due, type: date, zone: Asia/Kolkata, format: mm/dd/yyyy}
lead: lead
actions:
  - {name: visit, type: "1002", fields: {on: {from: on}, due: {from: due}}}
""",
    "visits.yaml",
)
BINDING = bind(MAPPING, ("Due", "Date", "Lead ID"), "visits.csv", 1)


def chunk_of(*rows: tuple[str, str, str]) -> Chunk:
    """Turn rows into columns, numbered from 2."""
    return Chunk(numbers=range(2, 2 + len(rows)), columns=[*zip(*rows, strict=True)])


def test_the_survey_of_a_sheet_gives_the_reader_of_each_column() -> None:
    """The column without a format is read as it proves, the other one as the mapping says."""
    chunk = chunk_of(("03/04/2026", "03/04/2026", "x"), ("03/04/2026", "25/04/2026", "x"))
    survey = survey_of(MAPPING, BINDING)
    assert survey is not None
    survey.see(chunk, np.arange(2))
    table = parse_chunk(chunk, MAPPING, BINDING, survey.parsers())
    assert list(map(day_of, table.values["on"])) == [dt.date(2026, 4, 3), dt.date(2026, 4, 25)]
    assert list(map(day_of, table.values["due"])) == [dt.date(2026, 3, 4)] * 2
    (note,) = survey.findings()
    assert "B3 “25/04/2026” proves" in note.message


def test_a_run_on_failures_reads_as_the_whole_sheet_decided() -> None:
    """What a sheet proved holds for the rows of its failures, which prove nothing any more."""
    survey = survey_of(MAPPING, BINDING)
    assert survey is not None
    survey.see(chunk_of(("", "25/04/2026", "x")), np.arange(1))
    decided = survey.decisions()
    assert survey_of(MAPPING, BINDING, decided) is None
    rest = chunk_of(("", "03/04/2026", "x"))
    table = parse_chunk(rest, MAPPING, BINDING, decided_parsers(MAPPING, decided))
    assert list(map(day_of, table.values["on"])) == [dt.date(2026, 4, 3)]


def test_a_declared_format_needs_no_survey() -> None:
    """A mapping that says how its dates are written has its sheet read once."""
    text = MAPPING.text.replace("type: date, zone", "type: date, format: dd/mm/yyyy, zone", 1)
    told = parse_mapping(text, "visits.yaml")
    assert survey_of(told, BINDING) is None
    assert decided_parsers(told, {"on": Order.MONTH_FIRST}) == {}
