"""The rows of a CSV in chunks: block by block where that is safe, else record by record."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Final

from importer.columns import Texts
from importer.errors import SheetError
from importer.model import Chunk
from importer.sheets.ahead import read_ahead
from importer.sheets.csv_block import Read, block_reader
from importer.sheets.csv_text import MOST_COLUMNS, Record, read_records, records_of
from importer.sheets.header import Header

PIECES_HELD: Final = 4
"""So many are joined at the most, of a sheet that has nothing but rows of one cell."""
BLOCK: Final = 1 << 22
"""Bytes that are read at once."""
FIRST: Final = 1 << 18
"""Bytes whose lines are read record by record, before any block: most sheets are no longer."""
RECORDS: Final = 5000
"""Records that are in memory together: as objects they take ten times what their bytes do."""
_MARK: Final = b"\xef\xbb\xbf"


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
    even: bool
    """Every line end is LF or CRLF, so that bytes can be cut at them."""

    def records(self, size: int) -> Iterator[list[Record]]:
        """Yield the records from row 1 on, in batches.

        Raises:
            SheetError: a record breaks the grammar, or the file changed meanwhile.
        """
        with self.path.open(encoding=self.encoding, newline="") as lines:
            if self.instruction:
                next(lines)
            try:
                yield from read_records(
                    lines, self.delimiter, self.path.name, min(size, self.at_once)
                )
            except UnicodeError as error:
                raise self.changed() from error

    def changed(self) -> SheetError:
        """Say that what was proven a moment ago is not so any more."""
        return SheetError(
            f"{self.path.name} changed while it was read.",
            "Wait until its export is finished, and run it again.",
        )


Piece = list[Record] | tuple[Texts, ...]
"""Rows that follow one another: record by record, or as columns of the header's width."""


def read_chunks(source: Source, header: Header, size: int) -> Iterator[Chunk]:
    """Yield the records below the header, in chunks of `size` or fewer; see `Sheet.read`.

    Raises:
        SheetError: as `Source.records`.
    """
    width, number = len(header.cells), 1
    most = min(size, source.at_once, RECORDS)
    for piece in _unparted(_pieces(source, header, most), PIECES_HELD * most):
        first, count = number, _length(piece)
        number += count
        above = max(header.row + 1 - first, 0)
        if above >= count:
            continue
        if isinstance(piece, list):
            yield _chunk(first + above, piece[above:], width)
            continue
        for start in range(above, count, size):
            cut = [texts.cut(start, min(start + size, count)) for texts in piece]
            yield Chunk(numbers=range(first + start, first + start + len(cut[0])), columns=cut)


def _length(piece: Piece) -> int:
    return len(piece) if isinstance(piece, list) else len(piece[0])


def _pieces(source: Source, header: Header, size: int) -> Iterator[Piece]:
    read = block_reader(source.delimiter, len(header.cells))
    if read is None or not source.even or source.encoding not in {"utf-8", "utf-8-sig"}:
        yield from source.records(size)
        return
    with source.path.open("rb") as file:
        if file.read(len(_MARK)) != _MARK:
            file.seek(0)
        if source.instruction:
            file.readline()
        try:
            yield from read_ahead(_Blocks(file, source, read, size).pieces(header.row))
        except UnicodeError as error:
            raise source.changed() from error


class _Blocks:
    """The body of a file in blocks of whole lines, each read by whoever can."""

    def __init__(self, file: BinaryIO, source: Source, read: Read, size: int) -> None:
        self._file, self._source, self._read, self._size = file, source, read, size
        self._rows = 0

    def pieces(self, above: int) -> Iterator[Piece]:
        """Yield all rows; at least so many at the beginning record by record."""
        ends_alone = False
        block = b"".join(self._file.readlines(FIRST))
        while block:
            # A row of one cell stays with its neighbours, which only records can.
            is_sure = self._rows >= above and not ends_alone
            columns = self._read(block) if is_sure else None
            if columns is None:
                for records in self._records(block):
                    self._rows += len(records)
                    ends_alone = len(records[-1]) == 1
                    yield records
            else:
                self._rows += len(columns[0])
                yield columns
            block = self._file.read(BLOCK)
            block += self._file.readline()

    def _records(self, block: bytes) -> Iterator[list[Record]]:
        """Read a block record by record; a quoted line break at its end takes lines that follow."""
        text = io.StringIO(block.decode(), newline="")
        more = (line.decode() for line in self._file)
        source = self._source
        while lines := list(islice(text, self._size)):
            rest = chain(text, more)
            yield records_of(lines, rest, source.delimiter, source.path.name, self._rows)


def _unparted(pieces: Iterator[Piece], most: int) -> Iterator[Piece]:
    """Keep a record of one cell in one piece with its neighbours.

    It may be the rest of one of them, cut off by a line break without quotes; whoever looks at a
    piece can then see both.
    """
    held: Piece = []
    for piece in pieces:
        if not isinstance(held, list) and _alone(piece, 0):
            last = _length(held) - 1
            yield tuple(texts.cut(0, last) for texts in held)
            held = _records(tuple(texts.cut(last, last + 1) for texts in held))
        alone = _alone(held, -1) or _alone(piece, 0)
        if _length(held) and alone and _length(held) < most:
            held = [*_records(held), *_records(piece)]
            continue
        if _length(held):
            yield held
        held = piece
    if _length(held):
        yield held


def _alone(piece: Piece, at: int) -> bool:
    """Tell whether the record at one end of a piece has one cell; in columns none has."""
    return isinstance(piece, list) and bool(piece) and len(piece[at]) == 1


def _records(piece: Piece) -> list[Record]:
    if isinstance(piece, list):
        return piece
    return [list(cells) for cells in zip(*piece, strict=True)]


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
