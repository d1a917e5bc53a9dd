"""What the child process does: look through a workbook, judge it, load one tab and write its rows.

It is started by `child.py`, takes a request on its standard input, writes a spool to its standard
output, and says on its standard error what the figures of the file allow it to take.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from threading import Thread

from python_calamine import CalamineSheet

from importer.errors import SheetError
from importer.sheets.archive import check_archive
from importer.sheets.cells import CellValue, as_columns
from importer.sheets.child import DISK_FULL, GRANTED
from importer.sheets.extent import check_extent, check_size
from importer.sheets.limits import Allowance, allowance, hold_to
from importer.sheets.ole import check_ole
from importer.sheets.scan import Scan, has_cell, scan, tabs_of
from importer.sheets.sentences import damaged
from importer.sheets.sheet import ROWS_PER_CHUNK
from importer.sheets.spool import Batch, Head, Pen
from importer.sheets.tabs import Tab, choose, opened

LOADED_WHOLE = (".xls", ".ods")
"""calamine loads all tabs of these when it opens them."""
IN_TWO_BYTES = (".xls", ".xlsb")
"""Their texts take two bytes a character. In .xlsx, NUL is what the text `_x0000_` stands for
(ECMA-376 part 1, 22.4.2.4); it is left to the readers of the columns."""
CELLS_PER_BATCH = 100_000
_NO_ROOM = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
"""How a system says that a disk, or a person's share of it, is full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the parent wants."""

    path: Path
    tab: str | None
    only_names: bool


def main() -> None:
    """Serve the one request that this process was started for."""
    hold_to(allowance())
    asked = json.loads(sys.stdin.readline())
    _end_with_parent()
    request = Request(path=Path(asked["path"]), tab=asked["tab"], only_names=asked["only_names"])
    spool = sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library has to say
    try:
        _answer(request, Pen(spool, request.path.name))
        spool.flush()
    except OSError as error:
        if error.errno in _NO_ROOM:
            os._exit(DISK_FULL)  # an ordinary end would try to write the rest
        raise


def _answer(request: Request, pen: Pen) -> None:
    try:
        serve(request, pen, _grant)
        pen.end()
    except SheetError as error:
        pen.error(error)


def _end_with_parent() -> None:
    """Let this process end when nobody holds its input any more, however the parent ended.

    A thread waits for that. calamine lets no thread run while it loads a tab, so on Linux the
    system is asked as well: it ends a process by SIGIO when the other end of the pipe is closed.
    """
    Thread(target=_wait_for_end, daemon=True).start()
    try:
        import fcntl  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return
    fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | getattr(os, "O_ASYNC", 0))


def _wait_for_end() -> None:
    while os.read(0, 1):  # not through `sys.stdin`, whose lock would hold up an end of our own
        pass
    os._exit(1)


def _grant(granted: Allowance) -> None:
    """Tell the parent, then go on under the new limits."""
    line = GRANTED + f"{granted.memory} {granted.seconds}\n".encode()
    sys.stderr.buffer.write(line)
    sys.stderr.buffer.flush()
    hold_to(granted)


def serve(request: Request, pen: Pen, grant: Callable[[Allowance], None]) -> None:
    """Write the head and the rows.

    Args:
        request: what is wanted.
        pen: where it goes.
        grant: is told what the figures allow, before anything larger is begun.

    Raises:
        SheetError: the workbook, or the tab, cannot be read.
    """
    unpacked = _unpacked(request.path)
    grant(allowance(unpacked=unpacked))
    tabs = tabs_of(request.path)
    names = tuple(tab.name for tab in tabs)
    if request.only_names:
        pen.head(Head(tabs=names))
        return
    tab = choose(tabs, request.tab, request.path.name)
    scans = _scan(request.path, tab, tabs, unpacked)
    grant(
        allowance(
            unpacked=unpacked,
            rectangle=sum(found.rows * found.columns for found in scans.values()),
            written=sum(found.cells for found in scans.values()),
        )
    )
    found = scans[tab.name]
    if found.refusal:
        raise found.refusal
    others = _others(request.path, tab, tabs, scans) if request.tab is None else ()
    if found.taken:
        with opened(request.path):
            grid = None  # calamine has looked at all but the tab
    else:
        grid = _load(request.path, tab, found)
    pen.head(
        Head(
            tabs=names,
            tab=tab.name,
            others=others,
            rows=grid.rows if grid else found.rows,
            hidden_columns=tuple(sorted(found.hidden_columns)),
            shapes=found.shapes,
        )
    )
    for batch in _batches(found, grid):
        pen.batch(batch)


