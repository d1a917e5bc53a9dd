from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from importer.columns import keys_of
from importer.first_rows import FirstRows


@given(st.lists(st.lists(st.integers(0, 30))), st.integers(1, 8))
def test_the_first_row_is_remembered_wherever_it_is_kept(chunks: list[list[int]], run: int) -> None:
    """Each key leads to the first row that had it, in memory or on disk."""
    first: dict[int, int] = {}
    row = 2
    with FirstRows(run) as first_rows:
        for values in chunks:
            rows = np.arange(row, row + len(values))
            found = first_rows.of(keys_of([str(value) for value in values]), rows)
            expected = [first.setdefault(value, at) for at, value in enumerate(values, start=row)]
            assert found.tolist() == expected
            row += len(values)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2))), st.integers(1, 8))
def test_keys_that_share_a_half_are_told_apart(pairs: list[tuple[int, int]], run: int) -> None:
    """Both halves of a key count, although only one of them is looked for."""
    first: dict[tuple[int, int], int] = {}
    with FirstRows(run) as first_rows:
        for row, pair in enumerate(pairs, start=2):
            found = first_rows.of(np.array([pair], np.uint64), np.array([row]))
            assert found.tolist() == [first.setdefault(pair, row)]


@given(st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=9)))
def test_keys_that_share_a_half_are_told_apart_in_one_look(
    chunks: list[list[tuple[int, int]]],
) -> None:
    """However they come together, each is the first row's that had all of it."""
    first: dict[tuple[int, int], int] = {}
    row = 2
    with FirstRows(4) as first_rows:
        for pairs in chunks:
            rows = np.arange(row, row + len(pairs))
            keys = np.array(pairs, np.uint64).reshape(-1, 2)
            expected = [first.setdefault(pair, at) for at, pair in enumerate(pairs, start=row)]
            assert first_rows.of(keys, rows).tolist() == expected
            row += len(pairs)
