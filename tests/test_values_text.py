from __future__ import annotations

import datetime as dt
import time
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.mapping import ColumnSpec, ColumnType, typed_constant
from importer.model import Currency, Flaw, Kind
from importer.values import (
    as_source_text,
    parse_currency,
    parse_email,
    parse_phone,
    parse_text,
    parser_for,
    trim,
)

ANY_TEXT = st.text(alphabet=st.characters(), max_size=40)


def code_of(result: object) -> str:
    """Return a Flaw's code, having seen that it is one."""
    assert isinstance(result, Flaw), f"read as {result!r}"
    return result.code


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("  R-1001\u00a0", Kind.TEXT, "R-1001"),
        ("R-1001\u200b", Kind.TEXT, "R-1001"),
        ("Cafe\u0301", Kind.TEXT, "Café"),
        ("line one\nline two", Kind.TEXT, "line one\nline two"),
        ("0012", Kind.TEXT, "0012"),
        ("1001", Kind.NUMBER, "1001"),
        ("000123", Kind.NUMBER, "000123"),
        ("5 kg", Kind.DRESSED, "5 kg"),
        ("TRUE", Kind.BOOL, "TRUE"),
        ("#1 customer", Kind.TEXT, "#1 customer"),
        ("Error", Kind.TEXT, "Error"),
        ("1E5", Kind.TEXT, "1E5"),
        ("नमस्ते 🙏", Kind.TEXT, "नमस्ते 🙏"),
        ("\u00a0", Kind.TEXT, None),
    ],
)
def test_reads_text_as_it_is(text: str, kind: Kind, value: str | None) -> None:
    """A text is kept, in NFC and without spaces at its ends; inner line breaks stay."""
    assert parse_text(text, kind) == value


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("1.23457E+15", Kind.TEXT, "text-turned-into-number"),
        ("1,23457E+15", Kind.TEXT, "text-turned-into-number"),
        ("", Kind.COVERED, "cell-merged"),
        ("=A1+B1", Kind.ERROR, "cell-not-calculated"),
        ("#SPILL!", Kind.ERROR, "cell-error"),
        ("1.5E+15", Kind.NUMBER, "text-turned-into-number"),
        ("2026-04-03", Kind.DATE, "text-turned-into-date"),
        ("caf\ufffd", Kind.TEXT, "text-characters-lost"),
        ("caf\udc80 noir", Kind.TEXT, "text-characters-lost"),
        ("a\x00b", Kind.TEXT, "text-control-character"),
        ("#REF!", Kind.ERROR, "cell-error"),
        ("hidden 5", Kind.ERROR, "cell-hidden"),
        ("1234567 shown in thousands", Kind.DRESSED, "cell-shown-otherwise"),
        ("5 shown as -5", Kind.DRESSED, "cell-shown-otherwise"),
        ("#NAME?", Kind.TEXT, "cell-error"),
        ("####", Kind.TEXT, "cell-too-narrow"),
    ],
)
def test_names_a_damaged_text(text: str, kind: Kind, code: str) -> None:
    """A text that Excel or an encoding has damaged is refused."""
    assert code_of(parse_text(text, kind)) == code


@given(ANY_TEXT, st.sampled_from(Kind))
def test_a_text_can_always_be_sent(text: str, kind: Kind) -> None:
    """Whatever is read as text is trimmed NFC that UTF-8 can hold."""
    result = parse_text(text, kind)
    if isinstance(result, str):
        assert result.encode()
        assert result == trim(text) == unicodedata.normalize("NFC", result)


@pytest.mark.parametrize("currency", Currency)
def test_reads_every_currency_of_a_payment(currency: Currency) -> None:
    """Each of the eleven codes is read, in any case."""
    assert parse_currency(f" {currency.value.lower()} ", Kind.TEXT) is currency


