"""Damage to a valid CSV: what can be told is told.

What cannot be told by anybody who sees the file alone: another character inside a cell; a line
break or a separator inside a quoted cell; two damages that make up for each other. An unquoted line
break in the first or last cell cuts that cell: the other part is named, as a row of its own. Quotes
are even in number in every valid file, so one more or less is always noticed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer.errors import SheetError
from importer.folding import fold
from importer.model import SheetSpec
from importer.sheets import open_sheet

Row = tuple[str, ...]

HEADER = ("Lead ID", "Amount", "Remark")
IDS = st.integers(1, 9999).map("603d{:04}".format)
CELLS = st.text(st.sampled_from('ab5. ,;"\t|\r\n₹'), max_size=5)
TABLES = st.lists(st.tuples(IDS, CELLS, CELLS), min_size=1, max_size=6)
MARKS = st.sampled_from('a5 ,;\t|"\r\n\0\\')


def as_csv(table: list[Row], delimiter: str = ",", *, quote_all: bool = False) -> str:
    """Write a table as Python's own writer does."""
    out = io.StringIO(newline="")
    writer = csv.writer(
        out, delimiter=delimiter, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    )
    writer.writerows([HEADER, *table])
    return out.getvalue()


def read(folder: Path, text: str, spec: SheetSpec | None = None) -> tuple[list[Row], list[Row]]:
    """Write a CSV and read it: its rows that are whole, and those that are named as ragged.

    Another header is refused here, as a mapping refuses it.
    """
    path = folder / "payments.csv"
    path.write_text(text, encoding="utf-8", newline="")
    sheet = open_sheet(path, spec or SheetSpec())
    if [*map(fold, sheet.headers)] != [*map(fold, HEADER)]:
        raise SheetError("the mapping's columns are not there", "")
    whole: list[Row] = []
    ragged: list[Row] = []
    for chunk in sheet.chunks(2):
        for number, row in zip(chunk.numbers, zip(*chunk.columns, strict=True), strict=True):
            if any(map(str.strip, row)):
                (ragged if number in chunk.ragged else whole).append(row)
    return whole, ragged


def differing(rows: list[Row], truth: list[Row]) -> int:
    """Count the cells that differ between tables of the same height."""
    pairs = zip(rows, truth, strict=True)
    return sum(a != b for row, true in pairs for a, b in zip(row, true, strict=True))


def is_part(rows: list[Row], truth: list[Row]) -> bool:
    """Tell whether the rows are some of the truth's, in order."""
    rest = iter(truth)
    return all(row in rest for row in rows)


Damage = tuple[str, str, int]
"""(what is done, with which character, where)."""
DAMAGES = st.tuples(st.sampled_from(["delete", "insert", "replace"]), MARKS, st.integers(0, 10**6))


def damaged(text: str, damage: Damage) -> str:
    """Change one character of a text."""
    how, mark, at = damage
    at %= len(text)
    kept = at if how == "insert" else at + 1
    return text[:at] + ("" if how == "delete" else mark) + text[kept:]


@given(TABLES, st.booleans(), DAMAGES, st.sampled_from([None, ","]))
@example([("603d0001", "1", "")], False, ("insert", ",", 33), ",")
@example([("603d0001", "1250", "")], False, ("insert", "\n", 36), ",")
def test_one_damaged_character_changes_one_cell_or_is_named(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[Row],
    quote_all: bool,  # noqa: FBT001 - hypothesis chooses it
    damage: Damage,
    stated: str | None,
) -> None:
    """After any one damage the file is refused, a row is named, or at most one cell is another."""
    text = damaged(as_csv(table, quote_all=quote_all), damage)
    try:
        whole, ragged = read(tmp_path_factory.mktemp("csv"), text, SheetSpec(delimiter=stated))
    except SheetError:
        return
    if ragged:
        cut = [whole[:n] + whole[n + 1 :] for n in range(len(whole))]
        assert any(is_part(rows, table) for rows in [whole, *cut])
    else:
        assert differing(whole, table) <= 1


