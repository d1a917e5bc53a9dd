"""The files for correcting rows: `failures.xlsx`, and for a CSV `failures.csv` beside it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Final

from importer.files import free_name, write_atomically
from importer.report.archive import saved_by_a_person
from importer.report.failures import write_failures
from importer.report.failures_csv import WITH_MARK, write_failures_csv
from importer.report.measure import Measure, measure
from importer.report.source import Failures, ReportSource
from importer.shapes import CsvShape

WORKBOOK: Final = "failures.xlsx"
TABLE: Final = "failures.csv"

Edited = Callable[[Path], bool]
"""Whether a person has changed a file since it was written here."""


def write_failure_files(
    folder: Path, source: ReportSource, written_last: Path
) -> tuple[Failures | None, tuple[Path, ...]]:
    """Write the rows to correct, or remove what an earlier report wrote where there are none.

    Args:
        folder: the run's own.
        source: the run's records.
        written_last: the report that is written after all others.

    Returns:
        What was written; and where files went that a person had edited.
    """
    shape = source.shape
    found = measure(shape.headers, source.failing_rows())
    workbook, table = folder / WORKBOOK, folder / TABLE
    kept = [
        _set_aside(workbook, _is_saved_workbook),
        _set_aside(table, lambda path: _is_newer(path, written_last)),
    ]
    failures = None
    if found.rows:
        csv = shape.csv
        failures = Failures(
            path=write_atomically(workbook, lambda file: _workbook(file, source, found)),
            rows=found.rows,
            table=write_atomically(table, lambda file: _table(file, csv, source, found))
            if csv
            else None,
        )
    for path in [] if found.rows else [workbook, table]:
        with suppress(PermissionError):  # open in Excel on Windows, as in `_set_aside`
            path.unlink(missing_ok=True)
    return failures, tuple(path for path in kept if path)


def _workbook(file: IO[bytes], source: ReportSource, found: Measure) -> None:
    run = source.reconciliation.run
    write_failures(file, run, source.shape, found, source.failing_rows())


def _table(file: IO[bytes], csv: CsvShape, source: ReportSource, found: Measure) -> None:
    try:
        write_failures_csv(file, csv, source.shape, found, source.failing_rows())
    except UnicodeEncodeError:  # an encoding that does not give back what was read in it
        file.seek(0)
        file.truncate()
        any_text = replace(csv, encoding=WITH_MARK)
        write_failures_csv(file, any_text, source.shape, found, source.failing_rows())


def _set_aside(path: Path, is_edited: Edited) -> Path | None:
    """Keep a file into which a person has put work."""
    if not path.is_file() or not is_edited(path):
        return None
    try:
        return path.rename(free_name(path.with_name(f"{path.stem} edited{path.suffix}")))
    except PermissionError:  # open in Excel on Windows: it stays, and the new one gets a free name
        return None


def _is_saved_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        return saved_by_a_person(file)


def _is_newer(path: Path, written_last: Path) -> bool:
    """A CSV says nothing of who saved it: one that is younger than its own report was edited."""
    if not written_last.is_file():
        return True
    return path.stat().st_mtime_ns > written_last.stat().st_mtime_ns
