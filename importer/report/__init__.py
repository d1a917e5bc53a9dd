"""The proof on paper: reconciliation as HTML, XLSX, CSV and JSON, and the failures workbook."""

from importer.report.source import FailureRow, Failures, ReportSource, SheetShape, Written
from importer.report.summary import Summary, summary
from importer.report.write import write_reports

__all__ = [
    "FailureRow",
    "Failures",
    "ReportSource",
    "SheetShape",
    "Summary",
    "Written",
    "summary",
    "write_reports",
]