@given(TABLES, st.booleans(), st.integers(0, 10**6))
def test_one_quote_more_or_less_is_never_read(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[Row],
    quote_all: bool,  # noqa: FBT001 - hypothesis chooses it
    at: int,
) -> None:
    """One quotation mark too many or too few refuses the file, wherever it is."""
    text = as_csv(table, quote_all=quote_all)
    folder = tmp_path_factory.mktemp("csv")
    at %= len(text)
    wrong = text[:at] + text[at + 1 :] if text[at] == '"' else f'{text[:at]}"{text[at:]}'
    with pytest.raises(SheetError):
        read(folder, wrong, SheetSpec(delimiter=","))


TABLE: list[Row] = [
    ("603d0001", "1250", "paid"),
    ("603d0002", "500", ""),
    ("603d0003", "75.5", 'said "yes", twice'),
    ("603d0004", "300", "line one\nline two"),
    ("603d0005", "90", "later"),
]
WHOLE = as_csv(TABLE)


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("more", [True, False])
@pytest.mark.parametrize("at", range(len(TABLE)))
def test_a_separator_too_many_or_too_few_is_its_row_s_problem(
    tmp_path: Path,
    at: int,
    more: bool,  # noqa: FBT001 - pytest chooses it
    place: int,
) -> None:
    """One separator more or less makes its own row ragged, and leaves all others as they are."""
    lines = [as_csv([row]).split("\r\n", 1)[1] for row in TABLE]
    comma = [at for at, mark in enumerate(lines[at]) if mark == ","][place]
    quoted = lines[at][comma + 1] == '"'
    lines[at] = lines[at][:comma] + (",," if more else "") + lines[at][comma + 1 :]
    text = as_csv([]) + "".join(lines)
    if quoted and not more:
        with pytest.raises(SheetError, match=rf"row {at + 2}: .*holds a quotation mark"):
            read(tmp_path, text)
    else:
        whole, ragged = read(tmp_path, text)
        assert (whole, len(ragged)) == (TABLE[:at] + TABLE[at + 1 :], 1)


def test_a_stray_separator_before_a_blank_last_cell_is_no_trailing_one(tmp_path: Path) -> None:
    """Blank cells beyond the header are no proof that nothing is shifted: `1,250,` is not 1."""
    whole, ragged = read(tmp_path, as_csv(TABLE[:1]) + "603d0002,1,250,\r\n")
    assert whole == TABLE[:1]
    assert ragged == [("603d0002", "1", "250")]


@pytest.mark.parametrize("delimiter", [";", "\t", "|", " "])
def test_a_row_with_another_delimiter_is_that_row_s_problem(tmp_path: Path, delimiter: str) -> None:
    """A row that was written with another delimiter does not have the header's cells."""
    other = delimiter.join(["603d0009", "12", "maybe"]) + "\r\n"
    whole, ragged = read(tmp_path, WHOLE + other)
    assert whole == TABLE
    assert ragged == [(other.removesuffix("\r\n"), "", "")]


def test_a_header_with_another_delimiter_is_refused(tmp_path: Path) -> None:
    """A header and rows with different delimiters do not go together."""
    with pytest.raises(SheetError, match="cuts its header and its rows"):
        read(tmp_path, WHOLE.replace("Lead ID,Amount,Remark", "Lead ID;Amount;Remark"))


