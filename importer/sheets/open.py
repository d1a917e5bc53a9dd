"""Open a sheet, whatever it is written in."""

from __future__ import annotations

from pathlib import Path

from importer.model import SheetSpec
from importer.sheets.preflight import Format, format_of
from importer.sheets.sheet import Sheet
from importer.sheets.stillness import unchanged
from importer.sheets.workbook import open_tab, worksheet_names


def open_sheet(path: Path, spec: SheetSpec) -> Sheet:
    """Open the sheet that a mapping describes.

    Args:
        path: .csv, .tsv, .txt, .xlsx, .xlsm, .xlsb, .xls or .ods.
        spec: which tab, where the header is, how a CSV is written.

    Raises:
        UsageError: there is no such file, or it cannot be opened.
        SheetError: it cannot be read, or is not the sheet that `spec` describes.
    """
    is_csv = format_of(path) is Format.CSV
    with unchanged(path):
        return _open_csv(path, spec) if is_csv else open_tab(path, spec)


def _open_csv(path: Path, spec: SheetSpec) -> Sheet:
    # Arrow takes more memory than the process that reads a workbook is granted.
    from importer.sheets.csv_sheet import open_csv  # noqa: PLC0415 - see above

    return open_csv(path, spec)


def tab_names(path: Path) -> list[str]:
    """List the tabs with cells, hidden ones too, in their order; a CSV has none.

    Raises:
        UsageError: there is no such file, or it cannot be opened.
        SheetError: it is not a workbook that can be read.
    """
    return [] if format_of(path) is Format.CSV else worksheet_names(path)
