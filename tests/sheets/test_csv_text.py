from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer.errors import SheetError
from importer.sheets.csv_text import LONGEST_RECORD, read_records

DELIMITERS = st.sampled_from([",", ";", "\t", "|"])
CELLS = st.text(st.sampled_from('ab ",;\t|\r\n₹é\u2028\x0b\x1c'), max_size=6)


def records(text: str, delimiter: str = ",", size: int = 3) -> list[list[str]]:
    """Read all records of a text."""
    lines = io.StringIO(text, newline="")
    return [row for batch in read_records(lines, delimiter, "x.csv", size) for row in batch]


def refused_row(text: str, delimiter: str = ",") -> int:
    """Read a text that must be refused; return the row that is named."""
    with pytest.raises(SheetError) as caught:
        records(text, delimiter)
    found = re.search(r"row (\d+)", caught.value.message)
    assert found is not None
    return int(found[1])


def by_the_grammar(text: str, delimiter: str) -> list[list[str]] | int:
    """Read RFC 4180 letter by letter; the row number where the text breaks it."""
    rows: list[list[str]] = []
    at = 0
    while at < len(text):
        row: list[str] = []
        while True:
            if text[at : at + 1] == '"':
                cell, at = "", at + 1
                while (quote := text.find('"', at)) >= 0 and text[quote + 1 : quote + 2] == '"':
                    cell, at = cell + text[at : quote + 1], quote + 2
                if quote < 0:
                    return len(rows) + 1
                cell, at = cell + text[at:quote], quote + 1
            else:
                end = at
                while end < len(text) and text[end] not in f'{delimiter}\r\n"':
                    end += 1
                cell, at = text[at:end], end
            row.append(cell)
            if text[at : at + 1] != delimiter:
                break
            at += 1
        if at < len(text):
            if text[at] not in "\r\n":
                return len(rows) + 1
            at += 2 if text.startswith("\r\n", at) else 1
        rows.append(row)
    return rows


@given(st.text(st.sampled_from('a",\r\n'), max_size=14), st.integers(1, 4))
@example('"a""\n"",",b"\n', 1)
@example('"",a\n', 1)
@example('a,"",\n', 2)
@example('","', 1)
def test_any_text_is_read_by_the_grammar_or_refused_at_the_grammar_s_row(
    text: str, size: int
) -> None:
    """Every text is read exactly as RFC 4180 says, or refused at the row that breaks it."""
    expected = by_the_grammar(text, ",")
    if isinstance(expected, int):
        assert refused_row(text) == expected
    else:
        assert records(text, size=size) == expected


@given(
    st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=8),
    DELIMITERS,
    st.sampled_from(
        [("\r\n", "minimal"), ("\r\n", "all"), ("\n", "all"), ("\r", "all")],
    ),
    st.integers(1, 5),
)
def test_what_a_csv_writer_writes_comes_back(
    table: list[list[str]], delimiter: str, written: tuple[str, str], size: int
) -> None:
    """A table written by the standard library's writer comes back equal, line breaks included."""
    out = io.StringIO(newline="")
    end, quotes = written
    dialect = csv.excel() if quotes == "minimal" else csv.unix_dialect()
    csv.writer(out, dialect, delimiter=delimiter, lineterminator=end).writerows(table)
    assert records(out.getvalue(), delimiter, size) == table


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_ends_a_row_and_the_last_one_makes_none(end: str) -> None:
    """CR, LF and CRLF end a row; one at the end of the file makes no further row."""
    assert records(f"a,b{end}1,2{end}") == [["a", "b"], ["1", "2"]]


def test_a_blank_line_is_a_row() -> None:
    """A blank line counts as a row, as Excel counts it."""
    assert records("a,b\n\n1,2\n\n") == [["a", "b"], [""], ["1", "2"], [""]]


