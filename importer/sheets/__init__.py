"""Sheets: a CSV or one tab of a workbook, as text with true row numbers."""

from importer.sheets.header import likelier_header
from importer.sheets.open import open_sheet, tab_names
from importer.sheets.preflight import format_of, is_workbook
from importer.sheets.sheet import MANY_ROWS, ROWS_PER_CHUNK, Sheet, Shown
from importer.sheets.stillness import check_settled, unchanged

__all__ = [
    "MANY_ROWS",
    "ROWS_PER_CHUNK",
    "Sheet",
    "Shown",
    "check_settled",
    "format_of",
    "is_workbook",
    "likelier_header",
    "open_sheet",
    "tab_names",
    "unchanged",
]
