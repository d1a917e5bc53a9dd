"""A job's inbox: which files lie in it, whether they are complete, and taking one of them.

A file that is taken goes into `taken/<job>/<moment>/` inside the inbox and stays there until it is
put away, so that what a crash left is found again by the next night.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from importer.errors import UsageError
from importer.nightly.moving import claim_file, clear_away, take_out
from importer.nightly.names import fits, in_order, is_hidden, is_unfinished
from importer.pipeline.archives import TAKEN
from importer.report.source import FAILURES, FAILURES_CSV
from importer.settings import STEM, Job

_TO_CORRECT: Final = tuple(
    f"{name.stem}*{name.suffix}" for name in map(Path, (FAILURES, FAILURES_CSV))
)
"""What reports call the rows to correct: taken wherever it is clear which job it belongs to."""
_WRITTEN_TOTALS: Final = "Its control totals are still being written: {}."

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

    def is_before(self, moment: dt.datetime) -> bool:
        """Whether it was taken before a moment; aware."""
        try:
            taken = dt.datetime.fromisoformat(self.folder.name.partition("-")[0])
        except ValueError:  # no folder of ours
            return False
        return taken.replace(tzinfo=dt.UTC) <= moment

    def drop(self) -> None:
        """Remove it, now that the archive has it.

        Raises:
            OSError: it cannot be removed, and is there as it was.
        """
        take_out(self.sheet)
        with suppress(OSError):  # something is still in it: the next night looks
            clear_away(self.folder, [self.totals] if self.totals else [])


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
        self.folder, self.place = job.inbox.parent, job.place
        self._beside = [one for one in others if one.place == job.place]
        self._patterns = (job.inbox.name, *(() if self._beside else _TO_CORRECT))
        name = f", under a name that fits {job.inbox.name}" if self._beside else ""
        self.for_failures = f"into {self.folder}{name}"
        """Where a corrected failures workbook is put, in words."""
        self._looks: dict[str, Look] = {}

    def look(self) -> None:
        """Look at every file for the first time.

        Raises:
            UsageError: the folder is not there.
        """
        self._looks = {}
        found = self.files()
        totals = filter(None, map(self.totals_of, found))
        for path in (*found, *totals):
            with suppress(OSError):  # it has gone, or is a link to nowhere: the second look tells
                self._looks[path.name] = _look(path)

    @property
    def pattern(self) -> str:
        """What names fit the job."""
        return self._job.inbox.name

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
            names = sorted((path.name for path in self.folder.iterdir()), key=in_order)
        except OSError as error:
            raise UsageError(
                f"The inbox {self.folder} cannot be read: {error.strerror}.",
                "Make the folder, or correct `inbox` in [[jobs]].",
            ) from error
        found = [self.folder / name for name in names if self._is_ours(name)]
        return [path for path in found if not path.is_dir()]

    def not_ready(self, path: Path, needs_totals: Callable[[Path], bool]) -> str:
        """Why a file is not to be taken yet, to be asked some time after `look`; "" if it is.

        Args:
            path: the file.
            needs_totals: whether a file that lies there whole waits for its control totals.

        Raises:
            UsageError: its name fits another job too, so that nobody knows what it is; or it is a
                link, or no file.
        """
        if also := [one.name for one in self._beside if _means(one, path.name)]:
            jobs = ", ".join(sorted([self._job.name, *also]))
            raise UsageError(
                f"Its name fits the jobs {jobs}: none takes it.",
                "Let it fit one of them alone: by its own name, or by their `inbox`.",
            )
        if path.is_symlink() or (path.exists() and not path.is_file()):
            what = "a link" if path.is_symlink() else "no ordinary file"
            raise UsageError(
                f"It is {what}, and no night ever takes one.",
                "Put the file itself into the inbox, and take this one away.",
            )
        try:
            return next(self._doubts(path, needs_totals), "")
        except FileNotFoundError:
            return ""  # somebody else took it: claiming will tell
        except OSError as error:
            return f"It cannot be looked at: {error.strerror}."

    def totals_of(self, path: Path) -> Path | None:
        """The file of a file's control totals; None where the job has none."""
        return self._totals_of(path) if self._job.control_totals else None

    def claim(self, path: Path, moment: dt.datetime) -> Claim | None:
        """Take a file; None where somebody else has.

        Raises:
            UsageError: the folder `taken` is on another disk.
            OSError: it cannot be moved.
        """
        own = self._taken / f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%S.%f}-{secrets.token_hex(4)}"
        own.mkdir(parents=True)
        if not claim_file(path, own / path.name):
            own.rmdir()
            return None
        return self.with_totals(self._claim(own / path.name))

    def claimed(self) -> list[Claim]:
        """What earlier nights took and did not put away, the oldest first."""
        if not self._taken.is_dir():
            return []
        folders = sorted(path for path in self._taken.iterdir() if path.is_dir())
        return [claim for folder in folders for claim in self._held_by(folder)]

    def with_totals(self, claim: Claim) -> Claim:
        """A claim that is to be planned, with the control totals that a crash has left behind.

        Of what has a run on record none are needed: a file of their name in the inbox is another
        sheet's.

        Raises:
            OSError: they cannot be moved.
        """
        if claim.totals is None or claim.totals.exists():
            return claim
        beside = self._totals_of(self.folder / claim.sheet.name)
        if self._look_only:
            return replace(claim, totals=beside)
        claim_file(beside, claim.totals)
        return claim

    def knows(self, path: Path) -> bool:
        """Whether a file of the folder means something to the job."""
        return self._is_ours(path.name) or _is_totals(self._job, path.name)

    def counts(self, path: Path) -> bool:
        """Whether the name of a file of the folder is one of control totals of this job."""
        return _is_totals(self._job, path.name)

    def lacks_sheet(self, path: Path) -> bool:
        """Whether the sheet of control totals of this job is not there, and no night has taken it.

        A sheet that was taken has its totals with it, but for what a crash has left behind.
        """
        sheets = (*self.files(), *self._taken_alone())
        return all(self._totals_of(sheet).name != path.name for sheet in sheets)

    def _doubts(self, path: Path, needs_totals: Callable[[Path], bool]) -> Iterator[str]:
        now = _look(path)
        if lock := _lock_of(path):
            yield f"Somebody has it open: {lock.name} lies beside it."
        if not now[0]:
            yield "It is empty so far."
        if self._looks.get(path.name) != now:
            yield "It is still being written."
        why = self._why_no_totals(path)
        if why and needs_totals(path):
            yield why

    def _why_no_totals(self, path: Path) -> str:
        """Why a file's control totals are not to be read yet; "" if they are, or if it has none."""
        totals = self.totals_of(path)
        if totals is None:
            return ""
        if not totals.is_file():
            return f"Its control totals are not there yet: {totals.name}."
        now = _look(totals)
        if not now[0]:
            return f"Its control totals are empty so far: {totals.name}."
        return "" if self._looks.get(totals.name) == now else _WRITTEN_TOTALS.format(totals.name)

    @property
    def _taken(self) -> Path:
        return self.folder / TAKEN / self._job.name

    def _taken_alone(self) -> Iterator[Path]:
        """The sheets that were taken, and that still wait for their control totals."""
        held = filter(self._is_sheet, self._taken.glob("*/*"))
        return (sheet for sheet in held if not self._totals_of(sheet).exists())

    def _held_by(self, folder: Path) -> Iterator[Claim]:
        try:
            held = list(folder.iterdir())
        except OSError:
            yield Claim(sheet=folder, totals=None)  # what takes it up tells why it cannot
            return
        found = [one for one in held if self._is_sheet(one)]
        yield from map(self._claim, found)
        if not found and not self._look_only:
            with suppress(OSError):  # a crash between the folder and the file, or after the file
                clear_away(folder, (one for one in held if _is_totals(self._job, one.name)))

    def _claim(self, sheet: Path) -> Claim:
        return Claim(sheet=sheet, totals=self.totals_of(sheet))

    def _totals_of(self, sheet: Path) -> Path:
        return sheet.with_name(self._job.control_totals.replace(STEM, sheet.stem))

    def _is_ours(self, name: str) -> bool:
        if is_hidden(name) or is_unfinished(name) or _is_totals(self._job, name):
            return False
        return any(fits(name, one) for one in self._patterns)

    def _is_sheet(self, path: Path) -> bool:
        """Whether something in a claim's folder is what was claimed: others leave files, too."""
        return not (is_hidden(path.name) or _is_totals(self._job, path.name) or path.is_dir())


def _means(job: Job, name: str) -> bool:
    """Whether a name means something to a job that shares its folder."""
    return any(fits(name, one) for one in job.patterns)


def _is_totals(job: Job, name: str) -> bool:
    return any(fits(name, one) for one in job.patterns[1:])


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
