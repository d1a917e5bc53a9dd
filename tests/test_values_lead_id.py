from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model import Flaw, Kind
from importer.values import parse_lead_id

LEAD = "603d2b2f9b1e8a001c8e4f5c"
IDS = st.text(alphabet="0123456789abcdef", min_size=24, max_size=24).filter(
    lambda text: not text.endswith("0" * 9)
)


def flaw(text: str, kind: Kind = Kind.TEXT) -> Flaw:
    """Read an id, having seen that it is refused."""
    result = parse_lead_id(text, kind)
    assert isinstance(result, Flaw), f"read as {result!r}"
    return result


@given(IDS)
def test_reads_an_id(lead: str) -> None:
    """Every id of 24 hexadecimal characters is read, plain spaces and capitals apart."""
    assert parse_lead_id(lead, Kind.TEXT) == lead
    assert parse_lead_id(f"  {lead.upper()} ", Kind.TEXT) == lead


@pytest.mark.parametrize("text", ["", "  ", "\u00a0", "\u200b"])
def test_takes_an_invisible_id_for_blank(text: str) -> None:
    """A cell that shows nothing is blank, not damaged."""
    assert parse_lead_id(text, Kind.TEXT) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("6.03E+22", Kind.NUMBER),
        ("603", Kind.NUMBER),
        ("6.03E+22", Kind.TEXT),
        ("6.03e22", Kind.TEXT),
        ("6,03E+22", Kind.TEXT),
        ("000123", Kind.NUMBER),
        ("603020260112345000000000", Kind.TEXT),
    ],
)
def test_knows_an_id_that_excel_has_turned_into_a_number(text: str, kind: Kind) -> None:
    """A number in place of an id is named as Excel's doing, with the one remedy there is."""
    found = flaw(text, kind)
    assert found.code == "lead-id-turned-into-number"
    assert "cannot be recovered" in found.message
    assert "formatted as Text" in found.hint


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [
        (f"{LEAD}\u00a0", "lead-id-invisible-character", "no-break space (U+00A0)"),
        (f"\ufeff{LEAD}", "lead-id-invisible-character", "zero width no-break space (U+FEFF)"),
        (f"{LEAD[:5]}\u200b{LEAD[5:]}", "lead-id-invisible-character", "zero width space"),
        (f"{LEAD}\n", "lead-id-invisible-character", "line break (U+000A)"),
        (f"{LEAD[:12]} {LEAD[12:]}", "lead-id-invisible-character", "Character 13"),
        (f"'{LEAD}", "lead-id-apostrophe", "apostrophe"),
        (f"\u2019{LEAD}", "lead-id-apostrophe", "apostrophe"),
        (f'"{LEAD}"', "lead-id-apostrophe", "quotation mark"),
        (LEAD.replace("a", "\u0430"), "lead-id-look-alike", "cyrillic small letter a (U+0430)"),
        (LEAD.replace("0", "\u0660"), "lead-id-look-alike", "arabic-indic digit zero"),
        (LEAD.replace("0", "O"), "lead-id-wrong-character", "“O”"),
        (f"{LEAD[:-1]}…", "lead-id-wrong-character", "Character 24"),
        (LEAD[:-1], "lead-id-wrong-length", "23 characters"),
        (f"{LEAD}0", "lead-id-wrong-length", "25 characters"),
    ],
)
def test_names_what_is_wrong_with_a_damaged_id(text: str, code: str, named: str) -> None:
    """A damaged id is refused, never repaired, and the sentence names the damage."""
    found = flaw(text)
    assert found.code == code
    assert named in found.message


def test_says_what_a_wrong_letter_may_stand_for() -> None:
    """A letter O in place of a zero is pointed out as such."""
    assert "stand for 0" in flaw(LEAD.replace("0", "O")).hint


def test_refuses_native_dates_and_errors() -> None:
    """A cell that is not text at all is no id."""
    assert flaw("2026-04-03", Kind.DATE).code == "lead-id-wrong-kind"
    assert flaw("5 kg", Kind.DRESSED).code == "lead-id-wrong-kind"
    assert flaw("#N/A", Kind.ERROR).code == "cell-error"
    assert flaw("=A1", Kind.ERROR).code == "cell-not-calculated"
    assert flaw("", Kind.COVERED).code == "cell-merged"


@given(st.text(max_size=40), st.sampled_from(Kind))
def test_never_raises(text: str, kind: Kind) -> None:
    """Any text is an id of 24 lower-case hexadecimal characters, blank, or a Flaw."""
    result = parse_lead_id(text, kind)
    if isinstance(result, str):
        assert len(result) == 24
        assert set(result) <= set("0123456789abcdef")
        assert result == text.strip(" ").lower()
