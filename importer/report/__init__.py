"""The proof on paper: reconciliation as HTML, XLSX, CSV and JSON, and the failures workbook."""

from importer.report.failures_csv import MARKED_HEADER
from importer.report.inert import marked, unmarked
from importer.report.source import FailureRow, Failures, ReportSource, SheetShape, Written
from importer.report.summary import Summary, summary
from importer.report.write import write_reports

__all__ = [
    "MARKED_HEADER",
    "FailureRow",
    "Failures",
    "ReportSource",
    "SheetShape",
    "Summary",
    "Written",
    "marked",
    "summary",
    "unmarked",
    "write_reports",
]
