from __future__ import annotations

import datetime as dt
import io
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900
from openpyxl.worksheet.worksheet import Worksheet
from scanned import PART, cells_of, look, rewrite, scan_of, shown

from importer.errors import SheetError
from importer.model import Kind
from importer.sheets.cells import as_shown
from importer.sheets.scan import has_cell
from importer.sheets.scan.found import Finding
from importer.sheets.scan.package import package
from importer.sheets.scan.ranges import do_overlap
from importer.sheets.scan.xlsx import BLOCK, look_through
from importer.sheets.scan.xlsx_book import read_book, read_formats
from importer.sheets.scan.xlsx_exact import read_exactly
from importer.sheets.scan.xlsx_search import UnusualXmlError

Value = str | float | bool | dt.date | dt.datetime | None


def saved(book: openpyxl.Workbook, folder: Path) -> Path:
    """Save a workbook of one tab called Sheet."""
    path = folder / "payments.xlsx"
    book.save(path)
    return path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A workbook with one of each thing that calamine does not tell."""
    book = openpyxl.Workbook()
    tab = book.worksheets[0]
    rows = (["Lead", "Amount", "On"], ["x", "#N/A", None], ["y", 5, dt.datetime(2026, 4, 3, 10)])  # noqa: DTZ001 - a cell has no zone
    for row in (*rows, ["#DIV/0!", '=B3*2&"<"', None], [None, 7, "a\n&\u0905"]):
        tab.append(row)
    tab["B3"].number_format = '"₹"#,##0.00'
    tab["C3"].number_format = "dd/mm/yyyy"
    tab["B5"].number_format = "0000"
    tab["D9"].number_format = "0000"
    tab.merge_cells("A6:C7")
    tab["A6"] = "merged"
    tab.row_dimensions[3].hidden = True
    tab.row_dimensions[4].height = 0.0
    tab.column_dimensions["B"].hidden = True
    path = saved(book, tmp_path)
    rewrite(path, lambda xml: xml.replace('<row r="4"', '<row r="4" ht="0"'))
    return path


EXPECTED = {
    "A1": ("Lead", Kind.TEXT),
    "B1": ("Amount", Kind.TEXT),
    "C1": ("On", Kind.TEXT),
    "A2": ("x", Kind.TEXT),
    "B2": ("#N/A", Kind.ERROR),
    "A3": ("y", Kind.TEXT),
    "B3": ("₹ 5", Kind.DRESSED),
    "C3": ("2026-04-03", Kind.DATE),
    "A4": ("#DIV/0!", Kind.ERROR),
    "B4": ('=B3*2&"<"', Kind.ERROR),
    "B5": ("0007", Kind.NUMBER),
    "C5": ("a\n&\u0905", Kind.TEXT),
    "A6": ("merged", Kind.TEXT),
    **dict.fromkeys(("B6", "C6", "A7", "B7", "C7"), ("", Kind.COVERED)),
}


def check(path: Path) -> None:
    """Compare with what a person sees in `book`."""
    found, cells = look(path)
    extent = {place: cell for place, cell in cells.items() if not place.endswith("7")}
    assert extent == {place: cell for place, cell in EXPECTED.items() if not place.endswith("7")}
    assert (found.rows, found.columns, found.farthest) == (6, 3, "C1")
    assert [*found.hidden_rows] == [3, 4]
    assert found.hidden_columns == {1}


def test_what_calamine_does_not_tell(book: Path) -> None:
    """Errors, formulas without a value, formats, merges and what is hidden are found."""
    check(book)


def prefixed(xml: str) -> str:
    """Give every element a prefix."""
    xml = re.sub(r"<(/?)([a-zA-Z])", r"<\1x:\2", xml)
    return xml.replace("xmlns=", "xmlns:x=")


def indented(xml: str) -> str:
    """Put white space between all elements but those of texts."""
    return re.sub(r"(<(?!/?(?:t|f|v|is)\b)[^>]*>)", r"\n  \1", xml)


MAIN = 'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
WAYS: dict[str, Callable[[str], str]] = {
    "prefixes": prefixed,
    "apostrophes": lambda xml: xml.replace('"', "'").replace("B3*2&amp;'&lt;'", 'B3*2&amp;"&lt;"'),
    "a declaration": lambda xml: f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}',
    "a byte order mark": lambda xml: f"\ufeff{xml}",
    "white space": indented,
    "a comment": lambda xml: xml.replace("<sheetData>", '<!-- <row r="9"> --><sheetData>'),
    "a comment among cells": lambda xml: xml.replace('<c r="B2"', '<!--<c r="Z9">--><c r="B2"'),
    "instructions": lambda xml: xml.replace("Amount", "Am<?x y?>o<!-- -->u<![CDATA[nt]]>"),
    "other order": lambda xml: re.sub(r'<c (r="\w+") (s="\d+") (t="\w+")', r"<c \3 \2 \1", xml),
    "type before style": lambda xml: re.sub(r'(s="\d+") (t="\w+")', r"\2 \1", xml),
    "metadata before style": lambda xml: re.sub(r'(<c r="\w+")', r'\1 cm="1"', xml),
    "padded styles": lambda xml: re.sub(r'(<c [^>]*)s="(\d+)"', r'\1s="0\2"', xml),
    "merges with a prefix": lambda xml: xml.replace("<mergeCell ", f"<x:mergeCell {MAIN} "),
    "columns with a prefix": lambda xml: xml.replace("<col ", f"<x:col {MAIN} "),
    "no addresses": lambda xml: re.sub(r'<(c|row) r="[A-Z0-9]+"', r"<\1", xml),
    "no row numbers": lambda xml: re.sub(r'<row r="[0-9]+"', "<row", xml),
    "empty values": lambda xml: xml.replace("<v />", "<v></v>"),
    "no empty values": lambda xml: xml.replace("<v />", ""),
    "a strange character": lambda xml: xml.replace("Amount", "Amount"),
    "closed by space": lambda xml: xml.replace("</sheetData>", "</sheetData >"),
    "truths": lambda xml: xml.replace('hidden="1"', 'hidden="true"'),
    "no height": lambda xml: xml.replace('ht="0"', 'ht=" -.0e1"'),
}


@pytest.mark.parametrize("way", WAYS)
def test_it_is_found_however_the_xml_is_written(book: Path, way: str) -> None:
    """Any XML that says the same is read the same."""
    if way == "no addresses":
        rewrite(book, lambda xml: re.sub(r'(<row r="[67]".*?</row>)', "", xml))
        rewrite(book, WAYS[way])
        cells = shown(book)
        assert [cells["B2"], cells["A4"]] == [EXPECTED["B2"], EXPECTED["A4"]]
        return
    rewrite(book, WAYS[way])
    check(book)


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_it_is_found_in_other_encodings(book: Path, encoding: str) -> None:
    """XML in UTF-16 or Latin letters is found to say the same."""
    with zipfile.ZipFile(book) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    xml = parts[PART].decode().replace("\u0905", "&#x905;")
    parts[PART] = f'<?xml version="1.0" encoding="{encoding}"?>{xml}'.encode(encoding)
    with zipfile.ZipFile(book, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    found = scan_of(book)
    assert [*found.hidden_rows] == [3, 4]
    assert ("#N/A", Kind.ERROR) in found.looks


def facts(path: Path, finding: Finding) -> dict[str, object]:
    """Give all that was found, to be compared."""
    found = finding.scan()
    return {
        "extent": [found.rows, found.columns, found.cells, found.farthest],
        "hidden": [*found.hidden_rows, found.hidden_columns],
        "merges": [*found.merges.between(1, 10_000)],
        "cells": cells_of(path, found),
    }


def check_both(path: Path, block: int) -> None:
    """Look through a tab as bytes and by a parser, and compare."""
    quick, plain, exact = Finding(), Finding(), Finding()
    with package(path) as parts:
        formats = read_formats(parts, is_1904=read_book(parts).is_1904)
        xml = parts.read(PART)
    look_through(io.BytesIO(xml), formats, quick, block)
    look_through(io.BytesIO(xml), formats, plain, block, large=0)
    read_exactly(io.BytesIO(xml), formats, exact)
    assert facts(path, quick) == facts(path, plain) == facts(path, exact)


@pytest.mark.parametrize("block", [1, 2, 3, 5, 7, 64, 1000, 1 << 20])
def test_blocks_may_end_anywhere(book: Path, block: int) -> None:
    """Wherever a block ends, nothing is missed, doubled or cut in two."""
    check_both(book, block)


FORMATS = [
    "General",
    "0.00",
    "000",
    "0%",
    '"₹"0',
    "dd/mm/yyyy",
    "hh:mm",
    "d/m/yy h:mm",
    ";;;",
    "0;d",
]
CELLS = st.tuples(
    st.none()
    | st.integers(-5, 50_000)
    | st.floats(-10, 50_000)
    | st.booleans()
    | st.text("ab &<>\n", max_size=4)
    | st.sampled_from(["#N/A", "#REF!", "=A1", '=IF(A1="","",1)', "=B2&\"<c r='A1'>\""]),
    st.sampled_from(FORMATS),
)


@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=6),
    st.integers(1, 300),
    st.sets(st.integers(1, 6)),
)
def test_both_roads_lead_to_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[list[tuple[Value, str]]],
    block: int,
    hidden: set[int],
) -> None:
    """Looked through as bytes or by a parser, any table is the same."""
    book = openpyxl.Workbook()
    tab = book.worksheets[0]
    _fill(tab, table)
    for row in hidden:
        tab.row_dimensions[row].hidden = True
    check_both(saved(book, tmp_path_factory.mktemp("book")), block)


def _fill(tab: Worksheet, table: list[list[tuple[Value, str]]]) -> None:
    for at, row in enumerate(table, start=1):
        for column, (value, code) in enumerate(row, start=1):
            cell = tab.cell(at, column, value)
            cell.number_format = code


EPOCHS = st.sampled_from([CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904])
PLAIN = (
    st.none()
    | st.text("ab ₹%1", min_size=1, max_size=4).filter(str.strip)
    | st.floats(-1e9, 1e9)
    | st.booleans()
    | st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1))
    | st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2100, 1, 1)).map(  # noqa: DTZ001 - no zone
        lambda moment: moment.replace(microsecond=0)
    )
)


@given(st.lists(st.lists(PLAIN, min_size=2, max_size=4), min_size=1, max_size=6), EPOCHS)
def test_a_table_comes_back_as_openpyxl_wrote_it(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[Value]], epoch: dt.datetime
) -> None:
    """Cells in which there is nothing to put right stay as they are, in either epoch."""
    book = openpyxl.Workbook()
    book.epoch = epoch
    for row in table:
        book.worksheets[0].append(row)
    path = saved(book, tmp_path_factory.mktemp("book"))
    read = openpyxl.load_workbook(path)  # it writes 16 digits of a number
    written = {
        cell.coordinate: as_shown(cell.value)  # type: ignore[arg-type]
        for row in read.worksheets[0]
        for cell in row
        if cell.value is not None
    }
    assert shown(path) == written


def test_a_formula_that_yields_an_empty_text_is_blank(book: Path) -> None:
    """A stored empty text is a value: the cell is blank, as Excel shows it."""
    stored = '<c r="B4" t="str"><f>IF(A1="","",1)</f><v></v></c>'
    rewrite(book, lambda xml: re.sub(r'<c r="B4".*?</c>', stored, xml))
    assert "B4" not in shown(book)


def test_a_formula_s_stored_value_is_the_cell(book: Path) -> None:
    """A formula with a stored value is that value, in its format."""
    stored = '<c r="B4" s="1"><f>B3*2</f><v>10</v></c>'
    rewrite(book, lambda xml: re.sub(r'<c r="B4".*?</c>', stored, xml))
    assert shown(book)["B4"] == ("₹ 10", Kind.DRESSED)


def test_a_date_stored_as_text_shows_what_its_format_shows(book: Path) -> None:
    """A date that is stored in ISO 8601, as strict workbooks may, hides its time too."""
    stored = r'<c r="C3" s="\1" t="d"><v>2026-04-03T10:00:00</v></c>'
    rewrite(book, lambda xml: re.sub(r'<c r="C3" s="(\d+)".*?</c>', stored, xml))
    assert shown(book)["C3"] == ("2026-04-03", Kind.DATE)


def test_a_last_row_of_nothing_else_is_a_row(tmp_path: Path) -> None:
    """A row or column that only holds formulas without values still is one."""
    book = openpyxl.Workbook()
    for row in (["Lead", "Amount"], ["x", 1, None], ["=A2", None, "=B2"]):
        book.worksheets[0].append(row)
    found, cells = look(saved(book, tmp_path))
    assert (found.rows, found.columns) == (3, 3)
    assert [cells["A3"], cells["C3"]] == [("=A2", Kind.ERROR), ("=B2", Kind.ERROR)]


def test_a_tab_reaches_as_far_as_its_contents(tmp_path: Path) -> None:
    """Cells that have a format alone hold nothing; one that holds something far away is named."""
    book = openpyxl.Workbook()
    tab = book.worksheets[0]
    tab["B2"] = 1
    tab["ZZ1"].number_format = "0.00"
    tab["C90000"].number_format = "0.00"
    path = saved(book, tmp_path)
    near = scan_of(path)
    assert (near.rows, near.columns, near.farthest) == (2, 2, "B2")
    tab["XFD1048576"] = "="
    far = scan_of(saved(book, tmp_path))
    assert (far.rows, far.columns, far.farthest) == (1_048_576, 16_384, "XFD1048576")


def test_a_default_format_is_that_of_all_cells(book: Path) -> None:
    """A format that the workbook gives to cells without a style is seen too."""
    rewrite(book, lambda xml: xml.replace('<xf numFmtId="0"', '<xf numFmtId="9"'), "xl/styles.xml")
    rewrite(book, lambda xml: re.sub(r'<c r="B5" s="\d+"', '<c r="B5"', xml))
    assert shown(book)["B5"] == ("700%", Kind.DRESSED)


def test_entries_with_backslashes_are_found(book: Path) -> None:
    """An archive whose entries are named with backslashes is read like any other."""
    with zipfile.ZipFile(book) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(book, "w") as archive:
        for name, data in parts.items():
            entry = zipfile.ZipInfo("x")
            entry.filename = name.replace("/", "\\")
            archive.writestr(entry, data)
    check(book)


@pytest.mark.parametrize(
    "harm",
    [
        lambda xml: '<!DOCTYPE b [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>' + xml,
        lambda xml: xml[: len(xml) // 2],
        lambda xml: xml.replace("<v>5</v>", "<v>5</w>"),
        lambda xml: xml.replace('t="n"><v>5<', 't="n"><v>five<'),
        lambda _: "",
    ],
)
def test_damage_is_told(book: Path, harm: Callable[[str], str]) -> None:
    """XML that declares entities, breaks off or makes no sense is refused with a sentence."""
    rewrite(book, harm)
    with pytest.raises(SheetError, match=r"payments\.xlsx is damaged") as caught:
        shown(book)
    assert caught.value.hint


def test_a_merge_of_a_million_rows_costs_nothing(tmp_path: Path) -> None:
    """A merged range is laid over the rows at hand alone, however deep it is."""
    book = openpyxl.Workbook()
    book.worksheets[0].append(["a", "b"])
    path = saved(book, tmp_path)
    merges = '</sheetData><mergeCells count="1"><mergeCell ref="B1:B1048576"/></mergeCells>'
    rewrite(path, lambda xml: xml.replace("</sheetData>", merges))
    found = scan_of(path)
    texts, kinds = [["x"] * 3, ["y"] * 3], [[Kind.TEXT] * 3, [Kind.TEXT] * 3]
    found.lay_over(1_000_000, texts, kinds)
    assert texts == [["x"] * 3, [""] * 3]
    assert kinds[1] == [Kind.COVERED] * 3


def test_unusual_xml_is_told_apart(book: Path) -> None:
    """What is not written as Excel writes it is left to the parser."""
    with package(book) as parts:
        xml = parts.read(PART).replace(b"<c ", b"<x:c ")
    with pytest.raises(UnusualXmlError):
        look_through(io.BytesIO(xml.replace(b"<row", b"<!-- --><row")), {}, Finding())


def test_a_tab_s_first_cell_is_enough(book: Path) -> None:
    """Whether a tab holds anything is known at its first cell: what follows is not looked at."""
    rewrite(book, lambda xml: xml.replace("</sheetData>", " " * (2 * BLOCK) + "<row <<"))
    assert has_cell(book, "Sheet")
    with pytest.raises(SheetError, match="damaged"):
        scan_of(book)


FIVE = re.compile(r'<c r="B3" s="[0-9]+" t="n"><v>5</v></c>')
TWO_WAYS = {
    "a text's number and a space": '<c r="B3" t="s"><v>1 </v></c>',
    "a text's number with a sign": '<c r="B3" t="s"><v>+1</v></c>',
    "a text's number with digits behind a point": '<c r="B3" t="s"><v>1.0</v></c>',
    "a text's number in letters": '<c r="B3" t="s"><v>abc</v></c>',
    "a text's number below zero": '<c r="B3" t="s"><v>-5</v></c>',
    "CDATA": '<c r="B3"><v><![CDATA[12]]></v></c>',
    "CDATA in a formula's text": '<c r="B3" t="str"><f>A1</f><v>a<![CDATA[b]]></v></c>',
    "a comment": '<c r="B3"><v>1<!-- -->2</v></c>',
    "a comment first": '<c r="B3"><v><!-- -->12</v></c>',
    "an instruction": '<c r="B3"><v>1<?x y?>2</v></c>',
    "a reference": '<c r="B3"><v>1&#50;</v></c>',
    "a reference alone": '<c r="B3" t="n"><f>A1</f><v>&#x31;</v></c>',
    "an element": '<c r="B3"><v>1<x/>2</v></c>',
    "two values": '<c r="B3"><v>1</v><v>2</v></c>',
    "a blank value and another": '<c r="B3"><v/><v>2</v></c>',
    "a value before its formula": '<c r="B3"><v>1</v><f>A1</f></c>',
    "a text and a value": '<c r="B3" t="inlineStr"><is><t>a</t></is><v>2</v></c>',
    "a cell in a cell": '<c r="B3"><v>1</v><c r="D3"><v>2</v></c></c>',
    "a cell that comes twice": '<c r="B3"><v>1</v></c><c r="B3"><v>2</v></c>',
    "a cell of another row": '<c r="B3"><v>1</v></c><c r="D8"><v>2</v></c>',
    "a row that comes twice": '<c r="B3"><v>1</v></c></row><row r="3"><c r="D3"><v>2</v></c>',
}


@pytest.mark.parametrize("way", [lambda xml: xml, prefixed], ids=["plain", "prefixed"])
@pytest.mark.parametrize("cell", TWO_WAYS)
def test_a_cell_that_could_be_read_in_two_ways_is_refused(
    book: Path, cell: str, way: Callable[[str], str]
) -> None:
    """Where calamine and Excel see two things in a cell, nothing is read, however it is written."""
    rewrite(book, lambda xml: way(FIVE.sub(lambda _: TWO_WAYS[cell], xml)))
    with pytest.raises(SheetError, match=r"its (cell [BCD][38] could be|row 3 is there twice)"):
        shown(book)


@pytest.mark.parametrize("way", [lambda xml: xml, prefixed], ids=["plain", "prefixed"])
def test_references_in_texts_are_read(book: Path, way: Callable[[str], str]) -> None:
    """In a text a reference is the character that it stands for."""
    stored = '<c r="B3" t="str"><f>A1</f><v>R&amp;D&#33;</v></c>'
    rewrite(book, lambda xml: way(FIVE.sub(lambda _: stored, xml)))
    assert shown(book)["B3"] == ("R&D!", Kind.TEXT)


def test_a_calendar_that_readers_begin_on_two_days_is_refused(book: Path) -> None:
    """Dates of 1904 that calamine would count from 1900 are not read."""
    said = re.compile("<workbookPr[^>]*/>")
    rewrite(book, lambda xml: said.sub('<workbookPr date1904="on"/>', xml), "xl/workbook.xml")
    with pytest.raises(SheetError, match="its days could be counted from 1900 or from 1904"):
        scan_of(book)


def test_two_rows_of_one_number_far_apart_are_refused(book: Path) -> None:
    """A row that comes again at the end is found although the rows are not in order."""
    again = '<row r="1"><c r="A1"><v>9</v></c></row></sheetData>'
    rewrite(book, lambda xml: xml.replace("</sheetData>", again))
    with pytest.raises(SheetError, match="its row 1 is there twice"):
        scan_of(book)


def test_merged_cells_that_overlap_are_refused(book: Path) -> None:
    """A cell that two merges claim could be blank or not; Excel writes no such thing."""
    rewrite(book, lambda xml: xml.replace("</mergeCells>", '<mergeCell ref="C7:D9"/></mergeCells>'))
    with pytest.raises(SheetError, match="merged cells overlap"):
        scan_of(book)


@given(st.lists(st.tuples(*[st.integers(0, 8)] * 4), max_size=6))
def test_overlaps_are_those_that_share_a_cell(corners: list[tuple[int, int, int, int]]) -> None:
    """Merges overlap if, cell by cell, one is there twice."""
    merges = [(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in corners]
    cells = [
        (row, column)
        for top, left, bottom, right in merges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    ]
    assert do_overlap(merges) is (len(set(cells)) < len(cells))


def test_merges_behind_a_block_s_end_are_found(book: Path) -> None:
    """Merges are seen where a block ends with the very last byte of the rows."""
    with package(book) as parts:
        xml = parts.read(PART)
    finding = Finding()
    look_through(io.BytesIO(xml), {}, finding, xml.index(b"</sheetData>") + len(b"</sheetData>"))
    assert [*finding.scan().merges.between(1, 9)] == [(6, 0, 7, 2)]


@pytest.mark.parametrize("blank", ['<c r="D2"/>', '<c r="D2"></c>', '<c r="D2"><v></v></c>'])
def test_only_cells_that_hold_something_are_counted(book: Path, blank: str) -> None:
    """Cells that are written and hold nothing make no room for a larger table."""
    before = scan_of(book).cells
    rewrite(book, lambda xml: re.sub(r'(<row r="2"[^>]*>.*?)</row>', rf"\1{blank}</row>", xml))
    assert scan_of(book).cells == before == 13


@pytest.mark.parametrize("harm", ["<v>5</v></d>", "<v>5</v", "<v a=5>5</v></c>"])
def test_xml_that_is_not_well_formed_is_refused(book: Path, harm: str) -> None:
    """A slip that searching would pass over is found."""
    rewrite(book, lambda xml: xml.replace("<v>5</v></c>", harm))
    with pytest.raises(SheetError, match="is damaged"):
        scan_of(book)


STRINGS = "xl/sharedStrings.xml"


def moved(path: Path, name: str, other: str, content: str | None = None) -> None:
    """Let the workbook point to a part of another name; leave what is given under the old one."""
    with zipfile.ZipFile(path) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    data = parts.pop(name, b"")
    parts[other] = data
    if content is not None:
        parts[name] = content.encode()
    short, new = Path(name).name, Path(other).name
    for rels in ("_rels/.rels", "xl/_rels/workbook.xml.rels"):
        parts[rels] = parts[rels].replace(short.encode(), new.encode())
    with zipfile.ZipFile(path, "w") as archive:
        for one, xml in parts.items():
            archive.writestr(one, xml)


@pytest.mark.parametrize("left", [None, "<styleSheet/>"])
def test_formats_of_another_part_are_refused(book: Path, left: str | None) -> None:
    """Calamine goes by the name of the formats' part and Excel by what points to it."""
    moved(book, "xl/styles.xml", "xl/looks.xml", left)
    with pytest.raises(SheetError, match=r"its part styles\.xml is not the one"):
        scan_of(book)


