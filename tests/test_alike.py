"""Which texts say the same: those that differ in names, ids and numbers only."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.folding import ANYTHING, alike

PLAIN = st.sampled_from(
    [
        "The",
        "Email",
        "lead",
        "field",
        "is",
        "isn't",
        "not",
        "valid",
        "was",
        "found",
        "may",
        "be",
        "don't",
        "of,",
        "for",
        "limit:",
        "reached",
    ]
)
VALUE = "Asha Rao"
VARYING = st.one_of(
    st.just(VALUE),
    st.integers(0, 10**12).map(str),
    st.sampled_from(
        [
            "62ab16e",
            "603d2b2f9b1e8a001c8e4f5c",
            "deadbeefdeadbeef",
            "0b0e1d5c-aaaa-bbbb-cccc-abcdefabcdef",
            "asha@example.in",
            "₹1,25,000.50",
            "-12.50",
            "6.03E+22",
            "50%",
            "03/04/2026",
            "2026-11-22T15:37:04Z",
            "3 Apr 2026",
            "+91 98765 43210",
            "RC-0034",
            "“any words at all”",
            '"any words at all"',
            "'any words at all'",
            "`any words at all`",
        ]
    ),
)
"""What differs from row to row, of the row itself or by its looks."""

SENTENCES = st.lists(st.tuples(st.booleans(), PLAIN, VARYING), min_size=1, max_size=12)


def said(parts: list[tuple[bool, str, str]]) -> str:
    """Put a sentence together: of each part the plain word, or what differs from row to row."""
    return " ".join(varying if varies else plain for varies, plain, varying in parts)


def words(text: str) -> list[str]:
    """Return the plain words of a text."""
    return [word for word in text.split() if re.search(r"[A-Za-z]", word)]


@given(st.text(max_size=60), st.lists(st.text(max_size=8), max_size=3))
def test_folding_twice_is_folding_once(text: str, values: list[str]) -> None:
    """A folded text stays as it is, whatever it is."""
    once = alike(text, values)
    assert alike(once, values) == once


@given(SENTENCES)
def test_plain_words_are_never_folded(parts: list[tuple[bool, str, str]]) -> None:
    """Two texts that differ in a plain word are never one: all of them stay, in their order."""
    plain = [word for varies, word, _ in parts if not varies]
    assert words(alike(said(parts), [VALUE])) == plain


@given(SENTENCES, st.data())
def test_what_differs_from_row_to_row_is_folded(
    parts: list[tuple[bool, str, str]], data: st.DataObject
) -> None:
    """Other names, ids, numbers, dates, addresses and quotations make the same text."""
    other = [(varies, plain, data.draw(VARYING)) for varies, plain, _ in parts]
    assert alike(said(parts), [VALUE]) == alike(said(other), [VALUE])


@pytest.mark.parametrize(
    ("text", "values", "folded"),
    [
        ("Lead with ID 62ab16e was not found.", [], "Lead with ID … was not found."),
        ("Asha Rao is no member", ["Asha Rao"], "… is no member"),
        ("Asha is no member", ["Asha Rao"], "Asha is no member"),
        ("No lead: no", ["no"], "No lead: no"),
        ("Status Paid is not allowed", ["Paid", ""], "Status … is not allowed"),
        ("Unpaid is not Paid", ["paid"], "Unpaid is not Paid"),
        ("Rows 5, 6 and 7", [], "Rows … and …"),
        ("The leads' file isn't there", [], "The leads' file isn't there"),
    ],
)
def test_values_of_the_row_are_taken_out_as_words(
    text: str, values: list[str], folded: str
) -> None:
    """A value is taken out where it stands as it is and by itself; two letters are too few."""
    assert alike(text, values) == folded


def test_a_long_text_is_folded_quickly() -> None:
    """A remark that somebody made as long as they could holds nothing up."""
    assert alike("a-" * 1000 + "1") == ANYTHING
