"""The reconciliation as CSV: every action and every skipped row, one a line, for other programs.

The columns are the workbook's. UTF-8 with a byte-order mark, without which Excel takes it for
something else; CRLF and quotes by RFC 4180.
"""

from __future__ import annotations

import csv
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from io import StringIO
from operator import mod
from typing import Final

from importer.report.inert import for_csv
from importer.report.lines import ActionLine
from importer.report.listing import COLUMNS, values_of
from importer.report.spool import Spool
from importer.report.stretch import ByKind, Kind, Stretch, literal

HEADERS: Final = tuple(column.name.lower() for column in COLUMNS)
"""The workbook's headers in small letters."""


class _Echo:
    """Gives `csv.writer` each row back that it has put together."""

    def write(self, text: str) -> str:
        return text


def table_lines() -> Spool:
    """Return the spool of the table's rows."""
    row_of = csv.writer(_Echo(), lineterminator="\r\n").writerow

    def text_of(line: ActionLine, _: object) -> str:
        return str(row_of(map(for_csv, values_of(line))))

    return Spool(text_of, _Stretches().texts)


class _Stretches:
    """Makes the rows of stretches."""

    def __init__(self) -> None:
        self._templates = ByKind[bytes](_template)

    def texts(self, stretch: Stretch) -> Iterator[bytes]:
        """Yield a row for each line."""
        leads, known_by, action_ids, says = map(
            _in_quotes, (stretch.leads, stretch.known_by, stretch.action_ids, stretch.says)
        )
        rows, amounts = stretch.rows, stretch.amounts
        values = zip(rows, rows, leads, known_by, amounts, action_ids, rows, says, strict=True)
        return map(mod, self._templates.of(stretch), values)


def _template(kind: Kind) -> bytes:
    same = literal(f"{kind.name},{kind.type},{kind.code or ''}")
    return (
        f"{literal(kind.cell)}%b,%b,%b,%b,{same},%b,CREATED,,,%b,,,{literal(kind.run)}/%b,%b\r\n"
    ).encode()


def _in_quotes(column: Sequence[bytes]) -> Sequence[bytes]:
    """A column as it stands in a CSV; of what must be put into quotes, it holds commas only."""
    if b"," not in b"".join(column):
        return column
    return [b'"%b"' % text if b"," in text else text for text in column]


def table_file(lines: Spool) -> Iterator[bytes]:
    """Yield the content of `reconciliation.csv` in pieces."""
    yield BOM_UTF8
    head = StringIO(newline="")
    csv.writer(head, lineterminator="\r\n").writerow(HEADERS)
    yield head.getvalue().encode()
    yield from lines.pieces()
