"""`failures.xlsx`: the rows to correct, in the sheet's own shape, to be edited and run as it is.

The user's columns keep their order, widths, number formats, kinds and texts; ours come after them,
under headers that begin with `Importer: `. The pipeline hands over headers and rows without our
columns, so that a failures workbook of a failures workbook does not grow a second set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Final

from importer.model import Kind, RunRecord
from importer.our_headers import OUR_HEADERS
from importer.report import looks
from importer.report.cells import MOST_CHARACTERS, Cell, blank, fits, text
from importer.report.inert import visible
from importer.report.kinds import Palette, cell_of
from importer.report.measure import Measure
from importer.report.source import FailureRow, SheetShape
from importer.report.workbook import Book, Tab, lines_of_text
from importer.shapes import ColumnShape

MOST_COMMENTS: Final = 5000
"""Excel opens a tab with more of them slowly; the red cells and our columns say the same."""

_SENTENCES: Final = 60
_OUR_WIDTHS: Final = (20, _SENTENCES, _SENTENCES, 22)
_NARROWEST, _WIDEST = 10, 44
_MOST_FROZEN: Final = 12
"""Rows; more would leave no room to scroll on a small screen."""
_TAB_OF_A_CSV: Final = "Rows to correct"
_KEEP: Final = (
    "Leave this column as it is: it tells the importer which row is which. In a row that you "
    "copied to add a new one, clear this cell."
)
_TOO_LONG: Final = (
    f"This text is longer than a cell can hold ({MOST_CHARACTERS:,} characters) and was cut: "
    "correct the row in the sheet itself, and delete it here."
)


def write_failures(
    file: IO[bytes],
    run: RunRecord,
    shape: SheetShape,
    measure: Measure,
    rows: Iterable[FailureRow],
) -> None:
    """Write the failures workbook.

    Args:
        file: where to.
        run: the run whose rows these are.
        shape: how the sheet looked.
        measure: what an earlier pass over the same rows told.
        rows: the rows to correct, in the sheet's order.
    """
    with Book(title=f"Rows to correct of run {run.id}", made_at=run.changed_at) as book:
        writer = _Rows(book, _tab(book, shape, measure), shape, measure)
        writer.head()
        for row in rows:
            writer.row(row)
        writer.filter_from(shape.header_row)
        book.write(file)


def _tab(book: Book, shape: SheetShape, measure: Measure) -> Tab:
    formats = [_typed_as(kind, shape.column(at)) for at, kind in enumerate(measure.kinds)]
    return book.tab(
        _TAB_OF_A_CSV if shape.tab is None else shape.tab,
        widths=(*_widths(shape, measure), *_OUR_WIDTHS),
        frozen=shape.header_row if shape.header_row <= _MOST_FROZEN else 0,
        formats=[*formats, *(looks.TEXT.format for _ in OUR_HEADERS)],
    )


def _widths(shape: SheetShape, measure: Measure) -> list[float]:
    """The columns' own widths; by their texts where the sheet says nothing."""
    fitting = [min(max(length + 2, _NARROWEST), _WIDEST) for length in measure.lengths]
    return [shape.column(at).width or fit for at, fit in enumerate(fitting)]


def _typed_as(kind: Kind, shape: ColumnShape) -> str:
    """The number format of what a person types below the rows; "" for Excel's own choice."""
    match kind:
        case Kind.TEXT | Kind.ERROR:
            return looks.TEXT.format
        case Kind.NUMBER | Kind.DRESSED:
            return shape.number
        case Kind.DATE:
            return shape.date
        case _:
            return ""


_AS_TEXT: Final = ColumnShape(number=looks.TEXT.format)
"""Still the same number, but what a person types in its place stays as it is typed."""


class _Rows:
    """Writes the rows of the tab, from the top."""

    def __init__(self, book: Book, tab: Tab, shape: SheetShape, measure: Measure) -> None:
        self._tab = tab
        self._shape = shape
        self._measure = measure
        self._columns = [shape.column(at) for at in range(measure.width)]
        self._sound = Palette(book.style, lambda look: look)
        self._faulty = Palette(book.style, looks.faulty)
        self._own_header = book.style(looks.OWN_HEADER)
        self._our_header = book.style(looks.WRAPPED_HEADER)
        self._ours = book.style(looks.OURS)
        self._reference = book.style(looks.REFERENCE)
        self._comments = 0

    def head(self) -> None:
        """Write everything down to the header, which lands in the row that it came from."""
        shape = self._shape
        above = list(shape.preamble[: shape.header_row - 1])
        above += [()] * (shape.header_row - 1 - len(above))
        for row in above:
            cells = enumerate(row)
            self._tab.append([
                cell_of(value, kind, shape.column(at), self._sound) for at, (value, kind) in cells
            ])  # fmt: skip
        headers = shape.headers[: self._measure.width]
        unnamed = [""] * (self._measure.width - len(headers))
        own = [text(header, self._own_header) for header in (*headers, *unnamed)]
        ours = [text(header, self._our_header) for header in OUR_HEADERS]
        high = zip(shape.headers, _widths(shape, self._measure), strict=False)
        lines = max(
            (lines_of_text(header, max(1, int(width))) for header, width in high), default=1
        )
        self._tab.append([*own, *ours], lines=lines)
        self._tab.comment(len(own) + len(OUR_HEADERS) - 1, _KEEP)

    def row(self, row: FailureRow) -> None:
        """Write one row to correct, and its comments."""
        faulty = dict(row.faulty)
        for column, value in enumerate(row.texts):
            if not fits(value):
                faulty[column] = f"{faulty.get(column, '')}\n{_TOO_LONG}".strip()
        cut = any(not fits(value) for value in row.texts)
        hint = f"{row.hint}\n{_TOO_LONG}".strip() if cut else row.hint
        ours = (", ".join(row.outcomes), row.problem, hint)
        self._tab.append(
            [
                *self._cells(row, faulty),
                *(text(visible(value), self._ours) for value in ours),
                text(visible(row.reference), self._reference),
            ],
            lines=max(lines_of_text(value, _SENTENCES) for value in ours),
        )
        for column, said in faulty.items():
            if column < self._measure.width and self._comments < MOST_COMMENTS:
                self._tab.comment(column, said)
                self._comments += 1

    def filter_from(self, header_row: int) -> None:
        """Put a filter on the header."""
        self._tab.filter_from(header_row, self._measure.width + len(OUR_HEADERS))

    def _cells(self, row: FailureRow, faulty: dict[int, str]) -> Iterator[Cell]:
        for column, (usual, shape) in enumerate(
            zip(self._measure.kinds, self._columns, strict=True)
        ):
            palette = self._faulty if column in faulty else self._sound
            value = row.texts[column] if column < len(row.texts) else ""
            if value:
                kind = row.kinds[column] if row.kinds else Kind.TEXT
                how = _AS_TEXT if column in row.as_text and kind is Kind.NUMBER else shape
                yield cell_of(value, kind, how, palette)
            else:
                yield blank(palette.of_blank(usual, shape))
