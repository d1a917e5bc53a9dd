"""A CSV as a sheet. Nothing of it is held in memory but the chunk in hand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path

from importer.model import Kind, SheetSpec
from importer.shapes import CsvShape
from importer.sheets.broken_quote import QUOTE
from importer.sheets.csv_chunks import Source, read_chunks
from importer.sheets.csv_text import MOST_COLUMNS, too_wide
from importer.sheets.delimiter import find_delimiter, stated_delimiter
from importer.sheets.encoding import Survey, survey
from importer.sheets.header import Header, find_header
from importer.sheets.sheet import Sheet, Shown

SAMPLE = 1 << 17
"""Characters by which the delimiter is judged."""


def open_csv(path: Path, spec: SheetSpec) -> Sheet:
    """Open a CSV: encoding and delimiter are settled, the header is found, no row is read yet.

    Raises:
        SheetError: encoding, delimiter or header cannot be settled; the hint says how.
    """
    found = survey(path, spec.encoding)
    source, sample = _source(path, found, spec)
    header = find_header(_shown(source), spec, path.name)
    return Sheet(
        file=path.name,
        tab=None,
        header_row=header.row,
        headers=header.cells,
        preamble=header.preamble,
        total=max(found.lines - source.instruction - header.row, 0),
        notes=found.notes,
        csv=_shape(source, header, sample),
        read=partial(read_chunks, source, header),
    )


def _source(path: Path, found: Survey, spec: SheetSpec) -> tuple[Source, str]:
    """Settle how a CSV is written; give the start of its text, too."""
    with path.open(encoding=found.encoding, newline="") as lines:
        first = lines.readline()
        delimiter, instruction = stated_delimiter(spec, first, path.name)
        sample = first + "".join(lines.readlines(SAMPLE))
        if delimiter is None:
            complete = not lines.readline()
            delimiter = find_delimiter(sample, spec, path.name, complete=complete)
    source = Source(
        path=path,
        encoding=found.encoding,
        delimiter=delimiter,
        instruction=instruction,
        at_once=found.at_once,
        even=found.even,
    )
    return source, sample


def _shape(source: Source, header: Header, sample: str) -> CsvShape:
    """Tell how the CSV is written, for another one of its kind."""
    quoted = (cell.replace(QUOTE, 2 * QUOTE) for cell in header.cells)
    line = QUOTE + f"{QUOTE}{source.delimiter}{QUOTE}".join(quoted) + QUOTE
    first = sample.partition("\n")[0]
    return CsvShape(
        encoding=source.encoding,
        delimiter=source.delimiter,
        all_quoted=line in sample,
        line_end="\n" if len(first) < len(sample) and not first.endswith("\r") else "\r\n",
        instruction=source.instruction,
    )


def _shown(source: Source) -> Iterator[list[Shown]]:
    for row, record in enumerate(chain.from_iterable(source.records(1)), start=1):
        if len(record) > MOST_COLUMNS:
            raise too_wide(source.path.name, row, len(record))
        yield [(text, Kind.TEXT) for text in record]
