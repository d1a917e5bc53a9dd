"""Kinds of faults: one cell of a sound sheet of payments each, and the problem that it must be.

Each is written as CSV and as a workbook, in which numbers, dates and errors are what they are in
Excel.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Excel:
    """A cell of a workbook that is neither text nor a plain value."""

    text: str
    """`#N/A`, or a formula that nobody has calculated: `=D2*2`."""


@dataclass(frozen=True, slots=True)
class Dressed:
    """A number whose format shows more than its digits."""

    number: float
    format: str
    text: str
    """How a CSV has it."""


class Mark(Enum):
    """What is done to cells that a value cannot say."""

    MERGED = "merged with the cell to its left"
    TOTAL = "the row becomes a total: without a lead, and with this word"


Value = str | float | bool | dt.date | Excel | Dressed | Mark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way in which a cell is wrong."""

    kind: str
    header: str
    code: str
    """Of the problem that `check` must find, there and nowhere else."""
    value: Callable[[random.Random, str], Value]
    """Made of randomness and the sound cell's text."""
    formats: Sequence[str] = ("csv", "xlsx")
    """Where the fault can stand."""


def _is(value: Value) -> Callable[[random.Random, str], Value]:
    return lambda _rng, _sound: value


def _inside(mark: str) -> Callable[[random.Random, str], Value]:
    """Put a mark somewhere inside the sound text."""

    def spoil(rng: random.Random, sound: str) -> str:
        at = rng.randint(1, len(sound) - 1)
        return sound[:at] + mark + sound[at:]

    return spoil


def _instead(mark: str) -> Callable[[random.Random, str], Value]:
    """Put a mark in the place of one of the sound text's characters."""

    def spoil(rng: random.Random, sound: str) -> str:
        at = rng.randint(1, len(sound) - 2)
        return sound[:at] + mark + sound[at + 1 :]

    return spoil


def _one_of(*values: Value) -> Callable[[random.Random, str], Value]:
    return lambda rng, _sound: rng.choice(values)


def _cut(_rng: random.Random, sound: str) -> str:
    return sound[:-2]


def _longer(_rng: random.Random, sound: str) -> str:
    return f"{sound}7"


def _quoted(_rng: random.Random, sound: str) -> str:
    return f'"{sound}"'


def _apostrophe(_rng: random.Random, sound: str) -> str:
    return f"'{sound}"


def _no_zeros(_rng: random.Random, sound: str) -> str:
    return sound.lstrip("0")


def _with_point(_rng: random.Random, sound: str) -> str:
    return f"{sound}.0"


CSV, XLSX = ("csv",), ("xlsx",)


def _faults(header: str, *faults: tuple[str, str, object, *tuple[str, ...]]) -> Iterator[Fault]:
    """Write the faults of one column as a table: kind, code, value or its maker, formats."""
    for kind, code, value, *formats in faults:
        make = value if callable(value) else _is(value)  # type: ignore[arg-type]  # a Value
        yield Fault(
            kind=kind, header=header, code=code, value=make, formats=formats or ("csv", "xlsx")
        )


