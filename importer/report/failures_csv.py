"""`failures.csv`: the rows to correct of a CSV, written as that is, with our columns at the end.

Excel changes what it opens from a CSV (ids become numbers), so `failures.xlsx` is the one for
people; this one is for programs, and for whoever has no other way.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import IO, Final

from importer.our_headers import MARKED_REFERENCE, OUR_HEADERS
from importer.report.inert import for_csv, marked
from importer.report.measure import Measure
from importer.report.source import FailureRow, SheetShape
from importer.shapes import CsvShape

_ROWS_A_PIECE: Final = 1000
_QUOTE: Final = '"'
_NEEDS_QUOTES: Final = re.compile(r'["\r\n]')
_UTF_8: Final = "utf-8"
WITH_MARK: Final = "utf-8-sig"
"""Excel takes UTF-8 without a byte-order mark for something else, and saves it so."""


def write_failures_csv(
    file: IO[bytes], csv: CsvShape, shape: SheetShape, measure: Measure, rows: Iterable[FailureRow]
) -> None:
    """Write the CSV in the encoding that it was read in; UTF-8 gets a byte-order mark.

    Args:
        file: where to.
        csv: how the sheet is written.
        shape: how it looked.
        measure: what an earlier pass over the same rows told.
        rows: the rows to correct, in the sheet's order.

    Raises:
        UnicodeEncodeError: that encoding does not hold what was read in it.
    """
    encoding = WITH_MARK if csv.encoding == _UTF_8 else csv.encoding
    encode = codecs.getincrementalencoder(encoding)().encode
    if csv.instruction:
        file.write(encode(f"sep={csv.delimiter}{csv.line_end}"))
    pieces: list[str] = []
    for cells in _records(shape, measure, rows, partial(_ours, encoding)):
        pieces.append(_line(cells, csv))
        if len(pieces) == _ROWS_A_PIECE:
            file.write(encode("".join(pieces)))
            pieces.clear()
    file.write(encode("".join(pieces)))


def _records(
    shape: SheetShape,
    measure: Measure,
    rows: Iterable[FailureRow],
    ours: Callable[[Sequence[str]], list[str]],
) -> Iterator[list[str]]:
    for row in shape.preamble:
        yield [marked(text) for text, _ in row]
    yield [
        *_theirs(shape.headers, measure, frozenset()),
        *ours((*OUR_HEADERS[:-1], MARKED_REFERENCE)),
    ]
    for one in rows:
        added = (", ".join(one.outcomes), one.problem, one.hint, one.reference)
        yield [*_theirs(one.texts, measure, shape.amounts), *ours(added)]


def _theirs(texts: Sequence[str], measure: Measure, amounts: frozenset[int]) -> list[str]:
    """The user's cells, as many in each row: what is beyond them is blank throughout."""
    own = enumerate(texts[: measure.width])
    blank = [""] * (measure.width - len(texts))
    return [marked(text, amount=at in amounts) for at, text in own] + blank


def _ours(encoding: str, texts: Sequence[str]) -> list[str]:
    """Make our own words fit into an encoding that has not all of their characters."""
    return [for_csv(text).encode(encoding, "replace").decode(encoding) for text in texts]


def _line(cells: Sequence[str], csv: CsvShape) -> str:
    """Write one record by RFC 4180."""
    return csv.delimiter.join(_cell(text, csv) for text in cells) + csv.line_end


def _cell(text: str, csv: CsvShape) -> str:
    needs_quotes = csv.delimiter in text or _NEEDS_QUOTES.search(text)
    if not csv.all_quoted and not needs_quotes:
        return text
    return f"{_QUOTE}{text.replace(_QUOTE, 2 * _QUOTE)}{_QUOTE}"
