"""A column is turned into text and kinds as each of its values would be by itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from importer.sheets.cells import CellValue, as_columns, as_shown

ONE_TYPE = st.sampled_from(
    [
        st.text(max_size=5),
        st.floats(),
        st.integers(-(10**18), 10**18),
        st.booleans(),
        st.dates(),
        st.datetimes() | st.dates(),
        st.datetimes().map(lambda at: at.replace(hour=0, minute=0, second=0, microsecond=0))
        | st.dates(),
        st.times(),
        st.timedeltas(),
        st.text(max_size=3) | st.floats(),
        st.text(max_size=3) | st.dates() | st.datetimes(),
        st.dates() | st.text(max_size=3) | st.floats() | st.booleans() | st.integers(0, 1),
    ]
)


@given(values=ONE_TYPE.flatmap(lambda one: st.lists(one, min_size=1, max_size=8)))
def test_a_column_is_shown_as_its_values_are(values: list[CellValue]) -> None:
    """Whatever types it holds, mixed or not."""
    (texts,), (kinds,) = as_columns([[value] for value in [*values, *values]])
    assert list(zip(texts, kinds, strict=True)) == [as_shown(value) for value in [*values, *values]]
