"""A tab as calamine and the scan show it together, for tests."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

from openpyxl.utils import get_column_letter

from importer.model import Kind
from importer.sheets import Shown
from importer.sheets.cells import as_columns
from importer.sheets.scan import Scan, scan
from importer.sheets.tabs import opened

TAB = "Sheet"
PART = "xl/worksheets/sheet1.xml"
BLANK: Shown = ("", Kind.TEXT)


def look(path: Path, tab: str = TAB, chunk: int = 7) -> tuple[Scan, dict[str, Shown]]:
    """Give the scan, and every cell that is not blank by its address."""
    found = scan_of(path, tab)
    return found, cells_of(path, found, tab, chunk)


def scan_of(path: Path, tab: str = TAB) -> Scan:
    """Look through one tab."""
    return scan(path, [tab])[tab]


def cells_of(path: Path, found: Scan, tab: str = TAB, chunk: int = 7) -> dict[str, Shown]:
    """Lay a scan over what calamine reads, so many rows at a time."""
    with opened(path) as book:
        rows = book.get_sheet_by_name(tab).to_python(skip_empty_area=False)
    width = max([found.columns, *map(len, rows)])
    rows += [[] for _ in range(found.rows - len(rows))]
    filled = [[*row, *[""] * (width - len(row))] for row in rows]
    cells: dict[str, Shown] = {}
    for start in range(0, len(filled), chunk):
        columns, kinds_of = as_columns(filled[start : start + chunk])
        texts = [list(column) for column in columns]
        kinds = [list(column) for column in kinds_of]
        found.lay_over(start + 1, texts, kinds)
        for column, (some, of_some) in enumerate(zip(texts, kinds, strict=True), start=1):
            letter = get_column_letter(column)
            for row, shown in enumerate(zip(some, of_some, strict=True), start=start + 1):
                if shown != BLANK:
                    cells[f"{letter}{row}"] = shown
    return cells


def shown(path: Path, tab: str = TAB) -> dict[str, Shown]:
    """Give every cell that is not blank by its address."""
    return look(path, tab)[1]


def rewrite(path: Path, change: Callable[[str], str], part: str = PART) -> None:
    """Change one part of a workbook, as another program might have written it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
