"""Keeping house: what nobody needs any more is deleted; what recognises a row never is."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from importer.errors import SettingsError
from importer.journal import purging, reading
from importer.journal.overview import open_by_run
from importer.journal.purging import Evidence
from importer.model import RunState
from importer.pipeline import archives
from importer.pipeline.reporting import reconcile_run
from importer.pipeline.workplace import Workplace

_BLANK: Final = Evidence()


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """What a purge deletes, or would."""

    runs: tuple[str, ...] = ()
    """Oldest first; their evidence in the journal goes."""
    reports: tuple[Path, ...] = ()
    """Folders."""
    inputs: tuple[Path, ...] = ()
    """Kept copies of sheets."""
    archived: tuple[Path, ...] = ()
    """Folders in the archives of the jobs."""
    refused: tuple[Path, ...] = ()
    """Files as old that may be the only copies: what these archives have as refused, and kept
    copies of sheets that were never run."""
    with_refused: bool = False
    """These go too: they are in `archived`, with their folders, and in `inputs`."""
    shared_with: tuple[Path, ...] = ()
    """Other databases beside the journal: kept copies that would go may be theirs, and stay."""
    evidence: Evidence = _BLANK
    size: int = 0
    """Bytes of all files."""
    still_open: int = 0
    """Old runs that stay, since something of their sheet is open."""

    def __bool__(self) -> bool:
        return bool(self.runs or self.files)

    @property
    def files(self) -> tuple[Path, ...]:
        """All that goes from the disk: files, and folders with what is in them."""
        return (*self.reports, *self.inputs, *self.archived)


def plan_purge(
    workplace: Workplace, older_than: dt.timedelta, *, with_refused: bool = False
) -> Purge:
    """What a purge would delete, and nothing is deleted.

    A run goes with all runs of its sheet, once each of them has rested for so long and their books
    are closed; its folder in a job's archive goes with it. What an earlier purge was kept from
    deleting goes too, and what nights as old have put away that was imported before. No kept copy
    goes while another database lies beside the journal: it may have runs that have read it.

    Args:
        workplace: the workspace.
        older_than: since when nothing has changed of a run.
        with_refused: what is as old and was never imported goes too: what nights have refused,
            and kept copies of sheets that were never run.
    """
    journal = workplace.journal
    before = journal.clock() - older_than
    old = purging.old_roots(journal, before)
    closed = list(_closed(workplace, old))
    found = purging.runs_of_roots(journal, closed)
    gone = [*purging.purged_runs(journal), *found]
    refused = tuple(archives.refused(workplace, gone, before))
    inputs, alone = tuple(_inputs(workplace, gone, before)), tuple(_runless(workplace, before))
    shared = tuple(workplace.other_databases()) if inputs or alone else ()
    if shared:
        inputs = alone = ()
    planned = Purge(
        runs=tuple(found),
        reports=tuple(_reports(workplace, gone)),
        inputs=(*inputs, *(alone if with_refused else ())),
        archived=(
            *archives.archived(workplace, gone, before),
            *(refused if with_refused else ()),
        ),
        refused=(*(one for folder in refused for one in sorted(_files(folder))), *alone),
        with_refused=with_refused,
        shared_with=shared,
        evidence=purging.evidence_of(journal, found),
        still_open=len(purging.runs_of_roots(journal, sorted(set(old) - set(closed)))),
    )
    return replace(planned, size=sum(map(_size, planned.files)))


def purge(workplace: Workplace, planned: Purge) -> bool:
    """Delete what was planned to be.

    The journal is told first: what a crash then leaves of the files goes with the next purge.

    Args:
        workplace: the workspace, opened to work in.
        planned: of this workspace, just now.

    Returns:
        Whether the journal's own file could be rewritten without what was let go.

    Raises:
        SettingsError: a file cannot be deleted.
    """
    if planned.runs:
        purging.purge(workplace.journal, planned.runs)
    for path in planned.files:
        _delete(path, with_folder=path not in planned.reports)
    return not planned.runs or purging.give_back_room(workplace.journal)


def _closed(workplace: Workplace, roots: Sequence[str]) -> Iterator[str]:
    """Those of some chains of which nothing is open, in doubt or unsent, with exact books."""
    journal = workplace.journal
    left = open_by_run(journal)
    for root in roots:
        if any(left.get(run) for run in purging.runs_of_roots(journal, [root])):
            continue
        # A sheet that was refused as a whole waits for nobody.
        refused = reading.run_of(journal, root).state is RunState.REFUSED
        if refused or reconcile_run(workplace, root).chain.closed:
            yield root


def _reports(workplace: Workplace, gone: Collection[str]) -> Iterator[Path]:
    yield from filter(Path.is_dir, map(workplace.reports_of, gone))


def _inputs(workplace: Workplace, gone: Collection[str], before: dt.datetime) -> Iterator[Path]:
    """The copies that no other run has read as well; and what is as old, under another name."""
    runs = reading.runs_of(workplace.journal)
    read: dict[Path, bool] = {}
    for run in runs:
        kept = workplace.kept_input(run)
        read[kept] = read.get(kept, True) and run.id in gone
    yield from (kept for kept, free in read.items() if free and kept.is_file())
    contents = {run.file_sha256 for run in runs}
    for kept in _unread(workplace, before):
        if kept.parent.name in contents:
            yield kept


def _runless(workplace: Workplace, before: dt.datetime) -> Iterator[Path]:
    """Copies as old of which no run has read the content: it was refused, or only checked.

    Of a sheet that somebody has deleted since, it is the only copy.
    """
    contents = {run.file_sha256 for run in reading.runs_of(workplace.journal)}
    for kept in _unread(workplace, before):
        if kept.parent.name not in contents:
            yield kept


def _unread(workplace: Workplace, before: dt.datetime) -> Iterator[Path]:
    """Copies as old that no run has read."""
    read = {workplace.kept_input(run) for run in reading.runs_of(workplace.journal)}
    for kept in workplace.kept_inputs():
        if kept not in read and kept.stat().st_mtime < before.timestamp():
            yield kept


def _size(path: Path) -> int:
    return sum(one.stat().st_size for one in _files(path))


def _files(path: Path) -> Iterator[Path]:
    """The file itself, or those of a folder."""
    files = path.rglob("*") if path.is_dir() else (path,)
    return (one for one in files if one.is_file())


def _delete(path: Path, *, with_folder: bool) -> None:
    try:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        if with_folder and not any(path.parent.iterdir()):
            path.parent.rmdir()
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be deleted: {error.strerror}.",
            "Close it in other programs, or correct its permissions; then purge again: the rest "
            "goes then.",
        ) from error
