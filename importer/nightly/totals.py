"""Control totals in a file beside the input: what the system that exported it says it holds.

currency,total,rows
INR,1853400.00,1200
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from importer.errors import ImporterError, SheetError
from importer.folding import shortened
from importer.mapping import Mapping
from importer.model import Currency
from importer.our_headers import is_failures_workbook
from importer.pipeline.opening import open_bound
from importer.report.figures import counted
from importer.validate import Expected

_LARGEST: Final = 65_536
"""Bytes; a larger file is something else, such as the sheet."""
_ALL: Final = frozenset({"currency", "total", "rows"})
_COLUMNS: Final = ({"currency", "total"}, {"rows"}, _ALL)
_FORM: Final = "the columns `currency` and `total`, or `rows`, or all three"
_AMOUNT: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,4})?")
_ROWS: Final = re.compile(r"[0-9]{1,7}")


def is_part(sheet: Path, mapping: Mapping) -> bool:
    """Whether a file holds rows of a sheet that was counted before: its failures workbook.

    What cannot be read is none: whoever takes it up says why.
    """
    try:
        return is_failures_workbook(open_bound(sheet, mapping).sheet.headers)
    except ImporterError:
        return False


def read_totals(path: Path | None) -> Expected:
    """Read a file of control totals.

    It is a CSV in UTF-8 with the columns `currency` and `total`, or `rows`, or all three: a line
    for each currency, and the rows said once.

    Args:
        path: the file; None: nothing is expected.

    Raises:
        SheetError: it is not there, or is not such a file.
    """
    if path is None:
        return Expected()
    lines = _lines(path)
    columns = [name.strip().lower() for name in lines[0]] if lines else []
    rows = [line for line in lines[1:] if any(cell.strip() for cell in line)]
    if why := _why_no_table(columns, rows):
        raise _refused(path, why)
    table = [dict(zip(columns, map(str.strip, row), strict=True)) for row in rows]
    totals = [(row["currency"], row["total"]) for row in table if row.get("currency")]
    return Expected(rows=_rows(path, table), totals=_totals(path, totals), file=path.name)


def _why_no_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """What is there, and what is missing; "" where nothing is."""
    if why := _why_no_columns(columns):
        return f"{why}; it is to have {_FORM}"
    if not rows:
        return "it has a first line and nothing below it"
    for row in rows:
        if len(row) != len(columns):
            said, wanted = counted(len(row), "value"), counted(len(columns), "column")
            return (
                f"the line “{shortened(','.join(row))}” has {said}, and the first line "
                f"{wanted}: a figure is to be plain, without commas"
            )
    return ""


def _why_no_columns(columns: Sequence[str]) -> str:
    if not any(columns):
        return "its first line is empty"
    for mark, named in {";": "semicolons", "\t": "tabs", "|": "bars"}.items():
        if mark in columns[0]:
            return f"its columns are separated by {named}, and not by commas"
    if len(columns) != len(set(columns)):
        return "a column is there twice"
    if others := [name for name in columns if name not in _ALL]:
        return f"its first line has “{shortened(others[0])}”"
    if set(columns) not in _COLUMNS:
        there, lacks = sorted({"currency", "total"}, key=lambda name: name not in columns)
        return f"it has the column `{there}` and lacks `{lacks}`"
    return ""


def _lines(path: Path) -> Sequence[Sequence[str]]:
    try:
        if path.stat().st_size > _LARGEST:
            raise _refused(path, "it is too large")
        return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines(), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _refused(path, "it cannot be read as CSV in UTF-8") from error


def _rows(path: Path, table: Sequence[dict[str, str]]) -> int | None:
    said = {row["rows"] for row in table if row.get("rows")}
    if not said:
        return None
    (text, *others) = said
    if others or not _ROWS.fullmatch(text):
        raise _refused(path, "`rows` is not one whole number")
    return int(text)


def _totals(path: Path, said: Sequence[tuple[str, str]]) -> dict[Currency, Decimal]:
    totals: dict[Currency, Decimal] = {}
    for currency, amount in said:
        if currency not in tuple(Currency) or not _AMOUNT.fullmatch(amount):
            raise _refused(path, f"“{currency},{amount}” is no currency with plain digits")
        if Currency(currency) in totals:
            raise _refused(path, f"{currency} is there twice")
        totals[Currency(currency)] = Decimal(amount)
    return totals


def _refused(path: Path, why: str) -> SheetError:
    return SheetError(
        f"The control totals {path.name} are refused: {why}.",
        "Correct that file, and put it into the inbox once more, with the sheet.",
    )
