"""The files for correcting rows: `failures.xlsx`, and for a CSV `failures.csv` beside it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

from importer.files import free_name, write_atomically
from importer.report.failures import write_failures
from importer.report.failures_csv import WITH_MARK, write_failures_csv
from importer.report.measure import Measure, measure
from importer.report.source import FAILURES, FAILURES_CSV, Failures, ReportSource
from importer.report.theirs import is_theirs, record
from importer.shapes import CsvShape


def write_failure_files(
    folder: Path, source: ReportSource
) -> tuple[Failures | None, tuple[Path, ...]]:
    """Write the rows to correct, or remove what an earlier report wrote where there are none.

    Args:
        folder: the run's own.
        source: the run's records.

    Returns:
        What was written; and where files went that a person had edited.
    """
    shape = source.shape
    found = measure(shape.headers, source.failing_rows())
    workbook, table = folder / FAILURES, folder / FAILURES_CSV
    kept = [_set_aside(workbook), _set_aside(table)]
    failures = None
    if found.rows:
        failures = Failures(
            path=write_atomically(workbook, lambda file: _workbook(file, source, found)),
            rows=found.rows,
            table=_written(table, shape.csv, source, found) if shape.csv else None,
        )
    for path in [] if found.rows else [workbook, table]:
        with suppress(PermissionError):  # open in Excel on Windows, as in `_set_aside`
            path.unlink(missing_ok=True)
    return failures, tuple(path for path in kept if path)


def _workbook(file: IO[bytes], source: ReportSource, found: Measure) -> None:
    run = source.reconciliation.run
    write_failures(file, run, source.shape, found, source.failing_rows())


def _written(path: Path, csv: CsvShape, source: ReportSource, found: Measure) -> Path:
    written = write_atomically(path, lambda file: _table(file, csv, source, found))
    record(written)
    return written


def _table(file: IO[bytes], csv: CsvShape, source: ReportSource, found: Measure) -> None:
    try:
        write_failures_csv(file, csv, source.shape, found, source.failing_rows())
    except UnicodeEncodeError:  # an encoding that does not give back what was read in it
        file.seek(0)
        file.truncate()
        any_text = replace(csv, encoding=WITH_MARK)
        write_failures_csv(file, any_text, source.shape, found, source.failing_rows())


def _set_aside(path: Path) -> Path | None:
    """Keep a file into which a person has put work."""
    if not path.is_file():
        return None
    try:
        if not is_theirs(path):
            return None
        return path.rename(free_name(path.with_name(f"{path.stem} edited{path.suffix}")))
    except PermissionError:  # open in Excel on Windows: it stays, and the new one gets a free name
        return None
