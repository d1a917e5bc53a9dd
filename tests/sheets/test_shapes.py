"""How columns look: their widths and number formats, which no value may depend on."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model import Kind, SheetSpec
from importer.shapes import ColumnShape, CsvShape
from importer.sheets import Sheet, open_sheet
from importer.sheets.cells import number_text
from importer.sheets.scan.code import LONGEST_CODE, is_passable
from importer.sheets.scan.format import format_of_code
from importer.sheets.scan.shape import shapes_of

DAY = dt.datetime(2026, 4, 3, 10, 30)  # noqa: DTZ001 - a sheet's dates have no zone
COLUMNS: dict[str, tuple[object, str, str, ColumnShape]] = {
    "A": ("0012", "@", "0012", ColumnShape(width=30)),
    "B": (1234.5, "#,##0.00", "1234.5", ColumnShape(width=12, number="#,##0.00")),
    "C": (DAY, "dd-mmm-yy", "2026-04-03", ColumnShape(width=11, date="dd-mmm-yy")),
    "D": (
        DAY,
        "yyyy-mm-dd hh:mm",
        "2026-04-03T10:30:00",
        ColumnShape(width=20, date="yyyy-mm-dd hh:mm", times=True),
    ),
    "E": (
        1234.5,
        "[$₹-4009] #,##0.00",
        "₹ 1234.5",
        ColumnShape(width=15, number="[$₹-4009] #,##0.00", before="₹ "),
    ),
    "F": (5, '0" kg"', "5 kg", ColumnShape(width=8, number='0" kg"', after=" kg")),
    "G": (123, "000000", "000123", ColumnShape(width=14)),
    "H": (0.5, "0%", "50%", ColumnShape(width=7)),
}
"""Column → a value, its format, its text when it is read, and what is told of the column."""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workbook as openpyxl writes it, and in all the ways of LibreOffice."""
    folder = tmp_path_factory.mktemp("saved")
    book = openpyxl.Workbook()
    tab = book.worksheets[0]
    for letter, (value, code, _, shape) in COLUMNS.items():
        tab[f"{letter}1"] = letter
        for row in range(2, 5):
            tab[f"{letter}{row}"].value = value
            tab[f"{letter}{row}"].number_format = code
        tab.column_dimensions[letter].width = shape.width or 0
    tab["B2"].number_format = "0"
    book.save(folder / "openpyxl.xlsx")
    if shutil.which("soffice"):
        for extension in ("xlsx", "xls", "ods"):
            subprocess.run(
                [  # noqa: S607 - wherever it is installed
                    "soffice",
                    f"-env:UserInstallation={(folder / 'user').as_uri()}",
                    "--headless",
                    *("--convert-to", extension, "--outdir", folder / "libreoffice"),
                    folder / "openpyxl.xlsx",
                ],
                check=True,
                capture_output=True,
                timeout=120,
            )
    return folder


def opened(path: Path) -> Sheet:
    """Open a sheet, or skip where there is no LibreOffice that could have written it."""
    if not path.exists():
        pytest.skip("LibreOffice is not on this machine")
    return open_sheet(path, SheetSpec())


def test_a_workbook_tells_how_its_columns_look(saved: Path) -> None:
    """Widths and the formats of most cells are told, those that would change a value are not."""
    assert opened(saved / "openpyxl.xlsx").shapes == tuple(
        shape for _, _, _, shape in COLUMNS.values()
    )


@pytest.mark.parametrize("extension", ["xlsx", "xls", "ods"])
def test_libreoffice_s_workbooks_tell_the_same(saved: Path, extension: str) -> None:
    """However a workbook is written, a cell can be written again so that it looks as it did."""
    sheet = opened(saved / "libreoffice" / f"openpyxl.{extension}")
    (chunk,) = sheet.chunks()
    kinds = chunk.kinds or ()
    for at, (_, code, text, expected) in enumerate(COLUMNS.values()):
        shape = sheet.shapes[at]
        assert chunk.columns[at][2] == text
        assert shape.width == pytest.approx(expected.width, rel=0.05)
        plain = shape.written(text, kinds[at][2])[2].replace("\\", "").replace('"', "")
        wanted = (expected.number or expected.date).replace('"', "")
        assert plain in (wanted, wanted.replace("[$₹-4009]", "₹")), code