def test_reads_a_mark_only_where_it_is_one_currency() -> None:
    """₹ is a currency; Rs and $ are several; € is none that the CRM accepts."""
    assert parse_currency("₹", Kind.TEXT) is Currency.INR
    assert parse_currency("US$", Kind.TEXT) is Currency.USD
    assert code_of(parse_currency("Rs.", Kind.TEXT)) == "currency-ambiguous"
    assert code_of(parse_currency("$", Kind.TEXT)) == "currency-ambiguous"
    assert code_of(parse_currency("EUR", Kind.TEXT)) == "currency-unknown"
    assert code_of(parse_currency("₹.", Kind.TEXT)) == "currency-unknown"
    assert parse_currency(" ", Kind.TEXT) is None


def test_names_a_currency_that_the_crm_does_not_take() -> None:
    """A mark that is known, but of no use, is named by its code."""
    found = parse_currency("€", Kind.TEXT)
    assert isinstance(found, Flaw)
    assert "(EUR)" in found.message


@pytest.mark.parametrize(
    "text", ["asha@example.com", "a.b+c@mail.example.co.in", "x@sub-domain.example"]
)
def test_reads_an_email_address(text: str) -> None:
    """An address of the shape that the CRM takes is kept as typed."""
    assert parse_email(f" {text}\u00a0", Kind.TEXT) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("asha", "email-unreadable"),
        ("asha@example", "email-unreadable"),
        ("asha @example.com", "email-unreadable"),
        ("asha@example..com", "email-unreadable"),
        (".asha@example.com", "email-unreadable"),
        ("asha@ex\u0430mple.com", "email-unreadable"),
        ("Asha <asha@example.com>", "email-unreadable"),
        (f"{'a' * 250}@example.com", "email-unreadable"),
        ("a@example.com; b@example.com", "email-several"),
    ],
)
def test_refuses_what_is_no_email_address(text: str, code: str) -> None:
    """Anything else is refused: the CRM would drop it without a word."""
    assert code_of(parse_email(text, Kind.TEXT)) == code


def test_names_the_look_alike_in_an_email_address() -> None:
    """A letter of another script in an address is named."""
    found = parse_email("asha@ex\u0430mple.com", Kind.TEXT)
    assert isinstance(found, Flaw)
    assert "Character 8 is “\u0430”, cyrillic small letter a" in found.message
    found = parse_email("asha\u200b@example.com", Kind.TEXT)
    assert isinstance(found, Flaw)
    assert "Character 5 is zero width space" in found.message


