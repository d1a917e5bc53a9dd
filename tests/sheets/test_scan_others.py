from __future__ import annotations

import datetime as dt
import shutil
import struct
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import openpyxl
import pytest
from archives import biff, write_ole
from binary_books import cell, record, row, styles, text, write_parts
from hypothesis import given
from hypothesis import strategies as st
from scanned import look, scan_of, shown

from importer.errors import SheetError
from importer.model import Kind
from importer.sheets import Shown
from importer.sheets.scan import Scan, has_cell, scan, tabs_of
from importer.sheets.scan.binary import rk_number
from importer.sheets.scan.ranges import Pile, merges_of

CELLS: Mapping[str, tuple[str | float | dt.datetime | None, str, Shown]] = {
    "A1": ("Lead", "General", ("Lead", Kind.TEXT)),
    "B1": ("Amount", "General", ("Amount", Kind.TEXT)),
    "A2": (123, "000000", ("000123", Kind.NUMBER)),
    "B2": (0.5, "0%", ("50%", Kind.DRESSED)),
    "C2": (0.0725, "0.00%", ("7.25%", Kind.DRESSED)),
    "A3": (1234.5, '"₹"#,##0.00', ("₹ 1234.5", Kind.DRESSED)),
    "B3": (1234.5, "[$₹-4009] #,##0.00", ("₹ 1234.5", Kind.DRESSED)),
    "C3": (-5, '#,##0.00" CR";#,##0.00" DR"', ("-5 DR", Kind.DRESSED)),
    "A4": (dt.datetime(2026, 4, 3, 10, 30), "dd/mm/yyyy", ("2026-04-03", Kind.DATE)),  # noqa: DTZ001 - no zone
    "B4": (dt.datetime(2026, 4, 3, 10, 30), "dd/mm/yyyy hh:mm", ("2026-04-03T10:30:00", Kind.DATE)),  # noqa: DTZ001 - the same
    "C4": (0.4375, "hh:mm", ("10:30:00", Kind.TEXT)),
    "A5": ("=1/0", "General", ("#DIV/0!", Kind.ERROR)),
    "B5": ("=NA()", "General", ("#N/A", Kind.ERROR)),
    "C5": ('=IF(1=1,"","x")', "General", ("", Kind.TEXT)),
    "A6": ("=A3*2", '"₹"#,##0.00', ("₹ 2469", Kind.DRESSED)),
    "B6": (5, ";;;", ("hidden 5", Kind.ERROR)),
    "C6": (1234567, "#,##0,", ("1234567 shown in thousands", Kind.DRESSED)),
    "A7": (-5, "#,##0.00_);(#,##0.00)", ("-5", Kind.NUMBER)),
    "B7": (123456789, "000\\-00\\-0000", ("123-45-6789", Kind.TEXT)),
    "C7": (0, "0;-0;", ("", Kind.TEXT)),
    "A8": ("merged", "General", ("merged", Kind.TEXT)),
    "B8": (None, "General", ("", Kind.COVERED)),
    "A9": (None, "General", ("", Kind.COVERED)),
    "B9": (None, "General", ("", Kind.COVERED)),
    "A10": (1.5, "[h]:mm", ("36:00:00", Kind.TEXT)),
    "B10": (True, "General", ("TRUE", Kind.BOOL)),
    "C10": (5, '0" kg"', ("5 kg", Kind.DRESSED)),
    "A11": ("x", "General", ("x", Kind.TEXT)),
}


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one workbook in all the ways that LibreOffice writes it."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not on this machine")
    folder = tmp_path_factory.mktemp("converted")
    source = folder / "source" / "payments.xlsx"
    source.parent.mkdir()
    _write(source)
    for extension in ("xlsx", "xls", "ods"):
        subprocess.run(
            [  # noqa: S607 - wherever it is installed
                "soffice",
                f"-env:UserInstallation={(folder / 'user').as_uri()}",
                "--headless",
                *("--convert-to", extension, "--outdir", folder, source),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
    return folder


def _write(path: Path) -> None:
    book = openpyxl.Workbook()
    tab = book.worksheets[0]
    for place, (value, code, _) in CELLS.items():
        tab[place] = value
        tab[place].number_format = code
    tab.merge_cells("A8:B9")
    tab.row_dimensions[3].hidden = True
    tab.row_dimensions[7].hidden = True
    tab.column_dimensions["C"].hidden = True
    book.create_sheet("Other")["A1"] = "=1/0"
    book.create_sheet("Lists").sheet_state = "hidden"
    book.save(path)


@pytest.mark.parametrize("extension", ["xlsx", "xls", "ods"])
def test_libreoffice_s_workbooks_show_the_same(converted: Path, extension: str) -> None:
    """However LibreOffice writes a workbook, its cells and what is hidden are the same."""
    found, cells = look(converted / f"payments.{extension}")
    expected = {place: shown for place, (_, _, shown) in CELLS.items()}
    assert cells == {place: shown for place, shown in expected.items() if shown != ("", Kind.TEXT)}
    assert [*found.hidden_rows] == [3, 7]
    assert found.hidden_columns == {2}
    assert (found.rows, found.columns) == (11, 3)


@pytest.mark.parametrize("extension", ["xlsx", "xls", "ods"])
def test_the_tabs_of_libreoffice_s_workbooks(converted: Path, extension: str) -> None:
    """Tabs are listed in their order, and what is hidden is told, however they are written."""
    path = converted / f"payments.{extension}"
    found = [(tab.name, tab.is_visible) for tab in tabs_of(path)]
    assert found == [("Sheet", True), ("Other", True), ("Lists", False)]
    assert [has_cell(path, name) for name, _ in found] == [True, True, False]


def test_all_tabs_are_read_in_one_pass(converted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An .ods is gone through once for all of its tabs, each of which has its own cells."""
    opened: list[object] = []
    plain = zipfile.ZipFile.open

    def noted(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
        opened.append(name)
        return plain(archive, name)

    monkeypatch.setattr(zipfile.ZipFile, "open", noted)
    found = scan(converted / "payments.ods", ["Other", "Sheet", "Lists"])
    assert [(one.rows, one.columns) for one in found.values()] == [(1, 1), (11, 3), (0, 0)]
    assert opened.count("content.xml") == 1


@pytest.mark.parametrize("extension", ["xls", "ods"])
def test_a_cut_workbook_is_refused(converted: Path, tmp_path: Path, extension: str) -> None:
    """A workbook whose end is missing is refused with a sentence."""
    data = (converted / f"payments.{extension}").read_bytes()
    path = tmp_path / f"cut.{extension}"
    path.write_bytes(data[: len(data) // 3])
    with pytest.raises(SheetError, match=rf"cut\.{extension} is damaged"):
        scan_of(path)


HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"><office:automatic-styles>'
    '<number:number-style style:name="N1"><number:number number:min-integer-digits="6"/>'
    '</number:number-style><style:style style:name="c1" style:data-style-name="N1"/>'
    '<number:currency-style style:name="N2"><number:currency-symbol/><number:number/>'
    '</number:currency-style><style:style style:name="c2" style:data-style-name="N2"/>'
    "</office:automatic-styles><office:body><office:spreadsheet>"
)
CLOSE = "</table:table-cell>"
FOOT = "</office:spreadsheet></office:body></office:document-content>"


def open_document(folder: Path, rows: str, columns: str = "") -> Scan:
    """Write an .ods of one tab and look through it."""
    path = folder / "payments.ods"
    with zipfile.ZipFile(path, "w") as archive:
        table = f'<table:table table:name="Sheet">{columns}{rows}</table:table>'
        archive.writestr("content.xml", HEAD + table + FOOT)
    return scan_of(path)


def said(found: Scan, column: int, row: int) -> object:
    """Give what is said of a cell."""
    for runs_of in (found.formats, found.constants):
        for _, _, word in runs_of[column].between(row, row) if column in runs_of else ():
            return found.looks[word]
    return None


def test_repeated_rows_and_cells_are_counted(tmp_path: Path) -> None:
    """A million repeated rows are one note, and blank ones reach nowhere."""
    number = '<table:table-cell table:number-columns-repeated="3" table:style-name="c1"'
    rows = (
        '<table:table-row table:number-rows-repeated="1000000" table:visibility="filter">'
        f'{number} office:value-type="float" office:value="5"><text:p>000005</text:p>'
        "</table:table-cell></table:table-row>"
        '<table:table-row table:number-rows-repeated="48576">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    found = open_document(tmp_path, rows)
    assert (found.rows, found.columns, found.cells) == (1_000_000, 3, 3_000_000)
    assert 999_999 in found.hidden_rows
    assert 1_000_001 not in found.hidden_rows
    assert found.looks[0].lay_over("5", Kind.NUMBER) == ("000005", Kind.NUMBER)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ('table:formula="of:=[.A1]*2"/>', ("=A1*2", Kind.ERROR)),
        ('table:formula="of:=SUM([.A1:.B2])"/>', ("=SUM(A1:B2)", Kind.ERROR)),
        ('table:formula="of:=[$Other.A1]"/>', ("=…", Kind.ERROR)),
        (
            'table:formula="of:=x" office:value-type="string"><text:p>Err:508</text:p>' + CLOSE,
            ("Err:508", Kind.ERROR),
        ),
        (
            'table:formula="of:=x" office:value-type="float"><text:p>#DIV/0!</text:p>' + CLOSE,
            ("#DIV/0!", Kind.ERROR),
        ),
        ('table:formula="of:=IF(1;&quot;&quot;)"><text:p/>' + CLOSE, None),
        (
            'office:value-type="percentage" office:value="0.5"/>',
            ("50%", Kind.DRESSED),
        ),
        (
            'office:value-type="currency" office:currency="INR" office:value="5"/>',
            ("INR 5", Kind.DRESSED),
        ),
        (  # as LibreOffice writes the dollars of an .xlsx whose sign is nobody's in particular
            'table:style-name="c2" office:value-type="currency" office:value="5"/>',
            ("¤ 5", Kind.DRESSED),
        ),
        ('office:value-type="time" office:time-value="PT30H05M00S"/>', ("30:05:00", Kind.TEXT)),
        ('office:value-type="string"><text:p>#N/A</text:p></table:table-cell>', None),
    ],
)
def test_cells_of_an_open_document(tmp_path: Path, cell: str, shown: Shown | None) -> None:
    """Errors, formulas without a value, percentages and times are what a person sees."""
    row = f"<table:table-row><table:table-cell {cell}</table:table-row>"
    said_of = said(open_document(tmp_path, row), 0, 1)
    if hasattr(said_of, "lay_over"):
        value = "0.5" if "0.5" in cell else "5"
        assert said_of.lay_over(value, Kind.NUMBER) == shown
    else:
        assert said_of == shown


def test_a_column_s_style_is_that_of_its_cells(tmp_path: Path) -> None:
    """A cell without a style has its column's; a note beside a value is no part of it."""
    columns = '<table:table-column/><table:table-column table:default-cell-style-name="c1"/>'
    note = "<office:annotation><text:p>note</text:p></office:annotation>"
    rows = (
        '<table:table-row><table:table-cell/><table:table-cell office:value-type="float"'
        f' office:value="5">{note}<text:p>5</text:p></table:table-cell></table:table-row>'
    )
    found = open_document(tmp_path, rows, columns)
    assert said(found, 1, 1).show("5") == ("000005", Kind.NUMBER)  # type: ignore[attr-defined]


@pytest.fixture
def binary(tmp_path: Path) -> Path:
    """An .xlsb, record by record."""
    cells = [
        record(129),
        record(147, b"\0\0\1" + bytes(20)),
        record(60, struct.pack("<4IH", 1, 1, 2560, 0, 1)),
        record(145),
        row(1),
        record(6, cell(0, 0, text("Lead"))),
        row(2, flags=0x10),
        record(2, cell(0, 1, struct.pack("<i", 1234 << 2 | 2))),
        record(3, cell(1, 0, b"\x2a")),
        record(5, cell(2, 2, struct.pack("<d", 46115.4375))),
        row(3, height=0),
        record(1, cell(9, 1, b"")),
        record(9, cell(0, 1, struct.pack("<dHI", -5, 0, 0) + bytes(8))),
        record(11, cell(1, 0, b"\x07\0\0") + bytes(8)),
        record(146),
        record(176, struct.pack("<4I", 0, 1, 3, 4)),
        record(130),
    ]
    form = styles(['"₹"0'], 0, 164, 14)
    return write_parts(tmp_path / "payments.xlsb", "Sheet", b"".join(cells), form)


def test_a_binary_workbook_tells_the_same(binary: Path) -> None:
    """Errors, formats, merges and what is hidden are found in an .xlsb."""
    found = scan_of(binary)
    assert (found.rows, found.columns, found.cells) == (3, 3, 6)
    assert [*found.hidden_rows] == [2, 3]
    assert found.hidden_columns == {1}
    amounts, hidden, dates = found.shapes
    assert (amounts.number, amounts.before) == ('"₹"0', "₹ ")
    assert (amounts.width, hidden.width, dates.date) == (None, 10, "mm-dd-yy")
    assert [*found.merges.between(1, 9)] == [(1, 3, 2, 4)]
    texts = [["Lead", "1234", "-5"], ["", "", ""], ["", "2026-04-03T10:30:00", ""]]
    kinds = [
        [Kind.TEXT, Kind.NUMBER, Kind.NUMBER],
        [Kind.TEXT] * 3,
        [Kind.TEXT, Kind.DATE, Kind.TEXT],
    ]
    found.lay_over(1, texts, kinds)
    assert texts == [["Lead", "₹ 1234", "₹ -5"], ["", "#N/A", "#DIV/0!"], ["", "2026-04-03", ""]]
    assert kinds[1] == [Kind.TEXT, Kind.ERROR, Kind.ERROR]
    assert kinds[0] == [Kind.TEXT, Kind.DRESSED, Kind.DRESSED]


def test_a_cut_binary_workbook_is_refused(binary: Path, tmp_path: Path) -> None:
    """A part that ends within a record is damage."""
    path = tmp_path / "cut.xlsb"
    with zipfile.ZipFile(binary) as whole, zipfile.ZipFile(path, "w") as cut:
        for name in whole.namelist():
            data = whole.read(name)
            cut.writestr(name, data[:-9] if name.endswith("sheet1.bin") else data)
    with pytest.raises(SheetError, match=r"cut\.xlsb is damaged"):
        scan_of(path)
    assert has_cell(path, "Sheet"), "the damage is behind the first cell"


def cells_replaced(path: Path, cells: bytes) -> Path:
    """Write a binary workbook again with these records in place of its cells."""
    other = path.with_name("other.xlsb")
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(other, "w") as copy:
        for name in whole.namelist():
            sheet = record(129) + record(145) + cells + record(146) + record(130)
            copy.writestr(name, sheet if name.endswith("sheet1.bin") else whole.read(name))
    return other


REAL = struct.pack("<d", 5)
RICH = b"\0" + text("Lead")


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(row(1) + record(62, cell(0, 0, RICH)), id="a text with its own fonts"),
        *(
            pytest.param(row(1) + record(5, cell(0, 0, REAL)) + record(kind, bytes(12)), id=name)
            for kind, name in [(12, "a short blank"), (16, "a short number"), (18, "a short text")]
        ),
        pytest.param(row(1) + record(5, cell(0, 3, REAL)), id="a style that is not there"),
        pytest.param(row(1) + 2 * record(5, cell(0, 0, REAL)), id="a cell twice"),
        pytest.param(2 * (row(1) + record(5, cell(0, 0, REAL))), id="a row twice"),
    ],
)
def test_a_binary_workbook_s_lost_cells_are_refused(binary: Path, cells: bytes) -> None:
    """An .xlsb with a cell that calamine drops or takes for another one is refused."""
    sound = row(1) + record(5, cell(0, 0, REAL)) + row(2) + record(5, cell(0, 2, REAL))
    assert scan_of(cells_replaced(binary, sound)).cells == 2
    path = cells_replaced(binary, cells)
    with pytest.raises(SheetError, match=r"other\.xlsb is damaged: its cells"):
        scan_of(path)
    assert has_cell(path, "Sheet")


def old(kind: int, *values: int, form: str = "", more: bytes = b"") -> bytes:
    """Write a record of an .xls: words, or what a form of `struct` says; and more bytes."""
    data = struct.pack(form or f"<{len(values)}H", *values) + more
    return struct.pack("<2H", kind, len(data)) + data


def old_book(folder: Path, cells: bytes, extra: bytes = b"") -> Path:
    """Write an .xls of one tab, with a text in A1 and these records behind it."""
    path = folder / "payments.xls"
    end = old(0x0A)
    write_ole(path, "Workbook", biff((0, 0, "Lead"), extra=extra)[: -len(end)] + cells + end)
    return path


TEXTS = old(0xFC, 1, 1, form="<2I", more=b"\4\0\0Lead")
NUMBER = old(0x203, 1, 0, 0, more=REAL)
FORMULA = old(6, 2, 0, 0, more=b"\0\0\0\0\0\0\xff\xff" + bytes(8))


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(old(0xFD, 1, 0, 0, 1, 0), id="a text that is not in the list"),
        pytest.param(old(0x203, 1, 0, 99, more=REAL), id="a style that is not there"),
        pytest.param(old(0x203, 1, 256, 0, more=REAL), id="a column beyond all"),
        pytest.param(old(0xBD, 1, 255, 0, 0, 0, 0, 0, 0, 256), id="short numbers beyond all"),
        pytest.param(NUMBER + NUMBER, id="a cell twice"),
        pytest.param(NUMBER + old(0x204, 1, 0, 0, 1, more=b"\0x"), id="a text upon a number"),
        pytest.param(old(0x03, 1, 0, 0, more=b"\0" + REAL), id="a cell of Excel 2"),
        pytest.param(old(0x303, 1, 1, 0, more=REAL) + NUMBER, id="an unknown cell"),
    ],
)
def test_an_old_workbook_s_lost_cells_are_refused(tmp_path: Path, cells: bytes) -> None:
    """An .xls with a cell that calamine drops or takes for another one is refused."""
    sound = old(0xFD, 2, 255, 0, 0, 0) + NUMBER + FORMULA + old(0x207, 3, more=b"\1a\0b\0c\0")
    assert scan(old_book(tmp_path, sound, TEXTS), ["Tab1"])["Tab1"].cells == 4
    path = old_book(tmp_path, cells, TEXTS)
    with pytest.raises(SheetError, match=r"payments\.xls is damaged: its cells"):
        scan(path, ["Tab1"])


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(FORMULA + old(0x207, 9, more=b"\0hello"), id="of a formula"),
        pytest.param(FORMULA + old(0x207, 5, more=b"\1hello"), id="of a formula, wide"),
        pytest.param(old(0x204, 2, 0, 0, 9, more=b"\0hello"), id="of a cell"),
        pytest.param(old(0xD6, 2, 0, 0, 9, more=b"\0hello"), id="of a cell with fonts"),
    ],
)
def test_an_old_workbook_s_cut_text_is_refused(tmp_path: Path, cells: bytes) -> None:
    """A text that goes on in a second record would lose its end, so its row is named."""
    path = old_book(tmp_path, cells + old(0x3C, more=b"\0, you"))
    with pytest.raises(SheetError, match=r"Row 3 of payments\.xls › Tab1 holds a text"):
        scan(path, ["Tab1"])


