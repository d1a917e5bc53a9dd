"""One tab of an .ods, element by element (ODF 1.3 part 3, 9). What is repeated is counted."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum

from importer.errors import SheetError
from importer.letters import column_letter
from importer.model import Kind
from importer.sheets.scan.format import Format, Nature, format_of_code
from importer.sheets.scan.found import Finding
from importer.sheets.scan.markup import Attributes
from importer.sheets.scan.ods_styles import DRAW, OFFICE, TABLE, TEXT, Styles

_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_ANNOTATION = f"{OFFICE}annotation"
_CURRENCY = f"{OFFICE}currency"
_STRING_VALUE = f"{OFFICE}string-value"
_TIME_VALUE = f"{OFFICE}time-value"
_VALUE = f"{OFFICE}value"
_VALUE_TYPE = f"{OFFICE}value-type"
_COVERED = f"{TABLE}covered-table-cell"
_DEFAULT_CELL_STYLE_NAME = f"{TABLE}default-cell-style-name"
_FORMULA = f"{TABLE}formula"
_COLUMNS_REPEATED = f"{TABLE}number-columns-repeated"
_COLUMNS_SPANNED = f"{TABLE}number-columns-spanned"
_ROWS_REPEATED = f"{TABLE}number-rows-repeated"
_ROWS_SPANNED = f"{TABLE}number-rows-spanned"
_STYLE_NAME = f"{TABLE}style-name"
_CELL = f"{TABLE}table-cell"
_COLUMN = f"{TABLE}table-column"
_ROW = f"{TABLE}table-row"
_VISIBILITY = f"{TABLE}visibility"
_PARAGRAPH = f"{TEXT}p"
_CALC_VALUE_TYPE = f"{_CALC}value-type"
_CELLS = {_CELL, _COVERED}
_BREAKS = {f"{TEXT}tab", f"{TEXT}line-break"}

_ERROR = re.compile(r"Err:[0-9]{3}|#[A-Z]+(?:/[0A])?[!?]?|#[A-Z/0]+[!?]")
"""How LibreOffice shows an error: `Err:502`, `#N/A`, `#DIV/0!`."""
_NUMBERS = {"float", "percentage", "currency"}
"""Types of a value that are a number's."""
_REFERENCE = re.compile(r"\[\.([A-Z$]+[0-9$]+)(?::\.([A-Z$]+[0-9$]+))?\]")
"""A reference within the tab: `[.A1]`, `[.$A$1:.B2]`."""
_DURATION = re.compile(r"(-?)PT([0-9]+)H([0-9]+)M([0-9]+(?:\.[0-9]+)?)S")
"""A time of day or a duration: `PT10H30M00S`, `-PT0H05M07.5S`."""
_BOOLEANS = {"TRUE", "FALSE"}
"""What a number shows that LibreOffice made of a truth value."""
_HIDDEN = {"collapse", "filter"}
"""Visibilities of what is not seen; the third one is `visible`."""


class Snag(StrEnum):
    """Why calamine's text of a cell would not be what a person sees; the value says it."""

    BREAK = "the text of {} holds a tab or a line break that cannot be read"
    OTHERWISE = "the text of {} is not written as spreadsheet programs write it"
    """As CDATA (XML 1.0, 2.7), which calamine leaves out."""
    SHAPE = "a shape that holds text lies in {}, and its text would be read as the cell's"
    TABLE = "a table lies inside another one, near {}, and their rows would be mixed"
    UNTYPED = "{} shows a text of which the file does not say that it is one"
    """Without `office:value-type` (19.389), calamine takes the cell for blank."""


_REMEDIES = {
    Snag.BREAK: "Write that cell without it, or save the sheet as .xlsx.",
    Snag.SHAPE: "Move the shape away from the cells that are filled, or delete it.",
    Snag.TABLE: "Copy the cells alone into a new workbook, save that as .xlsx and name it.",
}
_RENEW = "Open it in LibreOffice or Excel, look whether the cell is right there, and save as .xlsx."


