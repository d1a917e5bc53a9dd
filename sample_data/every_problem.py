"""every_problem.xlsx: each kind of problem that a sheet with this mapping can have, once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from importer.sandbox.seed import lead_id
from sample_data.workbooks import (
    Error,
    Look,
    Value,
    new_tab,
    saved,
    write_header,
    write_row,
    write_titles,
)

TITLE = "Collections: one row for each kind of problem, and some that are sound"
HEADER_ROW = 2
WIDTHS = {
    "Lead ID": 29,
    "Txn Ref": 20,
    "Date": 13,
    "Amount": 17,
    "Currency": 10,
    "State": 11,
    "Remarks": 74,
}
LOOK = Look(money="D", centred="CEF")
SOUND_EVERY = 4
"""After so many problems comes a sound row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A row that is wrong in one cell."""

    code: str
    """Of the problem that the row has."""
    words: str
    """What the Remarks cell says."""
    cells: Mapping[str, Value] = field(default_factory=dict)
    """Header → what stands there instead of something sound."""


def _lead(code: str, value: Value, words: str) -> Case:
    return Case(code=f"lead-{code}", words=words, cells={"Lead ID": value})


def _date(code: str, value: Value, words: str) -> Case:
    return Case(code=f"date-{code}", words=words, cells={"Date": value})


def _amount(code: str, value: Value, words: str) -> Case:
    return Case(code=f"amount-{code}", words=words, cells={"Amount": value})


def _ref(code: str, value: Value, words: str) -> Case:
    return Case(code=code, words=words, cells={"Txn Ref": value})


def _state(code: str, value: Value, words: str) -> Case:
    return Case(code=code, words=words, cells={"State": value})


ID = "6a1fc08d27be4935d1c0a7e4"
"""A lead id that stands for any: the checks know nothing of the CRM's leads."""

