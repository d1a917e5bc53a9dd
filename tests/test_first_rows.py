from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from importer.batches import digest
from importer.first_rows import FirstRows


@given(st.lists(st.integers(0, 30)), st.integers(1, 8))
def test_the_first_row_is_remembered_wherever_it_is_kept(values: list[int], most: int) -> None:
    """Each digest leads to the first row that had it, in memory or on disk."""
    first: dict[int, int] = {}
    with FirstRows(most_in_memory=most) as first_rows:
        for row, value in enumerate(values, start=2):
            assert first_rows.of(digest(value), row) == first.setdefault(value, row)
