from __future__ import annotations

from pathlib import Path

import pytest

from importer.errors import SheetError
from importer.model import SheetSpec
from importer.sheets import open_sheet


def opened(folder: Path, text: str, spec: SheetSpec | None = None) -> tuple[str, ...]:
    """Write a CSV, open it, return its headers."""
    path = folder / "visits.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return open_sheet(path, spec or SheetSpec()).headers


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_one_that_fits_is_found(tmp_path: Path, delimiter: str) -> None:
    """Each of the four delimiters is found where it alone cuts header and rows alike."""
    table = [["Lead", "Amount", "Remark"], ["1", "5", "x"], ["2", "6", "y"]]
    text = "\n".join(delimiter.join(row) for row in table)
    assert opened(tmp_path, text) == ("Lead", "Amount", "Remark")


def test_decimal_commas_do_not_mislead(tmp_path: Path) -> None:
    """Commas in the amounts of a semicolon file do not make it a comma file."""
    assert opened(tmp_path, "Lead;Amount\n1;5,00\n2;6,50\n") == ("Lead", "Amount")


def test_quoted_text_is_no_evidence(tmp_path: Path) -> None:
    """Delimiters inside quoted cells do not count."""
    text = 'Lead;Remark\n1;"a, b, c"\n2;"d, e, f"\n'
    assert opened(tmp_path, text) == ("Lead", "Remark")


def test_two_that_fit_are_refused_with_the_way_out(tmp_path: Path) -> None:
    """Where two delimiters fit, the file is refused, and stating one opens it."""
    text = "Name, first;City\nKumar, Ravi;Pune\nRao, Asha;Surat\n"
    with pytest.raises(SheetError) as caught:
        opened(tmp_path, text)
    assert "not certain" in caught.value.message
    assert '`sheet: {delimiter: ","}`' in caught.value.hint
    assert opened(tmp_path, text, SheetSpec(delimiter=";")) == ("Name, first", "City")


def test_none_that_fits_is_refused(tmp_path: Path) -> None:
    """Where no delimiter cuts header and rows alike, the file is refused."""
    with pytest.raises(SheetError, match="neither comma"):
        opened(tmp_path, "a,b,c\n1;2;3\n4;5;6\n7;8;9\n")


def test_a_single_column_needs_no_delimiter(tmp_path: Path) -> None:
    """A sheet of one column has no delimiter to find."""
    assert opened(tmp_path, "Lead ID\nabc\ndef\n") == ("Lead ID",)


def test_a_ragged_row_does_not_hide_the_delimiter(tmp_path: Path) -> None:
    """One ragged row among others is that row's problem, not the file's."""
    text = "a,b,c\n1,2,3\n1,2\n1,2,3\n"
    assert opened(tmp_path, text) == ("a", "b", "c")


def test_a_preamble_is_not_judged(tmp_path: Path) -> None:
    """Rows above the header say nothing about the delimiter."""
    text = "Sunrise, Pune; all sites\nVisits; October, 2026\n\nLead;Project\n1;A\n2;B\n"
    assert opened(tmp_path, text, SheetSpec(header_row=4)) == ("Lead", "Project")
    assert opened(tmp_path, text, SheetSpec(header_find=("Project", "Lead"))) == ("Lead", "Project")


@pytest.mark.parametrize(
    ("stated", "text"), [("~", "a~b\n1~2\n"), ("tab", "a\tb\n1\t2\n"), (",", "a,b\n1,2\n")]
)
def test_the_mapping_s_delimiter_is_taken(tmp_path: Path, stated: str, text: str) -> None:
    """Any one character may be stated, and tab by its name."""
    assert opened(tmp_path, text, SheetSpec(delimiter=stated)) == ("a", "b")


@pytest.mark.parametrize("stated", ["", ";;", '"', "\n"])
def test_an_impossible_delimiter_is_refused(tmp_path: Path, stated: str) -> None:
    """A stated delimiter that is not one usable character is refused."""
    with pytest.raises(SheetError, match="not one character"):
        opened(tmp_path, "a;b\n", SheetSpec(delimiter=stated))


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;"])
def test_an_instruction_line_sets_the_delimiter_and_is_no_row(tmp_path: Path, line: str) -> None:
    """A first line `sep=;` is obeyed and not counted, as in Excel."""
    path = tmp_path / "visits.csv"
    path.write_text(f"{line}\r\na, x;b\r\n1;2\r\n", encoding="utf-8", newline="")
    sheet = open_sheet(path, SheetSpec())
    assert (sheet.header_row, sheet.headers) == (1, ("a, x", "b"))
    assert [list(chunk.numbers) for chunk in sheet.chunks()] == [[2]]


def test_an_instruction_against_the_mapping_is_refused(tmp_path: Path) -> None:
    """A file and a mapping that name different delimiters do not go together."""
    with pytest.raises(SheetError, match="first line"):
        opened(tmp_path, "sep=;\na;b\n", SheetSpec(delimiter=","))


