from __future__ import annotations

import re
from decimal import Decimal

import pytest
from babel import Locale
from babel.localedata import locale_identifiers
from babel.numbers import format_decimal
from hypothesis import example, given
from hypothesis import strategies as st

from importer.model import Currency, Flaw, Kind
from importer.values import is_locale, parse_amount, parse_number

LOCALES = ("en_IN", "en_US", "de_DE", "fr_FR", "de_CH", "hi_IN")
AMOUNTS = st.decimals(
    min_value=Decimal("-999999999999999.9999"), max_value=Decimal("999999999999999.9999"), places=4
)
WRITTEN = st.decimals(
    min_value=Decimal("-999999999999999.99"), max_value=Decimal("999999999999999.99"), places=2
)
"""What people type: money has no more decimals."""
AMOUNT_LIKE = st.text(alphabet="0123456789.,-−()₹$RsINRrecd/ \u00a0\u202f'’eE+_٣५", max_size=20)


def read(
    text: str,
    locale: str | None = "en_IN",
    currency: Currency | None = Currency.INR,
    kind: Kind = Kind.TEXT,
) -> Decimal | Flaw | None:
    """Read an amount as a rupee column of an Indian office is read."""
    return parse_amount(text, kind, locale=locale, currency=currency)


def code_of(result: object) -> str:
    """Return a Flaw's code, having seen that it has its two sentences."""
    assert isinstance(result, Flaw), f"read as {result!r}"
    assert result.message.endswith(".")
    assert result.hint.endswith(".")
    return result.code


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,25,000.50", "125000.50"),
        ("125000.50", "125000.50"),
        ("99,999", "99999"),
        ("₹1,25,000", "125000"),
        ("₹ 500", "500"),
        ("\u00a0₹\u202f500\u00a0", "500"),
        ("Rs 500", "500"),
        ("Rs.500/-", "500"),
        ("rs. 1,250/-", "1250"),
        ("1,250.75 INR", "1250.75"),
        ("-500", "-500"),
        ("−500", "-500"),
        ("500-", "-500"),
        ("-₹500", "-500"),
        ("₹-500", "-500"),
        ("(500.00)", "-500.00"),
        ("₹(500)", "-500"),
        ("(₹ 1,25,000.50)", "-125000.50"),
        ("0.00", "0.00"),
        ("0012", "12"),
        ("INR500", "500"),
        ("500INR", "500"),
        ("₨ 500", "500"),
        ("- 500", "-500"),
        ("-0", "-0"),
    ],
)
def test_reads_what_offices_write(text: str, amount: str) -> None:
    """An amount is read in every dress that has one clear meaning, exactly."""
    result = read(text)
    assert isinstance(result, Decimal)
    assert str(result) == amount


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("125,000.00", "amount-grouping"),
        ("1,25,00", "amount-grouping"),
        ("1,,250", "amount-grouping"),
        ("0,125", "amount-grouping"),
        ("1.250,00", "amount-grouping"),
        ("1.2.3", "amount-grouping"),
        ("1 250", "amount-grouping"),
        ("1_000", "amount-grouping"),
        ("1 25 000", "amount-grouping"),
        ("1，250", "amount-grouping"),  # noqa: RUF001 - a full-width comma
        ("500 + 18", "amount-several"),
        ("500/200", "amount-several"),
        ("03/04/2026", "amount-several"),
        ("₹500 + ₹200", "amount-several"),
        ("6.03E+22", "amount-scientific"),
        ("6,03E+22", "amount-scientific"),
        ("1e5", "amount-scientific"),
        ("NaN", "amount-unreadable"),
        ("inf", "amount-unreadable"),
        ("paid", "amount-unreadable"),
        ("-", "amount-unreadable"),
        ("nil", "amount-unreadable"),
        ("N/A", "amount-unreadable"),
        ("$500", "amount-other-currency"),
        ("US$ 500", "amount-other-currency"),
        ("500 AED", "amount-other-currency"),
        ("€500", "amount-currency-not-taken"),
        ("500 EUR", "amount-currency-not-taken"),
        ("£ 500", "amount-currency-not-taken"),
        ("500 all", "amount-unknown-mark"),
        ("500%", "amount-unknown-mark"),
        ("=500", "cell-not-calculated"),
        ("=SUM(A1:A9)", "cell-not-calculated"),
        ("1OO", "amount-unknown-mark"),
        ("1.250", "amount-too-many-decimals"),
        ("-1,200.505", "amount-too-many-decimals"),
        ("₹ 0.000", "amount-too-many-decimals"),
        ("1200.5000", "amount-too-many-decimals"),
        ("INR/500", "amount-unknown-mark"),
        ("approx. 500", "amount-unknown-mark"),
        ("+500", "amount-sign-unclear"),
        ("INR +500", "amount-sign-unclear"),
        ("–500", "amount-sign-unclear"),
        (".50", "amount-bare-point"),
        ("500.", "amount-bare-point"),
        ("₹.50", "amount-bare-point"),
        ("INR.50", "amount-bare-point"),
        ("Rs .50", "amount-bare-point"),
        ("500.-", "amount-bare-point"),
        (",500", "amount-bare-point"),
        ("'500", "amount-apostrophe"),
        ("500\u2019", "amount-apostrophe"),
        ("5 lakh", "amount-unknown-mark"),
        ("500\u200b5", "amount-invisible-character"),
        ("\u200e₹500", "amount-invisible-character"),
        ("500\n600", "amount-invisible-character"),
        ("₹500 INR", "amount-two-marks"),
        ("500 CR", "amount-credit-debit"),
        ("Dr. 500", "amount-credit-debit"),
        ("--500", "amount-sign-unclear"),
        ("-500-", "amount-sign-unclear"),
        ("-(500)", "amount-sign-unclear"),
        ("(500", "amount-sign-unclear"),
        ("500)", "amount-sign-unclear"),
        (")500(", "amount-sign-unclear"),
        ("/-500", "amount-sign-unclear"),
        ("500/--", "amount-sign-unclear"),
        ("५००", "amount-foreign-digits"),
        ("5٣0", "amount-foreign-digits"),
        ("500½", "amount-foreign-digits"),
        ("1234567890123456", "amount-too-large"),
        ("#N/A", "cell-error"),
        ("Err:502", "cell-error"),
        ("########", "cell-too-narrow"),
    ],
)
def test_refuses_what_is_not_one_clear_amount(text: str, code: str) -> None:
    """Everything else is refused under a code of its own, never guessed."""
    assert code_of(read(text)) == code


