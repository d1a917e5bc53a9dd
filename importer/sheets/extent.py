"""Whether the cells of a tab can be held: they are held as one rectangle."""

from __future__ import annotations

from collections.abc import Iterable

from importer.errors import SheetError
from importer.sheets.limits import LAST_COLUMN, LAST_ROW, MOST_CELLS, ROOMY, SMALLEST_CELL, SPARSE
from importer.sheets.scan import Scan
from importer.sheets.sentences import COPY_THE_TABLE


def check_extent(found: Scan, unpacked: int, place: str) -> None:
    """Refuse a tab of which one cell is far from all others, or out of any tab.

    A rectangle that holds more cells than the file has room for is blank for the most part, or
    (in .ods) one cell that is said to repeat millions of times.

    Args:
        found: how far its cells reach.
        unpacked: bytes of the file's parts.
        place: the tab, for messages: `payments.xlsx › Payments`.

    Raises:
        SheetError: it cannot be held.
    """
    if found.rows > LAST_ROW or found.columns > LAST_COLUMN:
        raise SheetError(
            f"{place} has the cell {found.farthest}, and a tab ends at XFD1048576.",
            f"It was not written by Excel, or is damaged. {COPY_THE_TABLE}",
        )
    rectangle = found.rows * found.columns
    written = min(found.cells, unpacked // SMALLEST_CELL)
    if rectangle > ROOMY and rectangle > SPARSE * written:
        raise SheetError(
            f"The cell {found.farthest} of {place} is far from the rest: the table would have"
            f" {found.rows:,} rows and {found.columns:,} columns, nearly all of it blank or"
            " repeated.",
            "In Excel, go there with Ctrl+End, delete the rows below and the columns right of the"
            " table, and save again.",
        )


def check_size(scans: Iterable[Scan], file: str) -> None:
    """Refuse a workbook that is too much to be held at once.

    Args:
        scans: how far the cells of all tabs reach that are loaded together.
        file: the workbook's name, for messages.

    Raises:
        SheetError: it cannot be held.
    """
    cells = sum(found.rows * found.columns for found in scans)
    if cells > MOST_CELLS:
        raise SheetError(
            f"{file} spans {cells:,} cells; at most {MOST_CELLS:,} can be read from a workbook.",
            "Split it into several files, or export it as CSV UTF-8, which has no such limit.",
        )