FAULTS = (
    *_faults(
        "Lead ID",
        ("lead blank", "lead-blank", None),
        ("lead in scientific notation", "lead-id-turned-into-number", "6.03E+23"),
        ("lead a number", "lead-id-turned-into-number", 6.034e23, *XLSX),
        ("lead rounded to 15 digits", "lead-id-turned-into-number", "603412345678901000000000"),
        ("lead too short", "lead-id-wrong-length", _cut),
        ("lead too long", "lead-id-wrong-length", _longer),
        ("lead with a letter O", "lead-id-wrong-character", _instead("O")),
        ("lead with .0", "lead-id-wrong-character", _with_point),
        ("lead with a Cyrillic letter", "lead-id-look-alike", _instead("\u0430")),
        ("lead with a full-width digit", "lead-id-look-alike", _instead("\uff11")),
        ("lead with a zero-width space", "lead-id-invisible-character", _inside("\u200b")),
        ("lead with a no-break space", "lead-id-invisible-character", _inside("\u00a0")),
        ("lead with an apostrophe", "lead-id-apostrophe", _apostrophe),
        ("lead in quotation marks", "lead-id-apostrophe", _quoted),
        ("lead a date", "lead-id-wrong-kind", dt.date(2026, 10, 6), *XLSX),
        ("lead an error", "cell-error", _one_of("#N/A", "#REF!"), *CSV),
        ("lead an Excel error", "cell-error", Excel("#N/A"), *XLSX),
    ),
    *_faults(
        "Receipt No",
        ("receipt blank", "identity-blank", _one_of(None, " ", "\u00a0")),
        ("receipt in scientific notation", "text-turned-into-number", "1.23E+17"),
        ("receipt a long number", "text-turned-into-number", 1.2345678901234568e17, *XLSX),
        ("receipt a date", "text-turned-into-date", dt.date(2026, 3, 4), *XLSX),
        ("receipt with a lost character", "text-characters-lost", _inside("\ufffd")),
        ("receipt with a control character", "text-control-character", _inside("\x07")),
    ),
    *_faults(
        "Date",
        ("date impossible", "date-impossible", _one_of("31/02/2026", "31/09/2026", "00/01/2026")),
        ("date month first", "date-impossible", _one_of("04/25/2026", "12/31/2025")),
        ("date in another format", "date-unreadable", _one_of("2026-04-03", "3 Apr 2026")),
        ("date in words", "date-unreadable", _one_of("yesterday", "Q3")),
        ("date of year 2926", "date-year-unlikely", _one_of("03/04/2926", "03/04/0206")),
        ("date a number as text", "date-unreadable", "46115", *CSV),
        ("date a number", "date-is-a-number", 46115, *XLSX),
        ("date a boolean", "date-unreadable", True, *XLSX),
        ("date too narrow", "cell-too-narrow", "########"),
        ("date without its value", "cell-not-calculated", Excel("=TODAY()-1"), *XLSX),
    ),
    *_faults(
        "Amount",
        ("amount blank", "amount-blank", None),
        ("amount with two signs", "amount-sign-unclear", _one_of("-(500.00)", "(500", "-500-")),
        ("amount in dollars", "amount-other-currency", _one_of("$ 500.00", "USD 500", "500 US$")),
        ("amount with an exponent", "amount-scientific", _one_of("1.25E+05", "5e2")),
        ("amount with an underscore", "amount-grouping", "1_000"),
        ("amount wrongly grouped", "amount-grouping", _one_of("12,5000.00", "125,000.00")),
        ("amount CR or DR", "amount-credit-debit", _one_of("500.00 CR", "Dr. 500")),
        ("amount in words", "amount-unreadable", _one_of("five hundred", "paid", "n/a", "-")),
        ("amount negative", "amount-not-positive", _one_of("-500", "(1,000.00)")),
        ("amount a negative number", "amount-not-positive", -500.25, *XLSX),
        ("amount zero", "amount-not-positive", _one_of("0", "0.00", 0)),
        ("amount with three decimals", "amount-too-many-decimals", _one_of("1200.505", 1200.505)),
        ("amount a card number", "amount-too-large", "4000123412341234"),
        ("amount a number of 17 digits", "amount-too-large", 4.0001234123412344e16, *XLSX),
        ("amount in Devanagari", "amount-foreign-digits", "\u0967\u0968\u096b\u0966"),
        ("amount in full width", "amount-foreign-digits", "\uff15\uff10\uff10"),
        ("amount in points", "amount-unknown-mark", _one_of("500 pts", "500kg")),
        ("amount with two marks", "amount-two-marks", "Rs. 500 INR"),
        ("amount a percentage", "amount-unknown-mark", Dressed(0.5, "0%", "50%")),
        (
            "amount in dollars by its format",
            "amount-other-currency",
            Dressed(500, '"$"#,##0.00', "$500.00"),
        ),
        ("amount in euros", "amount-currency-not-taken", _one_of("€ 500", "500 EUR")),
        ("amount with an apostrophe", "amount-apostrophe", "'500"),
        ("amount without its last digit", "amount-bare-point", _one_of("500.", ".50")),
        ("amount a boolean", "amount-unreadable", True),
        ("amount an error", "cell-error", _one_of("#VALUE!", "#DIV/0!", "Err:502"), *CSV),
        ("amount an Excel error", "cell-error", Excel("#DIV/0!"), *XLSX),
        ("amount without its value", "cell-not-calculated", Excel("=D2*2"), *XLSX),
    ),
    *_faults(
        "Status",
        ("status unknown", "value-not-in-map", _one_of("Piad", "Maybe", "Paid?")),
        ("status blank", "status-blank", None),
    ),
    *_faults(
        "Phone",
        ("phone too short", "phone-wrong-length", _one_of("98765", "+91 98")),
        ("phone in words", "phone-unreadable", "ask office"),
        ("phone with an extension", "phone-extension", "98765x43210"),
        ("phone twice", "phone-several", "919876543210 / 919876543211"),
        ("phone in scientific notation", "phone-turned-into-number", "9.19877E+11"),
    ),
    *_faults(
        "E-mail",
        ("e-mail without domain", "email-unreadable", _one_of("ravi.kumar@gmail", "ravi")),
        ("e-mail with a space", "email-unreadable", "ravi kumar@example.com"),
        ("two e-mails", "email-several", "ravi@example.com, asha@example.com"),
    ),
    *_faults(
        "Remarks",
        ("remark with a lost character", "text-characters-lost", "caf\ufffd"),
        ("remark with a control character", "text-control-character", "paid\x07"),
        ("remark an error", "cell-error", "#NAME?", *CSV),
        ("remark merged", "cell-merged", Mark.MERGED, *XLSX),
        ("row a total", "row-looks-like-total", Mark.TOTAL),
    ),
    *_faults(
        "Account",
        ("account without its zeros", "id-wrong-length", _no_zeros),
        ("account with .0", "id-decimal-tail", _with_point),
        ("account grouped", "id-grouped", "12,345,678"),
        ("account in scientific notation", "id-turned-into-number", "1.23E+17"),
        ("account rounded", "id-turned-into-number", "123456789012345000"),
        ("account a date", "id-turned-into-date", dt.date(2026, 3, 4), *XLSX),
        ("account with a no-break space", "id-invisible-character", _inside("\u00a0")),
        ("account with a line break", "id-invisible-character", _inside("\n")),
        ("account with an apostrophe", "id-apostrophe", _apostrophe),
        ("account with a full-width digit", "id-look-alike", _instead("\uff11")),
        ("account with a lost character", "id-characters-lost", _instead("\ufffd")),
        ("account a decimal number", "id-not-whole", 1234.5, *XLSX),
        (
            "account shown by its format",
            "id-shown-by-format",
            Dressed(12, '"A-"000', "A-012"),
            *XLSX,
        ),
        ("account an Excel error", "cell-error", Excel("#REF!"), *XLSX),
    ),
)
"""Kinds whose fault is one cell."""


def as_text(value: Value) -> str:
    """Write a value as a CSV has it."""
    match value:
        case None:
            return ""
        case dt.date():
            return f"{value:%d/%m/%Y}"
        case bool():
            return str(value).upper()
        case Excel(text) | Dressed(text=text):
            return text
        case Mark.TOTAL:
            return "Grand total"
        case _:
            return str(value)
