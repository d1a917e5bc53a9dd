"""What is old in the archives of the jobs: folders that the nights have made, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from importer.files import sha256_of
from importer.journal import reading
from importer.pipeline.workplace import Workplace

REFUSED: Final = "refused"
"""A folder of a night's archive: files that are no sheet of the mapping."""
SAME: Final = "same"
"""Another: files of which the content was imported before."""


def archived(workplace: Workplace, gone: Collection[str], before: dt.datetime) -> Iterator[Path]:
    """Yield the folders of all archives that a purge may delete.

    That is the folder of every run that is gone; and of the nights before a moment, the files that
    never had a run of their own. Such a folder stays as long as a run that is kept has read one of
    them: what is open is looked into.

    Args:
        workplace: the workspace, whose settings have the jobs.
        gone: runs that are purged, or about to be.
        before: aware.
    """
    runs = reading.runs_of(workplace.journal)
    needed = {run.file_sha256 for run in runs if run.id not in gone}
    for root in dict.fromkeys(job.archive for job in workplace.settings.jobs):
        for night in sorted(filter(_is_of_a_night, root.glob("*"))):
            yield from (night / run for run in sorted(gone) if (night / run).is_dir())
            if dt.date.fromisoformat(night.name) < before.date():
                yield from (
                    night / why
                    for why in (REFUSED, SAME)
                    if (night / why).is_dir() and not _holds(night / why, needed)
                )


def _is_of_a_night(folder: Path) -> bool:
    try:
        return dt.date.fromisoformat(folder.name).isoformat() == folder.name
    except ValueError:
        return False


def _holds(folder: Path, needed: Collection[str]) -> bool:
    """Whether one of a folder's files has one of these contents."""
    return any(sha256_of(one) in needed for one in folder.rglob("*") if one.is_file())
