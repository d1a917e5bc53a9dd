"""`failures.xlsx` has the shape of the user's sheet and gives every text back as it was."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from importer.model import Kind, Outcome, SheetSpec
from importer.our_headers import OUR_HEADERS
from importer.report.cells import MOST_CHARACTERS
from importer.report.failures import write_failures
from importer.report.measure import measure
from importer.report.source import FailureRow, SheetShape
from importer.shapes import ColumnShape
from importer.sheets import open_sheet

from .books import DATE, NUMBER, RUN, SHAPE, TEXT, failing_rows

SOFFICE = shutil.which("soffice") or ""


def written(rows: Iterable[FailureRow], shape: SheetShape = SHAPE) -> bytes:
    """Return the workbook."""
    rows, file = list(rows), BytesIO()
    write_failures(file, RUN, shape, measure(shape.headers, rows), rows)
    return file.getvalue()


def opened(rows: Iterable[FailureRow], shape: SheetShape = SHAPE) -> Any:  # noqa: ANN401 - openpyxl's stubs know no cells
    """Return the workbook's tab, read by openpyxl."""
    (tab,) = load_workbook(BytesIO(written(rows, shape))).worksheets
    return tab


def read_again(content: bytes, header_row: int = SHAPE.header_row) -> list[list[tuple[str, Kind]]]:
    """Return the cells of the workbook as the importer reads them when it is run."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "failures.xlsx"
        path.write_bytes(content)
        sheet = open_sheet(path, SheetSpec(tab=SHAPE.tab, header_row=header_row))
        rows = []
        for chunk in sheet.chunks():
            kinds = chunk.kinds or [[TEXT] * len(chunk.numbers)] * len(chunk.columns)
            for index in range(len(chunk.numbers)):
                cells = zip(chunk.columns, kinds, strict=True)
                rows.append([(column[index], kind[index]) for column, kind in cells])
        return rows


def row_of(texts: Sequence[str], kinds: Sequence[Kind] | None = None, **changes: Any) -> FailureRow:  # noqa: ANN401 - the tests' own words
    """Return a row to correct."""
    plain = FailureRow(
        number=9,
        texts=texts,
        kinds=kinds,
        outcomes=(Outcome.INVALID,),
        problem="The amount is not above 0.",
        hint="Write what was paid.",
        reference=f"{RUN.id}/9",
        faulty={},
    )
    return replace(plain, **changes)


def test_the_sheet_looks_as_it_did() -> None:
    """Same tab, same rows above the header, same header in the same row, then our columns."""
    tab = opened(failing_rows())
    assert tab.title == "Payments"
    assert tab["A1"].value == "Sunrise Estates Pvt Ltd"
    assert (tab["A2"].value, tab["C2"].value, tab["A3"].value) == (
        "Payments received in November 2026",
        46000,
        None,
    )
    assert [cell.value for cell in tab[4]] == [*SHAPE.headers, *OUR_HEADERS]
    assert tab.freeze_panes == "A5"
    assert tab.auto_filter.ref == "A4:I8"


def test_values_have_their_kinds() -> None:
    """Texts, numbers and dates are what they were, so that Excel treats them alike."""
    tab = opened(failing_rows())
    assert (tab["C5"].value, tab["C5"].number_format) == (datetime(2026, 11, 3), "dd/mm/yyyy")  # noqa: DTZ001 - a sheet's dates have no zone
    assert tab["C6"].value == datetime(2026, 11, 3, 10, 30)  # noqa: DTZ001 - the same
    assert (tab["D5"].value, tab["D5"].data_type) == (125000.5, "n")
    assert (tab["B6"].value, tab["B6"].number_format) == ("0012", "@")
    assert (tab["E7"].value, tab["E8"].value, tab["E8"].data_type) == (True, "#N/A", "s")


def test_our_columns_say_what_to_do() -> None:
    """Outcome, problem, what to do and the reference stand at the end of every row."""
    tab = opened(failing_rows())
    assert [cell.value for cell in tab[8]][5:] == [
        "IGNORED, REFUSED",
        "LEAD_NOT_FOUND: Lead with ID 62ab16e was not found.",
        "Correct the row in the failures workbook and run that file.",
        f"{RUN.id}/34",
    ]


def test_faulty_cells_are_red_and_say_why() -> None:
    """A faulty cell is filled and commented; the others are not."""
    tab = opened(failing_rows())
    assert tab["D5"].comment.text == "The CRM says: <b>Amount</b> & =cmd|' /C calc'!A0"
    red = {
        cell.coordinate
        for row in tab["A5:E8"]
        for cell in row
        if cell.fill.fgColor.rgb[2:] == "F8D0CC"
    }
    assert (
        red
        == {"D5", "A6", "D6", "D7"}
        == {cell.coordinate for row in tab["A5:E8"] for cell in row if cell.comment}
    )


def test_blank_cells_take_what_their_column_takes() -> None:
    """A person who types into a blank cell gets a text in a column of texts, else a number."""
    rows = [
        row_of(["0012", "5", "2026-11-03"], [TEXT, NUMBER, DATE]),
        row_of(["", "", ""], [TEXT, TEXT, TEXT]),
    ]
    tab = opened(rows, replace(SHAPE, headers=["Id", "Amount", "Date"]))
    assert [cell.number_format for cell in tab[6][:3]] == ["@", "General", "dd/mm/yyyy"]
    assert tab.column_dimensions["A"].number_format == "@"


def test_no_cell_is_a_formula() -> None:
    """What looked like a formula is inert, and is the same text when it is read again."""
    texts = ["=HYPERLINK(1)", "+1", "-1", "@x", "=", "'=1"]
    shape = replace(SHAPE, headers=list("abcdef"))
    tab = opened([row_of(texts)], shape)
    assert [cell.data_type for cell in tab[5]] == ["s"] * len(tab[5])
    assert [cell.quotePrefix for cell in tab[5][:6]] == [True] * 5 + [False]
    (row,) = read_again(written([row_of(texts)], shape))
    assert [text for text, _ in row[:6]] == texts


NUMBERS = st.one_of(
    st.decimals(min_value=-(10**12), max_value=10**12, places=2).map(
        lambda one: f"{one.normalize():f}"
    ),
    st.floats(min_value=1e-4, max_value=1e14).map(lambda one: f"{one!r}".removesuffix(".0")),
    st.integers(-(10**14), 10**14).map(str),
).filter(lambda text: text != "-0")
MOMENTS = st.datetimes(min_value=datetime(1900, 3, 1), max_value=datetime(9999, 1, 1)).map(  # noqa: DTZ001 - a sheet's dates have no zone
    lambda one: one.replace(microsecond=0).isoformat()
)
DAYS = st.dates(min_value=datetime(1900, 3, 1).date()).map(str)  # noqa: DTZ001 - the same
TEXTS = st.text(
    alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), min_size=1
)
CELLS = st.one_of(
    st.tuples(TEXTS, st.just(TEXT)),
    st.tuples(
        st.sampled_from(["_x0041_", "a\r\nb", " ", "\t", "=1", "\x0b", "&amp;"]), st.just(TEXT)
    ),
    st.tuples(NUMBERS, st.just(NUMBER)),
    st.tuples(MOMENTS.filter(lambda one: not one.endswith("T00:00:00")) | DAYS, st.just(DATE)),
    st.tuples(st.sampled_from(["TRUE", "FALSE"]), st.just(Kind.BOOL)),
)


@settings(max_examples=10)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=40))
@example([[("0", TEXT), ("0", TEXT), ("\0", TEXT)]])
def test_every_cell_comes_back(rows: list[list[tuple[str, Kind]]]) -> None:
    """Read again as an input, each cell has the text and the kind that it had."""
    shape = replace(SHAPE, headers=["a", "b", "c"])
    failing = [row_of([text for text, _ in row], [kind for _, kind in row]) for row in rows]
    found = read_again(written(failing, shape))
    assert [row[:3] for row in found] == rows


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("6.03E+22", NUMBER),
        ("1234567890123456", NUMBER),
        ("#N/A", Kind.ERROR),
        ("1900-02-28", DATE),
        ("10:30:00", DATE),
    ],
)
def test_what_a_cell_cannot_hold_stays_as_it_was_seen(text: str, kind: Kind) -> None:
    """Numbers that Excel rounded, errors and odd dates are kept as texts."""
    (row,) = read_again(written([row_of([text], [kind])], replace(SHAPE, headers=["a"])))
    assert row[0] == (text, TEXT)


def test_a_text_that_is_too_long_says_that_it_was_cut() -> None:
    """Nothing is shortened in silence: the row says to correct the sheet itself."""
    tab = opened([row_of(["x" * (MOST_CHARACTERS + 1)])], replace(SHAPE, headers=["a"]))
    assert len(tab["A5"].value) <= MOST_CHARACTERS
    assert tab["A5"].value.endswith("(cut)")
    assert "was cut" in tab["A5"].comment.text
    assert "was cut" in tab["D5"].value


def test_a_row_longer_than_the_header_keeps_its_cells() -> None:
    """Our columns begin after the longest row, so that no cell of the user's is covered."""
    tab = opened([row_of(["1", "2", "3", ""]), row_of(["1"])], replace(SHAPE, headers=["a", "b"]))
    assert [cell.value for cell in tab[4]] == ["a", "b", None, *OUR_HEADERS]
    assert [cell.value for cell in tab[5]][:3] == ["1", "2", "3"]
    assert [cell.value for cell in tab[6]][:4] == ["1", None, None, "INVALID"]


