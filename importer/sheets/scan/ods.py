"""An .ods, read by a parser of XML (ODF 1.3 part 3): its styles and, in one pass, all its tabs."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from importer.sheets.scan.damage import damage_told
from importer.sheets.scan.found import Finding
from importer.sheets.scan.markup import Attributes, reader
from importer.sheets.scan.ods_styles import OFFICE, TABLE, Styles
from importer.sheets.scan.ods_table import Table
from importer.sheets.tabs import Tab

_SPREADSHEET = f"{OFFICE}spreadsheet"
_TABLE = f"{TABLE}table"
_NAME = f"{TABLE}name"
_STYLE_NAME = f"{TABLE}style-name"


def tabs_of_ods(path: Path) -> tuple[Tab, ...]:
    """List the tabs of an .ods; see `tabs_of`."""
    return _read(path, {}).tabs()


def scan_ods(path: Path, tabs: Sequence[str], finding: Callable[[], Finding]) -> dict[str, Finding]:
    """Look through tabs of an .ods; see `scan`."""
    found = {tab: finding() for tab in tabs}
    _read(path, found)
    return found


def _read(path: Path, findings: Mapping[str, Finding]) -> _Reading:
    reading = _Reading(findings)
    with damage_told(path), zipfile.ZipFile(path) as archive:
        for part in ("styles.xml", "content.xml"):
            if part in archive.namelist() or part == "content.xml":
                with archive.open(part) as stream:
                    reader(
                        reading.start,
                        end=reading.end,
                        text=reading.text if findings else None,
                        namespaces=True,
                    ).ParseFile(stream)
    return reading


class _Reading:
    """What expat calls. A table within a cell of another one is no tab."""

    def __init__(self, findings: Mapping[str, Finding]) -> None:
        self._findings = dict(findings)
        """Of the tabs that are still to come; of two that have one name, the first is read."""
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
            elif self._tables == 1 and self._table is not None:
                self._table.start(name, attributes)
        elif name == _TABLE and self._open[-1:] == [_SPREADSHEET]:
            self._open_tab(attributes)
        else:
            self._open.append(name)
            self._styles.start(name, attributes)

    def _open_tab(self, attributes: Attributes) -> None:
        name = attributes.get(_NAME, "")
        self._tabs.append((name, attributes.get(_STYLE_NAME, "")))
        self._tables = 1
        finding = self._findings.pop(name, None)
        self._table = None if finding is None else Table(finding, self._styles)

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
