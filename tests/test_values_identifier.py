from __future__ import annotations

import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model import Flaw, Kind
from importer.values import parse_id

PLAIN = st.from_regex(r"[0-9A-Za-z]+([-/_ .#&][0-9A-Za-z]+)*", fullmatch=True).filter(
    lambda text: not text.isdecimal() and text.count(".") == 0 and len(text) <= 200
)


def flaw(text: str, kind: Kind = Kind.TEXT, length: int | None = None) -> Flaw:
    """Read an identifier, having seen that it is refused with two sentences."""
    result = parse_id(text, kind, length=length)
    assert isinstance(result, Flaw), f"read as {result!r}"
    assert result.message.endswith(".")
    assert result.hint.endswith(".")
    return result


@given(PLAIN)
def test_reads_what_offices_number_their_papers_with(text: str) -> None:
    """Letters, digits and the signs between them are kept as typed; spaces around them are not."""
    assert parse_id(text, Kind.TEXT, length=None) == text
    assert parse_id(f"  {text} ", Kind.TEXT, length=len(text)) == text


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("000123", Kind.TEXT, "000123"),
        ("000123", Kind.NUMBER, "000123"),
        ("123456789012345", Kind.NUMBER, "123456789012345"),
        ("0000123456789012345", Kind.NUMBER, "0000123456789012345"),
        ("123456789012345678", Kind.TEXT, "123456789012345678"),
        ("1234567890123450", Kind.TEXT, "1234567890123450"),
        ("1E5", Kind.TEXT, "1E5"),
        ("INV 001", Kind.TEXT, "INV 001"),
        ("ЧЕК-101", Kind.TEXT, "ЧЕК-101"),
        ("१२३", Kind.TEXT, "१२३"),
        ("रसीद/12", Kind.TEXT, "रसीद/12"),
        ("№ 12", Kind.TEXT, "№ 12"),
        ("Cafe\u0301-1", Kind.TEXT, "Café-1"),
        ("", Kind.TEXT, None),
        ("\u00a0\u200b", Kind.TEXT, None),
    ],
)
def test_reads_an_identifier(text: str, kind: Kind, value: str | None) -> None:
    """What may have been given out so is kept; a number is its digits as the sheet shows them."""
    assert parse_id(text, kind, length=None) == value