@pytest.mark.parametrize(
    ("text", "locale", "amount"),
    [
        ("125,000.50", "en_US", "125000.50"),
        ("1.250,00", "de_DE", "1250.00"),
        ("1.25", "en_US", "1.25"),
        ("1 250,5", "fr_FR", "1250.5"),
        ("1\u00a0250,5", "fr_FR", "1250.5"),
        ("1\u00a0250,5", "pl_PL", "1250.5"),
        ("1\u202f250,5", "fr_FR", "1250.5"),
        ("1'250.5", "de_CH", "1250.5"),
        ("1\u2019250.5", "de_CH", "1250.5"),
    ],
)
def test_reads_by_the_columns_locale(text: str, locale: str, amount: str) -> None:
    """Separators mean what the column's locale says, typed on a plain keyboard or not."""
    assert str(read(text, locale)) == amount


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("1,25,000", "en_US"),
        ("1.250,00", "en_US"),
        ("1,250.00", "de_DE"),
        ("1250.5", "de_DE"),
        ("0.125", "de_DE"),
    ],
)
def test_refuses_the_grouping_of_another_locale(text: str, locale: str) -> None:
    """A number written as another locale writes it is refused, and the locale named."""
    result = read(text, locale)
    assert code_of(result) == "amount-grouping"
    assert isinstance(result, Flaw)
    assert locale in result.message


