"""One tab of a workbook as a sheet, read by calamine.

A workbook has to be held in memory while it is read: its texts are stored once, apart from the
cells, and a tab's cells may stand in any order. calamine holds a tab in about 30 bytes a cell;
rows become Python objects only in the chunk in hand.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from importer.errors import SheetError
from importer.folding import fold
from importer.model import Chunk, Kind, SheetSpec
from importer.sheets.cells import CellValue, as_columns, as_shown
from importer.sheets.header import Header, find_header
from importer.sheets.preflight import EXPORT_AGAIN, encrypted
from importer.sheets.sheet import Sheet, Shown
from importer.sheets.unseen import unseen_cells

SCANNED = (".xlsx", ".xlsm")
"""Where the cells that calamine passes over as blank can be found in XML."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The cells of one tab."""

    cells: CalamineSheet
    rows: int
    """Up to the last row that holds anything."""
    columns: int
    unseen: Mapping[int, Mapping[int, Shown]]
    """Row number → column (from 0) → what calamine passes over as blank."""

    def values(self) -> Iterator[list[CellValue]]:
        """Yield every row from row 1 on, in full width."""
        start, end = self.cells.start or (0, 0), self.cells.end or (-1, -1)
        left: list[CellValue] = [""] * start[1]
        right: list[CellValue] = [""] * (self.columns - 1 - end[1])
        for row in self.cells.iter_rows():
            yield [*left, *row, *right]
        for _ in range(end[0] + 1, self.rows):
            yield [""] * self.columns

    def shown(self) -> Iterator[list[Shown]]:
        """Yield every row from row 1 on, as text and kind."""
        for number, row in enumerate(self.values(), start=1):
            over = self.unseen.get(number, {})
            yield [over.get(at) or as_shown(value) for at, value in enumerate(row)]


def worksheet_names(path: Path) -> list[str]:
    """List the tabs that hold cells, hidden ones too, in their order.

    Raises:
        SheetError: the workbook cannot be read.
    """
    with _opened(path) as workbook:
        return [tab.name for tab in _worksheets(workbook)]


def open_tab(path: Path, spec: SheetSpec) -> Sheet:
    """Open one tab: it is read into memory, its header found.

    Raises:
        SheetError: the workbook cannot be read, or tab or header are not there.
    """
    with _opened(path) as workbook:
        names = [tab.name for tab in _worksheets(workbook)]
        tab = _choose_tab(_worksheets(workbook), spec.tab, path.name)
        grid = _grid(workbook.get_sheet_by_name(tab), path, tab)
    place = f"{path.name} › {tab}"
    if not grid.rows:
        raise SheetError(
            f"{place} is empty: no cell holds anything.",
            f"Name the right tab in the mapping (there are: {', '.join(names)}), or export again.",
        )
    header = find_header(grid.shown(), spec, place)
    return Sheet(
        file=path.name,
        tab=tab,
        header_row=header.row,
        headers=header.cells,
        preamble=header.preamble,
        total=grid.rows - header.row,
        read=partial(_chunks, grid, header),
    )


@contextmanager
def _opened(path: Path) -> Iterator[CalamineWorkbook]:
    """Open a workbook, and turn what the parser raises into a sentence.

    A parser that panics raises a `BaseException` of a type that cannot be imported.
    """
    try:
        with load_workbook(path) as workbook:
            yield workbook
    except PasswordError as error:
        raise encrypted(path) from error
    except (CalamineError, OSError, ValueError) as error:
        raise _unreadable(path, str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise _unreadable(path, "the parser gave up") from error


def _unreadable(path: Path, reason: str) -> SheetError:
    return SheetError(
        f"{path.name} is damaged or is not a workbook: {reason.rstrip('.')}.",
        f"Open it in Excel to see whether it can be repaired there. {EXPORT_AGAIN}",
    )


def _worksheets(workbook: CalamineWorkbook) -> list[SheetMetadata]:
    return [tab for tab in workbook.sheets_metadata if tab.typ == SheetTypeEnum.WorkSheet]


def _choose_tab(tabs: Sequence[SheetMetadata], wanted: str | None, file: str) -> str:
    """Take the tab that is asked for, by its exact name or else by its folded one."""
    if wanted is None:
        return _first_visible(tabs, file)
    names = [tab.name for tab in tabs]
    alike = [name for name in names if fold(name) == fold(wanted)]
    if wanted in names:
        return wanted
    if len(alike) == 1:
        return alike[0]
    near = difflib.get_close_matches(wanted, names, n=1)
    raise SheetError(
        f"{file} has no tab {wanted!r}; its tabs are: {', '.join(names)}.",
        f"Did you mean {near[0]!r}?" if near else "Correct `sheet: {tab: …}` in the mapping.",
    )


def _first_visible(tabs: Sequence[SheetMetadata], file: str) -> str:
    for tab in tabs:
        if tab.visible == SheetVisibleEnum.Visible:
            return tab.name
    raise SheetError(
        f"{file} has no visible tab with cells.",
        "Name the tab in the mapping: `sheet: {tab: …}`." if tabs else EXPORT_AGAIN,
    )


def _grid(cells: CalamineSheet, path: Path, tab: str) -> Grid:
    """Span all cells of a tab, those that calamine passes over included."""
    end = cells.end or (-1, -1)
    unseen = unseen_cells(path, tab) if path.suffix.lower() in SCANNED else {}
    return Grid(
        cells=cells,
        rows=max(end[0] + 1, *unseen, 0),
        columns=max(end[1] + 1, *(max(row) + 1 for row in unseen.values()), 0),
        unseen=unseen,
    )


def _chunks(grid: Grid, header: Header, size: int) -> Iterator[Chunk]:
    """Yield the rows below the header. No row is ragged: each is as wide as the tab."""
    rows = islice(grid.values(), header.row, None)
    first = header.row + 1
    while batch := list(islice(rows, size)):
        numbers = range(first, first + len(batch))
        columns, kinds = as_columns(batch)
        first += len(batch)
        for number in filter(grid.unseen.__contains__, numbers):
            _lay_over(columns, kinds, number - numbers[0], grid.unseen[number])
        yield Chunk(numbers=numbers, columns=columns, kinds=kinds)


def _lay_over(
    columns: list[Sequence[str]],
    kinds: list[Sequence[Kind]],
    at: int,
    cells: Mapping[int, Shown],
) -> None:
    """Put cells into one row of a chunk."""
    for column, (text, kind) in cells.items():
        columns[column] = [*columns[column][:at], text, *columns[column][at + 1 :]]
        kinds[column] = [*kinds[column][:at], kind, *kinds[column][at + 1 :]]
