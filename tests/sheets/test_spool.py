from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import SheetError
from importer.model import Chunk, Kind
from importer.sheets.spool import LONGEST_LINE, Batch, Head, Pen, Spool

CELL = st.tuples(st.text(max_size=4), st.sampled_from(Kind))
HEAD = Head(tabs=("a", "b"), tab="b", others=("a",), rows=9, hidden_columns=(2,))


def spool(*batches: Batch) -> Spool:
    """Write batches and open what was written."""
    file = io.BytesIO()
    pen = Pen(file, "payments.xlsx")
    pen.head(HEAD)
    for batch in batches:
        pen.batch(batch)
    pen.end()
    return Spool(file)


def batch(first: int, *rows: list[tuple[str, Kind]], hidden: tuple[int, ...] = ()) -> Batch:
    """Make a batch of rows."""
    columns = [*zip(*rows, strict=True)]
    return Batch(
        first=first,
        texts=[[text for text, _ in column] for column in columns],
        kinds=["".join(kind for _, kind in column) for column in columns],
        hidden=hidden,
    )


def listed(chunks: list[Chunk]) -> list[tuple[int, bool, tuple[str, ...], tuple[Kind, ...]]]:
    """List the rows of chunks: number, hidden, texts, kinds."""
    return [
        (number, number in chunk.hidden, texts, kinds)
        for chunk in chunks
        for number, texts, kinds in zip(
            chunk.numbers,
            zip(*chunk.columns, strict=True),
            zip(*chunk.kinds or (), strict=True),
            strict=True,
        )
    ]


@given(
    st.lists(st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=5), max_size=4),
    st.sets(st.integers(1, 20)),
    st.integers(0, 8),
    st.integers(1, 7),
)
def test_rows_come_back_in_chunks_of_any_size(
    batches: list[list[list[tuple[str, Kind]]]], hidden: set[int], above: int, size: int
) -> None:
    """Whatever batches were written, chunks of any size hold every row below the header once."""
    written, expected, number = [], [], 1
    for rows in batches:
        numbers = range(number, number + len(rows))
        written.append(batch(number, *rows, hidden=tuple(hidden & set(numbers))))
        expected += [
            (at, at in hidden, tuple(text for text, _ in row), tuple(kind for _, kind in row))
            for at, row in zip(numbers, rows, strict=True)
            if at > above
        ]
        number += len(rows)
    chunks = list(spool(*written).chunks(above, size))
    assert listed(chunks) == expected
    assert all(len(chunk.numbers) <= size for chunk in chunks)


def test_the_head_comes_back() -> None:
    """What is known of the tab comes back as it was written."""
    assert spool().head == HEAD


def test_readings_do_not_disturb_each_other() -> None:
    """Two readings at once, and one that was given up, each see every row."""
    kept = spool(*(batch(at, [(str(at), Kind.NUMBER)]) for at in range(1, 6)))
    next(kept.chunks(0, 1))
    pairs = list(zip(kept.chunks(0, 1), kept.chunks(0, 1), strict=True))
    assert [one.columns for one, _ in pairs] == [[[str(at)]] for at in range(1, 6)]
    assert all(one == other for one, other in pairs)


def test_long_texts_are_cut_into_more_lines() -> None:
    """A batch with long texts becomes several lines, so that a reader holds little at once."""
    rows = [[("x" * (LONGEST_LINE // 3), Kind.TEXT)] for _ in range(8)]
    chunks = list(spool(batch(1, *rows)).chunks(0, 5000))
    assert len(listed(chunks)) == 8
    assert max(len(chunk.numbers) for chunk in chunks) <= 2


def test_one_row_that_is_too_long_is_refused() -> None:
    """A row of more text than any sheet has is refused by its number."""
    with pytest.raises(SheetError, match=r"Row 3 of payments\.xlsx holds more than 8 MB"):
        spool(batch(3, [("x" * LONGEST_LINE, Kind.TEXT)]))


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tab that would fill the disk is refused while it is written."""
    monkeypatch.setattr("importer.sheets.spool.MOST_SPOOLED", 200)
    with pytest.raises(SheetError, match="GB of text"):
        spool(*(batch(at, [("x" * 50, Kind.TEXT)]) for at in range(1, 9)))


@pytest.mark.parametrize("end", [b"", b'{"batch":[1,[["x"]],["t"],[]]}\n', b'{"end"'])
def test_an_unfinished_spool_is_no_spool(end: bytes) -> None:
    """What the other process did not finish is never taken for the whole."""
    file = io.BytesIO()
    Pen(file, "payments.xlsx").head(HEAD)
    file.write(end)
    with pytest.raises(EOFError):
        Spool(file)


def test_an_error_is_raised_where_it_is_read() -> None:
    """A refusal comes out of the spool as it went in, rows before it or not."""
    file = io.BytesIO()
    pen = Pen(file, "payments.xlsx")
    pen.head(HEAD)
    pen.batch(batch(1, [("x", Kind.TEXT)]))
    pen.error(SheetError("payments.xlsx is “damaged”.", "Open it."))
    with pytest.raises(SheetError, match="“damaged”") as caught:
        Spool(file)
    assert caught.value.hint == "Open it."