def test_needs_a_locale_for_separators() -> None:
    """Without a locale, plain digits are read and separators are refused with the remedy."""
    assert read("1250.50", None) == Decimal("1250.50")
    for text, remedy in (
        ("1,250.50", "locale: en_IN for 12,50,000.75 or locale: en_US for 1,250,000.75."),
        ("1,25,000", "mapping: locale: en_IN for 12,50,000.75."),
        ("1.200,50", "mapping: locale: de_DE for 1.250.000,75."),
        ("1 000,5", "mapping: locale: fr_FR for 1\u202f250\u202f000,75."),
        ("1,,5", "locale: en_IN"),
    ):
        result = read(text, None)
        assert code_of(result) == "amount-needs-locale"
        assert isinstance(result, Flaw)
        assert remedy in result.hint


def test_checks_a_mark_against_the_columns_currency() -> None:
    """A mark is read where it can mean the column's currency, and refused where nobody can tell."""
    assert read("$500", currency=Currency.USD) == Decimal(500)
    assert read("$500", currency=Currency.SGD) == Decimal(500)
    assert read("Rs 500", currency=Currency.PKR) == Decimal(500)
    assert code_of(read("Rs 500", currency=Currency.USD)) == "amount-other-currency"
    assert code_of(read("₹500", currency=None)) == "amount-mark-unchecked"
    assert read("500", currency=None) == Decimal(500)


@pytest.mark.parametrize("text", ["", " ", "\u00a0", "\u200b", "\ufeff \u202f"])
def test_takes_invisible_text_for_blank(text: str) -> None:
    """A cell that shows nothing is blank."""
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("6.03E+22", Kind.NUMBER, "amount-too-large"),
        ("5.684E-14", Kind.NUMBER, "amount-too-small"),
        ("2026-04-03", Kind.DATE, "amount-unreadable"),
        ("TRUE", Kind.BOOL, "amount-unreadable"),
        ("#REF!", Kind.ERROR, "cell-error"),
        ("=A1+B1", Kind.ERROR, "cell-not-calculated"),
        ("", Kind.COVERED, "cell-merged"),
        ("$ 500", Kind.DRESSED, "amount-other-currency"),
        ("€ 500", Kind.DRESSED, "amount-currency-not-taken"),
        ("50%", Kind.DRESSED, "amount-unknown-mark"),
        ("5 kg", Kind.DRESSED, "amount-unknown-mark"),
        ("1234567 shown in thousands", Kind.DRESSED, "cell-shown-otherwise"),
        ("hidden 5", Kind.ERROR, "cell-hidden"),
    ],
)
def test_refuses_native_cells_that_are_no_amount(text: str, kind: Kind, code: str) -> None:
    """A native date, truth value, error or overlong number is no amount."""
    assert code_of(read(text, kind=kind)) == code


def test_names_what_stands_beside_an_amount() -> None:
    """The sentence says what the character, the word or the currency is."""
    for text, words in (
        ("–500", "en dash (U+2013)"),
        ("5 lakh", "multiplies it"),
        ("50%", "percentage"),
        ("€500", "is EUR, a currency that the CRM does not take"),
        ("500 EUR", "“EUR” beside the amount is a currency that the CRM does not take"),
        ("1，250", "fullwidth comma (U+FF0C)"),  # noqa: RUF001 - the point
        ("+500", "plus sign"),
        ("5 cr", "may also mean crore"),
        ("nil", "a word for none"),
        ("1OO", "looks like digits, and is made of letters"),
        ("1.250", "“1.250” may be 1250 or 1.25"),
        ("-12.500", "may be -12500 or -12.5"),
        ("0.125", "has 3 decimals, and money has 2 at most"),
        ("12.5000", "has 4 decimals"),
    ):
        result = read(text)
        assert isinstance(result, Flaw)
        assert words in result.message


@pytest.mark.parametrize("text", ["1OO", "500 all", "50%", "5 lakh", "1l5"])
def test_never_tells_to_remove_what_may_be_a_digit(text: str) -> None:
    """What stands beside an amount may be a part of it, so a hint says to type all of it."""
    result = read(text)
    assert isinstance(result, Flaw)
    assert "Remove" not in result.hint


