"""All reports of a run, written one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

from importer.files import free_name, make_private_folder, write_atomically
from importer.report.archive import saved_by_a_person
from importer.report.failures import write_failures
from importer.report.html import page_file
from importer.report.lines import lines_of
from importer.report.measure import measure
from importer.report.source import Failures, Report, ReportSource, Written
from importer.report.summary import summary_file
from importer.report.table import table_file
from importer.report.xlsx import write_workbook


def write_reports(folder: Path, source: ReportSource) -> Written:
    """Write every report of a run into its folder; the same run gives the same bytes.

    A failures workbook that a person has edited there is moved aside, never overwritten.

    Args:
        folder: the run's own folder, `reports/20261122-k7f3`; made where it is missing.
        source: the run's records.

    Raises:
        OSError: the folder cannot be written.
    """
    make_private_folder(folder)
    books = source.reconciliation
    failures, kept = _failures(folder / "failures.xlsx", source)
    report = Report(books=books, failures=failures)
    return Written(
        workbook=write_atomically(
            folder / "reconciliation.xlsx",
            lambda file: write_workbook(file, report, lines_of(source)),
        ),
        table=_pieces(folder / "reconciliation.csv", table_file(lines_of(source))),
        summary=write_atomically(folder / "summary.json", summary_file(books)),
        page=_pieces(folder / "reconciliation.html", page_file(report, lines_of(source))),
        failures=failures,
        kept=kept,
    )


def _failures(path: Path, source: ReportSource) -> tuple[Failures | None, Path | None]:
    found = measure(source.shape.headers, source.failing_rows())
    kept = _set_aside(path)
    if not found.rows:
        with suppress(PermissionError):  # open in Excel on Windows, as in `_set_aside`
            path.unlink(missing_ok=True)
        return None, kept
    run = source.reconciliation.run
    written = write_atomically(
        path,
        lambda file: write_failures(file, run, source.shape, found, source.failing_rows()),
    )
    return Failures(path=written, rows=found.rows), kept


def _set_aside(path: Path) -> Path | None:
    """Keep a failures workbook into which a person has put work."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        if not saved_by_a_person(file):
            return None
    try:
        return path.rename(free_name(path.with_name(f"{path.stem} edited{path.suffix}")))
    except PermissionError:  # open in Excel on Windows: it stays, and the new one gets a free name
        return None


def _pieces(path: Path, pieces: Iterable[bytes]) -> Path:
    def write(file: IO[bytes]) -> None:
        file.writelines(pieces)

    return write_atomically(path, write)
