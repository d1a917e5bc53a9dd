"""Which texts say the same: those that differ in names, ids and numbers only."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.folding import ANYTHING, LONGEST, SHOWN, alike, pieces, plain_words, shortened

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


@pytest.mark.parametrize(
    ("text", "values", "folded"),
    [
        ("The Email is invalid", ["Email"], "The Email is invalid"),
        ("The e-mail is invalid", ["e-mail"], "The e-mail is invalid"),
        ("No Payment Mode here", ["Payment Mode"], "No Payment Mode here"),
        ("Of Payment Paid nothing", ["Payment Paid"], "Of … nothing"),
        ("Invalid email", ["Invalid"], "Invalid email"),
        ("Refused. Missing email", ["Missing"], "Refused. Missing email"),
        ("lead is open", ["open"], "lead is open"),
        ("It has Open, not Paid", ["Open", "Paid"], "It has …, not …"),
    ],
)
def test_a_word_of_the_sentence_stays_although_a_cell_says_it(
    text: str, values: list[str], folded: str
) -> None:
    """Names of columns and fields, words without a capital, and a sentence's first stay."""
    words = plain_words(("payerEmail", "e-mail", "Payment Mode"))
    assert alike(text, values, words) == folded
    assert alike(folded, values, words) == folded


def test_two_fields_are_never_one() -> None:
    """Whatever stands in the rows' cells, a remark on one field is not one on another."""
    said = ("Email is invalid", "Phone is invalid")
    assert len({alike(text, ["Email", "Phone"]) for text in said}) == 2


@pytest.mark.parametrize(
    ("says", "found"),
    [
        ("“Daily limit reached”", ("daily limit reached",)),
        ("'Daily limit reached.'", ("daily limit reached",)),
        ('"Lead … has 5 calls"', ("lead", "has", "calls")),
        ("“A b” is not “C d”", ("is not",)),
        ("'x'", ("x",)),
        ("INV123", ()),
        ("a@b.c", ()),
        ("… (…)", ()),
        ("“”", ()),
        ("'", ()),
        ("603d2b2f9b1e8a001c8e4f5c, 17", ()),
    ],
)
def test_words_that_a_person_copied_are_found_again(says: str, found: tuple[str, ...]) -> None:
    """Quotation marks around the whole are their own; where no plain word is left, none are."""
    assert pieces(says) == found


HUGE = 1 << 16


@pytest.mark.parametrize(
    "text",
    [
        "a-" * HUGE + "1",
        "a." * HUGE + "@",
        "a@" * HUGE,
        "“" * HUGE,
        "'a " * HUGE,
        "… ," * HUGE,
        "1 Jan " * HUGE,
        "x@y" + "." * HUGE,
        "'" + '"' * HUGE,
    ],
)
def test_a_long_text_is_folded_quickly(text: str) -> None:
    """A remark that somebody made as long as they could holds nothing up, and is cut."""
    started = time.monotonic()
    folded = alike(text, ["a.", "1 Jan", "Asha Rao"])
    assert time.monotonic() - started < 1  # all of it takes milliseconds
    assert len(folded) <= LONGEST
    assert alike(folded) == folded


def test_what_is_beyond_the_longest_text_makes_no_difference() -> None:
    """Two pages of an error that differ far down are one, and say that they are cut."""
    page = "The CRM has no time. " * 200
    assert alike(f"{page}one") == alike(f"{page}two")
    assert alike(page).endswith(ANYTHING)


def test_a_folded_text_may_need_several_looks() -> None:
    """However often one thing uncovers the next, it comes to an end."""
    text = "'1" * 900 + "'"
    assert alike(alike(text)) == alike(text)


def test_somebody_else_s_words_are_shortened() -> None:
    """On one line, and at most so many characters; a short text stays as it is."""
    assert shortened("No  such\nfield") == "No such field"
    assert shortened("a" * SHOWN) == "a" * SHOWN
    assert shortened("ab " * HUGE) == f"{('ab ' * HUGE)[:SHOWN].rstrip()}…"