def test_more_than_two_decimals_are_refused_in_any_locale() -> None:
    """A decimal comma with three digits behind it may be a comma between thousands."""
    result = read("1,250", "de_DE")
    assert code_of(result) == "amount-too-many-decimals"
    assert isinstance(result, Flaw)
    assert "1250 or 1.25" in result.message
    assert read("1.250", "de_DE") == Decimal(1250)
    assert str(parse_number("1,250", Kind.TEXT, locale="de_DE")) == "1.250"


def test_a_long_text_does_not_bury_its_sentence() -> None:
    """A value in a sentence is shortened."""
    result = read(",".join(["1"] * 500))
    assert isinstance(result, Flaw)
    assert len(result.message) < 150


@given(AMOUNTS, st.sampled_from((*LOCALES, None)))
def test_reads_a_dressed_number_exactly(amount: Decimal, locale: str | None) -> None:
    """A number's own digits are plain whatever the locale, and the currency beside them counts."""
    digits = format(abs(amount), "f")
    for text in (f"₹ {digits}", f"{digits} INR", f"Rs. {digits}/-"):
        assert read(text, locale, kind=Kind.DRESSED) == abs(amount)
    assert read(f"-₹ {digits}", locale, kind=Kind.DRESSED) == -abs(amount)


def test_says_of_a_dressed_number_that_its_format_is_to_blame() -> None:
    """Nobody can delete what a format shows, so the hint says where it is."""
    result = read("$ 500", kind=Kind.DRESSED)
    assert isinstance(result, Flaw)
    assert "Format Cells" in result.hint
    assert "failures workbook has it as text: type the number alone" in result.hint


@given(AMOUNTS)
def test_reads_a_native_number_exactly(amount: Decimal) -> None:
    """A native number is its exact text, whatever the column's locale."""
    text = format(amount, "f")
    for locale in (*LOCALES, None):
        assert read(text, locale, kind=Kind.NUMBER) == amount


@given(WRITTEN, st.sampled_from(LOCALES), st.booleans())
def test_reads_back_what_a_locale_writes(amount: Decimal, locale: str, grouped: bool) -> None:  # noqa: FBT001 - hypothesis passes by name
    """What Babel formats for a locale is read back as the same amount."""
    text = format_decimal(
        amount,
        locale=locale,
        decimal_quantization=False,
        group_separator=grouped,
        numbering_system="latn",
    )
    assert read(text, locale) == amount


def test_reads_every_locale_that_babel_knows() -> None:
    """Every locale of CLDR can be named, and its own way of writing is read."""
    for name in locale_identifiers():
        text = format_decimal(Decimal("1234567.89"), locale=name, numbering_system="latn")
        assert is_locale(name)
        assert read(text, name) == Decimal("1234567.89"), name


@pytest.mark.parametrize("name", ["", "xx", "en_IN ", "../en", "English"])
def test_knows_what_is_no_locale(name: str) -> None:
    """A name that is no locale's is told apart, without an exception."""
    assert not is_locale(name)


@given(
    st.one_of(st.text(max_size=30), AMOUNT_LIKE),
    st.sampled_from((*LOCALES, None)),
    st.sampled_from(Kind),
    st.sampled_from((*Currency, None)),
)
@example("\ud800", "en_IN", Kind.TEXT, None)
def test_never_raises(text: str, locale: str | None, kind: Kind, currency: Currency | None) -> None:
    """Any text is an exact amount, blank, or a Flaw with a code, a sentence and a hint."""
    result = read(text, locale, currency, kind)
    if isinstance(result, Flaw):
        assert code_of(result)
    else:
        assert result is None or result.is_finite()


@given(AMOUNT_LIKE, st.sampled_from(LOCALES))
def test_an_amount_has_the_digits_that_were_written(text: str, locale: str) -> None:
    """Whatever is read, its digits are the text's digits in their order: none lost, none added."""
    result = read(text, locale)
    if isinstance(result, Decimal):
        written = "".join(char for char in text if char in "0123456789")
        assert format(abs(result), "f").replace(".", "").lstrip("0") == written.lstrip("0")


