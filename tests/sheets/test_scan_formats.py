"""What Excel shows of numbers, as written down by hand from Excel and ECMA-376 18.8.30, 18.8.31."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scanned import rewrite, shown

from importer.model import Kind
from importer.sheets.cells import number_text
from importer.sheets.scan.builtin import BUILTIN
from importer.sheets.scan.figure import MONEY_WORDS
from importer.sheets.scan.format import Format, format_of_code
from importer.values import parse_amount
from importer.values.currencies import MARKS

ACCOUNTING = '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)'
INDIAN = "[>=10000000]##\\,##\\,##\\,##0.00;[>=100000]##\\,##\\,##0.00;##,##0.00"

NUMBERS = [
    ("General", 1234.5, "1234.5"),
    ("@", 123, "123"),
    ('"Mr "@', 123, "123"),
    ("0", 1234.5, "1234.5"),
    ("#,##0.00", 1234567.891, "1234567.891"),
    ("#,##0.00_);[Red](#,##0.00)", -5, "-5"),
    ("General;[Red]-General", -5, "-5"),
    ("0.00;[Red]0.00", -5, "-5"),
    ("+0;-0;0", 5, "5"),
    ("000000", 123, "000123"),
    ("000000", -123, "-000123"),
    ("00000", 123456, "123456"),
    ("000.00", 1.5, "001.5"),
    ("0000 0000 0000", 12345678901, "012345678901"),
    ('_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)', -5, "-5"),
    ('_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)', 0, "0"),
    (INDIAN, 12345678.5, "12345678.5"),
    (INDIAN, 123456, "123456"),
    (INDIAN, 12, "12"),
    (INDIAN, -123456, "-123456"),
    ("# ?/?", 0.5, "0.5"),
    ("# ?/8", 0.125, "0.125"),
    ("0.00E+00", 12345, "12345"),
    ("##0.0E+0", 0.00012, "0.00012"),
    ("[Blue]0", 5, "5"),
    ("[$-409]0", 5, "5"),
    ("*-0", 5, "5"),
    ("0;dd", 5, "5"),
    ("[<5]d;0", 46115, "46115"),
]
DRESSED = [
    ("0%", 0.5, "50%"),
    ("0%", 0.07, "7%"),
    ("0%", 1.1, "110%"),
    ("0.00%", -0.0725, "-7.25%"),
    ("0.00%;[Red]-0.00%", -0.5, "-50%"),
    ('0"%"', 50, "50 %"),
    ('"₹"#,##0.00', 1234.5, "₹ 1234.5"),
    ("[$₹-4009] #,##0.00", 1234.5, "₹ 1234.5"),
    ("[$₹-hi-IN] #,##0.00", 1234.5, "₹ 1234.5"),
    ("[$USD] #,##0", 5, "USD 5"),
    ("#,##0.00\\ [$€-407]", 5, "5 €"),
    ("$#,##0", 5, "$ 5"),
    ("\\₹0", 5, "₹ 5"),
    ("$#,##0;-$#,##0", -5, "$ -5"),
    ("$#,##0;($#,##0)", -5, "$ -5"),
    (ACCOUNTING, 5, "$ 5"),
    (ACCOUNTING, -5, "$ -5"),
    (ACCOUNTING, 0, "$ 0"),
    ('#,##0.00" CR";#,##0.00" DR"', 5, "5 CR"),
    ('#,##0.00" CR";#,##0.00" DR"', -5, "-5 DR"),
    ('0" kg"', 5, "5 kg"),
    ('General" kg"', 5, "5 kg"),
    ('"Day" 0', 5, "Day 5"),
    ('0"/-"', 500, "500 /-"),
    ("#,##0,", 1234567, "1234567 shown in thousands"),
    ('0.0,,"M"', 1234567, "1234567 shown in millions"),
    ('[>999999]#,,"M";[>999]#,"K";#', 1500, "1500 shown in thousands"),
    ("-0", 5, "5 shown as -5"),
    ("(0)", 5, "5 shown as (5)"),
    ("0-", 5, "5 shown as 5-"),
    ('"Rs. "-0', 5, "5 shown as Rs. -5"),
    ('0"."00', 1234, "1234 shown as 12.34"),
    ('"1"0', 5, "5 shown as 15"),
    ('"₹2 "0', 500, "500 shown as ₹2 500"),
    ('"100"', 5, "5 shown as 100"),
]
TEXTS = [
    ("000-00-0000", 123456789, "123-45-6789"),
    ("000-00-0000", 12345, "000-01-2345"),
    ("(000) 000-0000", 5551234567, "(555) 123-4567"),
    ("0000\\-00\\-00", 20260403, "2026-04-03"),
    ('"INV-2026-"0000', 42, "INV-2026-0042"),
    ('"RCPT-"0000', 42, "RCPT-0042"),
    ('"+91 "0000000000', 9876543210, "+91 9876543210"),
    ('[=1]"Yes";[=0]"No";General', 1, "Yes"),
    ('[=1]"Yes";[=0]"No";General', 0, "No"),
    ('0;-0;"Nil"', 0, "Nil"),
    ("hh:mm", 46115.4375, "10:30:00"),
    ("h:mm AM/PM", 0.5, "12:00:00"),
    ("mm:ss.0", 0.5, "12:00:00"),
    ("[h]:mm", 1.5, "36:00:00"),
    ("dd/mm/yyyy", 60, "1900-02-29"),
    ("dd/mm/yyyy", 0, "1900-01-00"),
    ("dd/mm/yyyy hh:mm", 0.5, "1900-01-00 12:00:00"),
]
DATES = [
    ("dd/mm/yyyy", 46115, "2026-04-03"),
    ("dd/mm/yyyy", 46115.4375, "2026-04-03"),
    ("dd/mm/yyyy;@", 46115.999, "2026-04-03"),
    ("dd/mm/yyyy hh:mm", 46115.4375, "2026-04-03T10:30:00"),
    ("m/d/yy h:mm", 46115, "2026-04-03"),
    ("mmm-yy", 46115.25, "2026-04-03"),
    ('d "of" mmm', 46115, "2026-04-03"),
    ('yyyy"年"m"月"d"日"', 46115.5, "2026-04-03"),
    ("[$-411]ggge", 46115, "2026-04-03"),
    ("[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", 46115.5, "2026-04-03"),
    ("yyyy;0", 46115, "2026-04-03"),
    ("[<5]d;0", 4, "1900-01-04"),
    ("dd/mm/yyyy", 1, "1900-01-01"),
    ("dd/mm/yyyy", 59, "1900-02-28"),
    ("dd/mm/yyyy", 61, "1900-03-01"),
    ("dd/mm/yyyy", 2958465, "9999-12-31"),
]
ERRORS = [
    (";;;", 5, "hidden 5"),
    ('0;;"x"', -5, "hidden -5"),
    ('"-"', 5, "hidden 5"),
    ("dd/mm/yyyy", -5, "####"),
    ("hh:mm", -0.5, "####"),
    ("[h]:mm", -0.5, "####"),
    ("dd/mm/yyyy", 2958466, "####"),
]
BLANKS = [(";;;", 0), ("0;-0;;@", 0), ("#,###", 0), ("#", 0), ("#.##", 0)]

CASES = [
    *((code, value, (text, Kind.NUMBER)) for code, value, text in NUMBERS),
    *((code, value, (text, Kind.DRESSED)) for code, value, text in DRESSED),
    *((code, value, (text, Kind.TEXT)) for code, value, text in TEXTS),
    *((code, value, (text, Kind.DATE)) for code, value, text in DATES),
    *((code, value, (text, Kind.ERROR)) for code, value, text in ERRORS),
    *((code, value, ("", Kind.TEXT)) for code, value in BLANKS),
]


@pytest.mark.parametrize(("code", "value", "expected"), CASES)
def test_a_number_is_shown_as_excel_shows_it(
    code: str, value: float, expected: tuple[str, Kind]
) -> None:
    """A format shows of a number what Excel shows, with the stored digits."""
    assert format_of_code(code).show(repr(value)) == expected


def test_a_workbook_shows_them_all(tmp_path: Path) -> None:
    """Every number of the list stands so in a workbook too, beside what calamine makes of it."""
    book = openpyxl.Workbook()
    for row, (code, value, _) in enumerate(CASES, start=1):
        book.worksheets[0].cell(row, 1, value).number_format = code
    book.worksheets[0]["B1"] = "x"
    path = tmp_path / "formats.xlsx"
    book.save(path)
    cells = shown(path)
    found = [cells.get(f"A{row}", ("", Kind.TEXT)) for row in range(1, len(CASES) + 1)]
    assert found == [expected for _, _, expected in CASES]


@pytest.mark.parametrize(
    ("number", "value", "expected"),
    [
        (1, 5, ("5", Kind.NUMBER)),
        (5, 5, ("¤ 5", Kind.DRESSED)),
        (8, -5, ("¤ -5", Kind.DRESSED)),
        (9, 0.5, ("50%", Kind.DRESSED)),
        (14, 46115.5, ("2026-04-03", Kind.DATE)),
        (18, 46115.5, ("12:00:00", Kind.TEXT)),
        (22, 46115.5, ("2026-04-03T12:00:00", Kind.DATE)),
        (27, 46115, ("2026-04-03", Kind.DATE)),
        (34, 46115.5, ("2026-04-03T12:00:00", Kind.DATE)),
        (37, -5, ("-5", Kind.NUMBER)),
        (44, 0, ("¤ 0", Kind.DRESSED)),
        (46, 1.5, ("36:00:00", Kind.TEXT)),
        (49, 5, ("5", Kind.NUMBER)),
        (58, 46115, ("2026-04-03", Kind.DATE)),
        (163, 5, ("5", Kind.NUMBER)),
    ],
)
def test_formats_named_by_number_alone(
    tmp_path: Path, number: int, value: float, expected: tuple[str, Kind]
) -> None:
    """A format of the standard needs no code; one with a currency names none."""
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = value
    book.worksheets[0]["A1"].number_format = '"certain"0'
    path = tmp_path / "builtin.xlsx"
    book.save(path)
    rewrite(path, lambda xml: xml.replace('numFmtId="164" f', f'numFmtId="{number}" f'), STYLES)
    rewrite(path, lambda xml: xml.replace('numFmtId="164"', f'numFmtId="{number}"'), STYLES)
    rewrite(path, lambda xml: xml.replace("<numFmts", "<was").replace("</numFmts", "</was"), STYLES)
    assert shown(path)["A1"] == expected


STYLES = "xl/styles.xml"

AFFIXES = st.text(st.sampled_from('₹$€%-+()/., 0kgRsINVcrCR"'), max_size=6).map(
    lambda text: '"' + text.replace('"', "") + '"' if text else ""
)
PLACES = st.sampled_from(
    ["0", "0.00", "#,##0", "#,##0.00", "0000", "#", "#,##0,", "0.0,,", "0%", "0-00", "00\\.00"]
) | st.sampled_from(["General", "##\\,##0", "# ?/?", "0.0E+0", "?", "0 0"])
STARTS = st.sampled_from(["", "[Red]", "-", "(", "_("])
SECTIONS = st.tuples(STARTS, AFFIXES, PLACES, AFFIXES).map("".join)
CODES = st.lists(SECTIONS, min_size=1, max_size=3).map(";".join)
VALUES = (
    st.integers(-(10**9), 10**9)
    | st.decimals(-(10**6), 10**6, places=2).map(float)
    | st.floats(-1e14, 1e14)
)


@given(CODES, VALUES)
def test_no_format_makes_another_amount_of_a_number(code: str, value: float) -> None:
    """Whatever a format adds, an amount reads the stored number from it, or nothing at all."""
    text, kind = format_of_code(code).show(repr(value))
    stored = Decimal(number_text(value))
    if kind is Kind.NUMBER:
        assert Decimal(text) == stored
    elif kind is Kind.TEXT and text:
        read = parse_amount(text, kind, locale="en_IN", currency=None)
        assert not isinstance(read, Decimal) or read == stored
    elif kind is Kind.DRESSED and "%" not in text and "shown" not in text:
        assert stored in map(_figure, text.split())


def _figure(piece: str) -> Decimal | None:
    try:
        return Decimal(piece)
    except InvalidOperation:
        return None


@given(st.text(max_size=20), VALUES)
def test_any_code_shows_something(code: str, value: float) -> None:
    """A format code that makes no sense breaks nothing."""
    text, kind = Format(code=code).show(repr(value))
    assert isinstance(text, str)
    assert kind in {Kind.NUMBER, Kind.DRESSED, Kind.TEXT, Kind.DATE, Kind.ERROR}


@given(st.decimals(-100, 100, places=6))
def test_percents_are_exact(value: Decimal) -> None:
    """A percentage is the stored number times a hundred, without an error of floats."""
    text, _ = format_of_code("0.00%").show(str(float(value)))
    assert Decimal(text.removesuffix("%")) == Decimal(repr(float(value))) * 100


def test_every_word_of_money_is_known() -> None:
    """The letters that amounts know as marks are those that are never taken for an id's."""
    words = {"".join(filter(str.isalpha, mark)) for mark in MARKS}
    assert {word for word in words if word.isascii() and word} <= MONEY_WORDS


def test_no_code_of_the_standard_is_mixed() -> None:
    """Each format of the standard makes dates of all numbers or of none."""
    for code in BUILTIN.values():
        assert len({section.is_date for section in format_of_code(code).sections}) == 1, code
