"""Workbooks that come out the same every time, and in which a text is never more than a text.

openpyxl makes the workbook: tabs, styles, widths, filters, comments. The rows are written here, as
the sheet's own XML, and put where openpyxl left `<sheetData/>`: that takes a fifth of the time that
its cell objects take, writes numbers with their exact digits where openpyxl rounds to 16 of them,
and keeps carriage returns and `_x0041_`, which it loses.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from io import BytesIO
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO, Final, Self

from openpyxl import Workbook
from openpyxl.cell import Cell as StyledCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from importer.report.archive import AUTHOR, repack, signed
from importer.report.cells import Cell, Look, Style
from importer.report.inert import visible

MOST_ROWS: Final = 1_048_576
"""Rows of a tab (Excel specifications and limits)."""
MOST_LINES: Final = 12
"""Of a row; more would push the next rows out of sight."""

_IN_MEMORY: Final = 16 * 1024 * 1024
_ROWS_A_PIECE: Final = 500
_SHEET_DATA: Final = re.compile(rb"<sheetData ?/>|<sheetData>.*</sheetData>", re.DOTALL)
_DIMENSION: Final = re.compile(rb"<dimension [^>]*/>")
_TAB_FORBIDS: Final = re.compile(r"[\[\]:*?/\\]")
_TAB_LENGTH: Final = 31


class Tab:
    """One tab, written row by row from the top. Made by `Book.tab`."""

    def __init__(self, sheet: Worksheet, rows: IO[bytes]) -> None:
        self._sheet = sheet
        self._rows = rows
        self._pending: list[bytes] = []
        self._letters: list[str] = []
        self.height = 0
        """Rows written so far."""

    @property
    def title(self) -> str:
        """The tab's name."""
        return str(self._sheet.title)

    def append(self, cells: Sequence[Cell | None], lines: int = 1) -> None:
        """Write the next row.

        Args:
            cells: None leaves a cell as it is in an empty sheet.
            lines: how high the row is; LibreOffice fits no height to wrapped texts by itself.
        """
        while len(self._letters) < len(cells):
            self._letters.append(get_column_letter(len(self._letters) + 1))
        row = self.height + 1
        written = "".join(
            f'<c r="{letter}{row}" s="{cell.style}"{cell.xml}'
            for letter, cell in zip(self._letters, cells, strict=False)
            if cell
        )
        high = f' ht="{15 * min(lines, MOST_LINES)}" customHeight="1"' if lines > 1 else ""
        self.put([f'<row r="{row}"{high}>{written}</row>'.encode()])

    def put(self, rows: Sequence[bytes]) -> None:
        """Write the next rows, which are XML already; the first of them is row `height + 1`."""
        self.height += len(rows)
        self._pending += rows
        if len(self._pending) >= _ROWS_A_PIECE:
            self._spill()

    def comment(self, column: int, said: str) -> None:
        """Put a comment on a cell of the row that was written last.

        Args:
            column: 0-based.
            said: the comment's words.
        """
        note = Comment(visible(said), AUTHOR, height=24 + 20 * (1 + len(said) // 40), width=320)
        self._sheet.cell(row=self.height, column=column + 1).comment = note

    def filter_from(self, row: int, width: int) -> None:
        """Give the header in this 1-based row a filter, over all rows that were written."""
        last = get_column_letter(width)
        self._sheet.auto_filter.ref = f"A{row}:{last}{max(self.height, row)}"

    def pour(self, part: bytes, target: IO[bytes]) -> None:
        """Write the tab's XML: what openpyxl made of it, with the rows in their place."""
        self._spill()
        head, tail = _SHEET_DATA.split(part, maxsplit=1)
        target.write(_DIMENSION.sub(b"", head) + b"<sheetData>")
        self._rows.seek(0)
        copyfileobj(self._rows, target, _IN_MEMORY)
        target.write(b"</sheetData>" + tail)

    def _spill(self) -> None:
        self._rows.write(b"".join(self._pending))
        self._pending.clear()


class Book:
    """A workbook in the making; a context manager, for the temp files that hold its rows."""

    def __init__(self, *, title: str, made_at: dt.datetime) -> None:
        self._book = Workbook()
        self._book.remove(self._book.worksheets[0])
        self._styles: dict[Look, Style] = {}
        self._tabs: list[Tab] = []
        self._open = ExitStack()
        self._made_at = made_at.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0)
        properties = self._book.properties
        properties.title = visible(title)
        properties.creator = properties.lastModifiedBy = AUTHOR
        properties.created = self._made_at

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def tab(
        self, title: str, *, widths: Sequence[float], frozen: int, formats: Sequence[str] = ()
    ) -> Tab:
        """Add a tab.

        Args:
            title: its name; what Excel does not allow in one is replaced.
            widths: of the columns, in characters.
            frozen: how many rows stay in sight.
            formats: of each column, the number format of what a person types below the rows: `@`
                keeps it as text; "" leaves it to Excel.
        """
        sheet = self._book.create_sheet(tab_title(title))
        for number, width in enumerate(widths, start=1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        for number, code in enumerate(formats, start=1):
            if code:
                sheet.column_dimensions[get_column_letter(number)].number_format = code
        sheet.freeze_panes = f"A{frozen + 1}"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        spool = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - our exit closes it
        rows = self._open.enter_context(spool)
        self._tabs.append(Tab(sheet, rows))
        return self._tabs[-1]

    def style(self, look: Look) -> Style:
        """Return the look as this workbook knows it; there is a tab already."""
        if look not in self._styles:
            quoted = replace(look, quoted=True)
            self._styles[look] = Style(self._index(look), self._index(quoted))
        return self._styles[look]

    def write(self, file: IO[bytes]) -> None:
        """Write the workbook: the same bytes for the same content."""
        shell = BytesIO()
        self._book.save(shell)
        shell.seek(0)
        tabs = {f"xl/worksheets/sheet{n}.xml": tab.pour for n, tab in enumerate(self._tabs, 1)}
        repack(shell, file, {**tabs, **signed(self._made_at)})

    def _index(self, look: Look) -> int:
        cell = StyledCell(self._book.worksheets[0], row=1, column=1)
        cell.font = Font(name="Calibri", size=look.size, bold=look.bold, color=look.color or None)
        if look.fill:
            cell.fill = PatternFill("solid", fgColor=look.fill)
        cell.alignment = Alignment(
            horizontal="right" if look.right else "left" if look.indent else None,
            indent=look.indent,
            vertical="top",
            wrap_text=look.wrap,
        )
        cell.number_format = look.format
        cell.quotePrefix = look.quoted
        return int(cell.style_id)


def lines_of_text(value: str, width: int) -> int:
    """Return about how many lines a text takes in a wrapped cell so many characters wide."""
    fitting = width * 11 // 10  # most letters are narrower than the digits that widths count
    if len(value) <= fitting and "\n" not in value:
        return 1
    return sum(1 + max(0, len(line) - 1) // fitting for line in value.split("\n"))


def tab_title(name: str) -> str:
    """Return a name that Excel allows for a tab: at most 31 characters, and none that it uses."""
    return _TAB_FORBIDS.sub("_", visible(name))[:_TAB_LENGTH].strip("'") or "Sheet"
