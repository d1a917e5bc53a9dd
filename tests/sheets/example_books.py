"""The workbooks of `accept`, each as a function that makes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

IDS = tuple(f"603d2b2f9b1e8a001c8e4f{at:02x}" for at in range(0x5C, 0x64))
HEADERS = ("Lead ID", "Receipt No", "Amount")
DAY = dt.date(2026, 4, 3)


def filled(tab: Worksheet, *rows: Sequence[object], first: int = 1, left: int = 1) -> Worksheet:
    """Write rows; a text stays text, but `=…` is a formula that nobody has calculated."""
    for at, row in enumerate(rows, start=first):
        for column, value in enumerate(row, start=left):
            cell = tab.cell(at, column)
            cell.value = value  # type: ignore[assignment]  # what openpyxl takes for a cell
            if isinstance(value, str) and not value.startswith("="):
                cell.data_type = "e" if value.startswith("#") else "s"
    return tab


def book(*rows: Sequence[object]) -> tuple[Workbook, Worksheet]:
    """Make a workbook of one tab, `Payments`."""
    made = openpyxl.Workbook()
    tab = made.worksheets[0]
    tab.title = "Payments"
    return made, filled(tab, *rows)


def formats(*pairs: tuple[object, str]) -> Workbook:
    """Make a workbook whose amounts have formats."""
    made, tab = book(
        HEADERS, *((IDS[at], f"R-{101 + at}", value) for at, (value, _) in enumerate(pairs))
    )
    for at, (_, form) in enumerate(pairs, start=2):
        tab.cell(at, 3).number_format = form
    return made


def merged_title() -> Workbook:
    """A title over all columns, merged; the header in row 3."""
    made, tab = book(("Payments received",), (), HEADERS, (IDS[0], "R-101", 1250.5))
    tab.merge_cells("A1:C1")
    return made


def merged_cells() -> Workbook:
    """One receipt for two leads, written once over both rows."""
    made, tab = book(HEADERS, (IDS[0], "R-101", 1250), (IDS[1], None, 500), (IDS[2], "R-103", 700))
    tab.merge_cells("B2:B3")
    return made


def hidden_tab_first() -> Workbook:
    """The first tab is hidden; the payments are in the second."""
    made, tab = book(HEADERS, (IDS[0], "R-101", 1250))
    lists = filled(made.create_sheet("Lists", 0), ("State",), ("Paid",))
    lists.sheet_state = "hidden"
    made.active = tab
    return made


def chart_tab_first() -> Workbook:
    """The first tab holds a chart and no cells."""
    made, tab = book(HEADERS, (IDS[0], "R-101", 1250))
    chart = BarChart()
    chart.add_data(Reference(tab, min_col=3, min_row=1, max_row=2))
    made.create_chartsheet("Chart", 0).add_chart(chart)
    return made


def several_tabs() -> Workbook:
    """Three tabs; the mapping names one, in other capitals."""
    made, _ = book(HEADERS, (IDS[0], "R-101", 1250))
    filled(made.create_sheet("Refunds"), HEADERS, (IDS[1], "R-900", 300))
    filled(made.create_sheet("Notes"), ("Nothing here",))
    return made


def two_tabs() -> Workbook:
    """Two tabs could be meant, and the mapping names none."""
    made, _ = book(HEADERS, (IDS[0], "R-101", 1250))
    filled(made.create_sheet("Refunds"), HEADERS, (IDS[1], "R-900", 300))
    return made


def dates_1904() -> Workbook:
    """A Mac's workbook counts its days from 1904."""
    made, _ = book()
    made.epoch = CALENDAR_MAC_1904
    filled(made.worksheets[0], ("Lead ID", "Date"), (IDS[0], DAY))
    return made


def dates_and_times() -> Workbook:
    """Dates in several formats, with and without a time; a time of day; a duration."""
    made, tab = book(
        ("Lead ID", "When"),
        *zip(
            IDS,
            (
                DAY,
                DAY,
                dt.datetime.combine(DAY, dt.time(10, 30)),
                dt.time(10, 30),
                dt.timedelta(hours=30),
            ),
            strict=False,
        ),
    )
    tab["B2"].number_format = "dd/mm/yyyy"
    tab["B3"].number_format = "[$-409]d-mmm-yy;@"
    return made


