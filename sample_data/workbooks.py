"""Workbooks as an office makes them, saved so that the same cells make the same bytes."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

SAVED_AT = dt.datetime(2026, 11, 2, 9, 30)  # noqa: DTZ001 - as an .xlsx writes it, without a zone
DATE_FORMAT = "dd/mm/yyyy"
RUPEES = r"[>=10000000]##\,##\,##\,##0.00;[>=100000]##\,##\,##0.00;##,##0.00"
"""Excel groups by lakh and crore through a format with conditions."""

_FILL = PatternFill("solid", fgColor="1F3864")
_HEADER = Font(bold=True, color="FFFFFF")
_TITLE = Font(bold=True, size=14)
_WRAPPED = Alignment(horizontal="center", vertical="center", wrap_text=True)


@dataclass(frozen=True, slots=True)
class Error:
    """A cell in which a formula has failed."""

    text: str


Value = str | float | dt.date | Error | None
"""A text is written as text, whatever it looks like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a row looks."""

    money: str
    """Letter of the column whose numbers are money."""
    centred: str = ""
    """Letters of the columns that are centred."""
    bold: bool = False


def new_tab(title: str) -> tuple[Workbook, Worksheet]:
    """Make a workbook with one tab."""
    book = Workbook()
    book.properties.creator = "Accounts"
    book.properties.created = SAVED_AT
    tab = book.worksheets[0]
    tab.title = title
    tab.page_setup.orientation = "landscape"
    tab.page_setup.paperSize = tab.PAPERSIZE_A4
    tab.page_setup.fitToHeight = 0
    tab.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    return book, tab


def write_titles(tab: Worksheet, titles: Sequence[str]) -> None:
    """Write the lines above the header, from row 1 on."""
    for row, title in enumerate(titles, start=1):
        tab.cell(row, 1, title).font = _TITLE if row == 1 else Font(italic=True)


def write_header(tab: Worksheet, row: int, widths: Mapping[str, float]) -> None:
    """Write the header (names → widths of their columns) and freeze what is above the rows."""
    for column, (name, width) in enumerate(widths.items(), start=1):
        heading = tab.cell(row, column, name)
        heading.font, heading.fill, heading.alignment = _HEADER, _FILL, _WRAPPED
        tab.column_dimensions[get_column_letter(column)].width = width
    tab.row_dimensions[row].height = 30
    tab.print_title_rows = f"{row}:{row}"
    tab.freeze_panes = f"A{row + 1}"


def write_row(tab: Worksheet, row: int, values: Sequence[Value], look: Look) -> None:
    """Write one row from column A on."""
    for column, value in enumerate(values, start=1):
        cell = tab.cell(row, column)
        if value is None or not isinstance(cell, Cell):
            continue
        _write(cell, value)
        if cell.column_letter == look.money and cell.data_type == "n":
            cell.number_format = RUPEES
        if cell.column_letter in look.centred:
            cell.alignment = Alignment(horizontal="center")
        if look.bold:
            cell.font = Font(bold=True)


def _write(cell: Cell, value: str | float | dt.date | Error) -> None:
    match value:
        case Error():
            cell.value, cell.data_type = value.text, "e"
        case str():
            cell.value, cell.data_type = value, "s"
        case dt.date():
            cell.value, cell.number_format = value, DATE_FORMAT
        case _:
            cell.value = value


def saved(book: Workbook) -> bytes:
    """Give the workbook's bytes, with nothing in them of the day and the machine.

    openpyxl stamps the time of saving into the archive and into its properties. The entries are
    stored without compression, because what it makes differs between versions of zlib.
    """
    written, fixed = io.BytesIO(), io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in sorted(source.namelist(), key=lambda name: (name[0] != "[", name)):
            entry = zipfile.ZipInfo(name, date_time=SAVED_AT.timetuple()[:6])
            entry.create_system = 0
            target.writestr(entry, _without_the_hour(name, source.read(name)))
    return fixed.getvalue()


def _without_the_hour(name: str, data: bytes) -> bytes:
    if name != "docProps/core.xml":
        return data
    stamp = SAVED_AT.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, data)
