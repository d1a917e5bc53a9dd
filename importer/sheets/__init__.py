"""Sheets: a CSV or one tab of a workbook, as text with true row numbers."""

from importer.sheets.open import open_sheet, tab_names
from importer.sheets.preflight import format_of
from importer.sheets.sheet import Sheet, Shown

__all__ = ["Sheet", "Shown", "format_of", "open_sheet", "tab_names"]
