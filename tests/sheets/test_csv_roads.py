"""A CSV read block by block is the CSV read record by record."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from importer.columns import Texts
from importer.errors import SheetError
from importer.model import Chunk, SheetSpec
from importer.sheets import csv_chunks, open_sheet
from importer.sheets.csv_block import block_reader
from importer.sheets.csv_text import read_records

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
PIECES = st.sampled_from(
    [
        "a",
        "b5",
        ",",
        ",",
        '"',
        '""',
        "\n",
        "\r\n",
        "\r",
        " ",
        "₹",
        "\0",
        "\\",
        "\n\n",
        ',"x,y",',
        "'",
    ]
)
CELLS = st.text(st.sampled_from('ab,"\n ₹'), max_size=4)
TABLES = st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5)


def strictly(text: str) -> list[list[str]] | None:
    """Read a text by the grammar; None where it breaks it."""
    lines = io.StringIO(text, newline="")
    try:
        return [record for batch in read_records(lines, ",", "x.csv", 100) for record in batch]
    except SheetError:
        return None


@given(st.lists(PIECES, max_size=14).map("".join), st.integers(2, 4))
@example('a,"b"\n"c",d\n', 2)
@example('a,b"\n"c,d\n', 2)
@example('"a","b,c"\r\n"",\r\n', 2)
@example('"a""",""""\n"""",c\n', 2)
@example('"a"","b"\n', 2)
@example('"a""b",c"",d"\n', 2)
@example("a,b\n\n", 2)
@example("a,b\rc,d\n", 2)
@example('"a\n",b\n', 2)
@example("a,b", 2)
@example("\ufeffa,b\n", 2)
def test_a_block_is_read_as_the_grammar_says_or_not_at_all(text: str, width: int) -> None:
    """Whatever a block holds, no cell of it becomes another one."""
    read = block_reader(",", width)
    assert read is not None
    columns = read(text.encode())
    if columns is not None:
        rows = [list(row) for row in zip(*columns, strict=True)]
        # A blank line has one blank cell by the grammar, and blank cells everywhere in a chunk.
        assert rows == [[""] * width if cells == [""] else cells for cells in strictly(text) or ()]
        assert strictly(text) is not None


@given(TABLES, st.sampled_from(["\n", "\r\n"]), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_a_well_made_table_is_read_as_it_was_written(
    table: list[tuple[str, ...]], end: str, quoting: int
) -> None:
    """A block without line ends inside its cells is always read at once."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]  # a member
    writer.writerows(table)
    read = block_reader(",", 3)
    assert read is not None
    columns = read(out.getvalue().encode())
    if columns is None:
        assert any("\n" in cell for row in table for cell in row)
    else:
        assert [*zip(*columns, strict=True)] == table


ODD_LINES = (
    "3,one cell more,x,y\n",
    "only one\n",
    "\n",
    "2,too few\n",
    '4,"a, b",c\n',
    '5,"two\nlines",c\n',
    '6,"say ""so""",c\n',
    "7,₹ 500,c\n",
)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("mark", ["utf-8", "utf-8-sig"])
def test_a_large_file_is_read_alike_by_both_roads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, mark: str
) -> None:
    """Odd lines anywhere among many blocks change neither a cell nor a row's number."""
    monkeypatch.setattr(csv_chunks, "BLOCK", 1 << 15)
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    lines = ["n,text,more\n"]
    for at in range(60_000):
        odd = chance.random() < 0.0001 * seed
        lines.append(chance.choice(ODD_LINES) if odd else f"{at},some text {at % 7},c\n")
    path = tmp_path / "sheet.csv"
    path.write_text("".join(lines), encoding=mark, newline="")
    fast = open_sheet(path, SheetSpec(delimiter=","))
    slow = tmp_path / "slow" / "sheet.csv"
    slow.parent.mkdir()
    # A lone CR far down is no line end that bytes may be cut at: every record is read by itself.
    slow.write_text("".join(lines) + "9,last,c\r9,last,c\n", encoding=mark, newline="")
    plain = open_sheet(slow, SheetSpec(delimiter=","))
    by_blocks, by_records = list(fast.chunks()), list(plain.chunks())
    assert any(isinstance(chunk.columns[0], Texts) for chunk in by_blocks)
    assert not any(isinstance(chunk.columns[0], Texts) for chunk in by_records)
    assert [*_rows(by_blocks)] == [*_rows(by_records)][:-2]
    for chunk in by_blocks:
        for number in (number for number, cells in chunk.ragged.items() if cells == 1):
            assert {number - 1, number + 1} - {1, 60_002} <= {*chunk.numbers}, "torn apart"
    assert all(a.numbers[-1] + 1 == b.numbers[0] for a, b in pairwise(by_blocks))


