"""What we had to write otherwise in a failures workbook, read as it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from importer.folding import fold
from importer.model import Chunk, SheetSpec
from importer.our_headers import MARKED_REFERENCE
from importer.report.inert import marked, unmarked
from importer.sheets import Sheet, tab_names


def as_we_write(path: Path, spec: SheetSpec) -> SheetSpec | None:
    """Where the sheet is in a failures workbook, if we could not call it as the mapping does.

    Excel allows fewer and shorter names of tabs than others do, and a workbook of ours has only
    one. In a CSV, a header that would run as a formula begins with `'`.

    Returns:
        None: as the mapping says, or it is none of ours.
    """
    words = tuple(map(marked, spec.header_find))
    if spec.tab is None and words == spec.header_find:
        return None
    names = tab_names(path)
    if not names and words != spec.header_find:
        return replace(spec, header_find=words)
    if spec.tab is not None and len(names) == 1:
        return replace(spec, tab=None)
    return None


def unmarked_sheet(sheet: Sheet) -> Sheet:
    """A `failures.csv` of ours without what we put before its texts; any other sheet as it is."""
    if fold(MARKED_REFERENCE) not in map(fold, sheet.headers):
        return sheet
    preamble = tuple(tuple((unmarked(text), kind) for text, kind in row) for row in sheet.preamble)
    return replace(
        sheet,
        headers=tuple(map(unmarked, sheet.headers)),
        preamble=preamble,
        read=lambda size: _unmarked(sheet.chunks(size)),
    )


def _unmarked(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    for chunk in chunks:
        yield replace(
            chunk,
            columns=[_texts(column) for column in chunk.columns],
            surplus={row: tuple(_texts(cells)) for row, cells in chunk.surplus.items()},
        )


def _texts(column: Sequence[str]) -> Sequence[str]:
    if not any(text.startswith("'") for text in column):
        return column
    return [unmarked(text) for text in column]
