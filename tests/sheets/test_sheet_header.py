from __future__ import annotations

from pathlib import Path

import pytest

from importer.errors import SheetError
from importer.model import SheetSpec
from importer.sheets import open_sheet


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A CSV with its header on row 4."""
    path = tmp_path / "export.csv"
    path.write_text(
        'Sunrise Developers\n\nLead count,Date\n"Lead\n ID",Receipt No,DATE\n1,2,3\n',
        encoding="utf-8",
    )
    return path


def test_the_header_is_row_one_where_nothing_is_said(tmp_path: Path) -> None:
    """Without a word in the mapping the header is row 1."""
    path = tmp_path / "export.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    assert open_sheet(path, SheetSpec()).header_row == 1


def test_the_header_is_found_by_its_words(export: Path) -> None:
    """The first row that holds all the words is the header, whatever their case and spaces."""
    sheet = open_sheet(export, SheetSpec(header_find=("lead id", "date")))
    assert (sheet.header_row, sheet.headers) == (4, ("Lead\n ID", "Receipt No", "DATE"))
    assert len(sheet.preamble) == 3


def test_words_that_no_row_holds_are_named(export: Path) -> None:
    """Where no row holds all the words, the nearest row and what it lacks are named."""
    with pytest.raises(SheetError) as caught:
        open_sheet(export, SheetSpec(header_find=("Lead ID", "Rcpt"), delimiter=","))
    assert "Lead ID, Rcpt" in caught.value.message
    assert "Row 4 comes nearest and lacks Rcpt" in caught.value.hint


def test_a_sheet_without_any_of_the_words_is_another_sheet(export: Path) -> None:
    """Where no row holds any of the words, the file itself is in doubt."""
    with pytest.raises(SheetError, match="right file"):
        open_sheet(export, SheetSpec(header_find=("Pan", "Kettle"), delimiter=","))


def test_a_row_beyond_the_end_is_refused(export: Path) -> None:
    """A header row below the last row is refused with the last row's number."""
    with pytest.raises(SheetError, match=r"row 9, but export\.csv ends at row 5"):
        open_sheet(export, SheetSpec(header_row=9, delimiter=","))


def test_a_blank_header_is_refused(export: Path) -> None:
    """A blank row cannot be the header."""
    with pytest.raises(SheetError, match=r"Row 2 of export\.csv is blank"):
        open_sheet(export, SheetSpec(header_row=2, delimiter=","))


@pytest.mark.parametrize("spec", [SheetSpec(), SheetSpec(header_find=("a",))])
def test_a_csv_that_holds_only_a_mark_is_empty(tmp_path: Path, spec: SheetSpec) -> None:
    """A file of nothing but a BOM has no row at all."""
    path = tmp_path / "export.csv"
    path.write_bytes(b"\xef\xbb\xbf")
    with pytest.raises(SheetError, match="no row at all"):
        open_sheet(path, spec)


def test_a_long_list_of_words_is_shortened(export: Path) -> None:
    """A message lists a few of many missing words, and says how many there are."""
    words = tuple(f"Column {number}" for number in range(40))
    with pytest.raises(SheetError) as caught:
        open_sheet(export, SheetSpec(header_find=words, delimiter=","))
    assert "Column 5 … (40 in all)" in caught.value.message
    assert "Column 6" not in caught.value.message
