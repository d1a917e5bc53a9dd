"""What is old in the archives of the jobs: folders that the nights have made, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

from importer.files import sha256_of
from importer.journal import reading
from importer.model import RunRecord
from importer.pipeline.workplace import Workplace
from importer.settings import Job

REFUSED: Final = "refused"
"""A folder of a night's archive: files that are no sheet of the mapping."""
SAME: Final = "same"
"""Another: files of which the content was imported before."""
TAKEN: Final = "taken"
"""A folder of an inbox, with one for each job: files that a night has taken, until they are put
away."""


def archived(workplace: Workplace, gone: Collection[str], before: dt.datetime) -> Iterator[Path]:
    """Yield the folders of all archives that a purge may delete.

    That is the folder of every run that is gone; and of the nights before a moment, the files that
    were imported before. Such a folder stays as long as a run that is kept has read one of them:
    what is open is looked into.

    Args:
        workplace: the workspace, whose settings have the jobs.
        gone: runs that are purged, or about to be.
        before: aware.
    """
    needed = _needed(workplace, gone)
    for night in _nights(workplace):
        yield from (night / run for run in sorted(gone) if (night / run).is_dir())
    yield from _put_aside(workplace, SAME, before, needed)


def refused(workplace: Workplace, gone: Collection[str], before: dt.datetime) -> Iterator[Path]:
    """Yield the folders with files that were refused and never imported, as `archived` does.

    They may be the only copies of what somebody still has to send again.
    """
    yield from _put_aside(workplace, REFUSED, before, _needed(workplace, gone))


def refused_since(workplace: Workplace, moment: dt.datetime) -> Iterator[Path]:
    """Yield the folders with files that were refused since the day of a moment; aware."""
    for job in workplace.settings.jobs:
        first = moment.astimezone(job.timezone).date()
        for night in filter(_is_of_a_night, sorted(job.archive.glob("*"))):
            folder = night / REFUSED
            if dt.date.fromisoformat(night.name) >= first and folder.is_dir():
                yield folder


def held_by_a_job(workplace: Workplace, run: RunRecord) -> bool:
    """Whether the nights of a job go on with a run: it is theirs, in its archive or its inbox."""
    return any(
        # A night looks at the runs of its job's mapping alone, wherever their files lie.
        job.mapping.stem == run.mapping and (job.name == run.job or _holds_run(job, run))
        for job in workplace.settings.jobs
    )


def _holds_run(job: Job, run: RunRecord) -> bool:
    if any(job.archive.glob(f"*/{run.id}")):
        return True
    # What begins with a point is put away already.
    taken = (job.inbox.parent / TAKEN / job.name).glob("*/[!.]*")
    return _holds(taken, {run.file_sha256})


def _needed(workplace: Workplace, gone: Collection[str]) -> Collection[str]:
    """The contents that runs which stay have read, by SHA-256."""
    runs = reading.runs_of(workplace.journal)
    return {run.file_sha256 for run in runs if run.id not in gone}


def _put_aside(
    workplace: Workplace, why: str, before: dt.datetime, needed: Collection[str]
) -> Iterator[Path]:
    for night in _nights(workplace):
        folder, day = night / why, dt.date.fromisoformat(night.name)
        if day < before.date() and folder.is_dir() and not _holds(folder.rglob("*"), needed):
            yield folder


def _nights(workplace: Workplace) -> Iterator[Path]:
    """The folders of all nights, of one archive after the other."""
    for root in dict.fromkeys(job.archive for job in workplace.settings.jobs):
        yield from sorted(filter(_is_of_a_night, root.glob("*")))


def _is_of_a_night(folder: Path) -> bool:
    try:
        return dt.date.fromisoformat(folder.name).isoformat() == folder.name
    except ValueError:
        return False


def _holds(paths: Iterable[Path], needed: Collection[str]) -> bool:
    """Whether one of these files has one of these contents."""
    return any(sha256_of(one) in needed for one in paths if one.is_file())