POLLUTIONS: dict[str, Callable[[str], str]] = {
    "a blank line at the end": lambda text: text + "\r\n",
    "blank lines at the end": lambda text: text + "\r\n\r\n \r\n,,\r\n,,,,,\r\n",
    "no line end at the end": lambda text: text.removesuffix("\r\n"),
    "blank lines between": lambda text: text.replace("\r\n603d", "\r\n\r\n603d"),
    "line ends of Unix": lambda text: text.replace("\r\n", "\n"),
    "line ends of old Macs": lambda text: text.replace("\r\n", "\r"),
    "line ends of all kinds": lambda text: text.replace("\r\n603d0002", "\r603d0002").replace(
        "\r\n603d0003", "\n603d0003"
    ),
    "line ends converted twice": lambda text: text.replace("\r\n", "\r\r\n"),
    "a mark": lambda text: "\ufeff" + text,
    "an instruction": lambda text: "sep=,\r\n" + text,
    "quotes around every cell": lambda _: as_csv(TABLE, quote_all=True),
    "tabs": lambda _: as_csv(TABLE, "\t"),
    "semicolons": lambda _: as_csv(TABLE, ";"),
    "pipes": lambda _: as_csv(TABLE, "|"),
}


@pytest.mark.parametrize("pollution", POLLUTIONS)
def test_what_every_program_writes_differently_is_read_alike(
    tmp_path: Path, pollution: str
) -> None:
    """The same table is the same, however its file is written."""
    assert read(tmp_path, POLLUTIONS[pollution](WHOLE)) == (TABLE, [])


REFUSED: dict[str, tuple[Callable[[str], str], str]] = {
    "backslashes": (lambda text: text.replace('""', '\\"'), r"row 4: .*with a backslash before it"),
    "spaces after separators": (lambda text: text.replace(",", ", "), r"row 4: a space stands"),
    "a lone quote": (lambda text: text.replace("paid", '5" pipe'), r"row 2: the cell “5\" pipe"),
    "an open quote": (lambda text: text.replace("later", '"later'), r"row 6: .*not closed"),
    "a NUL": (lambda text: text.replace("later", "la\0er"), r"row 6: the text has a NUL"),
    "a header twice as wide": (lambda text: text.replace("Remark", "Remark,,,"), r"has 6, and"),
    "a header too narrow": (lambda text: text.replace("ID,A", "IDA"), r"has 2, and most rows have"),
    "a title above": (lambda text: "All payments\r\n" + text, r"has 1, and most rows have 3"),
}


@pytest.mark.parametrize("pollution", REFUSED)
def test_what_is_no_table_is_refused_with_its_row(tmp_path: Path, pollution: str) -> None:
    """What RFC 4180 does not allow is refused, and the sentence says what is wrong where."""
    pollute, words = REFUSED[pollution]
    with pytest.raises(SheetError, match=words) as caught:
        read(tmp_path, pollute(WHOLE))
    assert caught.value.hint


def test_single_quotes_are_text(tmp_path: Path) -> None:
    """A single quote encloses nothing: it is a part of its cell, and a comma after it separates."""
    rows = "603d0001,5,'paid'\r\n603d0002,6,'paid, late'\r\n603d0003,7,x\r\n"
    whole, ragged = read(tmp_path, as_csv([]) + rows)
    assert whole == [("603d0001", "5", "'paid'"), ("603d0003", "7", "x")]
    assert ragged == [("603d0002", "6", "'paid")]


def test_two_tables_in_one_file_leave_no_row_of_the_second_unseen(tmp_path: Path) -> None:
    """A second table of another width is ragged, row by row."""
    whole, ragged = read(tmp_path, WHOLE + "\r\nProject,Units\r\nSunrise,4\r\n")
    assert (whole, len(ragged)) == (TABLE, 2)


def test_a_second_export_below_the_first_shows_its_header_as_a_row(tmp_path: Path) -> None:
    """Files that were put together keep every row; the second header's cells are no lead's."""
    whole, ragged = read(tmp_path, WHOLE + "\ufeff" + WHOLE)
    assert (len(whole), ragged) == (2 * len(TABLE) + 1, [])
    assert whole[len(TABLE)] == ("\ufeffLead ID", "Amount", "Remark")


def test_a_note_at_the_end_is_a_row_of_one_cell(tmp_path: Path) -> None:
    """A line below the table is not blank, so it is named."""
    whole, ragged = read(tmp_path, WHOLE + "\r\nexported on 3 April\r\n")
    assert (whole, ragged) == (TABLE, [("exported on 3 April", "", "")])