CODES = [
    *("#,##0.00", "0", "0.00", "#,##0_);(#,##0)", "#,##0.00_);[Red](#,##0.00)", "0.00E+00"),
    *('"₹" #,##0.00', "[$₹-4009] #,##0.00", '0" kg"', '"$"0;("$"0)', "[$USD] 0.00", "- 0"),
    *("000000", "000-0000", "0%", "#,##0,", "#", "# ?/?", '0;-0;"-"', '"₹"0;"₹"-0;"-"', ";;;"),
    *(r"[>=10000000]#\,##\,##\,##0;[>=100000]#\,##\,##0;#,##0", "[<0]0;0", '"No." 0', "0;0"),
    *(r'[>=100000]"₹"#\,##\,##0;"₹"#,##0', '#,##0.00" CR";#,##0.00" DR"', "+0;-0", "dd/mm/yyyy"),
]
NUMBERS = st.one_of(
    st.integers(-(10**16), 10**16),
    st.decimals(-(10**9), 10**9, places=2),
    st.sampled_from(["0", "0.005", "1E+20", "-1E-7", "100000"]),
).map(lambda number: number_text(float(number)))


@given(st.sampled_from(CODES), st.sampled_from(CODES), NUMBERS)
def test_no_format_changes_a_value(code: str, of_cell: str, number: str) -> None:
    """A number written again in its column's format is read as it was, whatever format it had."""
    (shape,) = shapes_of(1, [], Counter({(0, format_of_code(code)): 1}))
    shown = format_of_code(of_cell).show(number)
    text, kind, written_in = shape.written(*shown)
    if written_in and kind is Kind.NUMBER:
        assert format_of_code(written_in).show(text) == shown
    elif not written_in:
        assert (text, kind) == shown


@pytest.mark.parametrize("code", [*CODES, "d-mmm-yy", "_(* #,##0.00_);_(@_)", "0 €", "[h]:mm:ss"])
def test_a_format_that_excel_writes_is_passed_on(code: str) -> None:
    """What Excel itself puts into a workbook can be put into another one."""
    assert is_passable(code)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "0" * (LONGEST_CODE + 1),
        "0\x07",
        "0\n",
        "0\u202e",
        '0"kg',
        "0[Red",
        "0\\",
        "0_",
        "0 kilos",
        "¤0",
        "[Evil]0",
        "0;0;0;@;0",
        "[>1]0;[>2]0;[>3]0;0",
    ],
)
def test_a_format_that_excel_would_repair_is_not(code: str) -> None:
    """Too long, unclosed, with control characters or words: Excel would call the file damaged."""
    assert not is_passable(code)


@pytest.mark.parametrize("width", [0.0, -3.0, float("nan"), float("inf")])
def test_a_width_is_one_of_excel_s(width: float) -> None:
    """What is no width is not told, and none is wider than Excel's widest column."""
    (shape,) = shapes_of(1, [(0, 10**9, width)], Counter())
    assert shape.width == (255 if width > 0 else None)


@pytest.mark.parametrize(
    ("content", "shape"),
    [
        (b"a;b\r\n1;2\r\n", CsvShape(encoding="utf-8", delimiter=";")),
        (b"a\tb\n1\t2\n", CsvShape(encoding="utf-8", delimiter="\t", line_end="\n")),
        (
            '"a","b ""x"""\r\n"1","2"\r\n'.encode("utf-16"),
            CsvShape(encoding="utf-16", delimiter=",", all_quoted=True),
        ),
        (
            b"sep=|\r\na|b\r\n1|2\r\n",
            CsvShape(encoding="utf-8", delimiter="|", instruction=True),
        ),
    ],
)
def test_a_csv_tells_how_it_is_written(tmp_path: Path, content: bytes, shape: CsvShape) -> None:
    """Encoding, delimiter, quotation marks and line ends are told, for another one of its kind."""
    path = tmp_path / "payments.csv"
    path.write_bytes(content)
    sheet = open_sheet(path, SheetSpec())
    assert sheet.csv == shape
    assert sheet.shapes == ()