def test_texts_that_nothing_points_to_are_refused(book: Path) -> None:
    """A part of texts that the workbook does not point to is not taken for its texts."""
    with zipfile.ZipFile(book, "a") as archive:
        archive.writestr(STRINGS, "<sst/>")
    with pytest.raises(SheetError, match=r"its part sharedstrings\.xml is not the one"):
        scan_of(book)


def test_a_second_workbook_inside_is_refused(book: Path) -> None:
    """A workbook that the file points to under another name is not mixed with the usual one."""
    moved(book, "xl/workbook.xml", "xl/other.xml", "<workbook/>")
    with pytest.raises(SheetError, match=r"its part xl/other\.xml is not the one place"):
        scan_of(book)


def test_many_errors_that_are_not_closed_take_no_time(book: Path) -> None:
    """Half a million bytes of errors without an end are refused in a moment."""
    flood = '<c r="A9" t="e">' * 100_000
    rewrite(book, lambda xml: xml.replace("</sheetData>", f'<row r="9">{flood}</row></sheetData>'))
    start = time.process_time()
    with pytest.raises(SheetError):
        scan_of(book)
    assert time.process_time() - start < 5


def test_many_styles_take_no_time(tmp_path: Path) -> None:
    """Each of thousands of styles is told apart, at once."""
    book = openpyxl.Workbook()
    for number in range(1, 3000):
        book.worksheets[0].cell(number, 1, number).number_format = f'"x{number}"0'
    path = saved(book, tmp_path)
    start = time.process_time()
    found, cells = look(path, chunk=1000)
    assert found.rows == 2999
    assert cells["A2999"] == ("x29992999", Kind.TEXT)
    assert time.process_time() - start < 5