def test_two_tabs_of_one_name_are_refused(tmp_path: Path) -> None:
    """Of two tabs with the same name in an .xls, nobody can say which is meant."""
    path = old_book(tmp_path, NUMBER, old(0x85, 0, 0, 0, 4, more=b"Tab1"))
    for read in (tabs_of, lambda path: scan(path, ["Tab1"])):
        with pytest.raises(SheetError, match="two of its tabs have the same name"):
            read(path)


@given(st.integers(-(1 << 29), (1 << 29) - 1), st.sampled_from([0, 1]))
def test_short_numbers_are_read(number: int, hundredth: int) -> None:
    """An integer of 30 bits, or a hundredth of it, is read as it was written."""
    rk = (number << 2 | 2 | hundredth) & 0xFFFFFFFF
    assert rk_number(rk) == (number / 100 if hundredth else number)


@given(st.floats(-1e9, 1e9))
def test_short_floats_are_read(number: float) -> None:
    """The upper half of a float is read as it was written."""
    upper = struct.unpack("<I", struct.pack("<d", number)[4:])[0] & 0xFFFFFFFC
    written: float = struct.unpack("<d", struct.pack("<II", 0, upper))[0]
    assert rk_number(upper) == written


PIECES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), max_size=12)


@given(PIECES)
def test_ranges_hold_what_was_added(pieces: Sequence[tuple[int, int]]) -> None:
    """A compact set holds the numbers that were added, in any order."""
    pile = Pile()
    numbers = set()
    for first, more in pieces:
        pile.add(first, first + more)
        numbers |= {*range(first, first + more + 1)}
    ranges = pile.ranges()
    assert [number for number in range(90) if number in ranges] == sorted(numbers)
    assert [*ranges] == sorted(numbers)
    assert bool(ranges) == bool(numbers)


