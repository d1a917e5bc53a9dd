"""The cells of an .xlsx that calamine passes over as blank, though Excel shows something there.

These are errors (`#N/A`) and formulas without a stored value, as programs write them that cannot
calculate. A quick look at the XML's bytes tells whether a tab has any; only then it is parsed.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO
from xml.parsers import expat

from importer.errors import SheetError
from importer.model import Kind
from importer.sheets.preflight import EXPORT_AGAIN
from importer.sheets.sheet import Shown

BLOCK = 1 << 20
OVERLAP = 512
"""Bytes of the last block that are looked at again, for what its edge cut in two."""

_MARKS = re.compile(
    rb"""\st=["']e["']"""  # an error
    rb"""|(?:</f>|<f(?:\s[^<>]*)?/>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"""  # a formula without value
    rb"""|:sheetData"""  # prefixed names: the lines above would not find them
)
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    EOFError,
    KeyError,
    ValueError,
    NotImplementedError,  # a way of compression that zipfile does not know
    RuntimeError,  # an encrypted entry
)
"""What `zipfile` and `expat` raise over a damaged archive."""

Attributes = dict[str, str]


def unseen_cells(path: Path, tab: str) -> Mapping[int, Mapping[int, Shown]]:
    """Find what calamine passes over.

    Args:
        path: an .xlsx or .xlsm.
        tab: name of a tab in it.

    Returns:
        Row number → column (counted from 0) → the cell, as Kind.ERROR. A formula without a stored
        value is shown as its own text.

    Raises:
        SheetError: the archive or its XML is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = {_plain(name): name for name in archive.namelist()}
            part = _part_of(archive, entries, tab)
            if part is None or not _has_marks(archive, part):
                return {}
            with archive.open(part) as stream:
                return _scan(stream)
    except _DAMAGE as error:
        raise SheetError(f"{path.name} is damaged: {_reason(error)}.", EXPORT_AGAIN) from error


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"a part of it is missing ({error.args[0]})"
    return str(error).rstrip(".")


def _has_marks(archive: zipfile.ZipFile, part: str) -> bool:
    """Look through the raw bytes, to their end: that proves the archive's checksum too."""
    found = False
    before = b""
    with archive.open(part) as stream:
        while block := stream.read(BLOCK):
            found = found or _MARKS.search(before + block) is not None
            before = block[-OVERLAP:]
    return found


def _plain(name: str) -> str:
    """Spell an entry's name as Excel compares it: some programs write backslashes."""
    return name.replace("\\", "/").removeprefix("/").lower()


Entries = Mapping[str, str]
"""Plain name → the archive's own."""


def _part_of(archive: zipfile.ZipFile, entries: Entries, tab: str) -> str | None:
    """Follow the relations of the package from its root to the tab's XML (ECMA-376, part 2)."""
    roots = _relations(archive, entries, "")
    book = next((part for part, kind in roots.values() if kind.endswith("/officeDocument")), "")
    targets = _relations(archive, entries, book)
    for name, attributes in _elements(archive.read(entries[book])):
        if name == "sheet" and attributes.get("name") == tab:
            return entries[targets[attributes["id"]][0]]
    return None


def _relations(
    archive: zipfile.ZipFile, entries: Entries, source: str
) -> dict[str, tuple[str, str]]:
    """Read a part's relations: id → plain name of the target, and the relation's type."""
    folder, name = posixpath.split(source)
    part = posixpath.join(folder, "_rels", f"{name}.rels")
    return {
        attributes["Id"]: (
            _plain(posixpath.normpath(posixpath.join("/", folder, attributes["Target"]))),
            attributes.get("Type", ""),
        )
        for name, attributes in _elements(archive.read(entries[part]))
        if name == "Relationship"
    }


def _elements(xml: bytes) -> list[tuple[str, Attributes]]:
    """List the elements of a small part: names and attributes without their prefixes."""
    found: list[tuple[str, Attributes]] = []

    def start(name: str, attributes: Attributes) -> None:
        bare = {_bare(key): value for key, value in attributes.items()}
        found.append((_bare(name), bare))

    _parser(start).Parse(xml, True)
    return found


def _bare(name: str) -> str:
    return name.rpartition(":")[2]


def _parser(start: Callable[[str, Attributes], None]) -> expat.XMLParserType:
    """Make a parser that refuses a document type, which is where entity bombs are declared."""

    def refuse(*_: object) -> None:
        raise expat.ExpatError("its XML declares a document type, which no workbook does")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    return parser


def _scan(stream: IO[bytes]) -> dict[int, dict[int, Shown]]:
    """Parse a tab's XML and keep the cells in question."""
    scan = _CellScan()
    parser = _parser(scan.start)
    parser.EndElementHandler = scan.end
    parser.CharacterDataHandler = scan.text
    parser.ParseFile(stream)
    return scan.found


class _CellScan:
    """What expat calls. A cell or row without an address follows the one before it."""

    def __init__(self) -> None:
        self.found: dict[int, dict[int, Shown]] = {}
        self._row = 0
        self._column = -1
        self._type = ""
        self._parts: dict[str, str] = {}
        self._inside = ""

    def start(self, name: str, attributes: Attributes) -> None:
        """Note where we are."""
        match _bare(name):
            case "row":
                self._row = int(attributes.get("r", self._row + 1))
                self._column = -1
            case "c":
                self._column = _column_of(attributes.get("r", ""), self._column + 1)
                self._type = attributes.get("t", "n")
                self._parts = {}
            case "f" | "v" | "is" as inside:
                self._inside = inside
                self._parts[inside] = ""

    def text(self, data: str) -> None:
        """Collect a formula's or a value's text."""
        if self._inside:
            self._parts[self._inside] += data

    def end(self, name: str) -> None:
        """Judge a cell when it is complete."""
        match _bare(name):
            case "f" | "v" | "is":
                self._inside = ""
            case "c":
                shown = self._shown()
                if shown is not None:
                    self.found.setdefault(self._row, {})[self._column] = (shown, Kind.ERROR)

    def _shown(self) -> str | None:
        value = self._parts.get("v", "")
        if self._type == "e":
            return value or "#N/A"
        is_blank_text = self._type == "str" and "v" in self._parts
        if "f" in self._parts and not value and not is_blank_text:
            return f"={self._parts['f'] or '…'}"
        return None


def _column_of(reference: str, otherwise: int) -> int:
    """Read the column of `AB12`, counted from 0."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return otherwise
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1
