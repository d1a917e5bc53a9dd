from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from importer.errors import SheetError
from importer.model import Kind, SheetSpec
from importer.sheets import Shown, open_sheet

TAB = "xl/worksheets/sheet1.xml"


def rewrite(path: Path, part: str, change: Callable[[str], str]) -> None:
    """Change one part of a workbook, as another program might have written it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def body(path: Path) -> dict[int, list[Shown]]:
    """Row number → cells below the header."""
    found = {}
    for chunk in open_sheet(path, SheetSpec()).chunks(2):
        assert chunk.kinds is not None
        texts = zip(*chunk.columns, strict=True)
        kinds = zip(*chunk.kinds, strict=True)
        for number, text, kind in zip(chunk.numbers, texts, kinds, strict=True):
            found[number] = list(zip(text, kind, strict=True))
    return found


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Errors and formulas; openpyxl stores no values for them."""
    book = openpyxl.Workbook()
    tab = book.worksheets[0]
    for row in (["Lead", "Amount"], ["x", "#N/A"], ["y", 5], ["#DIV/0!", "=B3*2"], [None, 7]):
        tab.append(row)
    path = tmp_path / "errors.xlsx"
    book.save(path)
    return path


EXPECTED = {
    2: [("x", Kind.TEXT), ("#N/A", Kind.ERROR)],
    3: [("y", Kind.TEXT), ("5", Kind.NUMBER)],
    4: [("#DIV/0!", Kind.ERROR), ("=B3*2", Kind.ERROR)],
    5: [("", Kind.TEXT), ("7", Kind.NUMBER)],
}


def test_errors_and_formulas_without_a_value_are_seen(book: Path) -> None:
    """An error cell is its error, and a formula that nobody calculated is no blank cell."""
    assert body(book) == EXPECTED


def test_they_are_seen_in_prefixed_xml(book: Path) -> None:
    """XML whose elements carry a prefix says the same."""

    def prefixed(xml: str) -> str:
        xml = re.sub(r"<(/?)([a-zA-Z])", r"<\1x:\2", xml)
        return xml.replace("xmlns=", "xmlns:x=")

    rewrite(book, TAB, prefixed)
    assert body(book) == EXPECTED


def test_they_are_seen_without_addresses(book: Path) -> None:
    """Cells and rows that carry no address follow one another."""
    rewrite(book, TAB, lambda xml: re.sub(r'<(c|row) r="[A-Z0-9]+"', r"<\1", xml))
    assert body(book)[2] == EXPECTED[2]
    assert body(book)[4] == EXPECTED[4]


def test_a_formula_that_yields_an_empty_text_is_blank(book: Path) -> None:
    """A stored empty text is a value: the cell is blank, as Excel shows it."""
    stored = '<c r="B4" t="str"><f>IF(A1="","",1)</f><v></v></c>'
    rewrite(book, TAB, lambda xml: re.sub(r'<c r="B4".*?</c>', stored, xml))
    assert body(book)[4][1] == ("", Kind.TEXT)


def test_a_formula_s_stored_value_is_the_cell(book: Path) -> None:
    """A formula with a stored value is that value."""
    stored = '<c r="B4"><f>B3*2</f><v>10</v></c>'
    rewrite(book, TAB, lambda xml: re.sub(r'<c r="B4".*?</c>', stored, xml))
    assert body(book)[4][1] == ("10", Kind.NUMBER)


def test_a_last_row_of_nothing_else_is_a_row(tmp_path: Path) -> None:
    """A row or column that only holds formulas without values still is one."""
    book = openpyxl.Workbook()
    for row in (["Lead", "Amount"], ["x", 1, None], ["=A2", None, "=B2"]):
        book.worksheets[0].append(row)
    path = tmp_path / "late.xlsx"
    book.save(path)
    assert open_sheet(path, SheetSpec()).headers == ("Lead", "Amount", "")
    assert body(path)[3] == [("=A2", Kind.ERROR), ("", Kind.TEXT), ("=B2", Kind.ERROR)]


def test_entries_with_backslashes_are_found(book: Path) -> None:
    """An archive whose entries are named with backslashes is read like any other."""
    with zipfile.ZipFile(book) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(book, "w") as archive:
        for name, data in parts.items():
            entry = zipfile.ZipInfo("x")
            entry.filename = name.replace("/", "\\")
            archive.writestr(entry, data)
    assert body(book) == EXPECTED


def test_a_document_type_is_refused(book: Path) -> None:
    """XML that declares entities is refused before any of them is expanded."""
    bomb = '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    rewrite(book, TAB, lambda xml: bomb + xml)
    with pytest.raises(SheetError, match=r"errors\.xlsx is damaged"):
        body(book)