@given(
    st.dictionaries(st.integers(0, 60), st.integers(0, 2)), st.integers(0, 60), st.integers(0, 9)
)
def test_runs_say_one_word_of_each_row(words: dict[int, int], first: int, more: int) -> None:
    """Runs give back each row's word, cut to the rows that are asked for."""
    pile = Pile()
    for at, word in words.items():
        pile.add(at, at, word)
    runs = pile.runs()
    found = {at: word for a, b, word in runs.between(first, first + more) for at in range(a, b + 1)}
    assert found == {at: word for at, word in words.items() if first <= at <= first + more}


@given(PIECES, st.integers(0, 60), st.integers(0, 9))
def test_merges_are_found_by_their_rows(
    pieces: Sequence[tuple[int, int]], first: int, more: int
) -> None:
    """The merges that touch some rows are found, and no others."""
    merges = merges_of((at, 0, at + deep, 1) for at, deep in pieces)
    touching = sorted((a, a + n) for a, n in pieces if a <= first + more and a + n >= first)
    assert [(top, bottom) for top, _, bottom, _ in merges.between(first, first + more)] == touching


def test_what_was_found_is_not_changed_by_what_is_found_later() -> None:
    """What a pile gives stays as it is while the pile grows."""
    pile = Pile()
    pile.add(1, 3)
    before = pile.ranges(), pile.runs()
    pile.add(4, 9)
    assert ([*before[0]], [*before[1].between(1, 9)]) == ([1, 2, 3], [(1, 3, 0)])


def test_a_tab_that_is_not_there_holds_nothing(converted: Path) -> None:
    """Of a tab that a workbook does not have, nothing is found; of each other one, its own."""
    for extension in ("xlsx", "xls", "ods"):
        path = converted / f"payments.{extension}"
        assert scan_of(path, "None").rows == 0
        assert shown(path, "Other") == {"A1": ("#DIV/0!", Kind.ERROR)}
