"""A CSV as a sheet. Nothing of it is held in memory but the chunk in hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TextIO

from importer.errors import SheetError
from importer.model import Chunk, Kind, SheetSpec
from importer.shapes import CsvShape
from importer.sheets.broken_quote import QUOTE
from importer.sheets.csv_text import MOST_COLUMNS, Record, read_records, too_wide
from importer.sheets.delimiter import find_delimiter, stated_delimiter
from importer.sheets.encoding import Survey, survey
from importer.sheets.header import Header, find_header
from importer.sheets.sheet import Sheet, Shown

SAMPLE = 1 << 17
"""Characters by which the delimiter is judged."""


BATCHES_HELD = 4
"""So many are joined at the most, of a sheet that has nothing but rows of one cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A CSV file and how it is written: all that a reading needs."""

    path: Path
    encoding: str
    delimiter: str
    instruction: bool
    """The first line is `sep=;`: Excel obeys it and does not count it."""
    at_once: int
    """So many lines may be in memory together."""

    def records(self, size: int) -> Iterator[list[Record]]:
        """Yield the records from row 1 on, in batches."""
        with _open(self.path, self.encoding) as lines:
            if self.instruction:
                next(lines)
            try:
                yield from read_records(
                    lines, self.delimiter, self.path.name, min(size, self.at_once)
                )
            except UnicodeError as error:  # it was proven a moment ago
                raise SheetError(
                    f"{self.path.name} changed while it was read.",
                    "Wait until its export is finished, and run it again.",
                ) from error


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
        read=partial(_chunks, source, header),
    )


def _source(path: Path, found: Survey, spec: SheetSpec) -> tuple[Source, str]:
    """Settle how a CSV is written; give the start of its text, too."""
    with _open(path, found.encoding) as lines:
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


def _open(path: Path, encoding: str) -> TextIO:
    """Open as text; `newline=""` cuts at CR, LF and CRLF and leaves them in the text."""
    return path.open(encoding=encoding, newline="")


def _shown(source: Source) -> Iterator[list[Shown]]:
    for row, record in enumerate(chain.from_iterable(source.records(1)), start=1):
        if len(record) > MOST_COLUMNS:
            raise too_wide(source.path.name, row, len(record))
        yield [(text, Kind.TEXT) for text in record]


def _chunks(source: Source, header: Header, size: int) -> Iterator[Chunk]:
    """Yield the records below the header."""
    width, number = len(header.cells), 1
    for records in _unparted(source.records(size), BATCHES_HELD * min(size, source.at_once)):
        below = records[max(header.row + 1 - number, 0) :]
        number += len(records)
        if below:
            yield _chunk(number - len(below), below, width)


def _unparted(batches: Iterator[list[Record]], most: int) -> Iterator[list[Record]]:
    """Keep a record of one cell in one batch with its neighbours.

    It may be the rest of one of them, cut off by a line break without quotes; whoever looks at a
    batch can then see both.
    """
    held: list[Record] = []
    for batch in batches:
        if held and len(held) < most and (len(held[-1]) == 1 or len(batch[0]) == 1):
            held += batch
            continue
        if held:
            yield held
        held = batch
    if held:
        yield held


def _chunk(first: int, records: Sequence[Record], width: int) -> Chunk:
    numbers = range(first, first + len(records))
    ragged: dict[int, int] = {}
    surplus: dict[int, tuple[str, ...]] = {}
    if set(map(len, records)) != {width}:
        for number, record in zip(numbers, records, strict=True):
            if len(record) != width and any(map(str.strip, record)):
                ragged[number] = len(record)
            if number in ragged and len(record) > width:
                surplus[number] = tuple(record[width:MOST_COLUMNS])
        records = [_evened(record, width) for record in records]
    return Chunk(
        numbers=numbers,
        columns=list(zip(*records, strict=True)),
        ragged=ragged,
        surplus=surplus,
    )


def _evened(record: Record, width: int) -> Record:
    """Cut or fill up to the header's width; `Chunk.ragged` tells that it was done."""
    return record[:width] + [""] * (width - len(record))
