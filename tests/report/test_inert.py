"""Hostile text is harmless wherever a report puts it."""

from __future__ import annotations

import json
import sys
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.report.inert import (
    for_csv,
    for_script,
    for_sheet_xml,
    is_harmless,
    marked,
    runs_as_formula,
    unmarked,
    visible,
)


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|'x'!A1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1"]
)
def test_a_formula_is_quoted_in_csv(text: str) -> None:
    """What a spreadsheet program would run begins with a quote."""
    assert runs_as_formula(text)
    assert for_csv(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "-12.50", "+5", "a=1", "1-2", "'=1", "12"])
def test_what_does_no_harm_stays(text: str) -> None:
    """Plain numbers with a sign are numbers still."""
    assert for_csv(text) == text


HARMFUL = st.text(alphabet="'=+-@\t\r\n\uff1d01.5aeE/:, ()%", max_size=8)


@given(HARMFUL | st.text())
def test_a_marked_text_does_not_run_and_comes_back(text: str) -> None:
    """Nothing but a negative number begins with what runs, and each text is given back exactly."""
    assert unmarked(marked(text, amount=True)) == text
    written = marked(text)
    assert unmarked(written) == text
    assert not runs_as_formula(written) or not written.strip("-0123456789.,%")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+91 98765 43210", "'+91 98765 43210"),
        ("+919876543210", "'+919876543210"),
        ("@x", "'@x"),
        ("'=1+1", "''=1+1"),
        ("'quoted'", "'quoted'"),
        ("-1E5", "'-1E5"),
        ("-007", "'-007"),
        ("a=1", "a=1"),
        *((text, f"'{text}") for text in ("000123", "62e16", "1.5E+10", "12345678901234567")),
        *((text, f"'{text}") for text in ("03/04/2026", "2026-04-03", "12-3", "3 Nov", "Nov-26")),
        *((text, f"'{text}") for text in ("10:30", "1/2", " 5", "TRUE", "'007", "00.5")),
        *((text, f"'{text}") for text in ("1.10", "100.00", "0.50", "-12.50", "(5)", "(1.5)")),
        *((text, f"'{text}") for text in ("1,25,000.50", "50%", "-0", "123456789012", "5.")),
        *((text, text) for text in ("0", "0.5", "-5", "-0.5", "12345678901", "R-12", "12 kg")),
        *((text, text) for text in ("62ab16e00000000000000000", "Nov", "", "'", "May fair")),
    ],
)
def test_only_what_is_guessed_at_is_marked(text: str, written: str) -> None:
    """One `'` more before what Excel would run or change; plain texts and exact numbers stay."""
    assert marked(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        *((text, text) for text in ("1250.50", "-12.50", "100.00", "1,25,000.50", "-1,25,000.50")),
        *((text, text) for text in ("50%", "5.50%", "0", "0.00", "7", "12345678901.00")),
        *((text, f"'{text}") for text in ("(5)", "123456789012", "1234567890.55", "1,250.505")),
        *((text, f"'{text}") for text in ("1.5E+10", "007", "03/04/2026", "=1+1", "+5", "5.555%")),
    ],
)
def test_an_amount_stays_a_number(text: str, written: str) -> None:
    """Excel may drop its zeros and move its commas; what it would round or read anew is text."""
    assert marked(text, amount=True) == written
    assert unmarked(written) == text


@given(st.text())
def test_nothing_in_a_script_block_ends_it(text: str) -> None:
    """The JSON is the text, and has no character that HTML or JavaScript would stop at."""
    packed = for_script([text])
    assert not set("<>&\u2028\u2029") & set(packed)
    assert json.loads(packed) == [text]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_workbooks_text_is_always_xml(text: str) -> None:
    """Whatever the text, the XML around it can be parsed."""
    ET.fromstring(f"<t>{for_sheet_xml(text)}</t>")  # noqa: S314 - our own XML


def test_what_cannot_be_shown_is_seen_to_be_missing() -> None:
    """Escape sequences for a terminal lose their escape, in its 7-bit and its 8-bit form."""
    assert visible("\x1b[2Jred\x9b31m\x00\ud800\ttab\nline") == "�[2Jred�31m��\ttab\nline"


def test_what_one_look_calls_harmless_is_left_as_it_is_by_every_other() -> None:
    """Each character there is, first and within: it runs nowhere, and XML takes it as it is."""
    for code in range(sys.maxunicode + 1):
        for text in (chr(code), f"a{chr(code)}"):
            if is_harmless(text):
                assert not runs_as_formula(text)
                assert for_sheet_xml(text) == text
    assert is_harmless("payments.xlsx › Payments!F17")
    assert not is_harmless("")
