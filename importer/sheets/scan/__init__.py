"""What calamine does not tell of a tab: how far it reaches, what is hidden, how numbers are shown.

It runs before and beside calamine. It streams: memory grows with what is unusual, not with rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from importer.sheets.scan.found import Scan
from importer.sheets.scan.ods import scan_ods
from importer.sheets.scan.xls import scan_xls
from importer.sheets.scan.xlsb import scan_xlsb
from importer.sheets.scan.xlsx import scan_xlsx

__all__ = ["Scan", "scan"]

_BY_EXTENSION: Mapping[str, Callable[[Path, str], Scan]] = {
    ".xlsx": scan_xlsx,
    ".xlsm": scan_xlsx,
    ".xlsb": scan_xlsb,
    ".xls": scan_xls,
    ".ods": scan_ods,
}


def scan(path: Path, tab: str) -> Scan:
    """Look through one tab of a workbook.

    Args:
        path: .xlsx, .xlsm, .xlsb, .xls or .ods.
        tab: the tab's name; of one that is not there nothing is found.

    Raises:
        SheetError: the workbook is damaged.
    """
    return _BY_EXTENSION[path.suffix.lower()](path, tab)
