"""A CSV as a sheet. Nothing of it is held in memory but the chunk in hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TextIO

from importer.model import Chunk, Kind, SheetSpec
from importer.sheets.csv_text import Record, read_records
from importer.sheets.delimiter import find_delimiter, stated_delimiter
from importer.sheets.encoding import survey
from importer.sheets.header import Header, find_header
from importer.sheets.sheet import Sheet, Shown

SAMPLE = 1 << 18
"""Characters by which the delimiter is judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A CSV file and how it is written: all that a reading needs."""

    path: Path
    encoding: str
    delimiter: str
    instruction: bool
    """The first line is `sep=;`: Excel obeys it and does not count it."""

    def records(self, size: int) -> Iterator[list[Record]]:
        """Yield the records from row 1 on, in batches."""
        with _open(self.path, self.encoding) as lines:
            if self.instruction:
                next(lines)
            yield from read_records(lines, self.delimiter, self.path.name, size)


def open_csv(path: Path, spec: SheetSpec) -> Sheet:
    """Open a CSV: encoding and delimiter are settled, the header is found, no row is read yet.

    Raises:
        SheetError: encoding, delimiter or header cannot be settled; the hint says how.
    """
    found = survey(path, spec.encoding)
    source = _source(path, found.encoding, spec)
    header = find_header(_shown(source), spec, path.name)
    return Sheet(
        file=path.name,
        tab=None,
        header_row=header.row,
        headers=header.cells,
        preamble=header.preamble,
        total=max(found.lines - header.row, 0),
        read=partial(_chunks, source, header),
    )


def _source(path: Path, encoding: str, spec: SheetSpec) -> Source:
    with _open(path, encoding) as lines:
        first = lines.readline()
        delimiter, instruction = stated_delimiter(spec, first, path.name)
        if delimiter is None:
            delimiter = find_delimiter(_sample(first, lines), spec, path.name)
    return Source(path=path, encoding=encoding, delimiter=delimiter, instruction=instruction)


def _sample(first: str, lines: TextIO) -> str:
    """Take whole lines from the start of the text."""
    return first + "".join(lines.readlines(SAMPLE))


def _open(path: Path, encoding: str) -> TextIO:
    """Open as text; `newline=""` cuts at CR, LF and CRLF and leaves them in the text."""
    return path.open(encoding=encoding, newline="")


def _shown(source: Source) -> Iterator[list[Shown]]:
    for record in chain.from_iterable(source.records(1)):
        yield [(text, Kind.TEXT) for text in record]


def _chunks(source: Source, header: Header, size: int) -> Iterator[Chunk]:
    """Yield the records below the header."""
    batches = source.records(size)
    number = 1
    for records in batches:
        below = records[max(header.row + 1 - number, 0) :]
        number += len(records)
        if below:
            yield _chunk(number - len(below), below, len(header.cells))


def _chunk(first: int, records: Sequence[Record], width: int) -> Chunk:
    ragged: dict[int, int] = {}
    if any(len(record) != width for record in records):
        ragged = {
            number: len(record)
            for number, record in enumerate(records, start=first)
            if len(record) != width and record != [""]
        }
        records = [_evened(record, width) for record in records]
    return Chunk(
        numbers=range(first, first + len(records)),
        columns=list(zip(*records, strict=True)),
        ragged=ragged,
    )


def _evened(record: Record, width: int) -> Record:
    """Cut or fill up to the header's width; `Chunk.ragged` tells that it was done."""
    return record[:width] + [""] * (width - len(record))