@pytest.mark.parametrize(
    ("text", "kind", "code", "named"),
    [
        ("6.03E+22", Kind.TEXT, "id-turned-into-number", "cannot be recovered"),
        ("6,03E+22", Kind.TEXT, "id-turned-into-number", "cannot be recovered"),
        ("1E+15", Kind.TEXT, "id-turned-into-number", "cannot be recovered"),
        ("6.03E+22", Kind.NUMBER, "id-turned-into-number", "15 digits"),
        ("1234567890123456", Kind.NUMBER, "id-turned-into-number", "15 digits"),
        ("123456789012345000", Kind.TEXT, "id-turned-into-number", "15 digits"),
        ("123.5", Kind.NUMBER, "id-not-whole", "“123.5”"),
        ("-5", Kind.NUMBER, "id-not-whole", "“-5”"),
        ("2026-04-03", Kind.DATE, "id-turned-into-date", "MAR1"),
        ("R- 12", Kind.DRESSED, "id-shown-by-format", "“R- 12”"),
        ("TRUE", Kind.BOOL, "id-wrong-kind", "“TRUE”"),
        ("1234.0", Kind.TEXT, "id-decimal-tail", "“1234.0”"),
        ("1234,00", Kind.TEXT, "id-decimal-tail", "zeros"),
        ("1,234", Kind.TEXT, "id-grouped", "like an amount"),
        ("12,34,567", Kind.TEXT, "id-grouped", "like an amount"),
        ("'R-1", Kind.TEXT, "id-apostrophe", "stray apostrophe (U+0027)"),
        ("R-1\u2019", Kind.TEXT, "id-apostrophe", "(U+2019)"),
        ('="0012"', Kind.TEXT, "id-apostrophe", "stray quotation mark"),
        ("INV\u00a0001", Kind.TEXT, "id-invisible-character", "4 of the id is invisible: no-break"),
        ("\u200bINV001", Kind.TEXT, "id-invisible-character", "zero width space (U+200B)"),
        ("INV\t001", Kind.TEXT, "id-invisible-character", "tab (U+0009)"),
        ("INV001\n", Kind.TEXT, "id-invisible-character", "line break (U+000A)"),
        ("INV\u3164001", Kind.TEXT, "id-invisible-character", "hangul filler"),
        ("INV  001", Kind.TEXT, "id-two-spaces", "4 and 5"),
        ("R\ufffd1", Kind.TEXT, "id-characters-lost", "Character 2"),
        ("R-\u04301", Kind.TEXT, "id-look-alike", "3 of the id, “\u0430”, is cyrillic small"),
        ("\u0410BC-1", Kind.TEXT, "id-look-alike", "Character 1"),
        ("\u0410\u0412C-1", Kind.TEXT, "id-look-alike", "latin capital letter c"),
        ("R-\u03bf1", Kind.TEXT, "id-look-alike", "greek small letter omicron"),
        ("\uff321", Kind.TEXT, "id-look-alike", "fullwidth latin capital letter r"),
        ("R-\uff11", Kind.TEXT, "id-look-alike", "fullwidth digit one"),
        ("R-1\u0968", Kind.TEXT, "id-look-alike", "devanagari digit two"),
        ("00012\u0417", Kind.TEXT, "id-look-alike", "6 of the id, “\u0417”, is cyrillic capital"),
        ("\u0410-1002", Kind.TEXT, "id-look-alike", "cyrillic capital letter a"),
        ("\u041e\u041e\u041e-1", Kind.TEXT, "id-look-alike", "Character 1"),
        (
            "5 shown as -5",
            Kind.DRESSED,
            "id-shown-by-format",
            "number 5, which its format shows as -5;",
        ),
        ("R" * 201, Kind.TEXT, "id-too-long", "201 characters"),
        ("R\u20131", Kind.TEXT, "id-look-alike", "en dash (U+2013)"),
        ("#N/A", Kind.ERROR, "cell-error", "#N/A"),
        ("=A1&B1", Kind.ERROR, "cell-not-calculated", "=A1&B1"),
        ("", Kind.COVERED, "cell-merged", "merged"),
        ("####", Kind.TEXT, "cell-too-narrow", "narrow"),
    ],
)
def test_names_what_is_wrong_with_a_damaged_identifier(
    text: str, kind: Kind, code: str, named: str
) -> None:
    """A damaged identifier is refused, never repaired, and the sentence names the damage."""
    found = flaw(text, kind)
    assert found.code == code
    assert named in found.message


@pytest.mark.parametrize("text", ["6.03E+22", "1234.0", "1,234", "'R-1"])
def test_says_how_an_identifier_is_exported_as_text(text: str) -> None:
    """Where Excel did the damage, the hint says how to get past it."""
    assert "as text" in flaw(text).hint
    assert "before anything is pasted" in flaw(text).hint


def test_knows_how_long_an_identifier_is() -> None:
    """Another length than the mapping's is refused; of short digits it says what may be lost."""
    assert parse_id("000123", Kind.TEXT, length=6) == "000123"
    for kind in (Kind.TEXT, Kind.NUMBER):
        short = flaw("123", kind, 6)
        assert short.code == "id-wrong-length"
        assert "3 characters instead of 6: it may have lost its leading zeros" in short.message
    assert "zeros" not in flaw("R-1", length=6).message
    assert "has 1 character instead of 6" in flaw("R", length=6).message
    assert "zeros" not in flaw("1234567", length=6).message


@given(st.text(max_size=40), st.sampled_from(Kind), st.none() | st.integers(1, 30))
def test_never_raises(text: str, kind: Kind, length: int | None) -> None:
    """Any cell is an identifier that can be seen as it is, blank, or a Flaw."""
    result = parse_id(text, kind, length=length)
    if isinstance(result, str):
        assert kind in {Kind.TEXT, Kind.NUMBER}
        assert result == unicodedata.normalize("NFC", text.strip(" "))
        assert result.encode()
        assert length in {None, len(result)}
        unseen = {"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"}
        assert all(unicodedata.category(char) not in unseen or char == " " for char in result)


@given(PLAIN, st.data())
def test_finds_any_stranger_among_plain_characters(text: str, data: st.DataObject) -> None:
    """One invisible, foreign or typographic character anywhere is found."""
    stranger = data.draw(st.sampled_from("\u00a0\u200b\u200d\ufeff\t\n\u2013\uff11\u0660\ufe0f"))
    at = data.draw(st.integers(0, len(text)))
    if stranger != "\u0660" or any(char in string.digits for char in text):
        assert flaw(text[:at] + stranger + text[at:]).code.startswith("id-")