@pytest.mark.parametrize("separator", ["\u2028", "\x0b", "\x0c", "\x85", "\x1d"])
def test_only_cr_and_lf_end_a_row(separator: str) -> None:
    """Characters that Python also takes for line ends stay inside their cell."""
    assert records(f'a{separator}b,c\n"d{separator}",e\n') == [
        [f"a{separator}b", "c"],
        [f"d{separator}", "e"],
    ]


@pytest.mark.parametrize(
    "broken",
    [
        'a"b,c',
        '"a"b,c',
        'a,"b" ,c',
        'a, "b"',
        '"never closed,1',
        r'"a \" b",1',
        '""a"",1',
        '"',
    ],
)
def test_a_broken_quote_refuses_the_file_from_its_row(broken: str) -> None:
    """A quote that RFC 4180 does not allow is refused with its row and a remedy."""
    text = f'h,i\n"x\ny",2\n{broken}\n5,6\n'
    assert refused_row(text) == 3
    with pytest.raises(SheetError, match="Export the sheet again"):
        records(text)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ('x,5" pipe', 'the cell “5" pipe” holds a quotation mark'),
        ('x,Cap"Made of wool",2', 'the cell “Cap"Made of wool",2” holds'),
        ('x, "b",1', "a space stands between a separator and a quotation mark"),
        ('x,"b" ,1', "a space stands between a separator and a quotation mark"),
        (r'x,"a \"b\" c"', "is written with a backslash before it"),
        (r'x,"Round 48\"","wood"', "is written with a backslash before it"),
        ('x,"1,2,"three"', "after the quotation mark that closes"),
        ('x,"1,2', 'is opened at “"1,2 5,6” and not closed'),
    ],
)
def test_the_sentence_says_how_a_quote_is_broken(broken: str, words: str) -> None:
    """Lone, spaced, backslashed, stray and unclosed quotes each have their own words and remedy."""
    with pytest.raises(SheetError) as caught:
        records(f'h,i\n"x\ny",2\n{broken}\n5,6\n')
    assert words in caught.value.message
    assert "row 3" in caught.value.message
    assert "Or " in caught.value.hint


@given(st.text(st.sampled_from('a",\\ \r\n'), max_size=14))
def test_every_broken_text_has_a_sentence(text: str) -> None:
    """Whatever is refused is refused with a cell and a remedy."""
    try:
        records(text)
    except SheetError as refusal:
        assert "quotation mark" in refusal.message  # noqa: PT017 - most texts are valid
        assert refusal.hint  # noqa: PT017 - the same


def test_rows_before_a_broken_quote_are_given_before_it_is_found() -> None:
    """Reading is lazy: a break far down the file is found when the reading gets there."""
    reading = read_records(io.StringIO('a,b\n1,2\n3,"4\n'), ",", "x.csv", 1)
    assert next(reading) == [["a", "b"]]
    assert next(reading) == [["1", "2"]]
    with pytest.raises(SheetError):
        next(reading)


@pytest.mark.parametrize("row", ["1,\0,2", '"1",\0', '"a\nb\0"', "\0"])
def test_a_nul_is_refused_with_its_row(row: str) -> None:
    """A NUL character is refused with the number of its row."""
    assert refused_row(f"a,b\n\n{row}\n") == 3


def test_an_unclosed_quote_does_not_swallow_a_large_file() -> None:
    """After an opening quote the reader gives up within a bound, not at the end of the file."""
    taken = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        yield 'a,"b\n'
        while True:
            taken += 1
            yield "x" * 9_999 + "\n"

    with pytest.raises(SheetError, match="row 1"):
        list(read_records(lines(), ",", "x.csv", 10))
    assert taken <= LONGEST_RECORD / 10_000 + 20


def test_a_long_quoted_cell_is_read() -> None:
    """A cell as long as Excel allows, over many lines, is read."""
    cell = "remark\n" * 4_681
    assert records(f'1,"{cell}",2\n') == [["1", cell, "2"]]
