"""What others read in a workbook: openpyxl, xlrd, and LibreOffice where neither can."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import openpyxl
import xlrd  # type: ignore[import-untyped]  # it has no types, and nobody has written them
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from importer.model import Kind

LARGEST_TAB = 1_000_000
"""Cells up to the furthest one, blank or not: openpyxl walks them all."""


@dataclass(frozen=True, slots=True)
class Error:
    """An error as Excel writes it."""

    text: str


TRUE_OR_FALSE = re.compile(r'"(\w+)";"\1";"\w+"')
"""The format by which LibreOffice writes a boolean into an .xlsx, in its own language."""

Fact = str | float | bool | Error | dt.datetime | dt.date | dt.time | dt.timedelta
"""What a cell holds."""
Place = tuple[int, int]
"""Row and column, both counted from 1."""
Cells = dict[Place, Fact]
Book = dict[str, Cells]
"""Tab → its cells that are not blank."""


def read_book(path: Path) -> Book:
    """Read every tab of a workbook with the library that is at home in its format.

    Raises:
        Exception: that library cannot; they say so in many ways.
    """
    if path.suffix.lower() == ".xls":
        return _by_xlrd(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _by_openpyxl(path)


def _by_openpyxl(path: Path) -> Book:
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=True)
    if any(tab.max_row * tab.max_column > LARGEST_TAB for tab in book.worksheets):
        raise ValueError("too far from end to end to be walked")
    return {tab.title: dict(_cells(tab)) for tab in book.worksheets}


def _cells(tab: Worksheet) -> Iterator[tuple[Place, Fact]]:
    for row in tab.iter_rows():
        for cell in row:
            if cell.value is None or cell.value == "":
                continue
            value = cell.value
            if cell.data_type == "e":
                yield (cell.row, cell.column), Error(str(value))
            elif value in {0, 1} and TRUE_OR_FALSE.fullmatch(cell.number_format):
                yield (cell.row, cell.column), bool(value)
            elif isinstance(value, str):
                yield (cell.row, cell.column), unescape(value)
            else:
                yield (cell.row, cell.column), value  # type: ignore[misc]  # no formula: data_only


def _by_xlrd(path: Path) -> Book:
    book = xlrd.open_workbook(path, logfile=io.StringIO())
    return {
        tab.name: {
            (row + 1, column + 1): _of_xls(tab.cell(row, column), book.datemode)
            for row in range(tab.nrows)
            for column in range(tab.row_len(row))
            if tab.cell_value(row, column) != ""
        }
        for tab in book.sheets()
    }


def _of_xls(cell: xlrd.sheet.Cell, datemode: int) -> Fact:
    match cell.ctype:
        case xlrd.XL_CELL_ERROR:
            return Error(xlrd.error_text_from_code[cell.value])
        case xlrd.XL_CELL_BOOLEAN:
            return bool(cell.value)
        case xlrd.XL_CELL_DATE:
            return _moment(cell.value, datemode)
        case xlrd.XL_CELL_NUMBER:
            return float(cell.value)
        case _:
            return str(cell.value)


def _moment(serial: float, datemode: int) -> Fact:
    """Give a date; a time of day where it has no day; a number where it is neither."""
    try:
        moment: dt.datetime = xlrd.xldate_as_datetime(serial, datemode)
    except (xlrd.XLDateError, OverflowError, ValueError):
        return serial
    return moment.time() if 0 <= serial < 1 else moment


TRAPS = {"issue_594_dos.ods": "LibreOffice unfolds its cells until no memory is left"}
"""Files that are never given to LibreOffice, and why."""
ENOUGH = 3 << 30
"""Bytes that another reader may take; without a bound, one file can take the machine."""


def by_libreoffice(paths: Iterable[Path], folder: Path) -> dict[Path, Path]:
    """Convert workbooks into .xlsx; file → its copy, of those that LibreOffice could read.

    Limits the memory of the process that calls it: to be asked of a `Worker`.
    """
    office = shutil.which("soffice")
    wanted = [path for path in paths if path.name not in TRAPS]
    if office is None or not wanted:
        return {}
    limit_memory()
    numbered = {path: folder / f"{at}{path.suffix}" for at, path in enumerate(wanted)}
    for path, link in numbered.items():
        shutil.copy(path, link)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    target = ["--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    copies = folder / "copies"
    command = [office, profile, *target, "--outdir", str(copies), *map(str, numbered.values())]
    subprocess.run(command, check=False, capture_output=True)
    made = {path: copies / f"{link.stem}.xlsx" for path, link in numbered.items()}
    return {path: copy for path, copy in made.items() if copy.exists()}


def limit_memory() -> None:
    """Bound the address space of this process and of those that it starts, where that is known."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - there is none on Windows

        resource.setrlimit(resource.RLIMIT_AS, (ENOUGH, ENOUGH))


_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:E[-+]?[0-9]+)?")
_CLOCK = re.compile(r"(-?)([0-9]+):([0-9]{2})(?::([0-9]{2}))?")
EXACT = Decimal("1e-13")
"""How far two spellings of one float may be apart, by their own size."""


def agrees(text: str, kind: Kind | None, fact: Fact | None) -> bool:
    """Tell whether a cell of ours is what another reader has found there.

    Args:
        text: ours.
        kind: ours; None where it is not told, as in a header.
        fact: theirs; None where the cell is blank.
    """
    if fact is None:
        # A formula that nobody has calculated is blank for a reader of values.
        return not text or (kind is Kind.ERROR and text.startswith("="))
    kinds, same = _expected(text, fact)
    return same and kind in {*kinds, None}


def _expected(text: str, fact: Fact) -> tuple[Sequence[Kind], bool]:
    """Give the kinds that a fact may have with us, and whether the text is the same."""
    match fact:
        case Error(theirs):
            return [Kind.ERROR], text == theirs
        case bool():
            return [Kind.BOOL], text == str(fact).upper()
        case int() | float():
            return [Kind.NUMBER, Kind.DRESSED], _same_number(text, fact)
        case str():
            return [Kind.TEXT], _lf(text) == _lf(fact)
        case dt.time() | dt.timedelta():
            return [Kind.TEXT], _same_clock(text, fact)
        case _:
            return [Kind.DATE], _same_moment(text, fact)


def _lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _same_number(text: str, theirs: float) -> bool:
    """Compare digits, whatever stands beside them; a per cent is a hundredth."""
    found = _NUMBER.search(text)
    if found is None:
        return False
    try:
        ours, exact = Decimal(found[0]), Decimal(repr(theirs))
    except InvalidOperation:
        return False
    exact *= 100 if "%" in text else 1
    return abs(ours - exact) <= EXACT * abs(exact)


def _same_clock(text: str, theirs: dt.time | dt.timedelta) -> bool:
    found = _CLOCK.match(text)
    if found is None:
        # A time of day whose format shows a date: of the day before the first, in Excel.
        return text.startswith("1900-01-00")
    sign, hours, minutes, seconds = found.groups()
    ours = int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0)
    if isinstance(theirs, dt.time):
        exact = theirs.hour * 3600 + theirs.minute * 60 + theirs.second + theirs.microsecond / 1e6
    else:
        exact = theirs.total_seconds()
    return abs((-ours if sign else ours) - exact) <= 1


def _same_moment(text: str, theirs: dt.date) -> bool:
    try:
        ours = dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    moment = theirs if isinstance(theirs, dt.datetime) else dt.datetime.combine(theirs, dt.time())
    if "T" not in text:  # a time that the cell's format does not show is none
        return ours.date() == moment.date()
    return abs((ours - moment).total_seconds()) <= 1
