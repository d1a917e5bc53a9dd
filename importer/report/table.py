"""The reconciliation as CSV: every action and every skipped row, one a line, for other programs.

The columns are the workbook's. UTF-8 with a byte-order mark, without which Excel takes it for
something else; CRLF and quotes by RFC 4180.
"""

from __future__ import annotations

import csv
from codecs import BOM_UTF8
from collections.abc import Iterator
from io import StringIO
from typing import Final

from importer.report.brief import Brief
from importer.report.inert import for_csv
from importer.report.lines import Line
from importer.report.listing import COLUMNS, values_of
from importer.report.spool import Spool

HEADERS: Final = tuple(column.name.lower() for column in COLUMNS)
"""The workbook's headers in small letters."""


class _Echo:
    """Gives `csv.writer` each row back that it has put together."""

    def write(self, text: str) -> str:
        return text


def table_lines() -> Spool:
    """Return the spool of the table's rows."""
    row_of = csv.writer(_Echo(), lineterminator="\r\n").writerow

    def text_of(line: Line, _: object) -> str:
        if isinstance(line, Brief) and line.is_simple:
            return str(row_of(line.values))
        return str(row_of(map(for_csv, values_of(line))))

    return Spool(text_of)


def table_file(lines: Spool) -> Iterator[bytes]:
    """Yield the content of `reconciliation.csv` in pieces."""
    yield BOM_UTF8
    head = StringIO(newline="")
    csv.writer(head, lineterminator="\r\n").writerow(HEADERS)
    yield head.getvalue().encode()
    yield from lines.pieces()
