"""A job's inbox: which files lie in it, whether they are complete, and taking one of them.

A file that is taken goes into `taken/<job>/<moment>/` inside the inbox and stays there until it is
put away, so that what a crash left is found again by the next night.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from importer.errors import UsageError
from importer.nightly.moving import claim_file
from importer.settings import STEM, Job

TAKEN: Final = "taken"
FAILURES: Final = ("failures*.xlsx", "failures*.csv")
"""What reports call the rows to correct: taken wherever it is clear which job it belongs to."""

Look = tuple[int, int, int]
"""A file's size in bytes, and when its content and its entry were changed, in nanoseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A file that was taken."""

    sheet: Path
    totals: Path | None
    """The file of its control totals, where the job has one."""

    @property
    def folder(self) -> Path:
        """Its own folder."""
        return self.sheet.parent

    def drop(self) -> None:
        """Remove its folder once everything has been put away."""
        with suppress(OSError):  # something is still in it: the next night looks
            self.folder.rmdir()


class Inbox:
    """The inbox of a job.

    Args:
        job: the job.
        others: the other jobs, which may have the same folder.
        look_only: nothing is moved, made or removed.
    """

    def __init__(self, job: Job, others: Iterable[Job], *, look_only: bool = False) -> None:
        self._job = job
        self._look_only = look_only
        self.folder = job.inbox.parent
        alone = all(one.inbox.parent != self.folder for one in others)
        self._patterns = (job.inbox.name, *(FAILURES if alone else ()))
        name = "" if alone else f", under a name that fits {job.inbox.name}"
        self.for_failures = f"into {self.folder}{name}"
        """Where a corrected failures workbook is put, in words."""
        self._looks: dict[str, Look] = {}

    def look(self) -> None:
        """Look at every file for the first time.

        Raises:
            UsageError: the folder is not there.
        """
        self._looks = {path.name: _look(path) for path in self.files()}

    @property
    def seen(self) -> bool:
        """Whether the first look found anything."""
        return bool(self._looks)

    def files(self) -> Sequence[Path]:
        """The files that are the job's, in the order of their names.

        Raises:
            UsageError: the folder is not there or cannot be read.
        """
        try:
            names = sorted((path.name for path in self.folder.iterdir()), key=_in_order)
        except OSError as error:
            raise UsageError(
                f"The inbox {self.folder} cannot be read: {error.strerror}.",
                "Make the folder, or correct `inbox` in [[jobs]].",
            ) from error
        found = [self.folder / name for name in names if self._is_ours(name)]
        return [path for path in found if not path.is_dir()]

    def not_ready(self, path: Path) -> str:
        """Why a file is not to be taken yet, to be asked some time after `look`; "" if it is."""
        try:
            return next(self._doubts(path), "")
        except FileNotFoundError:
            return ""  # somebody else took it: claiming will tell

    def totals_of(self, path: Path) -> Path | None:
        """The file of a file's control totals; None where the job has none."""
        return self._totals_of(path) if self._job.control_totals else None

    def claim(self, path: Path, moment: dt.datetime) -> Claim | None:
        """Take a file; None where somebody else has.

        Raises:
            UsageError: the folder `taken` is on another disk.
            OSError: it cannot be moved.
        """
        own = self._taken / f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        own.mkdir(parents=True)
        if not claim_file(path, own / path.name):
            own.rmdir()
            return None
        return self._claim(own / path.name)

    def claimed(self) -> list[Claim]:
        """What earlier nights took and did not put away, the oldest first."""
        if not self._taken.is_dir():
            return []
        return [
            claim for folder in sorted(self._taken.iterdir()) for claim in self._held_by(folder)
        ]

    def knows(self, path: Path) -> bool:
        """Whether a file of the folder means something to the job."""
        return self._is_ours(path.name) or self._is_totals(path.name)

    def _doubts(self, path: Path) -> Iterator[str]:
        now = _look(path)
        if path.is_symlink() or not path.is_file():
            yield "It is no ordinary file."
        if lock := _lock_of(path):
            yield f"Somebody has it open: {lock.name} lies beside it."
        if not now[0]:
            yield "It is empty so far."
        if self._looks.get(path.name) != now:
            yield "It is still being written."
        totals = self.totals_of(path)
        if totals is not None and not totals.is_file():
            yield f"Its control totals are not there yet: {totals.name}."

    @property
    def _taken(self) -> Path:
        return self.folder / TAKEN / self._job.name

    def _held_by(self, folder: Path) -> Iterator[Claim]:
        found = [path for path in folder.iterdir() if not self._is_totals(path.name)]
        yield from map(self._claim, found)
        if not found and not self._look_only:
            with suppress(OSError):  # a crash between the folder and the file, or after the file
                folder.rmdir()

    def _claim(self, sheet: Path) -> Claim:
        """With its control totals, wherever a crash has left them."""
        if not self._job.control_totals:
            return Claim(sheet=sheet, totals=None)
        beside = self._totals_of(self.folder / sheet.name)
        totals = self._totals_of(sheet)
        if self._look_only:
            return Claim(sheet=sheet, totals=totals if totals.exists() else beside)
        claim_file(beside, totals)
        return Claim(sheet=sheet, totals=totals)

    def _totals_of(self, sheet: Path) -> Path:
        return sheet.with_name(self._job.control_totals.replace(STEM, sheet.stem))

    def _is_ours(self, name: str) -> bool:
        if name.startswith((".", "~$")) or self._is_totals(name):
            return False
        return any(fnmatchcase(name.casefold(), one.casefold()) for one in self._patterns)

    def _is_totals(self, name: str) -> bool:
        totals = self._job.control_totals.casefold()
        return bool(totals) and fnmatchcase(name.casefold(), totals.replace(STEM, "*"))


def fitting_none(inboxes: Sequence[Inbox]) -> Iterator[Path]:
    """Files that lie in an inbox and are no job's."""
    for folder in dict.fromkeys(inbox.folder for inbox in inboxes):
        here = [one for one in inboxes if one.folder == folder]
        with suppress(OSError):  # the job itself tells of a folder that cannot be read
            for path in sorted(folder.iterdir()):
                hidden = path.name.startswith((".", "~$")) or not path.is_file()
                if not hidden and not any(one.knows(path) for one in here):
                    yield path


def _in_order(name: str) -> tuple[str, str]:
    return name.casefold(), name


def _look(path: Path) -> Look:
    found = path.stat()
    # The last tells also of a copy that was given the times of its original.
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _lock_of(path: Path) -> Path | None:
    names: Sequence[Callable[[str], str]] = (
        lambda name: f"~${name}",
        lambda name: f".~lock.{name}#",
    )
    return next((one for make in names if (one := path.with_name(make(path.name))).exists()), None)
