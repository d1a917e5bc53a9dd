from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.mapping import ColumnSpec, ColumnType
from importer.model import Flaw, Kind, Value
from importer.survey.ids import IdSurvey

SPEC = ColumnSpec(name="receipt", headers=("Receipt No",), type=ColumnType.ID)


def read(texts: list[str], kinds: list[Kind] | None = None) -> list[Value | Flaw]:
    """Survey a column that begins at B5, in two pieces, and read it with what came of it."""
    survey = IdSurvey(SPEC, "B", "Receipt No")
    half = len(texts) // 2
    for piece in (slice(0, half), slice(half, None)):
        numbers = range(5, 5 + len(texts))[piece]
        survey.see(numbers, texts[piece], None if kinds is None else kinds[piece])
    assert not list(survey.findings())
    parse = survey.parser()
    return [parse(text, kind) for text, kind in zip(texts, kinds or [Kind.TEXT] * len(texts))]  # noqa: B905 - equally long


def flaws(texts: list[str], kinds: list[Kind] | None = None) -> dict[str, Flaw]:
    """Return the texts that are refused."""
    results = zip(texts, read(texts, kinds), strict=True)
    return {text: result for text, result in results if isinstance(result, Flaw)}


def test_names_an_identifier_that_has_lost_its_zeros() -> None:
    """Where the others show how long they are, a shorter one is refused, with the one that does."""
    found = flaws(["000123", "000124", "125", "100126"])
    assert list(found) == ["125"]
    assert found["125"].code == "id-zeros-lost"
    assert "“125” is shorter than the others" in found["125"].message
    assert "B5 is “000123”" in found["125"].message


def test_names_a_number_cell_that_has_lost_its_zeros() -> None:
    """A number among texts has lost its zeros too; one whose format shows them has not."""
    kinds = [Kind.TEXT, Kind.NUMBER, Kind.NUMBER]
    assert list(flaws(["000123", "000124", "125"], kinds)) == ["125"]


@pytest.mark.parametrize(
    "texts",
    [
        ["1", "22", "333", "4444"],
        ["000123", "125"],
        ["000123", "000123", "125"],
        ["000123", "00124", "125"],
        ["000123", "000124", "1234567", "125"],
        ["0", "0", "1", "22"],
        ["R-01", "R-002", "125"],
        ["000123", "000124", "R-1", "A1"],
    ],
)
def test_proves_nothing_where_lengths_may_vary(texts: list[str]) -> None:
    """Without two that begin with 0, all equally long and none longer, nothing is refused."""
    assert not flaws(texts)


@given(
    st.lists(st.from_regex(r"[1-9][0-9]{0,11}", fullmatch=True), max_size=30),
    st.sampled_from([Kind.TEXT, Kind.NUMBER]),
)
def test_numbers_without_zeros_before_them_are_never_refused(texts: list[str], kind: Kind) -> None:
    """Counting from 1 upwards is no damage."""
    assert not flaws(texts, [kind] * len(texts))


@given(st.sets(st.integers(0, 999_999), min_size=2, max_size=20), st.integers(0, 99_999))
def test_padded_numbers_are_all_read(numbers: set[int], lost: int) -> None:
    """Identifiers of one length are read; one that was a number for a while is not."""
    texts = [f"{number:07}" for number in numbers]
    assert read(texts) == texts
    assert list(flaws([*texts, str(lost)])) == [str(lost)]


def test_knows_rounded_identifiers_by_their_number() -> None:
    """One of sixteen digits may end in 0; five do, and no other, only where Excel rounded them."""
    rounded = [f"12345678901234{digit}0" for digit in range(5)]
    assert {found.code for found in flaws(rounded).values()} == {"id-turned-into-number"}
    assert not flaws(rounded[:4])
    assert not flaws([*rounded, "1234567890123456"])


@given(st.lists(st.tuples(st.text(max_size=8), st.sampled_from(Kind)), max_size=20))
def test_never_raises(cells: list[tuple[str, Kind]]) -> None:
    """Any column can be surveyed and read."""
    for value in read([text for text, _ in cells], [kind for _, kind in cells]):
        assert value is None or isinstance(value, (str, Flaw))
