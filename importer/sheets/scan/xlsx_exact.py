"""A tab of an .xlsx, read by a parser of XML: right whatever the XML looks like, and slow.

What calamine reads in another way than Excel is refused here: it knows no CDATA, comments or
references in a stored number, takes text 0 where the number of a text is none, reads on where
a cell comes twice, and passes over rows in a second place (calamine 0.9, tried out).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO
from xml.parsers import expat

from importer.letters import column_letter
from importer.model import Kind
from importer.sheets.limits import LAST_ROW
from importer.sheets.scan.format import Format
from importer.sheets.scan.found import Finding
from importer.sheets.scan.markup import AmbiguousError, Attributes, bare, reader
from importer.sheets.scan.places import area_of, place_of
from importer.sheets.scan.xlsx_book import is_true


def read_exactly(stream: IO[bytes], formats: Mapping[int, Format], finding: Finding) -> None:
    """Note everything of a tab.

    Raises:
        ExpatError: the XML is damaged.
        AmbiguousError: a cell could be read in two ways.
    """
    _Reading(formats, finding).parser.ParseFile(stream)


class _Reading:
    """What expat calls. A cell or row without an address follows the one before it."""

    def __init__(self, formats: Mapping[int, Format], finding: Finding) -> None:
        self._formats = formats
        self._finding = finding
        self._has_begun = False
        """The rows have."""
        self._row = 0
        self._column = -1
        self._cell: Attributes | None = None
        self._parts: dict[str, str] = {}
        self._inside = ""
        self._text_from = 0
        """Where the text at hand begins, in bytes of the part."""
        self._width = 1
        """Bytes of a digit."""
        self._rows = bytearray()
        """1 for each row that has come."""
        self._is_numbered = True
        self._columns: set[int] = set()
        """Those that have come in this row."""
        self.parser = self._parser()

    def _parser(self) -> expat.XMLParserType:
        made = reader(self.start, end=self.end, text=self.text)
        made.buffer_text = False  # so that each text's place is known
        made.XmlDeclHandler = self._declare
        made.CommentHandler = self._interrupt
        made.ProcessingInstructionHandler = self._interrupt
        made.StartCdataSectionHandler = self._interrupt
        return made

    def _declare(self, _version: str, encoding: str | None, _alone: int) -> None:
        self._width = 2 if (encoding or "").lower().startswith("utf-16") else 1

    def _interrupt(self, *_: object) -> None:
        """Meet a comment, an instruction or CDATA."""
        if self._inside == "v":
            raise self._ambiguous()

    def _ambiguous(self) -> AmbiguousError:
        address = f"{column_letter(max(self._column, 0))}{self._row}"
        return AmbiguousError(f"its cell {address} could be read in two ways")

    def start(self, name: str, attributes: Attributes) -> None:
        """Note where we are."""
        match bare(name):
            case "c":
                self._open_cell(attributes)
            case "f" | "v" | "is" as inside if self._cell is not None:
                self._open_part(inside)
            case _ if self._inside == "v":
                raise self._ambiguous()
            case "row":
                self._open_row(attributes)
            case "sheetData" if self._has_begun:
                raise AmbiguousError("its rows stand in two places")
            case "sheetData":
                self._has_begun = True
            case around:
                note_around(self._finding, around, attributes)

    def _open_row(self, attributes: Attributes) -> None:
        self._row = int(attributes.get("r", self._row + 1))
        self._column = -1
        self._columns.clear()
        self._is_numbered = "r" in attributes
        if self._is_numbered:
            self._pass_row()
        if is_hidden_row(attributes):
            self._finding.hide_rows(self._row, self._row)

    def _pass_row(self) -> None:
        """Refuse the row at hand where it was there before."""
        if not 0 <= self._row <= LAST_ROW:
            return  # it is refused for its place, later
        self._rows.extend(bytes(max(0, self._row + 1 - len(self._rows))))
        if self._rows[self._row]:
            raise AmbiguousError(f"its row {self._row} is there twice")
        self._rows[self._row] = 1

    def _open_cell(self, attributes: Attributes) -> None:
        row, self._column = place_of(attributes.get("r", "")) or (self._row, self._column + 1)
        if not self._columns and not self._is_numbered:
            self._row = row  # as its first cell says
            self._pass_row()
        if self._column in self._columns or row != self._row or self._cell is not None:
            raise self._ambiguous()
        self._columns.add(self._column)
        self._cell = attributes
        self._parts = {}

    def _open_part(self, inside: str) -> None:
        """Begin a value or a formula, which comes first if it comes."""
        is_late = bool(self._parts) and (inside != "v" or "f" not in self._parts)
        if self._inside or is_late or inside in self._parts:
            raise self._ambiguous()
        self._inside = inside
        self._parts[inside] = ""

    def text(self, data: str) -> None:
        """Collect a formula's or a value's text."""
        if self._inside:
            if not self._parts[self._inside]:
                self._text_from = self.parser.CurrentByteIndex
            self._parts[self._inside] += data

    def end(self, name: str) -> None:
        """Judge a cell when it is complete."""
        match bare(name):
            case "v" if self._inside == "v":
                self._check_value(self._cell or {})
                self._inside = ""
            case "f" | "is":
                self._inside = ""
            case "c" if self._cell is not None:
                if any(self._parts.values()) or "f" in self._parts:
                    self._finding.cells += 1
                    self._finding.reach(self._row, self._column)
                    self._judge(self._cell)
                self._cell = None

    def _check_value(self, cell: Attributes) -> None:
        """Refuse the number of a text that is none, and references (`&#49;`) outside of texts."""
        value, kind = self._parts["v"], cell.get("t", "n")
        if kind == "str" or not value:
            return
        length = self.parser.CurrentByteIndex - self._text_from
        is_index = value.isascii() and value.isdecimal()
        if (kind == "s" and not is_index) or length != len(value.encode()) * self._width:
            raise self._ambiguous()

    def _judge(self, cell: Attributes) -> None:
        value = self._parts.get("v", "")
        kind = cell.get("t", "n")
        at = self._row, self._column
        if kind == "e":
            self._finding.constant(at[0], *at, (value or "#N/A", Kind.ERROR))
        elif "f" in self._parts and not value and not (kind == "str" and "v" in self._parts):
            self._finding.formula(*at, self._parts["f"])
        elif kind == "n" and value:
            form = self._formats.get(int(cell.get("s") or 0))
            self._finding.worn(self._column, form)
            self._finding.number(*at, form, value.strip())
        elif kind == "d" and (form := self._formats.get(int(cell.get("s") or 0))):
            self._finding.format(self._row, *at, form)


def note_around(finding: Finding, name: str, attributes: Attributes) -> None:
    """Note an element that stands before or behind the cells."""
    match name:
        case "mergeCell" if area := area_of(attributes.get("ref", "")):
            finding.merge(*area)
        case "col":
            first = int(attributes.get("min", "1"))
            last = int(attributes.get("max", first))
            finding.width(first - 1, last - 1, float(attributes.get("width", "0")))
            if is_true(attributes, "hidden") or _is_nothing(attributes, "width"):
                finding.hide_columns(first - 1, last - 1)


def is_hidden_row(attributes: Attributes) -> bool:
    """Tell whether a row is hidden, or has no height."""
    return is_true(attributes, "hidden") or _is_nothing(attributes, "ht")


def _is_nothing(attributes: Attributes, measure: str) -> bool:
    return measure in attributes and float(attributes[measure]) == 0
