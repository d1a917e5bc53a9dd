"""A job's archive: inputs and their reports together, by date.

archive/2026-11-23/20261123-k7f3/         the reports of a run
archive/2026-11-23/20261123-k7f3/input/   what it read
archive/2026-11-23/refused/               what is no sheet of the mapping
archive/2026-11-23/same/                  what was imported before
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from importer.files import (
    free_name,
    make_private_folder,
    sha256_of,
    sync_folder,
    write_atomically,
)
from importer.nightly.inbox import Claim
from importer.nightly.moving import copy_into, put_into, remove_files
from importer.report.source import FAILURES
from importer.settings import Job

INPUT: Final = "input"
_LAST_ARRIVAL: Final = ".last-arrival"
"""In the archive's own folder: when a file last came that has no run of its own."""
_FOR_PEOPLE: Final = Path(FAILURES).stem
"""How the names of files begin that people work in: an older one is set aside, never replaced."""


class Archive:
    """The archive of a job.

    Args:
        job: the job.
        today: the date of the night, in the job's zone.
    """

    def __init__(self, job: Job, today: dt.date) -> None:
        self._root = job.archive
        self._today = self._root / today.isoformat()

    def holds(self, run: str) -> bool:
        """Whether a run's reports are here, from whatever night."""
        return self._found(run) is not None

    def holds_input(self, run: str, file: str) -> bool:
        """Whether a file of the name of what a run read is beside its reports."""
        folder = self._found(run)
        return folder is not None and (folder / INPUT / file).is_file()

    def keep(self, run: str, reports: Path) -> Path:
        """Put a run's reports here; done again after a crash, the same.

        Returns:
            The run's folder.

        Raises:
            OSError: the archive cannot be written.
        """
        folder = self._found(run) or self._today / run
        make_private_folder(folder)
        for path in sorted(reports.iterdir()):
            if path.is_file() and not path.name.startswith("."):
                _copy_report(path, folder / path.name)
        for path in folder.glob(f"{_FOR_PEOPLE}.*"):
            if not (reports / path.name).exists():
                _set_aside(path)
        for changed in (folder, folder.parent, self._root):
            sync_folder(changed)
        return folder

    def put_aside(self, why: str, moment: dt.datetime) -> Path:
        """Make room for an input that has no run of its own: in `refused` or `same`.

        Args:
            why: the folder.
            moment: when; aware. It is kept, so that a second night does not miss the file.

        Returns:
            Where `put_away` is to put it.

        Raises:
            OSError: the archive cannot be written.
        """
        folder = self._today / why
        make_private_folder(folder)
        write_atomically(self._root / _LAST_ARRIVAL, moment.isoformat().encode())
        return folder

    def last_arrival(self) -> Iterator[dt.datetime]:
        """Yield when a file last came that has no run of its own, if one ever did."""
        with suppress(OSError, ValueError):  # none has, or somebody has tidied up
            said = dt.datetime.fromisoformat((self._root / _LAST_ARRIVAL).read_text("ascii"))
            if said.tzinfo:  # else it is not ours
                yield said

    def _found(self, run: str) -> Path | None:
        return next(self._root.glob(f"*/{run}"), None)


def put_away(claim: Claim, folder: Path, digest: str) -> bool:
    """Put an input into a folder of an archive, unless it is no more what was read.

    Args:
        claim: the input.
        folder: made where it is missing; what it holds is never replaced.
        digest: SHA-256 of what was read.

    Returns:
        Whether it is there; else it is where it was.

    Raises:
        OSError: the archive cannot be written.
    """
    totals = [claim.totals] if claim.totals is not None and claim.totals.exists() else []
    before = set(folder.iterdir()) if folder.is_dir() else set()
    copies = [put_into(path, folder) for path in (*totals, claim.sheet)]
    # Whoever has it open may have written into it until now. What is in the inbox's `taken` goes
    # last: as long as it is there, the next night goes on with it.
    if {sha256_of(copies[-1]), sha256_of(claim.sheet)} != {digest}:
        remove_files(*(one for one in copies if one not in before))
        return False
    claim.drop()
    return True


def _copy_report(source: Path, target: Path) -> None:
    if target.exists():
        if sha256_of(source) == sha256_of(target):
            return
        if target.stem == _FOR_PEOPLE:
            _set_aside(target)
    copy_into(source, target)


def _set_aside(path: Path) -> None:
    path.rename(free_name(path.with_stem(f"{path.stem} earlier")))
