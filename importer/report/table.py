"""The reconciliation as CSV: every action and every skipped row, one a line, for other programs.

The columns are the workbook's. UTF-8 with a byte-order mark, without which Excel takes it for
something else; CRLF and quotes by RFC 4180.
"""

from __future__ import annotations

import csv
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Final

from importer.report.inert import for_csv
from importer.report.lines import ActionLine
from importer.report.listing import COLUMNS

HEADERS: Final = tuple(column.name.lower() for column in COLUMNS)
"""The workbook's headers in small letters."""

_LINES_A_PIECE: Final = 2000


def table_file(lines: Iterable[ActionLine]) -> Iterator[bytes]:
    """Yield the content of `reconciliation.csv` in pieces."""
    buffer = StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(HEADERS)
    yield BOM_UTF8
    for number, line in enumerate(lines, start=1):
        writer.writerow([for_csv(column.of(line)) for column in COLUMNS])
        if number % _LINES_A_PIECE == 0:
            yield _take(buffer)
    yield _take(buffer)


def _take(buffer: StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
