"""What calamine does not tell of a tab: how far it reaches, what is hidden, how numbers are shown.

It runs before and beside calamine. It streams: memory grows with what is unusual, not with rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from importer.sheets.scan.found import CellFoundError, Finding, FirstCell, Scan
from importer.sheets.scan.ods import scan_ods, tabs_of_ods
from importer.sheets.scan.xls import scan_xls, tabs_of_xls
from importer.sheets.scan.xlsb import scan_xlsb, tabs_of_xlsb
from importer.sheets.scan.xlsx import scan_xlsx, tabs_of_xlsx
from importer.sheets.tabs import Tab

__all__ = ["Scan", "has_cell", "scan", "tabs_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scanner:
    """How workbooks of one way of writing are looked through."""

    tabs: Callable[[Path], tuple[Tab, ...]]
    find: Callable[[Path, Sequence[str], Callable[[], Finding]], Mapping[str, Finding]]
    """Path, tabs, what makes a new finding → what was found in each tab."""


_XLSX = _Scanner(tabs=tabs_of_xlsx, find=scan_xlsx)
_BY_EXTENSION: Mapping[str, _Scanner] = {
    ".xlsx": _XLSX,
    ".xlsm": _XLSX,
    ".xlsb": _Scanner(tabs=tabs_of_xlsb, find=scan_xlsb),
    ".xls": _Scanner(tabs=tabs_of_xls, find=scan_xls),
    ".ods": _Scanner(tabs=tabs_of_ods, find=scan_ods),
}


def tabs_of(path: Path) -> tuple[Tab, ...]:
    """List the tabs that can hold cells, in their order, without loading any.

    Args:
        path: .xlsx, .xlsm, .xlsb, .xls or .ods; so for the others here.

    Raises:
        SheetError: the workbook is damaged or protected by a password.
    """
    return _scanner(path).tabs(path)


def scan(path: Path, tabs: Sequence[str]) -> dict[str, Scan]:
    """Look through some tabs of a workbook, all of them in one pass over the file.

    Args:
        path: the workbook.
        tabs: their names; in one that is not there nothing is found.

    Raises:
        SheetError: the workbook is damaged or protected by a password.
    """
    found = _scanner(path).find(path, tabs, Finding)
    return {tab: finding.scan() for tab, finding in found.items()}


def has_cell(path: Path, tab: str) -> bool:
    """Tell whether a tab has any cell that holds something; at the first one it stops.

    Raises:
        SheetError: the workbook is damaged or protected by a password.
    """
    try:
        _scanner(path).find(path, [tab], FirstCell)
    except CellFoundError:
        return True
    return False


def _scanner(path: Path) -> _Scanner:
    return _BY_EXTENSION[path.suffix.lower()]
