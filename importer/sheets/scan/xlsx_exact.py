"""A tab of an .xlsx, read by a parser of XML: right whatever the XML looks like, and slow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

from importer.model import Kind
from importer.sheets.scan.format import Format
from importer.sheets.scan.found import Finding
from importer.sheets.scan.markup import Attributes, bare, reader
from importer.sheets.scan.places import area_of, place_of
from importer.sheets.scan.xlsx_book import is_true


def read_exactly(stream: IO[bytes], formats: Mapping[int, Format], finding: Finding) -> None:
    """Note everything of a tab.

    Raises:
        ExpatError: the XML is damaged.
    """
    reading = _Reading(formats, finding)
    reader(reading.start, end=reading.end, text=reading.text).ParseFile(stream)


class _Reading:
    """What expat calls. A cell or row without an address follows the one before it."""

    def __init__(self, formats: Mapping[int, Format], finding: Finding) -> None:
        self._formats = formats
        self._finding = finding
        self._row = 0
        self._column = -1
        self._cell: Attributes = {}
        self._parts: dict[str, str] = {}
        self._inside = ""

    def start(self, name: str, attributes: Attributes) -> None:
        """Note where we are."""
        match bare(name):
            case "c":
                self._open_cell(attributes)
            case "f" | "v" | "is" as inside:
                self._inside = inside
                self._parts[inside] = ""
            case "row":
                self._open_row(attributes)
            case around:
                note_around(self._finding, around, attributes)

    def _open_row(self, attributes: Attributes) -> None:
        self._row = int(attributes.get("r", self._row + 1))
        self._column = -1
        if is_hidden_row(attributes):
            self._finding.hide_rows(self._row, self._row)

    def _open_cell(self, attributes: Attributes) -> None:
        place = place_of(attributes.get("r", ""))
        self._row, self._column = place or (self._row, self._column + 1)
        self._cell = attributes
        self._parts = {}
        self._finding.cells += 1

    def text(self, data: str) -> None:
        """Collect a formula's or a value's text."""
        if self._inside:
            self._parts[self._inside] += data

    def end(self, name: str) -> None:
        """Judge a cell when it is complete."""
        match bare(name):
            case "f" | "v" | "is":
                self._inside = ""
            case "c" if any(self._parts.values()) or "f" in self._parts:
                self._finding.reach(self._row, self._column)
                self._judge()

    def _judge(self) -> None:
        value = self._parts.get("v", "")
        kind = self._cell.get("t", "n")
        at = self._row, self._column
        if kind == "e":
            self._finding.constant(at[0], *at, (value or "#N/A", Kind.ERROR))
        elif "f" in self._parts and not value and not (kind == "str" and "v" in self._parts):
            self._finding.formula(*at, self._parts["f"])
        elif kind == "n" and value:
            form = self._formats.get(int(self._cell.get("s") or 0))
            self._finding.number(*at, form, value.strip())
        elif kind == "d" and (form := self._formats.get(int(self._cell.get("s") or 0))):
            self._finding.format(self._row, *at, form)


def note_around(finding: Finding, name: str, attributes: Attributes) -> None:
    """Note an element that stands before or behind the cells."""
    match name:
        case "mergeCell" if area := area_of(attributes.get("ref", "")):
            finding.merge(*area)
        case "col" if is_true(attributes, "hidden") or _is_nothing(attributes, "width"):
            first = int(attributes.get("min", "1"))
            finding.hide_columns(first - 1, int(attributes.get("max", first)) - 1)


def is_hidden_row(attributes: Attributes) -> bool:
    """Tell whether a row is hidden, or has no height."""
    return is_true(attributes, "hidden") or _is_nothing(attributes, "ht")


def _is_nothing(attributes: Attributes, measure: str) -> bool:
    return measure in attributes and float(attributes[measure]) == 0