RUPEES = ColumnShape(width=21, number="[$₹-4009] #,##0.00", before="₹ ")
DATED = ColumnShape(number="#,##0", date="dd-mmm-yy")


def test_cells_look_as_in_their_column() -> None:
    """Amounts and dates have the column's format, and a blank cell takes what is typed into it."""
    rows = [
        row_of(["₹ 1234.5", "2026-11-03"], [Kind.DRESSED, DATE]),
        row_of(["$ 5", "2026-11-03T10:30:00"], [Kind.DRESSED, DATE]),
        row_of(["₹ 0", ""], [Kind.DRESSED, TEXT], faulty={0: "It is 0."}),
        row_of(["7", "5"], [NUMBER, NUMBER]),
    ]
    tab = opened(rows, replace(SHAPE, headers=["Amount", "Date"], columns=[RUPEES, DATED]))
    assert [tab.cell(row, 1).value for row in range(5, 9)] == [1234.5, "$ 5", 0, 7]
    assert [tab.cell(row, 1).number_format for row in range(5, 9)] == [
        RUPEES.number,
        "@",
        RUPEES.number,
        "General",
    ]
    assert [tab.cell(row, 2).number_format for row in range(5, 9)] == [
        DATED.date,
        "dd/mm/yyyy hh:mm:ss",
        DATED.date,
        DATED.number,
    ]
    assert tab.column_dimensions["A"].width == RUPEES.width
    assert tab["A7"].fill.fgColor.rgb[2:] == "F8D0CC"


