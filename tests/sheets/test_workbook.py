from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from importer.errors import SheetError
from importer.model import Kind, SheetSpec
from importer.sheets import Shown, open_sheet, tab_names
from importer.sheets.cells import number_text

Value = str | float | bool | dt.date | dt.time | dt.timedelta | None


def save(folder: Path, rows: Sequence[Sequence[Value]], name: str = "payments.xlsx") -> Path:
    """Write a workbook of one tab."""
    book = openpyxl.Workbook()
    fill(book.worksheets[0], rows)
    path = folder / name
    book.save(path)
    return path


def fill(tab: Worksheet, rows: Sequence[Sequence[Value]]) -> None:
    """Write cells; a text stays text, whatever it looks like."""
    for at, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = tab.cell(at, column, value)
            if isinstance(value, str):
                cell.data_type = "s"


def body(path: Path, spec: SheetSpec | None = None, size: int = 5000) -> dict[int, list[Shown]]:
    """Row number → cells below the header."""
    found = {}
    for chunk in open_sheet(path, spec or SheetSpec()).chunks(size):
        assert chunk.kinds is not None
        texts = zip(*chunk.columns, strict=True)
        kinds = zip(*chunk.kinds, strict=True)
        for number, text, kind in zip(chunk.numbers, texts, kinds, strict=True):
            found[number] = list(zip(text, kind, strict=True))
    return found


@pytest.mark.parametrize(
    "text",
    [
        "007",
        "1e5",
        "6.03E+22",
        "TRUE",
        "NA",
        "None",
        "null",
        " x ",
        "\u00a0x",
        "#N/A",
        "=1+1",
        "1.0",
    ],
)
def test_text_that_looks_like_something_else_stays_text(tmp_path: Path, text: str) -> None:
    """A text cell is its text, whatever it looks like."""
    assert body(save(tmp_path, [["a"], [text]])) == {2: [(text, Kind.TEXT)]}


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_written_exactly(number: float) -> None:
    """A number's text is exactly the number, and has no exponent where Excel shows none."""
    text = number_text(number)
    assert float(text) == number
    assert Decimal(text) == Decimal(repr(number))
    assert ("E" in text) == (number != 0 and not 1e-9 <= abs(number) < 1e15)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        (-7.0, "-7"),
        (1234.5, "1234.5"),
        (125000.50, "125000.5"),
        (0.1, "0.1"),
        (0, "0"),
        (123456789012345, "123456789012345"),
        (6.03e22, "6.03E+22"),
        (603000000000000000000000, "6.03E+23"),
        (1234567890123456, "1.234567890123456E+15"),
        (0.0000001, "0.0000001"),
    ],
)
def test_numbers_are_shortest_decimals(tmp_path: Path, value: float, text: str) -> None:
    """A number is its shortest exact decimal; from 1e15 on with an exponent."""
    assert body(save(tmp_path, [["a"], [value]])) == {2: [(text, Kind.NUMBER)]}


@settings(max_examples=8)
@given(st.lists(st.floats(min_value=-1e14, max_value=1e14), min_size=50, max_size=200))
def test_numbers_are_those_that_openpyxl_reads(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[float]
) -> None:
    """A number in a workbook is the very float that openpyxl reads there."""
    path = save(tmp_path_factory.mktemp("book"), [["a"], *([number] for number in numbers)])
    tab = openpyxl.load_workbook(path).worksheets[0]
    theirs = [row[0].value for row in tab.iter_rows(min_row=2)]
    assert [float(cells[0][0]) for cells in body(path).values()] == theirs


@pytest.mark.parametrize("epoch", ["1900", "1904"])
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (dt.date(2026, 4, 3), "2026-04-03"),
        (dt.datetime.fromisoformat("2026-04-03"), "2026-04-03"),
        (dt.datetime.fromisoformat("2026-04-03T10:30:00"), "2026-04-03T10:30:00"),
        (dt.datetime.fromisoformat("2026-12-31T23:59:59"), "2026-12-31T23:59:59"),
    ],
)
def test_dates_are_iso_by_the_workbook_s_own_epoch(
    tmp_path: Path, epoch: str, value: dt.date, text: str
) -> None:
    """A date cell is ISO text, in the 1900 and in the 1904 system."""
    book = openpyxl.Workbook()
    if epoch == "1904":
        book.epoch = CALENDAR_MAC_1904
    fill(book.worksheets[0], [["a"], [value]])
    book.save(tmp_path / "dates.xlsx")
    assert body(tmp_path / "dates.xlsx") == {2: [(text, Kind.DATE)]}


