"""What a look through one tab finds, while it looks and afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from importer.errors import SheetError
from importer.letters import column_letter
from importer.model import Kind
from importer.shapes import ColumnShape
from importer.sheets.scan.format import Format
from importer.sheets.scan.ranges import (
    Merge,
    Merges,
    Pile,
    Ranges,
    Runs,
    do_overlap,
    merges_of,
)
from importer.sheets.scan.shape import shapes_of
from importer.sheets.sheet import Shown

if TYPE_CHECKING:
    from importer.sheets.scan.xlsx_take import Taken

Look = Format | Shown
"""How a cell is shown: by its number's format, or in so many words."""

MOST_FORMULAS = 100_000
"""Different formulas without a value whose texts are kept; of the others the sign `=…` is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What calamine does not tell of one tab."""

    rows: int
    """Number of the last row that holds anything: a value, a formula. 0 where nothing does."""
    columns: int
    """Number of the last column that holds anything, counted from 1."""
    cells: int
    """How many cells the file writes, within a few: blank ones with a format may count."""
    farthest: str
    """Address of the cell that makes the tab so large: `XFD1048576`. "" where there is none."""
    hidden_rows: Ranges
    """Numbers of the rows that are hidden, by hand, in a group or by a filter; of no height."""
    hidden_columns: frozenset[int]
    """Counted from 0, up to the last that holds anything."""
    merges: Merges
    formats: dict[int, Runs]
    """Column, counted from 0 → which of `looks` its numbers have."""
    constants: dict[int, Runs]
    """The same for cells of which calamine knows nothing, or nothing right."""
    looks: Sequence[Look]
    shapes: tuple[ColumnShape, ...] = ()
    """Of each column up to the last that holds anything."""
    refusal: SheetError | None = None
    """Why this tab cannot be read; another one of the same file may be."""
    taken: Taken | None = None
    """All its rows, as they are to be shown, where the look through it could read them as well."""

    def lay_over(self, first_row: int, texts: list[list[str]], kinds: list[list[Kind]]) -> None:
        """Put right what calamine cannot tell, so that each cell is what Excel shows.

        Args:
            first_row: number of the first of these rows.
            texts: `texts[column][row]`, as `cells` makes them of calamine's values; changed.
            kinds: the same shape; changed.
        """
        if not texts:
            return
        last_row = first_row + len(texts[0]) - 1
        for runs_of in (self.formats, self.constants):
            for column in runs_of.keys() & range(len(texts)):
                for first, last, look in runs_of[column].between(first_row, last_row):
                    rows = range(first - first_row, last + 1 - first_row)
                    _lay(self.looks[look], texts[column], kinds[column], rows)
        for merge in self.merges.between(first_row, last_row):
            _cover(merge, first_row, texts, kinds)


def _lay(look: Look, texts: list[str], kinds: list[Kind], rows: range) -> None:
    if isinstance(look, Format):
        for at in rows:
            if kinds[at] is not Kind.TEXT:
                texts[at], kinds[at] = look.lay_over(texts[at], kinds[at])
        return
    for at in rows:
        texts[at], kinds[at] = look


def _cover(
    merge: Merge,
    first_row: int,
    texts: list[list[str]],
    kinds: list[list[Kind]],
) -> None:
    """Blank every cell of a merge but its first, in the rows at hand."""
    top, left, bottom, right = merge
    rows = range(max(top - first_row, 0), min(bottom + 1 - first_row, len(texts[0])))
    for column in range(left, min(right + 1, len(texts))):
        for at in rows:
            if at + first_row != top or column != left:
                texts[column][at], kinds[column][at] = "", Kind.COVERED


class CellFoundError(Exception):
    """There is a cell, and that was the question."""


