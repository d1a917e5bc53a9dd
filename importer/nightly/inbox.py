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
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from importer.errors import UsageError
from importer.nightly.moving import claim_file
from importer.nightly.records import Stray
from importer.pipeline.archives import TAKEN
from importer.report.source import FAILURES, FAILURES_CSV
from importer.settings import STEM, Job

_TO_CORRECT: Final = tuple(
    f"{name.stem}*{name.suffix}" for name in map(Path, (FAILURES, FAILURES_CSV))
)
"""What reports call the rows to correct: taken wherever it is clear which job it belongs to."""
_UNFINISHED: Final = (".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp")
"""How programs call a file that they are still writing."""

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
        for path in self.files():
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
            names = sorted((path.name for path in self.folder.iterdir()), key=_in_order)
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
            UsageError: its name fits another job too, so that nobody knows what it is.
        """
        if also := [one.name for one in self._beside if _means(one, path.name)]:
            jobs = ", ".join(sorted([self._job.name, *also]))
            raise UsageError(
                f"Its name fits the jobs {jobs}: none takes it.",
                "Let it fit one of them alone: by its own name, or by their `inbox`.",
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
        own = self._taken / f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
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
        """A claim of which no run was made, with the control totals that a crash has left behind.

        Of one that has a run they are in its folder; a file of their name in the inbox is another
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

    def _doubts(self, path: Path, needs_totals: Callable[[Path], bool]) -> Iterator[str]:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            yield "It is no ordinary file."
        now = _look(path)
        if lock := _lock_of(path):
            yield f"Somebody has it open: {lock.name} lies beside it."
        if not now[0]:
            yield "It is empty so far."
        if self._looks.get(path.name) != now:
            yield "It is still being written."
        totals = self.totals_of(path)
        if totals is not None and not totals.is_file() and needs_totals(path):
            yield f"Its control totals are not there yet: {totals.name}."

    @property
    def _taken(self) -> Path:
        return self.folder / TAKEN / self._job.name

    def _held_by(self, folder: Path) -> Iterator[Claim]:
        try:
            found = [path for path in folder.iterdir() if self._is_sheet(path)]
        except OSError:
            yield Claim(sheet=folder, totals=None)  # what takes it up tells why it cannot
            return
        yield from map(self._claim, found)
        if not found and not self._look_only:
            with suppress(OSError):  # a crash between the folder and the file, or after the file
                folder.rmdir()

    def _claim(self, sheet: Path) -> Claim:
        return Claim(sheet=sheet, totals=self.totals_of(sheet))

    def _totals_of(self, sheet: Path) -> Path:
        return sheet.with_name(self._job.control_totals.replace(STEM, sheet.stem))

    def _is_ours(self, name: str) -> bool:
        if _is_hidden(name) or is_unfinished(name) or _is_totals(self._job, name):
            return False
        return any(_fits(name, one) for one in self._patterns)

    def _is_sheet(self, path: Path) -> bool:
        """Whether something in a claim's folder is what was claimed: others leave files, too."""
        return not (_is_hidden(path.name) or _is_totals(self._job, path.name) or path.is_dir())


def strays_in(inboxes: Sequence[Inbox]) -> Iterator[Stray]:
    """Files that lie in an inbox and that no job takes."""
    for place, folder in {inbox.place: inbox.folder for inbox in inboxes}.items():
        here = [one for one in inboxes if one.place == place]
        with suppress(OSError):  # the job itself tells of a folder that cannot be read
            for path in sorted(folder.iterdir()):
                hidden = _is_hidden(path.name) or not path.is_file()
                if not hidden and not any(one.knows(path) for one in here):
                    yield Stray(path=path, said=_why_stray(path, here))


def _why_stray(path: Path, inboxes: Sequence[Inbox]) -> str:
    if is_unfinished(path.name):
        return (
            f"It lies in {path.parent}, and its name ends as that of a file which a program is "
            "still writing. If it stays so, have it sent again, and take this one away."
        )
    fits = " or ".join(one.pattern for one in inboxes)
    return f"It lies in {path.parent} and is no job's: its name does not fit {fits}."


def is_unfinished(name: str) -> bool:
    """Whether a name is one that programs give to what they are still writing."""
    return name.casefold().endswith(_UNFINISHED)


def _means(job: Job, name: str) -> bool:
    """Whether a name means something to a job that shares its folder."""
    return any(_fits(name, one) for one in job.patterns)


def _is_totals(job: Job, name: str) -> bool:
    return any(_fits(name, one) for one in job.patterns[1:])


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name.casefold(), pattern.casefold())


def _is_hidden(name: str) -> bool:
    """What systems and office programs leave beside people's files."""
    return name.startswith((".", "~$"))


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