def test_an_id_that_lost_its_zeros_can_be_typed_again() -> None:
    """Excel keeps what is typed over such a number, and until then it is the number it was."""
    faulty = row_of(["105"], [NUMBER], faulty={0: "It is short."}, as_text=frozenset({0}))
    tab = opened([faulty], replace(SHAPE, headers=["Receipt"]))
    assert (tab["A5"].value, tab["A5"].data_type, tab["A5"].number_format) == (105, "n", "@")
    (cells,) = read_again(written([faulty], replace(SHAPE, headers=["Receipt"])))
    assert cells[0] == ("105", NUMBER)


def test_blank_columns_at_the_end_are_left_out() -> None:
    """Columns without a header and without a text make no gap before ours."""
    tab = opened(
        [row_of(["1", "", "", " "]), row_of(["", "", "", ""])],
        replace(SHAPE, headers=["a", "", "", "", "", ""]),
    )
    assert [cell.value for cell in tab[4]] == ["a", None, None, None, *OUR_HEADERS]


def test_a_csv_becomes_a_workbook_that_runs_as_it_is() -> None:
    """Without a tab's name, kinds or rows above the header, the header is in row 1."""
    shape = SheetShape(tab=None, header_row=1, headers=["Lead", "Note"])
    tab = opened([row_of(["603e12", "007"])], shape)
    assert (tab.title, tab["A1"].value, tab["B2"].value) == ("Rows to correct", "Lead", "007")


@pytest.mark.parametrize("name", ["a/b:c", "x" * 40, "''", "", "Zahlungen’26"])
def test_any_tab_name_gives_a_workbook(name: str) -> None:
    """Names of other programs that Excel does not allow are made into ones that it does."""
    title = opened([row_of(["1"])], replace(SHAPE, tab=name)).title
    assert 1 <= len(title) <= 31
    assert not set(title) & set("[]:*?/\\")


@pytest.mark.skipif(not SOFFICE, reason="LibreOffice is not installed")
def test_libreoffice_gives_every_cell_back(tmp_path: Path) -> None:
    """Opened and saved by a person's spreadsheet program, the rows are still the same."""
    content = written(failing_rows())
    (tmp_path / "failures.xlsx").write_bytes(content)
    subprocess.run(
        [
            SOFFICE,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            str(tmp_path / "saved"),
            str(tmp_path / "failures.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    saved = (tmp_path / "saved" / "failures.xlsx").read_bytes()
    assert read_again(saved) == read_again(content)