@pytest.mark.parametrize("form", ["dd/mm/yyyy", "d-mmm-yy", "[$-409]d-mmm-yy;@", "mm-dd-yy"])
def test_any_date_format_makes_a_date(tmp_path: Path, form: str) -> None:
    """Whatever format shows a date, the cell is that date."""
    book = openpyxl.Workbook()
    tab = book.worksheets[0]
    fill(tab, [["a"], [46115]])
    tab["A2"].number_format = form
    book.save(tmp_path / "dates.xlsx")
    assert body(tmp_path / "dates.xlsx") == {2: [("2026-04-03", Kind.DATE)]}


@pytest.mark.parametrize("form", ['#,##0.00 "Dr"', "[Red]0.00", "0.00E+00", '"day" 0', "00000"])
def test_other_formats_make_no_date(tmp_path: Path, form: str) -> None:
    """A number format with letters in it does not turn a number into a date."""
    book = openpyxl.Workbook()
    tab = book.worksheets[0]
    fill(tab, [["a"], [46115]])
    tab["A2"].number_format = form
    book.save(tmp_path / "numbers.xlsx")
    ((text, kind),) = body(tmp_path / "numbers.xlsx")[2]
    assert "46115" in text
    assert kind in {Kind.NUMBER, Kind.DRESSED}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, ("TRUE", Kind.BOOL)),
        (False, ("FALSE", Kind.BOOL)),
        (dt.time(10, 30), ("10:30:00", Kind.TEXT)),
        (dt.timedelta(hours=30, minutes=5), ("30:05:00", Kind.TEXT)),
        (None, ("", Kind.TEXT)),
    ],
)
def test_other_kinds(tmp_path: Path, value: Value, shown: Shown) -> None:
    """Booleans are TRUE and FALSE; a time of day and a duration are text, no dates."""
    assert body(save(tmp_path, [["a", "b"], [value, "x"]]))[2][0] == shown


def test_row_numbers_and_columns_are_those_that_excel_shows(tmp_path: Path) -> None:
    """Blank rows and columns, above, beside and between, keep every cell at its address."""
    book = openpyxl.Workbook()
    tab = book.worksheets[0]
    cells: dict[str, Value] = {"C4": "Lead", "E4": "Amount", "C6": "x", "E9": 5}
    for address, value in cells.items():
        tab[address] = value
    path = tmp_path / "payments.xlsx"
    book.save(path)
    sheet = open_sheet(path, SheetSpec(header_row=4))
    assert sheet.headers == ("", "", "Lead", "", "Amount")
    assert (sheet.file, sheet.tab, sheet.header_row) == ("payments.xlsx", "Sheet", 4)
    assert [len(row) for row in sheet.preamble] == [5, 5, 5]
    assert sheet.total == 5
    found = body(path, SheetSpec(header_row=4), size=2)
    assert list(found) == [5, 6, 7, 8, 9]
    assert found[6][2] == ("x", Kind.TEXT)
    assert found[9][4] == ("5", Kind.NUMBER)


def test_chunks_can_be_read_again_without_the_file(tmp_path: Path) -> None:
    """Every call of `chunks` reads from the start; the file is not kept open."""
    path = save(tmp_path, [["a"], ["x"], ["y"]])
    sheet = open_sheet(path, SheetSpec())
    path.unlink()
    assert list(sheet.chunks(1)) == list(sheet.chunks(1))
    assert len(list(sheet.chunks(1))) == 2


def test_rows_come_back_once_whatever_the_chunks(tmp_path: Path) -> None:
    """A sheet longer than one batch of the reader is the same in chunks of any size."""
    rows: list[list[Value]] = [[f"x{at}", at] for at in range(2, 12_003)]
    path = save(tmp_path, [["a", "b"], *rows])
    sheet = open_sheet(path, SheetSpec(header_row=3))
    expected = list(range(4, 12_003))
    for size in (1, 999, 5000, 7001, 100_000):
        found = [
            (number, *row)
            for chunk in sheet.chunks(size)
            for number, row in zip(chunk.numbers, zip(*chunk.columns, strict=True), strict=True)
        ]
        assert found == [(number, f"x{number}", str(number)) for number in expected]