@pytest.mark.parametrize(
    ("text", "kind", "phone"),
    [
        ("919876543210", Kind.NUMBER, "919876543210"),
        ("+91 98765-43210", Kind.TEXT, "919876543210"),
        ("(+91) 98765 43210", Kind.TEXT, "919876543210"),
        ("+91 9876543210", Kind.DRESSED, "919876543210"),
        ("+65 9123 4567", Kind.TEXT, "+6591234567"),
        ("98765.43210", Kind.TEXT, "9876543210"),
        ("+33 6.12.34.56.78", Kind.TEXT, "33612345678"),
        ("9876543210987", Kind.TEXT, "9876543210987"),
        ("+49 1511 234567890", Kind.TEXT, "+491511234567890"),
    ],
)
def test_reads_a_phone_number(text: str, kind: Kind, phone: str) -> None:
    """A phone number is its digits; a short one keeps the plus that says what they are."""
    assert parse_phone(text, kind) == phone


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("9.19877E+11", Kind.TEXT, "phone-turned-into-number"),
        ("09876543210", Kind.TEXT, "phone-leading-zero"),
        ("0091 98765 43210", Kind.TEXT, "phone-leading-zero"),
        ("99999", Kind.TEXT, "phone-wrong-length"),
        ("9198765432109876", Kind.TEXT, "phone-wrong-length"),
        ("9876543210, 9876543211", Kind.TEXT, "phone-several"),
        ("+91 98765 43210 / 98765 43211", Kind.TEXT, "phone-several"),
        ("98765 43210\n98765 43211", Kind.TEXT, "phone-several"),
        ("98765 43210 or 98765 43211", Kind.TEXT, "phone-several"),
        ("९८७६५४३२१०", Kind.TEXT, "phone-foreign-digits"),
        ("９８７６５４３２１０", Kind.TEXT, "phone-foreign-digits"),  # noqa: RUF001 - the point
        ("9876543210.0", Kind.TEXT, "phone-decimal-tail"),
        ("9876543210.5", Kind.TEXT, "phone-decimal-tail"),
        ("1234567.50", Kind.TEXT, "phone-decimal-tail"),
        ("98765 43210.5", Kind.TEXT, "phone-decimal-tail"),
        ("98765.5", Kind.NUMBER, "phone-decimal-tail"),
        ("98765.567", Kind.NUMBER, "phone-unreadable"),
        ("98765 43210 98765", Kind.TEXT, "phone-several"),
        ("2345678 3456789", Kind.TEXT, "phone-several"),
        ("919876543210987", Kind.NUMBER, "phone-several"),
        ("9876543210" + " " * 61 + "1", Kind.TEXT, "phone-too-long"),
        ("-919876543210 shown as 919876543210", Kind.DRESSED, "cell-shown-otherwise"),
        ("9.19877E+11", Kind.NUMBER, "phone-turned-into-number"),
        ("9198765432109876", Kind.NUMBER, "phone-wrong-length"),
        ("09876543210", Kind.NUMBER, "phone-leading-zero"),
        ("+44 (0)20 7946 0958", Kind.TEXT, "phone-leading-zero"),
        ("9876543210 x12", Kind.TEXT, "phone-extension"),
        ("98765 43210 ext. 12", Kind.TEXT, "phone-extension"),
        ("\u202a+919876543210\u202c", Kind.TEXT, "phone-invisible-character"),
        ("98765 4321O", Kind.TEXT, "phone-unreadable"),
        ("", Kind.COVERED, "cell-merged"),
        ("n/a", Kind.TEXT, "phone-unreadable"),
        ("2026-04-03", Kind.DATE, "phone-unreadable"),
    ],
)
def test_refuses_what_is_no_phone_number(text: str, kind: Kind, code: str) -> None:
    """A number that the CRM would drop or misread is refused."""
    assert code_of(parse_phone(text, kind)) == code


@given(
    st.integers(10**9, 10**12 - 1).map(str),
    st.lists(st.sampled_from(["", " ", "-", "."]), min_size=12, max_size=12),
)
def test_two_spellings_of_a_phone_number_are_one_number(digits: str, between: list[str]) -> None:
    """Whatever stands between the digits, the number that is read is the same."""
    spelt = digits[0] + "".join(map("".join, zip(between, digits[1:], strict=False)))
    if spelt.count(".") != 1 or spelt[-2] != "." != spelt[-3]:
        assert parse_phone(spelt, Kind.TEXT) == digits


@given(st.text(alphabet="0123456789+ .-()", max_size=24))
def test_a_phone_number_that_was_read_is_read_again(text: str) -> None:
    """The one form of a number is read as itself: a field of a custom action reads it so."""
    phone = parse_phone(text, Kind.TEXT)
    if isinstance(phone, str):
        assert parse_phone(phone, Kind.TEXT) == phone


def test_what_a_mapping_says_is_read_as_a_cell_is() -> None:
    """A default is equal to a cell that says the same, and refused where a cell would be."""
    phone = ColumnSpec(name="mobile", headers=("Mobile",), type=ColumnType.PHONE)
    assert typed_constant("+91 98765 43210", phone) == "919876543210"
    with pytest.raises(ValueError, match="5 digits instead of 7 to 15"):
        typed_constant("99999", phone)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("Cafe\u0301", "Café"),
        (Currency.INR, "INR"),
        (Decimal("1234.50"), "1234.5"),
        (Decimal("1.2E+3"), "1200"),
        (Decimal("-0.00"), "0"),
        (Decimal(100), "100"),
        (Decimal("0.10"), "0.1"),
        (dt.date(2026, 4, 3), "2026-04-03"),
        (dt.datetime(2026, 4, 3, tzinfo=ZoneInfo("Asia/Kolkata")), "2026-04-03"),
        (dt.datetime(2026, 4, 3, 9, 5, tzinfo=ZoneInfo("Asia/Kolkata")), "2026-04-03T09:05:00"),
    ],
)
def test_a_value_has_one_text(value: str | Decimal | dt.date | None, text: str) -> None:
    """Equal values have equal texts, however the sheet wrote them."""
    assert as_source_text(value) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_the_text_of_a_decimal_is_exact(value: Decimal) -> None:
    """No digit of a decimal is lost in its text, and equal decimals have equal texts."""
    assert Decimal(as_source_text(value)) == value
    assert as_source_text(value) == as_source_text(Decimal(f"{value:f}000"))


