from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from importer.columns import parse_chunk, picked, table_reader
from importer.mapping import bind, parse_mapping
from importer.model import Chunk, Flaw, Kind, Table
from importer.values import parser_for

MAPPING = parse_mapping(
    """
mapping: 1
columns:
  lead:   {header: Lead ID, type: lead_id}
  paid:   {header: Amount, type: amount, locale: en_IN, currency: INR}
  on:     {header: Date, type: date, format: dd/mm/yyyy, zone: Asia/Kolkata}
  remark: {header: Remark, type: text}
lead: lead
actions:
  - {name: visit, type: "1002", fields: {note: {from: remark}, paid: {from: paid}, on: {from: on}}}
""",
    "visits.yaml",
)
HEADERS = ("Remark", "Helper", "Amount", "Date", "Lead ID")
BINDING = bind(MAPPING, HEADERS, "visits.csv", 1)
LEAD = "603d2b2f9b1e8a001c8e4f5c"

TEXTS = st.text(max_size=8) | st.sampled_from(
    [
        LEAD,
        "1,250.50",
        "₹500",
        "500",
        "03/04/2026",
        "",
        " ",
        "nan",
        "None",
        "NA",
        "a\x00b",
        "a\x00c",
    ]
)
ROWS = st.lists(st.tuples(*[TEXTS] * len(HEADERS)), max_size=12)
KINDS = st.lists(st.tuples(*[st.sampled_from(Kind)] * len(HEADERS)), min_size=12, max_size=12)


def chunk_of(
    rows: Sequence[Sequence[str]],
    kinds: Sequence[Sequence[Kind]] | None = None,
    ragged: dict[int, int] | None = None,
) -> Chunk:
    """Turn rows into columns, numbered from 2."""
    across = range(len(HEADERS))
    return Chunk(
        numbers=range(2, 2 + len(rows)),
        columns=[[row[place] for row in rows] for place in across],
        kinds=kinds and [[row[place] for row in kinds[: len(rows)]] for place in across],
        ragged=ragged or {},
    )


def table_of(chunk: Chunk) -> Table:
    """Type a chunk with the mapping of this module."""
    return parse_chunk(chunk, MAPPING, BINDING)


@given(ROWS, st.none() | KINDS)
@example([("a\x00b", "", "", "", ""), ("a\x00c", "", "", "", "")], None)
@example([("1", "", "1", "", ""), ("1", "", "1", "", "")], [(Kind.TEXT,) * 5, (Kind.NUMBER,) * 5])
def test_equals_parsing_cell_by_cell(
    rows: list[tuple[str, ...]], kinds: list[tuple[Kind, ...]] | None
) -> None:
    """Parsing each distinct cell once gives what parsing every cell would give."""
    chunk = chunk_of(rows, kinds)
    table = table_of(chunk)
    for name, spec in MAPPING.columns.items():
        place = BINDING.columns[name]
        parse = parser_for(spec)
        cells = chunk.kinds[place] if chunk.kinds else [Kind.TEXT] * len(rows)
        one_by_one = list(map(parse, chunk.columns[place], cells))
        assert list(table.values[name]) == one_by_one
        assert list(map(type, table.values[name])) == list(map(type, one_by_one))
        assert list(table.texts[name]) == list(chunk.columns[place])


@given(ROWS, st.sets(st.integers(0, 11)))
@example([("a", "", "500", "03/04/2026", LEAD)], {0})
def test_cells_that_are_read_when_asked_for_are_the_same(
    rows: list[tuple[str, ...]], some: set[int]
) -> None:
    """Of a few rows each cell is the same, whether it is read at once or when it is asked for."""
    table = table_reader(MAPPING, BINDING, alike=MAPPING.columns)(chunk_of(rows))
    places = np.array([at for at in sorted(some) if at < len(rows)], np.int64)
    plain, lazy = picked(table, places), picked(table, places, lazily=True)
    for name in MAPPING.columns:
        cells = lazy.values[name]
        assert len(cells) == len(places)
        assert [cells[at] for at in range(len(places))] == list(plain.values[name])
        assert list(cells) == list(cells[:]) == list(plain.values[name])
        assert lazy.texts[name] == plain.texts[name]


def test_reads_each_declared_column_where_its_header_is() -> None:
    """Columns are found by the binding, and helper columns of the sheet are left alone."""
    table = table_of(chunk_of([("Came by", "x", "₹1,25,000.50", "31/02/2026", LEAD)]))
    assert set(table.values) == {"lead", "paid", "on", "remark"}
    assert list(table.values["paid"]) == [Decimal("125000.50")]
    assert list(table.values["lead"]) == [LEAD]
    assert isinstance(table.values["on"][0], Flaw)
    assert table.numbers == range(2, 3)


def test_the_kind_of_a_cell_counts() -> None:
    """The same text is read by what its cell holds: an id as a number is damaged."""
    digits = "1" * 24
    rows = [("", "", "", "", digits)] * 2
    plain, native = (Kind.TEXT,) * 5, (Kind.NUMBER,) * 5
    text, number = table_of(chunk_of(rows, [plain, native])).values["lead"]
    assert text == digits
    assert isinstance(number, Flaw)


def test_a_column_is_read_as_its_survey_decided() -> None:
    """A reader that was decided for a column stands in for the mapping's; the others stay."""
    chunk = chunk_of([("Came by", "", "500", "03/04/2026", LEAD)])
    spec = replace(MAPPING.columns["on"], format="mm/dd/yyyy")
    table = parse_chunk(chunk, MAPPING, BINDING, {"on": parser_for(spec)})
    assert list(table.values["on"]) == [dt.datetime(2026, 3, 4, tzinfo=ZoneInfo("Asia/Kolkata"))]
    assert list(table.values["paid"]) == [Decimal(500)]


def test_a_row_is_blank_when_no_cell_shows_anything() -> None:
    """A row is blank if every cell is, undeclared ones too, and no cell lies beyond the header."""
    blank, helper = ("", " ", "\u00a0", "", ""), ("", "x", "", "", "")
    table = table_of(chunk_of([blank, helper, blank, blank], ragged={4: 9, 5: 2}))
    assert table.blank == [True, False, False, True]
    assert table.ragged == {4: 9, 5: 2}


def test_no_rows_are_no_rows() -> None:
    """An empty chunk is an empty table."""
    table = table_of(chunk_of([]))
    assert table.blank == []
    assert list(table.values["lead"]) == []
