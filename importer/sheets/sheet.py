"""What an opened sheet is, whatever file it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from importer.model import Chunk, Kind, Note
from importer.shapes import ColumnShape, CsvShape

Shown = tuple[str, Kind]
"""A cell: its text, and what its file says that it holds."""

ROWS_PER_CHUNK = 5000
MANY_ROWS = 50_000
"""Of a chunk whose cells stay columns: few of them ever become objects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table in one file, its header found, its rows still unread."""

    file: str
    """File name, without folder."""
    tab: str | None
    """The workbook's tab; None for a CSV."""
    header_row: int
    """The header's row number, as Excel shows it."""
    headers: tuple[str, ...]
    """As they stand in the sheet; "" where a header cell is blank."""
    preamble: tuple[tuple[Shown, ...], ...]
    """The rows above the header."""
    total: int | None
    """Rows below the header, or a few more: enough for a progress bar."""
    notes: tuple[Note, ...] = ()
    """What a person should know of how it was read: which tab, of several; a hidden column."""
    hidden_columns: frozenset[int] = frozenset()
    """Columns, counted from 0, that a person who opens the sheet does not see."""
    shapes: tuple[ColumnShape, ...] = ()
    """How the columns of a workbook look; perhaps of fewer columns than there are headers."""
    csv: CsvShape | None = None
    """How a CSV is written; None for a workbook."""
    read: Callable[[int], Iterator[Chunk]]
    """Starts a new reading, in chunks of so many rows or fewer; a few times as many in a CSV, where
    rows of one cell stay with their neighbours."""

    def top(self, rows: int) -> Iterator[Sequence[Shown]]:
        """Give the first rows, header and what is above it included, as text and kind.

        Raises:
            SheetError: as `chunks`.
        """
        yield from self.preamble
        yield [(text, Kind.TEXT) for text in self.headers]
        for chunk in islice(self.chunks(rows), 1):
            kinds = chunk.kinds or [[Kind.TEXT] * len(chunk.numbers)] * len(chunk.columns)
            for at in range(len(chunk.numbers)):
                yield [(texts[at], of[at]) for texts, of in zip(chunk.columns, kinds, strict=True)]

    def chunks(self, size: int = ROWS_PER_CHUNK) -> Iterator[Chunk]:
        """Read the rows below the header; every call reads from the start.

        Raises:
            SheetError: a CSV that breaks in the middle; what came before must not be used.
        """
        return self.read(size)