CASES = (
    _lead("blank", None, "There is no lead id"),
    _lead("id-turned-into-number", 6.1204e23, "Excel has turned the lead id into a number"),
    _lead("id-wrong-length", ID[:-2], "The lead id lacks its last two characters"),
    _lead("id-wrong-character", "6a1fcO8d27be4935d1c0a7e4", "A capital O stands for the zero"),
    _lead("id-look-alike", ID.replace("a", "а"), "Its letters a are Cyrillic"),  # noqa: RUF001 - the point
    _lead("id-invisible-character", f"{ID[:8]}\u200b{ID[8:]}", "A zero-width space is inside"),
    _lead("id-apostrophe", f"'{ID}", "An apostrophe stands before the lead id"),
    _lead("id-wrong-kind", dt.date(2026, 10, 6), "A date stands where the lead id should be"),
    _ref("identity-blank", None, "There is no transaction reference"),
    _ref("identity-repeated", "CA-5001", "The first row below the header has this reference too"),
    _ref("id-turned-into-number", 1.2345678901234568e17, "Excel has rounded a long reference"),
    _ref("id-turned-into-date", dt.date(2026, 3, 4), "Excel has made a date of 4-3"),
    _ref("id-decimal-tail", "5013.0", "A program has read the reference as a number"),
    _ref("id-grouped", "50,014", "The reference is written like an amount"),
    _ref("id-not-whole", 5015.5, "A number with decimals is no reference"),
    _ref("id-wrong-kind", True, "A truth value stands where the reference should be"),
    _ref("id-apostrophe", "CA-5017’", "A stray apostrophe stands behind the reference"),
    _ref("id-invisible-character", "CA\u00a05018", "A no-break space is inside the reference"),
    _ref("id-two-spaces", "CA  5019", "Two spaces stand inside the reference"),
    _ref("id-look-alike", "C\u0410-5020", "Its letter A is Cyrillic"),
    _ref("id-characters-lost", "CA-50\ufffd1", "A character was lost in a wrong encoding"),
    _ref("id-wrong-length", "5022", "The reference lacks its letters"),
    _state("text-turned-into-number", 1.2345678901234568e17, "A long number, which Excel rounded"),
    _state("text-turned-into-date", dt.date(2026, 3, 4), "A date stands where the state should be"),
    _state("text-characters-lost", "Succ\ufffdss", "A character was lost in a wrong encoding"),
    _state("text-control-character", "Success_x0007_1", "An invisible control character is inside"),
    _date("unreadable", "Oct 7, 2026", "The date is not written as day/month/year"),
    _date("impossible", "31/09/2026", "September has thirty days"),
    _date("year-unlikely", "08/10/2926", "A slip of the finger: the year 2926"),
    _date("is-a-number", 46302, "The date is a bare number; the cell has lost its format"),
    Case(
        code="cell-too-narrow",
        words="The date’s column was too narrow when the sheet was copied as text",
        cells={"Date": "########"},
    ),
    _amount("blank", None, "There is no amount"),
    _amount("unreadable", "two lakh", "The amount is written in words"),
    _amount("grouping", "12,5000.00", "The comma stands at a place where no grouping has it"),
    _amount("several", "500 + 200", "Two amounts stand in one cell"),
    _amount("bare-point", "₹.50", "Half a rupee, or fifty?"),
    _amount("apostrophe", "’500.00", "A stray apostrophe stands before the amount"),
    _amount("invisible-character", "5\u200b00", "A zero-width space is inside the amount"),
    _amount("too-small", 5.684e-14, "A formula has left next to nothing"),
    _amount("currency-not-taken", "€ 500.00", "The CRM takes no euros"),
    _amount("scientific", "1.25E+05", "The amount is a text with an exponent"),
    _amount("too-large", "4000123412341234", "A card number stands in the amount’s column"),
    _amount("foreign-digits", "१२५०", "The digits are Devanagari"),
    _amount("not-positive", 0, "The amount is zero"),
    _amount("too-many-decimals", 1200.505, "Half a paisa cannot be paid"),
    _amount("sign-unclear", "-(500.00)", "A minus and brackets: which of them is it?"),
    _amount("credit-debit", "12,000.00 CR", "Credit for whom?"),
    _amount("unknown-mark", "500 pts", "Points are no money"),
    _amount("mark-unchecked", "$ 500.00", "A currency beside the amount; it belongs in its column"),
    Case(
        code="cell-error",
        words="The formula in the amount’s cell has failed",
        cells={"Amount": Error("#N/A")},
    ),
    Case(code="currency-blank", words="There is no currency", cells={"Currency": None}),
    Case(code="currency-unknown", words="The CRM takes no euros", cells={"Currency": "EUR"}),
    Case(
        code="currency-ambiguous",
        words="Rupees of India or of Pakistan?",
        cells={"Currency": "Rs"},
    ),
    Case(code="status-blank", words="There is no state", cells={"State": None}),
    Case(code="value-not-in-map", words="A typing error in the state", cells={"State": "Sucess"}),
)

SOUND = (
    (25_000, "INR", "Success"),
    ("1,25,000.50", "INR", "Success"),
    (1_200.5, "AED", "Success"),
    (950, "USD", "Pending"),
    (15_000, "XOF", "Success"),
    (3_400.25, "SGD", "Failed"),
    ("45,000", "INR", "Refunded"),
    (2_10_000, "INR", "Success"),
    (780, "MYR", "Success"),
)


def make() -> bytes:
    """Give the workbook's bytes."""
    book, tab = new_tab("Collections")
    write_titles(tab, (TITLE,))
    write_header(tab, HEADER_ROW, WIDTHS)
    for row, _, values in rows():
        write_row(tab, row, values, LOOK)
    return saved(book)


def rows() -> Iterator[tuple[int, str, list[Value]]]:
    """Yield row number, the code of its problem ("" where it is sound), and its cells."""
    sound = iter(SOUND)
    row = HEADER_ROW + 1
    for at, case in enumerate(CASES):
        if at % SOUND_EVERY == 0 and (money := next(sound, None)):
            yield row, "", list(_sound(row, *money).values())
            row += 1
        cells = _sound(row, 10_000, "INR", "Success") | {"Remarks": case.words} | dict(case.cells)
        yield row, case.code, list(cells.values())
        row += 1


def _sound(row: int, amount: Value, currency: str, state: str) -> dict[str, Value]:
    number = row - HEADER_ROW
    return {
        "Lead ID": lead_id(number * 7),
        "Txn Ref": f"CA-{5000 + number}",
        "Date": dt.date(2026, 10, 1 + number % 31),
        "Amount": amount,
        "Currency": currency,
        "State": state,
        "Remarks": "This row is sound",
    }
