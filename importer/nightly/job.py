"""One job of the night: what earlier nights left, and then what is new."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from importer.errors import ImporterError
from importer.files import sha256_of
from importer.journal.left import is_left_to_others
from importer.journal.overview import Open, held_for_a_time, open_by_run
from importer.journal.purging import purged_at
from importer.journal.reading import runs_by_mapping
from importer.mapping import Mapping
from importer.model import RunRecord, RunState
from importer.nightly.archive import Archive
from importer.nightly.codes import worst
from importer.nightly.expected import RECENT, missing, unusual
from importer.nightly.faults import fault_of
from importer.nightly.inbox import Claim, Inbox
from importer.nightly.masked import said_of
from importer.nightly.putting_away import PuttingAway
from importer.nightly.records import FileFate, FileReport, JobReport
from importer.nightly.running import COUNTED, Running
from importer.nightly.shift import GOES_ON, INTERRUPTED, Shift, code_of
from importer.nightly.told import with_books
from importer.nightly.totals import is_part
from importer.pipeline.exits import Exit
from importer.pipeline.opening import read_mapping
from importer.settings import Job
from importer.upload import EndKind

_log = logging.getLogger(__name__)
NAMED = "`mapping` of this job under [[jobs]]"
"""What gives the name of a job's mapping."""
_NEXT_TIME = "It stays in the inbox; the next night takes it."
_NOT_OURS = (
    "It cannot be taken ({}): another program has it open, or the importer may not write to the "
    "inbox."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A job that was taken up."""

    report: JobReport
    touched: frozenset[str] = frozenset()
    """The runs whose books it tells: what is open of all others, somebody else has to tell."""


def take_up(shift: Shift, job: Job, inbox: Inbox) -> Done:
    """Do a job; whatever happens to it, the next one comes.

    Args:
        shift: the night.
        job: the job.
        inbox: its inbox, looked at for the first time `quiet_seconds` ago.
    """
    try:
        inbox.files()
        work = _Work(shift, job, inbox, read_mapping(job.mapping, NAMED))
    except Exception as error:  # noqa: BLE001 - one job never stops the next
        return Done(report=_not_begun(job, error))
    try:
        work.all()
        return work.done()
    except KeyboardInterrupt as error:
        shift.signal = code_of(error)
        return work.done(said=INTERRUPTED, code=shift.signal)
    except Exception as error:  # noqa: BLE001 - one job never stops the next
        broken = work.failed(job.name, error)
        return work.done(said=broken.said, code=broken.exit_code)


def _not_begun(job: Job, error: Exception) -> JobReport:
    fault = fault_of(error, job.name)
    _log.warning("%s: %s", job.name, fault.said)
    return JobReport(name=job.name, said=fault.said, exit_code=fault.exit_code, mapping=job.mapping)


class _Work:
    def __init__(self, shift: Shift, job: Job, inbox: Inbox, mapping: Mapping) -> None:
        self._shift, self._job, self._inbox, self._mapping = shift, job, inbox, mapping
        self._journal = shift.workplace.journal
        self._archive = Archive(job, shift.clock().astimezone(job.timezone).date())
        putting_away = PuttingAway(shift=shift, job=job, archive=self._archive)
        self._running = Running(shift=shift, job=job, mapping=mapping, putting_away=putting_away)
        self._files = list[FileReport]()
        self._resumed = list[FileReport]()

    def all(self) -> None:
        """What is open of earlier nights; what a crash has left; what is new."""
        gone_on = set[Path]()
        for run, claim in list(self._left()):
            gone_on |= {claim.sheet} if claim else set()
            work = partial(self._running.go_on, run, claim)
            self._do(self._resumed, run.file, work, later=GOES_ON)
        for claim in self._inbox.claimed():
            if claim.sheet not in gone_on:
                work = partial(self._again, claim)
                self._do(self._files, claim.sheet.name, work, later=GOES_ON)
        for path in self._inbox.files():
            self._do(self._files, path.name, partial(self._new, path))
        if not self._shift.dry_run:
            self._tell_again()

    def done(self, *, said: str = "", code: int = Exit.DONE) -> Done:
        """What the job came to; `said` and `code` where it broke off."""
        every = [*self._resumed, *self._files]
        now = self._shift.clock()
        report = JobReport(
            name=self._job.name,
            mapping=self._job.mapping,
            for_failures=self._inbox.for_failures,
            files=tuple(self._files),
            resumed=tuple(self._resumed),
            missing="" if said else missing(self._job, now, self._arrivals(now)),
            unusual=tuple(filter(None, map(self._unusual, self._files))),
            waiting=tuple(one.run for one in every if one.fate is FileFate.WAITING and one.run),
            said=said,
            exit_code=worst([code, *(one.exit_code for one in every)]),
        )
        return Done(report=report, touched=frozenset(one.run for one in every if one.books))

    def failed(self, file: str, error: Exception) -> FileReport:
        """What is said of something that was refused, or that broke."""
        run, fault = self._running.current, fault_of(error, f"{self._job.name}: {file}")
        # Of what has a run, something may have been sent: that is no refusal.
        refused = isinstance(error, ImporterError) and not run
        fate = FileFate.REFUSED if refused else FileFate.FAILED
        return FileReport(file=file, fate=fate, run=run, exit_code=fault.exit_code, said=fault.said)

    def _do(
        self,
        reports: list[FileReport],
        file: str,
        work: Callable[[], FileReport | None],
        later: str = _NEXT_TIME,
    ) -> None:
        """Do one thing, and put down what became of it; None where it was somebody else's."""
        if why := self._shift.over:
            end = None if self._shift.signal else EndKind.OUT_OF_TIME
            left = _left_alone(file, f"{why} {later}", FileFate.LEFT)
            reports.append(replace(left, end=end))
            return
        self._running.current = ""
        _log.info("%s: %s", self._job.name, file)
        try:
            report = work()
        except KeyboardInterrupt as error:
            if run := self._running.current:  # of which something may have been sent
                said, code = f"{INTERRUPTED} {GOES_ON}", code_of(error)
                left = FileReport(file=file, fate=FileFate.RUN, run=run, exit_code=code, said=said)
                reports.append(self._with_books(left))
            raise
        except Exception as error:  # noqa: BLE001 - one file never stops the next
            report = self._with_books(self.failed(file, error))
        if report is not None:
            _log.info("%s: %s: %s", self._job.name, file, _in_short(report))
            reports.append(report)

    def _with_books(self, report: FileReport) -> FileReport:
        return with_books(self._shift, report, self._running.before.get(report.run))

    def _tell_again(self) -> None:
        """Sum up again what later files of this night have taken rows of."""
        every = [*self._resumed, *self._files]
        for reports in (self._resumed, self._files):
            for at, one in enumerate(reports):
                if _is_taken_up(one, every):
                    reports[at] = self._running.tell_again(one)

    def _again(self, claim: Claim) -> FileReport:
        """Take up what a crash left before it had a run."""
        if why := self._running.hold:
            return _left_alone(claim.sheet.name, why, FileFate.LEFT)
        new = self._running.is_new(claim.sheet)
        return self._running.take(self._inbox.with_totals(claim) if new else claim)

    def _new(self, path: Path) -> FileReport | None:
        if why := self._running.hold:
            return _left_alone(path.name, why, FileFate.LEFT)
        if why := self._inbox.not_ready(path, self._needs_totals):
            return _left_alone(path.name, f"{why} {_NEXT_TIME}", FileFate.NOT_READY)
        if self._shift.dry_run:
            return self._running.rehearse(path, self._inbox.totals_of(path))
        try:
            claim = self._inbox.claim(path, self._shift.clock())
        except PermissionError as error:
            return _left_alone(path.name, _NOT_OURS.format(error.strerror), FileFate.NOT_READY)
        return None if claim is None else self._running.take(claim)

    def _needs_totals(self, path: Path) -> bool:
        return not is_part(path, self._mapping)

    def _left(self) -> Iterator[tuple[RunRecord, Claim | None]]:
        """The job's runs that are not at their end, or whose input was not put away."""
        claims = self._claims()
        open_, held = open_by_run(self._journal), held_for_a_time(self._journal)
        runs = [one for one in self._runs() if one.state in COUNTED]
        latest = {one.file_sha256: one.id for one in runs}
        for run in runs:
            claim = claims.get(run.file_sha256) if latest[run.file_sha256] == run.id else None
            if claim is not None and self._is_unfinished(run, claim):
                yield run, claim
            elif self._is_mine(run) and (_calls(open_.get(run.id, Open())) or run.id in held):
                # What was held for another run is free where that one has given it up.
                yield run, None

    def _claims(self) -> dict[str, Claim]:
        """SHA-256 → what was taken and not put away, the oldest of each content."""
        found = dict[str, Claim]()
        for one in reversed(self._inbox.claimed()):
            with suppress(OSError):  # it cannot be read: told where it is taken up by itself
                found[sha256_of(one.sheet)] = one
        return found

    def _is_unfinished(self, run: RunRecord, claim: Claim) -> bool:
        if purged_at(self._journal, run.id) is not None:
            return False
        if run.state is not RunState.DONE:
            return True
        if run.mapping_sha256 != self._mapping.sha256:
            return False
        if claim.is_before(run.started_at):  # the run's own input, though a copy is put away
            return True
        put_away = self._archive.holds_input(run.id, run.file)
        return not (put_away or is_left_to_others(self._journal, run.id))

    def _runs(self) -> list[RunRecord]:
        return runs_by_mapping(self._journal, self._mapping.name)

    def _arrivals(self, now: dt.datetime) -> Iterator[dt.datetime]:
        """When a file of the job was there; rows that somebody corrected are no new file."""
        recent = [run for run in self._runs() if not run.parent and run.started_at > now - RECENT]
        # Other jobs may have the same mapping.
        yield from (run.started_at for run in recent if self._is_mine(run))
        yield from self._archive.last_arrival()
        if any(one.books is None or not one.books.run.parent for one in self._files):
            yield now

    def _is_mine(self, run: RunRecord) -> bool:
        """Also where somebody has tidied the archive, or given the job another name."""
        known = run.job == self._job.name or run.id in self._running.touched
        return known or self._archive.holds(run.id)

    def _unusual(self, report: FileReport) -> str:
        books = report.books
        if books is None or books.run.parent or report.fate is FileFate.REFUSED:
            return ""
        return unusual(self._job, report.file, books.rows_with_actions)


def _calls(left: Open) -> bool:
    return bool(left.unknown or left.unsent)


def _is_taken_up(report: FileReport, every: Iterable[FileReport]) -> bool:
    """Whether another run of the night is a later one of the same sheet."""
    broken = report.fate in {FileFate.REFUSED, FileFate.FAILED}
    if report.books is None or broken or not report.run:
        return False
    own = report.books.run
    others = [one.books.run for one in every if one.books and one.fate is not FileFate.REFUSED]
    return any(one.root == own.root and one.started_at > own.started_at for one in others)


def _left_alone(file: str, why: str, fate: FileFate) -> FileReport:
    return FileReport(file=file, fate=fate, exit_code=Exit.LATER, said=why)


def _in_short(report: FileReport) -> str:
    words = (report.fate, report.run, f"exit code {report.exit_code}", said_of(report))
    return ", ".join(word for word in words if word)