def test_a_header_that_only_looks_like_an_instruction_is_a_row(tmp_path: Path) -> None:
    """`sep=` with more than one character behind it is an ordinary cell."""
    assert opened(tmp_path, "sep=ab,c\n1,2\n") == ("sep=ab", "c")


def test_a_broken_quote_in_the_sample_is_reported_as_such(tmp_path: Path) -> None:
    """A broken quote near the top is named when the rows are read, not called a delimiter's."""
    path = tmp_path / "visits.csv"
    path.write_text('a,b\n1,2\n3,"4"x\n5,6\n', encoding="utf-8")
    with pytest.raises(SheetError, match="row 3"):
        list(open_sheet(path, SheetSpec()).chunks())


def test_a_missing_header_word_is_not_blamed_on_the_delimiter(tmp_path: Path) -> None:
    """Where no row holds the header's words, the missing one is named, and what stands there."""
    text = "Sunrise; Pune\nLead ID;Receipt;Amount\n1;2;3,00\n"
    with pytest.raises(SheetError) as caught:
        opened(tmp_path, text, SheetSpec(header_find=("Lead ID", "Receipt No")))
    assert "holds all of Lead ID, Receipt No" in caught.value.message
    assert "Row 2 comes nearest and lacks Receipt No (it has Receipt)" in caught.value.hint
    assert "delimiter" not in caught.value.hint


def test_a_header_row_beyond_the_end_is_not_blamed_on_the_delimiter(tmp_path: Path) -> None:
    """A header row that the file does not have is said to be beyond its end."""
    with pytest.raises(SheetError, match=r"row 9, but visits\.csv ends at row 2"):
        opened(tmp_path, "a;b\n1;2\n", SheetSpec(header_row=9))


def test_a_blank_header_row_is_not_blamed_on_the_delimiter(tmp_path: Path) -> None:
    """A header row of separators alone is said to be blank."""
    with pytest.raises(SheetError, match=r"Row 1 of visits\.csv is blank"):
        opened(tmp_path, ",,\na,b,c\n1,2,3\n")


def test_a_header_far_down_needs_the_delimiter(tmp_path: Path) -> None:
    """Where the header is not near the top, it is not said to be missing."""
    text = "x\n" * 100_000 + "a,b\n1,2\n"
    with pytest.raises(SheetError, match="too far down to find the delimiter"):
        opened(tmp_path, text, SheetSpec(header_row=100_001))
    assert opened(tmp_path, text, SheetSpec(header_row=100_001, delimiter=",")) == ("a", "b")


def test_a_title_in_the_header_s_place_is_told_by_its_shape(tmp_path: Path) -> None:
    """Where the header's row has one cell and the rows have more, the sentence says so."""
    with pytest.raises(SheetError) as caught:
        opened(tmp_path, "All visits\nLead;Project\n1;A\n")
    assert 'with ";" the header (row 1) has 1, and most rows have 2' in caught.value.message
    assert "header: {row:" in caught.value.hint


def test_the_first_header_under_each_delimiter_is_shown(tmp_path: Path) -> None:
    """A person who has to choose sees what each choice makes of the header."""
    with pytest.raises(SheetError) as caught:
        opened(tmp_path, "Name, first;City\nKumar, Ravi;Pune\n")
    assert '“Name” with ",", “Name, first” with ";"' in caught.value.hint


def test_a_delimiter_that_fits_all_rows_is_taken_before_one_that_fits_most(tmp_path: Path) -> None:
    """Of two that fit, the one that leaves no row ragged is the right one."""
    text = "Name, first;City\nKumar, Ravi;Pune\nRao, Asha;Surat\nIyer;Pune\n"
    assert opened(tmp_path, text) == ("Name, first", "City")


def test_half_of_the_rows_ragged_still_leaves_the_delimiter_certain(tmp_path: Path) -> None:
    """The header counts among the rows that have as many cells as it."""
    assert opened(tmp_path, "a,b,c\n1,2,3\n1,2\n") == ("a", "b", "c")


def test_a_single_column_may_stand_below_a_title_with_commas(tmp_path: Path) -> None:
    """What stands above the header says nothing about a single column either."""
    text = "Sunrise, Pune\nLead ID\nabc\ndef\n"
    assert opened(tmp_path, text, SheetSpec(header_row=2)) == ("Lead ID",)


def test_a_separator_too_many_in_the_header_is_not_called_a_broken_quote(tmp_path: Path) -> None:
    """Quotes that are broken under other delimiters do not explain why commas do not fit."""
    with pytest.raises(SheetError) as caught:
        opened(tmp_path, 'Lead,,Note\n1,"a, b"\n2,"c"\n')
    assert 'with "," the header (row 1) has 3, and most rows have 2' in caught.value.message
