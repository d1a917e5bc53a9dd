"""A sound sheet of payments, faults seeded into it, and where each of them is."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
from faults import FAULTS, Dressed, Excel, Fault, Mark, Value, as_text
from openpyxl.cell.cell import Cell, MergedCell

MAPPING = """\
mapping: 1
columns:
  lead:    {header: Lead ID, type: lead_id}
  receipt: {header: Receipt No, type: text}
  paid_on: {header: Date, type: date, format: dd/mm/yyyy, zone: Asia/Kolkata}
  amount:  {header: Amount, type: amount, locale: en_IN, currency: INR}
  state:   {header: Status, type: text}
  phone:   {header: Phone, type: phone}
  email:   {header: E-mail, type: email}
  remarks: {header: Remarks, type: text}
  account: {header: Account, type: id, length: 8}
lead: lead
identity: {columns: [receipt], equal_rows: problem, exports: cumulative}
actions:
  - name: payment
    type: PAYMENT
    amount: {from: amount}
    currency: INR
    status: {from: state, map: {Paid: COMPLETED, Bounced: FAILED}, otherwise: problem}
  - name: receipt
    type: "1003"
    fields:
      import_ref: {from: receipt}
      paid_on: {from: paid_on}
      mobile: {from: phone}
      payer_email: {from: email}
      note: {from: remarks}
      account: {from: account}
"""

HEADERS = (
    "Lead ID",
    "Receipt No",
    "Date",
    "Amount",
    "Status",
    "Phone",
    "E-mail",
    "Remarks",
    "Account",
)
LETTERS = dict(zip(HEADERS, "ABCDEFGHI", strict=True))
HEADER_ROW = 1

SOUND_ACCOUNT = "00123456"
"""What is spoiled where the sound cell is blank."""
REPEATED = "receipt repeated"
SHORTER, LONGER = "row with a cell too few", "row with a cell too many"
RAGGED = "row-ragged"

Row = dict[str, Value]
Place = tuple[str, str]
"""Code and cell: `("amount-blank", "D17")`; `("row-ragged", "row 17")`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """A sheet with faults, and where they are."""

    rows: Sequence[Row]
    expected: frozenset[Place]
    kinds: Mapping[str, int]
    """Kind → how many were seeded."""
    ragged: Mapping[int, str] = field(default_factory=dict)
    """Row number → `SHORTER` or `LONGER`."""


def seeded(rows: int, faults: int, seed: int, suffix: str) -> Seeded:
    """Make a clean sheet and spoil some of its rows, each in one way.

    Every kind comes up in turn, so that each is there once before any is there twice.
    """
    rng = random.Random(seed)  # noqa: S311 - it must be the same again, not secret
    sheet = [_clean(rng, at) for at in range(rows)]
    kinds: list[Fault | str] = [fault for fault in FAULTS if suffix in fault.formats]
    kinds += [REPEATED, *((SHORTER, LONGER) if suffix == "csv" else ())]
    rng.shuffle(kinds)
    spoiled = rng.sample(range(1, rows), faults)  # the first row may be repeated by any other
    expected: set[Place] = set()
    tally: Counter[str] = Counter()
    ragged: dict[int, str] = {}
    for turn, at in enumerate(spoiled):
        fault, number = kinds[turn % len(kinds)], at + HEADER_ROW + 1
        tally[fault if isinstance(fault, str) else fault.kind] += 1
        if isinstance(fault, Fault):
            sound = as_text(sheet[at][fault.header]) or SOUND_ACCOUNT
            value = fault.value(rng, sound)
            sheet[at][fault.header] = value
            if value is Mark.TOTAL:
                sheet[at]["Lead ID"] = None
            expected.add((fault.code, f"{LETTERS[fault.header]}{number}"))
        elif fault == REPEATED:
            sheet[at]["Receipt No"] = sheet[0]["Receipt No"]
            expected.add(("identity-repeated", f"{LETTERS['Receipt No']}{number}"))
        else:
            ragged[number] = fault
            expected.add((RAGGED, f"row {number}"))
    return Seeded(rows=sheet, expected=frozenset(expected), kinds=tally, ragged=ragged)


def _clean(rng: random.Random, at: int) -> Row:
    """Make a row without fault; amounts and dates in the many ways in which they are right."""
    return {
        "Lead ID": f"6a{rng.getrandbits(88):022x}",
        "Receipt No": f"R-{at:06}",
        "Date": dt.date(2026, 1, 1) + dt.timedelta(days=rng.randrange(300)),
        "Amount": rng.choice(
            (round(rng.uniform(1, 99_999), 2), rng.randint(1, 10**7), "₹ 1,25,000.50", "500/-")
        ),
        "Status": rng.choice(("Paid", "Bounced", "paid ", "BOUNCED")),
        "Phone": f"+91 {rng.randint(70000, 99999)} {rng.randint(0, 99999):05}",
        "E-mail": rng.choice((None, f"payer{at}@example.com")),
        "Remarks": rng.choice((None, "by cheque", 'said "yes", twice', "two\nlines", "चेक से", "–")),
        "Account": rng.choice((None, f"00{at:06}", Dressed(at, "00000000", f"{at:08}"))),
    }


def write_csv(path: Path, sheet: Seeded) -> Path:
    """Write it as Excel saves CSV UTF-8."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        for number, row in enumerate(sheet.rows, start=HEADER_ROW + 1):
            cells = [as_text(value) for value in row.values()]
            match sheet.ragged.get(number):
                case "row with a cell too few":
                    cells.pop(2)
                case "row with a cell too many":
                    cells.insert(2, "stray")
            writer.writerow(cells)
    return path


def write_xlsx(path: Path, sheet: Seeded) -> Path:
    """Write it as a workbook: what is a number or a date is one there."""
    book = openpyxl.Workbook()
    tab = book.worksheets[0]
    tab.append(HEADERS)
    for at, row in enumerate(sheet.rows, start=HEADER_ROW + 1):
        for column, value in enumerate(row.values(), start=1):
            if value is Mark.MERGED:
                tab.merge_cells(None, at, column - 1, at, column)
            elif value is not None:
                _fill(tab.cell(at, column), value)
    book.save(path)
    return path


def _fill(cell: Cell | MergedCell, value: Value) -> None:
    match value:
        case Excel(text):
            cell.value = text
            cell.data_type = "f" if text.startswith("=") else "e"
        case Dressed(number, form):
            cell.value = number
            cell.number_format = form
        case Mark():
            cell.value = as_text(value)
        case str():
            cell.value = value.replace("\x07", "_x0007_")
            cell.data_type = "s"
        case dt.date():
            cell.value = value
            cell.number_format = "dd/mm/yyyy"
        case _:
            cell.value = value