def filtered() -> Workbook:
    """A filter has hidden the row that is not paid."""
    made, tab = book(
        (*HEADERS, "State"),
        (IDS[0], "R-101", 1250, "Paid"),
        (IDS[1], "R-102", 500, "Due"),
        (IDS[2], "R-103", 700, "Paid"),
    )
    tab.auto_filter.ref = "A1:D4"
    tab.auto_filter.add_filter_column(3, ["Paid"])
    tab.row_dimensions[3].hidden = True
    return made


def hidden_column() -> Workbook:
    """Somebody has hidden a column; it is read like the others."""
    made, tab = book(HEADERS, (IDS[0], "R-101", 1250))
    tab.column_dimensions["B"].hidden = True
    return made


def off_the_corner() -> Workbook:
    """The table begins at C5."""
    made, tab = book()
    filled(tab, HEADERS, (IDS[0], "R-101", 1250), first=5, left=3)
    return made


def beyond_the_header() -> Workbook:
    """A note stands to the right of the table, in a column without a header."""
    made, _ = book(HEADERS, (IDS[0], "R-101", 1250), (IDS[1], "R-102", 500, None, "ask Ravi"))
    return made


def rich_text() -> Workbook:
    """Part of a text is bold."""
    made, tab = book(("Lead ID", "Remarks"), (IDS[0], ""))
    tab["B2"] = CellRichText("paid ", TextBlock(InlineFont(b=True), "in full"), " by cheque")
    return made


WORKBOOKS: dict[str, Callable[[], Workbook]] = {
    "merged_title": merged_title,
    "merged_cells": merged_cells,
    "hidden_tab_first": hidden_tab_first,
    "chart_tab_first": chart_tab_first,
    "several_tabs": several_tabs,
    "two_tabs": two_tabs,
    "dates_1904": dates_1904,
    "dates_and_times": dates_and_times,
    "filtered": filtered,
    "hidden_column": hidden_column,
    "off_the_corner": off_the_corner,
    "beyond_the_header": beyond_the_header,
    "rich_text": rich_text,
    "text_numbers": lambda: book(
        HEADERS, (IDS[0], "R-101", "1,250.50"), (IDS[1], "007", "500"), (IDS[2], "1e5", " 7 ")
    )[0],
    "blank_rows": lambda: book(
        HEADERS, (), (IDS[0], "R-101", 1250), (), (None, " ", None), (IDS[1], "R-102", 500)
    )[0],
    "booleans": lambda: book(("Lead ID", "Paid"), (IDS[0], True), (IDS[1], False))[0],
    "errors": lambda: book(
        HEADERS, (IDS[0], "R-101", "#N/A"), (IDS[1], "#REF!", 5), (IDS[2], "R-103", "#DIV/0!")
    )[0],
    "uncalculated": lambda: book(
        HEADERS,
        (IDS[0], "R-101", "=100*2"),
        (IDS[1], "R-102", 500),
        (IDS[2], "R-103", "=SUM(C2:C3)"),
    )[0],
    "long_numbers": lambda: book(
        HEADERS,
        (IDS[0], 4000123412341234, 1),
        (IDS[1], 123456789012345, 0.1),
        (6.034e23, "R-103", 1e-7),
    )[0],
    "line_breaks": lambda: book(
        ("Lead ID", "Remarks"), (IDS[0], "paid by\ncheque"), (IDS[1], "चेक “से” – ₹")
    )[0],
    "leading_zeros": lambda: formats((123, "000000"), (45, "00000"), (1234567, "000000"), (7, "0")),
    "percents": lambda: formats((0.5, "0%"), (0.125, "0.00%"), (1.5, '0.0" %"')),
    "currencies": lambda: formats(
        (1234.5, '"$"#,##0.00'),
        (1234.5, "[$₹-4009] #,##0.00"),
        (1234.5, '#,##0.00" INR"'),
        (1234.5, "[$USD] #,##0.00"),
        (-1234.5, '_("$"* #,##0.00_);_("$"* (#,##0.00)'),
        (1234.5, "#,##0.00"),
        (5, '0" kg"'),
    ),
}  # fmt: skip