@pytest.mark.parametrize("days", [1e21, -1e9])
def test_a_duration_beyond_all_bounds_is_named(tmp_path: Path, days: float) -> None:
    """Nothing can show such a number; its row is named, and the file is not called damaged."""
    book = openpyxl.Workbook()
    tab = book.worksheets[0]
    fill(tab, [["a", "b"], ["x", 1], ["y", days]])
    tab["B3"].number_format = "[h]:mm"
    book.save(tmp_path / "long.xlsx")
    with pytest.raises(SheetError, match="a cell of row 3 holds a number") as caught:
        body(tmp_path / "long.xlsx")
    assert "damaged" not in str(caught.value)
    assert "Format Cells" in caught.value.hint


def test_hidden_rows_and_columns_are_told(tmp_path: Path) -> None:
    """Rows and columns that Excel does not show are read, and said to be hidden."""
    book = openpyxl.Workbook()
    tab = book.worksheets[0]
    fill(tab, [["a", "b", "c"], ["x", 1, 2], ["y", 3, 4], ["z", 5, 6]])
    tab.row_dimensions[3].hidden = True
    tab.column_dimensions["B"].hidden = True
    book.save(tmp_path / "hidden.xlsx")
    sheet = open_sheet(tmp_path / "hidden.xlsx", SheetSpec())
    assert sheet.hidden_columns == {1}
    assert [chunk.hidden for chunk in sheet.chunks(1)] == [frozenset(), {3}, frozenset()]


@pytest.fixture
def tabs(tmp_path: Path) -> Path:
    """A hidden tab, a chart, two tabs with cells, a blank one."""
    book = openpyxl.Workbook()
    hidden = book.worksheets[0]
    hidden.title = "Lists"
    hidden.sheet_state = "hidden"
    book.create_chartsheet("Chart")
    for title in ("Payments ", "Refunds"):
        fill(book.create_sheet(title), [["of " + title]])
    book.create_sheet("Blank")
    path = tmp_path / "tabs.xlsx"
    book.save(path)
    return path


def test_the_first_visible_tab_is_the_default(tabs: Path) -> None:
    """Without a word in the mapping the first visible tab is taken, and the others are named."""
    sheet = open_sheet(tabs, SheetSpec())
    assert sheet.tab == "Payments "
    assert [note.code for note in sheet.notes] == ["tab-chosen"]
    assert "'Payments '" in sheet.notes[0].message
    assert "'Refunds'" in sheet.notes[0].message
    assert "Blank" not in sheet.notes[0].message
    assert "Lists" not in sheet.notes[0].message


def test_a_tab_that_is_named_or_alone_is_no_note(tabs: Path, tmp_path: Path) -> None:
    """Where there was no choice, or the mapping made it, there is nothing to know."""
    assert not open_sheet(tabs, SheetSpec(tab="Refunds")).notes
    assert not open_sheet(save(tmp_path, [["a"], ["x"]]), SheetSpec()).notes


@pytest.mark.parametrize(
    ("wanted", "found"), [("Refunds", "Refunds"), ("payments", "Payments "), ("REFUNDS", "Refunds")]
)
def test_a_tab_is_found_by_name(tabs: Path, wanted: str, found: str) -> None:
    """A tab is found whatever the case and the spaces around its name."""
    assert open_sheet(tabs, SheetSpec(tab=wanted)).tab == found


def test_an_unknown_tab_is_refused_with_the_list(tabs: Path) -> None:
    """An unknown tab is refused; all tabs are listed and the nearest is suggested."""
    with pytest.raises(SheetError) as caught:
        open_sheet(tabs, SheetSpec(tab="Refund"))
    assert "Lists, Payments , Refunds, Blank" in caught.value.message
    assert "'Refunds'" in caught.value.hint


def test_an_empty_tab_is_refused(tabs: Path) -> None:
    """A tab without any cell is refused, and the others are named."""
    with pytest.raises(SheetError) as caught:
        open_sheet(tabs, SheetSpec(tab="Blank"))
    assert "empty" in caught.value.message
    assert "Refunds" in caught.value.hint


def test_tabs_are_listed_in_order(tabs: Path) -> None:
    """The tabs with cells are listed in their order, hidden ones too, charts not."""
    assert tab_names(tabs) == ["Lists", "Payments ", "Refunds", "Blank"]
