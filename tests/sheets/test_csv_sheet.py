from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from importer.errors import SheetError
from importer.model import Chunk, Kind, SheetSpec
from importer.sheets import open_sheet, tab_names
from importer.sheets.csv_chunks import PIECES_HELD


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    """Rows of every shape: a title, blank lines, a quoted line break, ragged ones."""
    path = tmp_path / "visits.csv"
    path.write_bytes(
        b"Site visits\r\n\r\nLead,Project,Remark\r\n"
        b'1,A,"one,\r\ntwo"\r\n\r\n2,B\r\n3,C,x,y\r\n4,D, z \r\n'
    )
    return path


SPEC = SheetSpec(header_row=3, delimiter=",")


def rows(chunk: Chunk) -> dict[int, tuple[str, ...]]:
    """Row number → cells."""
    return dict(zip(chunk.numbers, zip(*chunk.columns, strict=True), strict=True))


def test_row_numbers_are_those_that_excel_shows(visits: Path) -> None:
    """Quoted line breaks are no rows, blank lines are; every cell is untouched."""
    (chunk,) = open_sheet(visits, SPEC).chunks()
    assert rows(chunk) == {
        4: ("1", "A", "one,\r\ntwo"),
        5: ("", "", ""),
        6: ("2", "B", ""),
        7: ("3", "C", "x"),
        8: ("4", "D", " z "),
    }
    assert chunk.kinds is None


def test_ragged_rows_are_named_with_their_count(visits: Path) -> None:
    """A row with more or fewer cells than the header is named; a blank line is not."""
    (chunk,) = open_sheet(visits, SPEC).chunks()
    assert chunk.ragged == {6: 2, 7: 4}


def test_the_cells_beyond_the_header_are_kept_apart(visits: Path) -> None:
    """What no column of the header can show is told by row number."""
    (chunk,) = open_sheet(visits, SPEC).chunks()
    assert chunk.surplus == {7: ("y",)}


def test_a_row_of_blank_cells_is_blank_however_many_it_has(tmp_path: Path) -> None:
    """Nothing can stand in the wrong column where nothing stands at all."""
    path = tmp_path / "visits.csv"
    path.write_text("a,b\n1,2\n,\n,,,\n  \n3,4\n", encoding="utf-8")
    (chunk,) = open_sheet(path, SheetSpec()).chunks()
    assert (chunk.ragged, chunk.surplus) == ({}, {})
    assert list(chunk.numbers) == [2, 3, 4, 5, 6]


def test_blank_headers_at_the_end_are_columns(tmp_path: Path) -> None:
    """A row has as many cells as the header, its blank ones counted."""
    path = tmp_path / "visits.csv"
    path.write_text("a,b,,\n1,2,,\n3,4\n5,6,,\n", encoding="utf-8")
    sheet = open_sheet(path, SheetSpec())
    assert sheet.headers == ("a", "b", "", "")
    assert [chunk.ragged for chunk in sheet.chunks()] == [{3: 2}]


@pytest.mark.parametrize(
    ("text", "total"),
    [("a,b\n", 0), ("a,b\n1,2", 1), ("a,b\r\n1,2\r\n", 1), ("sep=,\na,b\r1,2\r3,4\r", 2)],
)
def test_the_total_is_exact_where_no_cell_has_a_line_break(
    tmp_path: Path, text: str, total: int
) -> None:
    """The progress bar knows its end."""
    path = tmp_path / "visits.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert open_sheet(path, SheetSpec()).total == total


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_any_chunk_size_gives_the_same_rows(visits: Path, size: int) -> None:
    """Chunks hold a few times `size` rows at the most, and together the same rows."""
    chunks = list(open_sheet(visits, SPEC).chunks(size))
    assert all(len(chunk.numbers) <= (PIECES_HELD + 1) * size for chunk in chunks)
    joined = {number: row for chunk in chunks for number, row in rows(chunk).items()}
    (whole,) = open_sheet(visits, SPEC).chunks()
    assert joined == rows(whole)
    assert {n: k for chunk in chunks for n, k in chunk.ragged.items()} == whole.ragged


def test_the_sheet_tells_where_it_is(visits: Path) -> None:
    """File, header, preamble and a total for the progress bar are known before any row is read."""
    sheet = open_sheet(visits, SPEC)
    assert (sheet.file, sheet.tab, sheet.header_row) == ("visits.csv", None, 3)
    assert sheet.headers == ("Lead", "Project", "Remark")
    assert sheet.preamble == ((("Site visits", Kind.TEXT),), (("", Kind.TEXT),))
    assert sheet.total is not None
    assert sheet.total >= 5
    assert tab_names(visits) == []


def test_chunks_can_be_read_again(visits: Path) -> None:
    """Every call of `chunks` reads from the start."""
    sheet = open_sheet(visits, SPEC)
    assert [rows(chunk) for chunk in sheet.chunks()] == [rows(chunk) for chunk in sheet.chunks()]


def test_a_header_without_rows_is_no_error(tmp_path: Path) -> None:
    """An export of nothing has a header and no rows."""
    path = tmp_path / "visits.csv"
    path.write_text("Lead,Project\n", encoding="utf-8")
    assert list(open_sheet(path, SheetSpec()).chunks()) == []


def test_a_crlf_across_a_block_s_edge_is_one_line_end(tmp_path: Path) -> None:
    """Wherever the blocks of a reading are cut, a CRLF stays one line end."""
    path = tmp_path / "visits.csv"
    path.write_bytes(b"a,b\r\n" + b"".join(b"%d,x\r\n" % n for n in range(40_000)))
    sheet = open_sheet(path, SheetSpec())
    firsts = [text for chunk in sheet.chunks(777) for text in chunk.columns[0]]
    assert firsts == [str(n) for n in range(40_000)]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Reading a file of many chunks takes no more memory than reading a few of them."""

    def peak(count: int) -> int:
        path = tmp_path / f"{count}.csv"
        path.write_text("Lead,Remark\n" + "603d2b2f9b1e,some remark\n" * count, encoding="utf-8")
        tracemalloc.start()
        try:
            for _ in open_sheet(path, SheetSpec()).chunks(1_000):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(2_000)  # what is built once, such as codecs, is not the reading's
    assert peak(900_000) < 1.3 * peak(300_000)


def test_a_break_in_the_middle_stops_the_reading(tmp_path: Path) -> None:
    """A broken quote below the first chunk is raised when the reading gets there."""
    path = tmp_path / "visits.csv"
    path.write_text("a,b\n" + "1,2\n" * 3_000 + '"3"x,4\n' + "5,6\n", encoding="utf-8")
    reading = open_sheet(path, SheetSpec()).chunks(1_000)
    assert len(next(reading).numbers) == 999
    with pytest.raises(SheetError, match=r"visits\.csv, row 3002"):
        list(reading)