@dataclass(frozen=True)
class Column:
    """A declared column, as far as a reader needs it."""

    type: str
    format: str | None = None
    zone: str | None = None
    locale: str | None = None
    currency: Currency | None = None
    length: int | None = None


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        (Column("text"), " a ", "a"),
        (Column("lead_id"), "A" * 24, "a" * 24),
        (Column("amount", locale="en_IN", currency=Currency.INR), "₹1,250", Decimal(1250)),
        (Column("number", locale="de_DE"), "1.250,5", Decimal("1250.5")),
        (Column("currency"), "inr", Currency.INR),
        (Column("email"), "a@example.com", "a@example.com"),
        (Column("phone"), "+91 98765 43210", "919876543210"),
        (Column("id", length=6), "000123", "000123"),
        (
            Column("date", format="dd/mm/yyyy", zone="Asia/Kolkata"),
            "03/04/2026",
            dt.datetime(2026, 4, 3, tzinfo=ZoneInfo("Asia/Kolkata")),
        ),
    ],
)
def test_a_column_is_read_as_it_is_declared(column: Column, text: str, value: object) -> None:
    """Every column type has its reader, which knows the column's format, zone, locale, currency."""
    assert parser_for(column)(text, Kind.TEXT) == value


_LONG = 32_000
"""Characters, nearly as many as a cell of Excel holds."""
_MOMENT = 1
"""Seconds for four readings: many times what they take, a fraction of what a square would."""
_COLUMNS = (
    *map(Column, ("text", "id", "lead_id", "amount", "currency", "number", "email", "phone")),
    Column("amount", locale="en_IN", currency=Currency.INR),
    Column("number", locale="fr_FR"),
    Column("date"),
    Column("date", format="dd/mm/yyyy hh:mi"),
    Column("date", format="yyyymmdd"),
)
_UNITS = (*"019a\u0416\u0410 -–.,/(@#'\"₹\u200b\u00a0\u0301\uff11\u0660\n=:E",)
_PAIRS = (
    "1 ",
    "1,",
    "1.",
    "1-",
    "(1",
    "1 or ",
    "a.",
    "a@",
    "a@a.",
    "1E",
    "1\u00a0",
    "Jan ",
    "a\u0410",
    "1\u0660",
)


@pytest.mark.parametrize("column", _COLUMNS, ids=repr)
def test_a_long_cell_costs_no_reader_more_than_a_moment(column: Column) -> None:
    """A full cell of whatever is read, or refused, in a time that grows with its length alone."""
    read = parser_for(column)
    for unit in (*_UNITS, *_PAIRS):
        for before, after in (("", ""), ("1", "x"), ("2026-04-", "1")):
            text = before + (unit * _LONG)[:_LONG] + after
            start = time.process_time()
            for kind in (Kind.TEXT, Kind.NUMBER, Kind.DRESSED, Kind.DATE):
                read(text, kind)
            assert time.process_time() - start < _MOMENT, (unit, before, after)


@given(ANY_TEXT, st.sampled_from(Kind))
def test_no_reader_ever_raises(text: str, kind: Kind) -> None:
    """Any cell is a value, blank, or a Flaw, for every column type."""
    for name in ("text", "id", "currency", "email", "phone", "number"):
        result = parser_for(Column(name))(text, kind)
        assert result is None or isinstance(result, (str, Decimal, Flaw))
