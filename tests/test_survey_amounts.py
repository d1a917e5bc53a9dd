from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.mapping import ColumnSpec, ColumnType
from importer.model import Kind, Refusal
from importer.survey.mixed_amounts import MixedAmounts

SPEC = ColumnSpec(name="amount", headers=("Amount",), type=ColumnType.AMOUNT, locale="en_IN")


def refusal(texts: list[str], kinds: list[Kind] | None = None) -> Refusal | None:
    """Watch a column that begins at F5, in two pieces."""
    watcher = MixedAmounts(SPEC, "F", "Amount")
    half = len(texts) // 2
    for piece in (slice(0, half), slice(half, None)):
        numbers = range(5, 5 + len(texts))[piece]
        watcher.see(numbers, texts[piece], None if kinds is None else kinds[piece])
    found = list(watcher.findings())
    assert len(found) <= 1
    for one in found:
        assert isinstance(one, Refusal)
        return one
    return None


def test_refuses_a_column_with_two_decimal_signs() -> None:
    """Both cells are named, and the first one that nobody can read any more."""
    found = refusal(["₹ 1,25,000.50", "1.250", "500", "1.250,00"])
    assert found is not None
    assert found.code == "amounts-mixed"
    assert found.message == (
        "Column F (Amount) is written in two ways: in F5 “₹ 1,25,000.50” the decimal sign is “.” "
        "and in F8 “1.250,00” the decimal sign is “,”. What F6 “1.250” is, 1250 or 1.250, cannot "
        "be known then."
    )


def test_says_what_could_be_meant_where_no_cell_is_unclear() -> None:
    """Without such a cell, an example shows why the column is refused."""
    found = refusal(["12,50", "12.50"])
    assert found is not None
    assert "1.250 may then be 1250 or 1.25" in found.message


POINTS = ["1,250.00", "1,25,000", "12,50,000.5", "1250.50", "12.5", "1'250.500", "(₹ 1,250.00)"]
COMMAS = ["1.250,00", "1.250.000", "12,5", "1250,50", "1 250,500", "1\u202f250,5", "-1.250,00 €"]


@given(st.sampled_from(POINTS), st.sampled_from(COMMAS))
def test_one_cell_of_each_kind_is_enough(point: str, comma: str) -> None:
    """Whatever proves the one and whatever proves the other, together they are refused."""
    assert refusal([point, "500", comma]) is not None
    assert refusal([comma, point]) is not None


@pytest.mark.parametrize("proven", [POINTS, COMMAS])
def test_one_way_of_writing_is_never_refused(proven: list[str]) -> None:
    """A column of one kind, with cells that may be either, is not the watcher's business."""
    assert refusal([*proven, "1.250", "1,250", "500", "paid", ""]) is None


@pytest.mark.parametrize(
    "text", ["1,250", "12,5000", "1,25,00", "1.2.3", "03.04.2026", "1,,5", "1.250 / 1,25", "-", ""]
)
def test_a_slip_of_the_finger_proves_nothing(text: str) -> None:
    """What no grouping and no decimal sign explains is a problem of its own cell only."""
    assert refusal(["1,250.00", text]) is None


def test_numbers_of_a_workbook_prove_nothing() -> None:
    """Only a text has separators that somebody has typed."""
    assert refusal(["1250.5", "1.250,00"], [Kind.NUMBER, Kind.TEXT]) is None
    assert refusal(["$ 1250.5", "1.250,00"], [Kind.DRESSED, Kind.TEXT]) is None
    assert refusal(["1250.5", "1.250,00"], [Kind.TEXT, Kind.TEXT]) is not None


@given(st.lists(st.text(alphabet="0123456789.,' ₹-", max_size=12), max_size=20))
def test_never_raises(texts: list[str]) -> None:
    """Any column is watched to its end."""
    refusal(texts)