def _batches(found: Scan, grid: Grid | None) -> Iterator[Batch]:
    if grid is not None:
        yield from grid.batches()
    elif found.taken is not None:
        yield from found.taken.batches(found.rows, found.columns, found.hidden_rows)


def _unpacked(path: Path) -> int:
    """Look through the file as a whole; give the bytes that its parts take."""
    if path.suffix.lower() == ".xls":
        check_ole(path)
        return path.stat().st_size
    return check_archive(path)


def _scan(path: Path, chosen: Tab, tabs: Sequence[Tab], unpacked: int) -> dict[str, Scan]:
    """Look through the tabs that will be loaded, and judge them while it costs nothing."""
    loaded = tabs if path.suffix.lower() in LOADED_WHOLE else (chosen,)
    scans = scan(path, [tab.name for tab in loaded])
    for name, found in scans.items():
        check_extent(found, unpacked, f"{path.name} › {name}")
    check_size(scans.values(), path.name)
    return scans


def _others(
    path: Path, chosen: Tab, tabs: Sequence[Tab], scans: Mapping[str, Scan]
) -> tuple[str, ...]:
    """List the visible tabs that could have been meant as well: those with cells."""
    found = []
    for tab in tabs:
        if tab.is_visible and tab.name != chosen.name:
            with suppress(SheetError):  # damaged, and not the one that is read
                seen = scans.get(tab.name)
                is_filled = has_cell(path, tab.name) if seen is None else bool(seen.rows)
                found += [tab.name] if is_filled else []
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The cells of one tab."""

    path: Path
    cells: CalamineSheet
    scan: Scan
    rows: int
    """Up to the last row that holds anything."""
    columns: int

    def values(self) -> Iterator[list[CellValue]]:
        """Yield every row from row 1 on, in full width."""
        start, end = self.cells.start or (0, 0), self.cells.end or (-1, -1)
        left: list[CellValue] = [""] * start[1]
        right: list[CellValue] = [""] * (self.columns - 1 - end[1])
        rows = self.cells.iter_rows()
        for number in count(start[0] + 1):
            try:
                row = next(rows)
            except StopIteration:
                break
            except OverflowError as error:
                raise _too_long(self.path, number) from error
            yield [*left, *row, *right]
        for _ in range(end[0] + 1, self.rows):
            yield [""] * self.columns

    def batches(self) -> Iterator[Batch]:
        """Yield the rows with what the scan knows of them."""
        rows = self.values()
        size = max(1, min(ROWS_PER_CHUNK, CELLS_PER_BATCH // max(1, self.columns)))
        first = 1
        while batch := list(islice(rows, size)):
            texts, kinds = as_columns(batch)
            self.scan.lay_over(first, texts, kinds)
            if self.path.suffix.lower() in IN_TWO_BYTES:
                self._refuse_half_texts(texts)
            numbers = range(first, first + len(batch))
            yield Batch(
                first=first,
                texts=texts,
                kinds=["".join(column) for column in kinds],
                hidden=[number for number in numbers if number in self.scan.hidden_rows],
            )
            first += len(batch)

    def _refuse_half_texts(self, texts: Sequence[Sequence[str]]) -> None:
        """Where a cell holds NUL, half of each character was taken for a whole one."""
        if any("\0" in "".join(column) for column in texts):
            raise damaged(self.path, "its texts are not written as they should be")


def _too_long(path: Path, row: int) -> SheetError:
    return SheetError(
        f"{path.name} cannot be read: a cell of row {row} holds a number that is shown as hours or "
        "days, and would be more than a billion days.",
        "Choose General in Format Cells for the numbers of that row, check them, and save it.",
    )


def _load(path: Path, tab: Tab, found: Scan) -> Grid:
    """Span all cells of a tab, those that calamine passes over included."""
    with opened(path) as workbook:
        cells = workbook.get_sheet_by_name(tab.name)
    end = cells.end or (-1, -1)
    return Grid(
        path=path,
        cells=cells,
        scan=found,
        rows=max(end[0] + 1, found.rows),
        columns=max(end[1] + 1, found.columns),
    )
