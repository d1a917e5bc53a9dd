"""payments.xlsx: the payments export of an accounts office, with its usual mistakes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from importer.sandbox.seed import lead
from sample_data.draw import draw, pick
from sample_data.workbooks import Look, Value, new_tab, saved, write_header, write_row, write_titles

TITLES = ("Sunrise Developers Pvt Ltd", "Payments received, 01/10/2026 – 31/10/2026")
HEADER_ROW = 4
WIDTHS = {
    "S.No": 7,
    "Lead ID": 29,
    "Lead Name": 22,
    "Receipt No": 15,
    "Date": 12,
    "Amount (₹)": 17,
    "Mode": 10,
    "Status": 10,
    "Payer Email": 32,
    "Remarks": 34,
    "Ledger Code": 13,
}
LOOK = Look(money="F", centred="AEGH")
COUNT = 150
ONCE, TWICE = 112, 30
"""Leads that paid once, and twice; the rest of the rows are leads that paid a third time."""

ROUND = (11_000, 21_000, 25_000, 45_000, 51_000, 75_000)
LARGE = (1_00_000, 1_25_000, 1_50_000, 2_40_000, 3_75_000, 6_00_000, 12_50_000)
PAISE = (0, 0, 0, 50)
MODES = ("UPI", "UPI", "NEFT", "NEFT", "RTGS", "Cheque", "Card")
REMARKS = (
    None,
    None,
    "Booking amount, Tower {tower} {flat}",
    "Booking amount, Tower {tower} {flat}",
    "Second instalment, Tower {tower} {flat}",
    "Token for {tower}-{flat}",
    "Paid by father’s account",
    "Balance by month end",
)
UNKNOWN_LEAD = "603d2b2f9b1e8a001c8e4f5c"
"""Well formed, and no lead of the practice CRM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One row, cell by cell; `paise` is the amount that it stands for."""

    lead: Value
    name: Value
    receipt: Value
    date: Value
    amount: Value
    paise: int
    mode: Value
    status: str
    email: Value
    remarks: Value
    ledger: str


def make() -> bytes:
    """Give the workbook's bytes."""
    book, tab = new_tab("Payments")
    write_titles(tab, TITLES)
    write_header(tab, HEADER_ROW, WIDTHS)
    payments = list(_with_mistakes(list(_payments())))
    for number, payment in enumerate(payments, start=1):
        cells: list[Value] = [number, *_cells(payment)]
        write_row(tab, HEADER_ROW + number, cells, LOOK)
    total = sum(payment.paise for payment in payments) / 100
    write_row(
        tab,
        HEADER_ROW + len(payments) + 1,
        [None, None, "Grand Total", None, None, total],
        replace(LOOK, bold=True),
    )
    tab.column_dimensions["K"].hidden = True
    return saved(book)


def _cells(payment: Payment) -> list[Value]:
    return [
        payment.lead,
        payment.name,
        payment.receipt,
        payment.date,
        payment.amount,
        payment.mode,
        payment.status,
        payment.email,
        payment.remarks,
        payment.ledger,
    ]


def _payments() -> Iterator[Payment]:
    """Yield sound rows in the order of their dates."""
    leads = [1 + at * 3 for at in range(ONCE)]
    leads += leads[:TWICE]
    leads += leads[: COUNT - len(leads)]
    shuffled = sorted(enumerate(leads), key=lambda place: draw("order", *place))
    for at, (_, number) in enumerate(shuffled):
        yield _payment(at, number)


def _payment(at: int, number: int) -> Payment:
    payer = lead(number)
    day = dt.date(2026, 10, 1 + at * 31 // COUNT)
    paise = _paise(at)
    mode = pick(MODES, "mode", at)
    status = _status(at, mode)
    is_due = status == "Due"
    remarks = pick(REMARKS, "remarks", at)
    place = {"tower": pick("ABC", "tower", number), "flat": 101 + draw("flat", number) % 18 * 100}
    return Payment(
        lead=payer.id,
        name=payer.name,
        receipt=None if is_due else f"SDR/26-27/{1041 + at}",
        date=f"{day:%d/%m/%Y}" if draw("date", at) % 3 == 0 else day,
        amount=_amount(at, paise),
        paise=paise,
        mode=None if is_due else mode,
        status=status,
        email=None if draw("email", number) % 6 == 0 else payer.email,
        remarks=remarks.format(**place) if remarks else None,
        ledger=f"LC-41{draw('ledger', number) % 90 + 10}",
    )


def _paise(at: int) -> int:
    """Draw an amount: most are round, and a large one may have paise."""
    if draw("size", at) % 5 < 3:
        return pick(ROUND, "round", at) * 100
    return pick(LARGE, "large", at) * 100 + pick(PAISE, "paise", at)


def _status(at: int, mode: str) -> str:
    """Most are paid; some are only due; a cheque may bounce."""
    if mode == "Cheque" and draw("bounced", at) % 3 == 0:
        return "Bounced"
    return "Due" if draw("due", at) % 10 == 0 else "Paid"


def _amount(at: int, paise: int) -> Value:
    """Write an amount as one of several people in the office does."""
    grouped = indian(paise)
    match draw("writing", at) % 9:
        case 0:
            return f"₹ {grouped}"
        case 1:
            return grouped
        case 2 if paise % 100 == 0:
            return f"Rs. {grouped.removesuffix('.00')}/-"
        case _:
            return paise / 100


def indian(paise: int) -> str:
    """Write an amount with Indian grouping: `1,25,000.50`."""
    rupees, rest = divmod(paise, 100)
    head, tail = str(rupees)[:-3], str(rupees)[-3:]
    groups = [tail]
    while head:
        head, group = head[:-2], head[-2:]
        groups.insert(0, group)
    return f"{','.join(groups)}.{rest:02}"


def _with_mistakes(payments: list[Payment]) -> list[Payment]:
    """Put the mistakes into paid rows: eight that the checks find, two that only the CRM finds."""
    paid = [at for at, payment in enumerate(payments) if payment.status == "Paid"]
    repeated = payments[paid[73]].receipt
    mistakes: Mapping[int, Callable[[Payment], Payment]] = {
        9: lambda row: replace(row, amount="12,5000", paise=0),
        20: lambda row: replace(row, amount=0, paise=0),
        31: lambda row: replace(row, amount="$ 500.00", paise=0),
        42: lambda row: replace(row, lead=6.03e22),
        53: lambda row: replace(row, date="31/09/2026"),
        64: lambda row: replace(row, status="Padi"),
        75: lambda row: replace(row, receipt=repeated),
        86: lambda row: replace(row, lead=None),
        97: lambda row: replace(row, email="ravi.kumar@gmail"),
        108: lambda row: replace(row, lead=UNKNOWN_LEAD),
    }
    for place, make_mistake in mistakes.items():
        payments[paid[place]] = make_mistake(payments[paid[place]])
    return payments