class Table:
    """What expat calls within one tab. Rows count from 1, columns from 0.

    Args:
        place: file and tab, for messages.
        finding: what is found goes here; the first snag, too.
        styles: those of the whole file; what cells use stands before them.
    """

    def __init__(self, place: str, finding: Finding, styles: Styles) -> None:
        self._place = place
        self._finding = finding
        self._styles = styles
        self._columns: list[tuple[int, str]] = []
        """Column after the last of each group of columns, and their style."""
        self._column = 0
        self._row = 0
        self._rows = 0
        self._row_style = ""
        self._cell: Attributes = {}
        self._words: list[str] | None = None
        self._is_shown = False
        """The cell has a paragraph. An empty one is what a formula shows that yields no text."""
        self._notes = 0
        self._shapes = 0
        """Elements of drawings that are open within the cell."""
        self._snag: Snag | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        """Note where we are."""
        if name in _CELLS:
            self._cell, self._words, self._is_shown = attributes, [], False
            self._snag = None
        elif name == _ROW:
            self._open_row(attributes)
        elif name == _COLUMN:
            self._note_columns(attributes)
        elif name == _ANNOTATION:
            self._notes += 1
        elif self._words is not None and not self._notes:
            self._within_cell(name)

    def _within_cell(self, name: str) -> None:
        if name.startswith(DRAW):
            self._shapes += 1
        elif name == _PARAGRAPH:
            self._is_shown = self._is_shown or not self._shapes
        elif name in _BREAKS:
            self._snag = self._snag or Snag.BREAK

    def text(self, data: str) -> None:
        """Collect what a cell shows."""
        if self._words is None or self._notes:
            return
        if not self._shapes:
            self._words.append(data)
        elif data.strip():
            self._snag = self._snag or Snag.SHAPE

    def cdata(self) -> None:
        """Note that a text is written as CDATA."""
        if self._words is not None and not self._notes:
            self._snag = self._snag or Snag.OTHERWISE

    def table(self) -> None:
        """Note that another table begins within this one."""
        self._refuse(Snag.TABLE)

    def end(self, name: str) -> None:
        """Judge a cell when it is complete."""
        if self._words is None:
            return
        if name in _CELLS:
            words, self._words = "".join(self._words), None
            self._close_cell(words)
        elif name == _ANNOTATION:
            self._notes -= 1
        elif name.startswith(DRAW) and not self._notes:
            self._shapes -= 1

    def _note_columns(self, attributes: Attributes) -> None:
        first = self._columns[-1][0] if self._columns else 0
        end = first + int(attributes.get(_COLUMNS_REPEATED, "1"))
        self._columns.append((end, attributes.get(_DEFAULT_CELL_STYLE_NAME, "")))
        width = self._styles.width(attributes.get(_STYLE_NAME, ""))
        self._finding.width(first, end - 1, width)
        if self._is_hidden(attributes):
            self._finding.hide_columns(first, end - 1)

    def _is_hidden(self, attributes: Attributes) -> bool:
        return attributes.get(_VISIBILITY) in _HIDDEN or self._styles.is_nothing(
            attributes.get(_STYLE_NAME, "")
        )

    def _open_row(self, attributes: Attributes) -> None:
        self._row += self._rows or 1
        self._rows = int(attributes.get(_ROWS_REPEATED, "1"))
        self._column = 0
        self._row_style = attributes.get(_DEFAULT_CELL_STYLE_NAME, "")
        if self._is_hidden(attributes):
            self._finding.hide_rows(self._row, self._row + self._rows - 1)

    def _close_cell(self, words: str) -> None:
        cell, first = self._cell, self._column
        kind = cell.get(_VALUE_TYPE, "")
        if snag := self._snag_of(kind, words.strip()):
            self._refuse(snag)
        self._column += int(cell.get(_COLUMNS_REPEATED, "1"))
        if kind or words or _FORMULA in cell:
            self._finding.cells += self._rows * (self._column - first)
            self._finding.reach(self._row + self._rows - 1, self._column - 1)
            is_error = cell.get(_CALC_VALUE_TYPE) == "error"
            if kind != "string" or _FORMULA in cell or is_error:
                for column in range(first, self._column):
                    self._judge(column, kind, words.strip())
        if _COLUMNS_SPANNED in cell or _ROWS_SPANNED in cell:
            self._merge(first)

    def _snag_of(self, kind: str, words: str) -> Snag | None:
        """Tell why what calamine reads would be wrong: it joins the texts of such a cell."""
        if kind == "string":
            return None if _STRING_VALUE in self._cell else self._snag
        is_blank = not kind and words and self._cell.get(_CALC_VALUE_TYPE) != "error"
        is_error = _FORMULA in self._cell and _ERROR.fullmatch(words)
        return Snag.UNTYPED if is_blank and not is_error else None

    def _refuse(self, snag: Snag) -> None:
        cell = f"{column_letter(self._column)}{max(1, self._row)}"
        self._finding.refusal = self._finding.refusal or SheetError(
            f"{self._place}: {snag.format(cell)}.", _REMEDIES.get(snag, _RENEW)
        )

    def _merge(self, column: int) -> None:
        wide = int(self._cell.get(_COLUMNS_SPANNED, "1"))
        deep = int(self._cell.get(_ROWS_SPANNED, "1"))
        if (wide, deep) != (1, 1):
            self._finding.merge(self._row, column, self._row + deep - 1, column + wide - 1)

    def _judge(self, column: int, kind: str, words: str) -> None:
        rows = self._row, self._row + self._rows - 1
        formula = self._cell.get(_FORMULA)
        is_error = self._cell.get(_CALC_VALUE_TYPE) == "error"
        if is_error or (formula is not None and _ERROR.fullmatch(words)):
            self._finding.constant(*rows, column, (words or "#N/A", Kind.ERROR))
        elif formula is not None and not kind and not self._is_shown:
            self._finding.constant(*rows, column, (_plain(formula), Kind.ERROR))
        elif kind == "float" and words in _BOOLEANS:
            self._finding.constant(*rows, column, (words, Kind.BOOL))
        elif kind in _NUMBERS:
            self._number(column, self._cell.get(_VALUE, "0"), self._usual(kind))
        elif kind == "time":
            self._time(column)
        elif kind == "date":
            form = self._format(column)
            self._finding.worn(column, form, self._rows)
            if form is not None and form.nature is Nature.DATED:
                self._finding.format(*rows, column, form)

    def _number(self, column: int, number: str, usual: Format | None) -> None:
        form = self._format(column) or usual
        is_time = self._cell.get(_VALUE_TYPE) == "time"  # as text, calamine gives it
        look = form.show(number) if form and is_time else form.judge(number) if form else None
        rows = self._row, self._row + self._rows - 1
        self._finding.worn(column, form, self._rows)
        if isinstance(look, Format):
            self._finding.format(*rows, column, look)
        elif look:
            self._finding.constant(*rows, column, look)

    def _time(self, column: int) -> None:
        days = _days(self._cell.get(_TIME_VALUE, ""))
        if days is not None:
            usual = format_of_code("[h]:mm:ss" if days >= 1 else "h:mm:ss")
            self._number(column, str(days), usual)

    def _format(self, column: int) -> Format | None:
        style = self._cell.get(_STYLE_NAME) or self._row_style
        if not style:
            style = next((style for end, style in self._columns if column < end), "")
        return self._styles.format(style)

    def _usual(self, kind: str) -> Format | None:
        """Give the format of a value that has a kind and no style."""
        if kind == "percentage":
            return format_of_code("0%")
        currency = self._cell.get(_CURRENCY, "")
        return format_of_code(f"[${currency}]0.00") if kind == "currency" and currency else None


def _days(duration: str) -> Decimal | None:
    """Read `PT10H30M00S` (ISO 8601) in days."""
    found = _DURATION.fullmatch(duration)
    if found is None:
        return None
    sign, *parts = found.groups("0")
    hours, minutes, seconds = map(Decimal, parts)
    days = (hours * 3600 + minutes * 60 + seconds) / 86400
    return -days if sign == "-" else days


def _plain(formula: str) -> str:
    """Write a formula as a person does, where that is easy: `of:=[.A1]*2` is `=A1*2`."""
    text = _REFERENCE.sub(
        lambda found: f"{found[1]}:{found[2]}" if found[2] else found[1], formula.partition(":")[2]
    )
    return text if text.startswith("=") and "[" not in text else "=…"