@given(WRITTEN, st.sampled_from(LOCALES), st.data())
def test_a_slip_of_the_finger_is_never_read_as_another_locale_would(
    amount: Decimal, locale: str, data: st.DataObject
) -> None:
    """One character changed gives a flaw, or the number that the locale's own signs spell."""
    text = format_decimal(
        amount, locale=locale, decimal_quantization=False, numbering_system="latn"
    )
    at = data.draw(st.integers(0, len(text)))
    char = data.draw(st.sampled_from("0123456789.,' \u2019\u202f\u00a0-+eE_/$"))
    changed = text[:at] + char + text[at + data.draw(st.integers(0, 1)) :]
    result = read(changed, locale)
    if isinstance(result, Decimal):
        symbols = Locale.parse(locale).number_symbols["latn"]
        plain = re.sub(r"[ \u202f\u00a0]", "", changed).replace("'", "\u2019")
        plain = plain.replace(symbols["group"], "").replace(symbols["decimal"], ".")
        sign = -1 if plain.count("-") else 1
        assert result == sign * Decimal(plain.strip("-"))
        whole = changed.partition(symbols["decimal"])[0]
        groups = re.findall(r"[0-9]+", whole)
        assert len(groups) == 1 or len(groups[-1]) == 3


@given(st.text(alphabet=st.characters(categories=["Nd"], exclude_characters="0123456789")))
def test_refuses_digits_of_other_scripts(text: str) -> None:
    """Digits of other scripts never become an amount or a number."""
    if text:
        assert code_of(read(text)) == "amount-foreign-digits"
        assert code_of(read(f"1{text}")) == "amount-foreign-digits"
        number = parse_number(text, Kind.TEXT, locale="en_IN")
        assert code_of(number) == "number-foreign-digits"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,25,000.5", "125000.5"),
        ("-3", "-3"),
        ("− 3", "-3"),
        ("0.125", "0.125"),
        ("-1.23456789012345678901234567890123", "-1.23456789012345678901234567890123"),
    ],
)
def test_reads_numbers(text: str, number: str) -> None:
    """A number is digits in the column's grouping, with a minus sign at most."""
    assert str(parse_number(text, Kind.TEXT, locale="en_IN")) == number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("50%", "number-unreadable"),
        ("+50", "number-unreadable"),
        (".5", "number-unreadable"),
        ("5/6", "number-several"),
        ("5\u200b6", "number-invisible-character"),
        ("₹50", "number-unreadable"),
        ("(50)", "number-unreadable"),
        ("50-", "number-unreadable"),
        ("1e5", "number-scientific"),
        ("125,000", "number-grouping"),
    ],
)
def test_refuses_dressed_numbers(text: str, code: str) -> None:
    """A number wears no mark, unit, brackets or exponent."""
    assert code_of(parse_number(text, Kind.TEXT, locale="en_IN")) == code


def test_a_native_number_keeps_its_exact_digits() -> None:
    """A native number is exact; one that Excel has rounded is refused."""
    assert str(parse_number("1200.505", Kind.NUMBER, locale=None)) == "1200.505"
    assert code_of(parse_number("1.5E+15", Kind.NUMBER, locale=None)) == "number-too-large"
    assert parse_number(" ", Kind.TEXT, locale=None) is None
    assert code_of(parse_number("1,5", Kind.TEXT, locale=None)) == "number-needs-locale"
    assert code_of(parse_number("5.684E-14", Kind.NUMBER, locale=None)) == "number-too-small"
    assert code_of(parse_number("TRUE", Kind.BOOL, locale=None)) == "number-unreadable"
    assert code_of(parse_number("50%", Kind.DRESSED, locale=None)) == "number-unreadable"
    assert code_of(parse_number("", Kind.COVERED, locale=None)) == "cell-merged"


@given(st.one_of(st.text(max_size=30), AMOUNT_LIKE), st.sampled_from(Kind))
def test_a_number_never_raises(text: str, kind: Kind) -> None:
    """Any text is an exact number, blank, or a Flaw with its two sentences."""
    result = parse_number(text, kind, locale="en_IN")
    assert result is None or isinstance(result, Decimal) or code_of(result)