class Finding:
    """What a look through one tab has found so far. Rows count from 1, columns from 0."""

    def __init__(self) -> None:
        self.cells = 0
        self.refusal: SheetError | None = None
        """Set where calamine would read something that a person does not see."""
        self.taken: Taken | None = None
        """The rows, where whoever looks takes them."""
        self._rows = self._columns = 0
        self._lowest = self._rightmost = (0, 0)
        self._hidden_rows = Pile()
        self._hidden_columns: list[tuple[int, int]] = []
        self._widths: list[tuple[int, int, float]] = []
        self._worn: Counter[tuple[int, Format | None]] = Counter()
        self._merges: list[Merge] = []
        self._formats: dict[int, Pile] = {}
        self._constants: dict[int, Pile] = {}
        self._looks: list[Look] = []
        self._numbers: dict[Look, int] = {}
        self._formulas = 0

    def reach(self, row: int, column: int) -> None:
        """Note that a cell holds something."""
        if row > self._rows:
            self._rows, self._lowest = row, (row, column)
        if column >= self._columns:
            self._columns, self._rightmost = column + 1, (row, column)

    def number(self, row: int, column: int, form: Format | None, text: str) -> None:
        """Note a number and its format, where it has another than General.

        Args:
            row: its row.
            column: its column.
            form: its format; None is General, which shows a number as it is.
            text: the stored number.
        """
        look = form.judge(text) if form else None
        if isinstance(look, Format):
            self.format(row, row, column, look)
        elif look:
            self.constant(row, row, column, look)

    def format(self, first: int, last: int, column: int, form: Format) -> None:
        """Note the format of the numbers in some rows of a column."""
        runs = self._formats.get(column) or self._formats.setdefault(column, Pile())
        runs.add(first, last, self._number(form))

    def constant(self, first: int, last: int, column: int, shown: Shown) -> None:
        """Note what the cells in some rows of a column show."""
        runs = self._constants.get(column) or self._constants.setdefault(column, Pile())
        runs.add(first, last, self._number(shown))

    def formula(self, row: int, column: int, text: str) -> None:
        """Note a formula without a stored value; its text may be ""."""
        self._formulas += 1
        known = text if self._formulas <= MOST_FORMULAS else ""
        self.constant(row, row, column, (f"={known or '…'}", Kind.ERROR))

    def _number(self, look: Look) -> int:
        number = self._numbers.get(look)
        if number is None:
            number = self._numbers[look] = len(self._looks)
            self._looks.append(look)
        return number

    def hide_rows(self, first: int, last: int) -> None:
        """Note rows that are not seen."""
        self._hidden_rows.add(first, last)

    def hide_columns(self, first: int, last: int) -> None:
        """Note columns that are not seen."""
        self._hidden_columns.append((first, last))

    def width(self, first: int, last: int, width: float) -> None:
        """Note how wide some columns are, in characters."""
        self._widths.append((first, last, width))

    def worn(self, column: int, form: Format | None, cells: int = 1) -> None:
        """Note that cells hold a number or a date in a format; None is General."""
        self._worn[column, form] += cells

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Note cells that are merged."""
        self._merges.append((top, left, bottom, right))

    def has_overlaps(self) -> bool:
        """Tell whether a cell is part of two merges."""
        return do_overlap(self._merges)

    def scan(self) -> Scan:
        """Give what was found, in order."""
        is_all = self.taken is not None and self.taken.is_whole
        is_all = is_all and not self._merges
        hidden = (range(a, min(b + 1, self._columns)) for a, b in self._hidden_columns)
        return Scan(
            rows=self._rows,
            columns=self._columns,
            cells=self.cells,
            farthest=self._farthest(),
            hidden_rows=self._hidden_rows.ranges(),
            hidden_columns=frozenset(column for columns in hidden for column in columns),
            merges=merges_of(self._merges),
            formats={column: found.runs() for column, found in self._formats.items()},
            constants={column: found.runs() for column, found in self._constants.items()},
            looks=tuple(self._looks),
            shapes=shapes_of(self._columns, self._widths, self._worn),
            refusal=self.refusal,
            taken=self.taken if is_all else None,
        )

    def _farthest(self) -> str:
        """Name the lowest cell or the rightmost, whichever is further out in a tab of Excel."""
        if not self._rows:
            return ""
        is_wide = self._columns / 16_384 > self._rows / 1_048_576
        row, column = self._rightmost if is_wide else self._lowest
        return f"{column_letter(column)}{row}"


class FirstCell(Finding):
    """Looks only for a cell that holds something.

    Raises:
        CellFoundError: by `reach`: there is one.
    """

    def reach(self, row: int, column: int) -> None:  # noqa: ARG002 - wherever it is
        """Stop."""
        raise CellFoundError
