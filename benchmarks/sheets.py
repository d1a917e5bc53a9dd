"""The sheets that are measured: 12 columns, about three rows a lead, shuffled, 1 % faults.

The same size gives the same cells on every machine and in every version of Python: chance comes
from `random.Random.random`, whose sequence Python keeps.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

HEADERS: Final = (
    "Lead ID",
    "Lead Name",
    "Phone",
    "Email",
    "Receipt No",
    "Date",
    "Amount",
    "Mode",
    "Status",
    "City",
    "Agent",
    "Remarks",
)
"""As an accounts office's export has them."""
LEAD, EMAIL, RECEIPT, DATE, AMOUNT, STATUS = 0, 3, 4, 5, 6, 8
"""Where the columns are that a fault can strike, or a workbook holds as a number."""

MAPPING: Final = """\
mapping: 1
sheet: {header: {row: 1}}
columns:
  lead:    {header: Lead ID, type: lead_id}
  name:    {header: Lead Name, type: text}
  phone:   {header: Phone, type: phone}
  email:   {header: Email, type: email}
  receipt: {header: Receipt No, type: id}
  paid_on: {header: Date, type: date, format: dd/mm/yyyy, zone: Asia/Kolkata}
  amount:  {header: Amount, type: amount, locale: en_IN, currency: INR}
  mode:    {header: Mode, type: text}
  state:   {header: Status, type: text}
  city:    {header: City, type: text}
  agent:   {header: Agent, type: text}
  remarks: {header: Remarks, type: text}
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
      mode: {from: mode}
      payer_phone: {from: phone}
      payer_email: {from: email}
      note: {text: "{name}, {city}, by {agent}. {remarks}"}
"""
"""All twelve columns are used, so that all are checked; each sound row becomes two actions."""

Cells = list[str]

_SEED: Final = 20261102
_ROWS_A_LEAD: Final = 3
_FAULTY: Final = 0.01
_STRIDE: Final = 7_368_787
"""A prime: receipts are dealt out in steps of it, each to one row, and in no order."""
_FIRST = ("Aarav", "Aditi", "Deepa", "Farhan", "Kavya", "Meera", "Rohan", "Sana", "Vikram", "Zoya")
_LAST = ("Iyer", "Khan", "Menon", "Nair", "Patel", "Rao", "Sharma", "Singh", "Das", "Kulkarni")
_MODES = ("UPI", "NEFT", "Cheque", "Cash", "Card")
_CITIES = ("Pune", "Kochi", "Indore", "Surat", "Jaipur", "Mysuru", "Nagpur")
_AGENTS = ("Asha Menon", "Imran Qureshi", "Neha Kulkarni", "Vikram Rathore")
_REMARKS = ("", "", "by cheque", "first instalment", "on site, in person", "see mail", "token")
_FAULTS: Final = (
    (LEAD, "6.03D2B2F9B1E8A0E+23"),
    (EMAIL, "ravi.kumar@gmail"),
    (RECEIPT, ""),
    (DATE, "31/09/2026"),
    (AMOUNT, "12,5000"),
    (STATUS, "Padi"),
)
"""How cells are damaged in sheets: column and what stands in it then."""
_DAYS = [dt.date(2026, 4, 1) + dt.timedelta(days) for days in range(200)]
_DATES = [f"{day:%d/%m/%Y}" for day in _DAYS]


def make_rows(count: int) -> Iterator[Cells]:
    """Yield so many rows of texts; each `count` is a sheet of its own, not a longer one's start."""
    chance = random.Random(_SEED + count).random  # noqa: S311 - nothing secret depends on it
    leads = max(1, count // _ROWS_A_LEAD)
    for number in range(count):
        row = _sound_row(
            int(chance() * leads), (number * _STRIDE + _SEED) % count, chance(), chance()
        )
        if chance() < _FAULTY:
            _strike(row, int(chance() * len(_FAULTS)))
        yield row


def _sound_row(lead: int, receipt: int, one: float, other: float) -> Cells:
    """A row without a fault; what is the lead's own is the same in all of its rows."""
    first, last = _FIRST[lead % 10], _LAST[lead // 10 % 10]
    paise = int(one * 50_000_000) + 100
    dice = int(other * 1_000_000)
    return [
        f"{0x603D2B2F0000000000000000 + lead:x}",
        f"{first} {last}",
        f"+91 {9_000_000_000 + lead}",
        f"{first}.{last}{lead}@example.com".lower(),
        f"R-{receipt:08}",
        _DATES[dice % 200],
        f"{paise // 100}.{paise % 100:02}",
        _MODES[dice % 5],
        "Bounced" if dice % 20 == 0 else "Paid",
        _CITIES[dice % 7],
        _AGENTS[dice % 4],
        _REMARKS[dice // 7 % 7],
    ]


def _strike(row: Cells, kind: int) -> None:
    """Damage one cell."""
    column, text = _FAULTS[kind]
    row[column] = text


def is_sound(row: Cells) -> bool:
    """Whether nothing was damaged in a row."""
    return not any(row[column] == text for column, text in _FAULTS)


def write_csv(path: Path, count: int, *, changed: bool = False) -> None:
    """Write a sheet of so many rows as CSV; `changed` puts a 1 before each amount."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        for row in make_rows(count):
            if changed and is_sound(row):
                row[AMOUNT] = f"1{row[AMOUNT]}"
            writer.writerow(row)


def write_xlsx(path: Path, count: int) -> None:
    """Write the same sheet as a workbook; dates and amounts that can be read are numbers in it."""
    book = Workbook(write_only=True)
    tab = book.create_sheet("Payments")
    dates = {}
    for text, day in zip(_DATES, _DAYS, strict=True):
        dates[text] = WriteOnlyCell(tab, dt.datetime.combine(day, dt.time()))
        dates[text].number_format = "dd/mm/yyyy"
    tab.append(HEADERS)
    for row in make_rows(count):
        cells: list[object] = [text or None for text in row]
        cells[DATE] = dates.get(row[DATE], row[DATE])
        cells[AMOUNT] = row[AMOUNT] if "," in row[AMOUNT] else float(row[AMOUNT])
        tab.append(cells)
    book.save(path)
