"""An .ods, read by a parser of XML (ODF 1.3 part 3): its styles and, in one pass, all its tabs."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from importer.errors import SheetError
from importer.sheets.scan.damage import damage_told
from importer.sheets.scan.found import Finding
from importer.sheets.scan.markup import Attributes, reader
from importer.sheets.scan.ods_styles import OFFICE, TABLE, TEXT, Styles
from importer.sheets.scan.ods_table import Table
from importer.sheets.sentences import SAVE_AS_XLSX
from importer.sheets.tabs import Tab

_SPREADSHEET = f"{OFFICE}spreadsheet"
_TABLE = f"{TABLE}table"
_NAME = f"{TABLE}name"
_STYLE_NAME = f"{TABLE}style-name"
_PREFIXES = {OFFICE.rstrip(): "office", TABLE.rstrip(): "table", TEXT.rstrip(): "text"}
"""How calamine knows what a file's names belong to, where XML goes by the namespace."""


def tabs_of_ods(path: Path) -> tuple[Tab, ...]:
    """List the tabs of an .ods; see `tabs_of`."""
    return _read(path, {}).tabs()


def scan_ods(path: Path, tabs: Sequence[str], finding: Callable[[], Finding]) -> dict[str, Finding]:
    """Look through tabs of an .ods; see `scan`."""
    found = {tab: finding() for tab in tabs}
    _read(path, found)
    return found


def _read(path: Path, findings: Mapping[str, Finding]) -> _Reading:
    reading = _Reading(path.name, findings)
    with damage_told(path), zipfile.ZipFile(path) as archive:
        for part in ("styles.xml", "content.xml"):
            if part in archive.namelist() or part == "content.xml":
                with archive.open(part) as stream:
                    made = reader(
                        reading.start,
                        end=reading.end,
                        text=reading.text if findings else None,
                        namespaces=True,
                    )
                    if part == "content.xml":  # calamine reads no other one
                        made.StartNamespaceDeclHandler = reading.prefix
                        made.StartCdataSectionHandler = reading.cdata
                    made.ParseFile(stream)
    return reading


class _Reading:
    """What expat calls. A table within another one is no tab.

    Raises:
        SheetError: by `start` and `prefix`: calamine would mix things up that are in the file.
    """

    def __init__(self, file: str, findings: Mapping[str, Finding]) -> None:
        self._file = file
        self._findings = dict(findings)
        """Of the tabs that are still to come."""
        self._styles = Styles()
        self._tabs: list[tuple[str, str]] = []
        """Name and style of each."""
        self._open: list[str] = []
        """Elements that are open outside of tabs."""
        self._tables = 0
        """Tables that are open, a tab and those within its cells."""
        self._table: Table | None = None
        """The tab that is open, if it is to be looked through."""

    def tabs(self) -> tuple[Tab, ...]:
        """List the tabs; hidden is one whose style says so (19.649)."""
        return tuple(
            Tab(name=name, is_visible=not self._styles.is_hidden_table(style))
            for name, style in self._tabs
        )

    def start(self, name: str, attributes: Attributes) -> None:
        """Note where we are."""
        if self._tables:
            if name == _TABLE:
                self._tables += 1
                if self._table is not None:
                    self._table.table()
            elif self._tables == 1 and self._table is not None:
                self._table.start(name, attributes)
        elif name == _TABLE and self._open[-1:] == [_SPREADSHEET]:
            self._open_tab(attributes)
        else:
            self._open.append(name)
            self._styles.start(name, attributes)

    def _open_tab(self, attributes: Attributes) -> None:
        name = attributes.get(_NAME, "")
        if any(name == known for known, _ in self._tabs):
            raise SheetError(
                f"{self._file} has two tabs that are named {name!r}, so it is not certain which one"
                " is meant.",
                "Open it in LibreOffice or Excel, give each tab a name of its own, and save it as"
                " .xlsx.",
            )
        self._tabs.append((name, attributes.get(_STYLE_NAME, "")))
        self._tables = 1
        finding = self._findings.pop(name, None)
        self._table = (
            None if finding is None else Table(f"{self._file} › {name}", finding, self._styles)
        )

    def prefix(self, prefix: str | None, namespace: str) -> None:
        """Check that names are written as calamine expects them."""
        if _PREFIXES.get(namespace, prefix) != prefix or (
            prefix in _PREFIXES.values() and namespace not in _PREFIXES
        ):
            raise SheetError(
                f"{self._file} is written in a way that only its own program reads for certain.",
                f"{SAVE_AS_XLSX} Look whether its cells are right there.",
            )

    def cdata(self) -> None:
        """Pass on that a text is written as CDATA."""
        if self._table is not None:
            self._table.cdata()

    def text(self, data: str) -> None:
        """Collect what a cell shows, or a style's literal."""
        if self._table is not None:
            self._table.text(data)
        elif not self._tables:
            self._styles.text(data)

    def end(self, name: str) -> None:
        """Close an element."""
        if self._tables:
            if name == _TABLE:
                self._tables -= 1
                self._table = self._table if self._tables else None
            elif self._tables == 1 and self._table is not None:
                self._table.end(name)
        else:
            self._open.pop()
            self._styles.end(name)