def _rows(chunks: list[Chunk]) -> Iterator[tuple[object, ...]]:
    for chunk in chunks:
        for number, cells in zip(chunk.numbers, zip(*chunk.columns, strict=True), strict=True):
            yield number, cells, chunk.ragged.get(number), chunk.surplus.get(number)


def test_a_stray_cell_behind_a_large_block_has_its_neighbour(tmp_path: Path) -> None:
    """However many rows are read at once before it, a row of one cell is seen with the last."""
    path = tmp_path / "sheet.csv"
    rows = [f"{at},some text,c\n" for at in range(300_000)]
    whole = "".join(rows)
    cut = whole.rindex("\n", 0, csv_chunks.FIRST + csv_chunks.BLOCK + 20) + 1
    for at in range(cut - 60, cut + 60):
        if whole[at - 1] == "\n":
            text = "a,b,c\n" + whole[:at] + "stray\n" + whole[at:]
            path.write_text(text, encoding="utf-8", newline="")
            chunks = open_sheet(path, SheetSpec(delimiter=",")).chunks(50_000)
            (stray,) = (chunk for chunk in chunks if chunk.ragged)
            (number,) = stray.ragged
            assert {number - 1, number + 1} <= {*stray.numbers}


@pytest.mark.parametrize("name", ["csv_spectrum", "pollock_sample"])
@pytest.mark.parametrize("block", [1, 64, 4096])
def test_files_of_others_are_read_alike_by_both_roads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, block: int
) -> None:
    """Cut into blocks of any size, each file gives the same chunks, or the same refusal."""
    archive = CORPORA / f"{name}.zip"
    if not archive.exists():
        pytest.skip(f"the corpus ../shared/corpora/{name}.zip is not on this machine")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path)
    monkeypatch.setattr(csv_chunks, "FIRST", 1)
    monkeypatch.setattr(csv_chunks, "BLOCK", block)
    paths = sorted(path for path in tmp_path.rglob("*.csv") if path.is_file())
    by_blocks = [_all_rows(path) for path in paths]
    monkeypatch.setattr(csv_chunks, "block_reader", lambda *_: None)
    assert by_blocks == [_all_rows(path) for path in paths]
    assert paths


def _all_rows(path: Path) -> list[tuple[object, ...]] | str:
    try:
        return [*_rows([*open_sheet(path, SheetSpec()).chunks()])]
    except SheetError as error:
        return error.message


@settings(max_examples=20)
@given(st.integers(0, 3), st.integers(0, 2))
def test_a_break_far_down_is_found(
    tmp_path_factory: pytest.TempPathFactory, at: int, by: int
) -> None:
    """A quotation mark that breaks the grammar stops the reading at its row, in any block."""
    row = (2, 20_000, 60_000, 99_999)[at]
    lines = [f"{n},some text to fill the blocks with,some more of it\n" for n in range(100_000)]
    lines[row - 1] = ('7,"open,c\n', '7,5" pipe,c\n', '7,"x"y,c\n')[by]
    path = tmp_path_factory.mktemp("csv") / "sheet.csv"
    path.write_text("".join(lines), encoding="utf-8", newline="")
    sheet = open_sheet(path, SheetSpec(delimiter=","))
    with pytest.raises(SheetError, match=rf"row {row}:"):
        list(sheet.chunks())
