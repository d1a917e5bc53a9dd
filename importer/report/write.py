"""All reports of a run, written one after the other."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from importer.created import Told
from importer.files import Content, make_private_folder, write_atomically
from importer.model import Skipped
from importer.report.document import document_file, document_lines
from importer.report.failure_files import write_failure_files
from importer.report.html import page_file
from importer.report.lines import Line
from importer.report.rows_data import PageRows
from importer.report.source import (
    FAILURES,
    FAILURES_CSV,
    Names,
    ReportSource,
    Written,
    report_of,
)
from importer.report.spool import Spool
from importer.report.table import table_file, table_lines
from importer.report.theirs import is_theirs, record
from importer.report.told import told_of
from importer.report.xlsx import write_workbook

_A_DAY: Final = 86_400

Stage = Callable[[int], AbstractContextManager[Callable[[int], object]]]
"""Given how many steps there are: a context that is told of each."""


def _unwatched(_total: int) -> AbstractContextManager[Callable[[int], object]]:
    return nullcontext(lambda _more: None)


def write_reports(
    folder: Path,
    source: ReportSource,
    *,
    stage: Stage = _unwatched,
    now: Callable[[], float] = time.time,
) -> Written:
    """Write every report of a run into its folder; the same run gives the same bytes.

    A failures workbook, or its CSV, that a person has edited there is moved aside, never
    overwritten. The page is written last: it links to the others by the names that they got.

    Args:
        folder: the run's own folder, `reports/20261122-k7f3`; made where it is missing.
        source: the run's records.
        stage: progress.
        now: the time of day, in seconds since 1970.

    Raises:
        OSError: the folder cannot be written.
    """
    make_private_folder(folder)
    _remove_halves(folder, now())
    with stage(source.reconciliation.run.planned_actions) as advance:
        return _write_all(folder, replace(source, actions=lambda: _counted(source, advance)))


def _write_all(folder: Path, source: ReportSource) -> Written:
    usual = Names()
    failures, kept = write_failure_files(folder, source)
    rows = [
        (FAILURES, failures.path if failures else None),
        (FAILURES_CSV, failures.table if failures else None),
    ]
    for name, path in rows:
        _remove_stand_ins(folder / name, path)
    report = report_of(source, failures)
    with (
        table_lines() as rows_of,
        document_lines(report) as lines,
        PageRows(report.reasons) as data,
    ):
        every = _taken_down(told_of(source), (rows_of, lines, data))
        workbook = _write(folder / usual.workbook, lambda file: write_workbook(file, report, every))
        table = _write(folder / usual.table, _pieces(table_file(rows_of)))
        document = _write(folder / usual.document, _pieces(document_file(report, lines)))
        names = replace(usual, workbook=workbook.name, table=table.name, document=document.name)
        report = replace(report, names=names)
        page = _write(folder / usual.page, _pieces(page_file(report, data)))
    figures = [
        (usual.page, page),
        (usual.workbook, workbook),
        (usual.table, table),
        (usual.document, document),
    ]
    return Written(
        page=page,
        workbook=workbook,
        table=table,
        document=document,
        report=report,
        kept=kept,
        old=()
        if failures
        else tuple(filter(Path.exists, (folder / FAILURES, folder / FAILURES_CSV))),
        displaced=tuple(
            (name, path) for name, path in figures + rows if path and path.name != name
        ),
    )


def _counted(source: ReportSource, advance: Callable[[int], object]) -> Iterator[Told]:
    for action in source.actions():
        yield action
        advance(1)


def _taken_down(
    told: Iterable[tuple[Line, Told | Skipped | None]], spools: Sequence[Spool]
) -> Iterator[Line]:
    """The lines for one report; the others take each of them down as it goes by."""
    for line, made_from in told:
        for spool in spools:
            spool.add(line, made_from)
        yield line


def _pieces(pieces: Iterable[bytes]) -> Content:
    return lambda file: file.writelines(pieces)


def _write(path: Path, content: Content) -> Path:
    written = write_atomically(path, content)
    if written != path:
        record(written)
    _remove_stand_ins(path, written)
    return written


def _remove_stand_ins(path: Path, written: Path | None) -> None:
    """Remove what an earlier report wrote as `name (2)` because the file was open then.

    Nobody could tell that it is old. What a person has saved since is theirs.
    """
    stand_in = re.compile(rf"{re.escape(path.stem)} \([0-9]+\){re.escape(path.suffix)}")
    for other in path.parent.iterdir():
        if stand_in.fullmatch(other.name) and other != written:
            with suppress(PermissionError):  # open in its turn
                if not is_theirs(other):
                    other.unlink()


def _remove_halves(folder: Path, now: float) -> None:
    """Remove what a crash left of files that were being written; a day later nobody writes them."""
    for part in folder.glob(".*.part"):
        with suppress(OSError):
            if now - part.stat().st_mtime > _A_DAY:
                part.unlink()
