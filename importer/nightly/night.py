"""A night: every job once, behind one lock."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from importer.errors import ImporterError, UsageError
from importer.journal.store import utc_now
from importer.nightly.before import Before
from importer.nightly.codes import worst
from importer.nightly.faults import fault_of
from importer.nightly.inbox import Inbox
from importer.nightly.job import Done, take_up
from importer.nightly.records import NightReport
from importer.nightly.shift import INTERRUPTED, Shift, code_of
from importer.nightly.strays import strays_in
from importer.nightly.telling import not_told, zone_of
from importer.nightly.unended import NightNote
from importer.pipeline.bars import Bars, NoBars
from importer.pipeline.exits import Exit
from importer.pipeline.workplace import Workplace, open_workplace
from importer.secret import Token
from importer.settings import Job, Settings

Clock = Callable[[], dt.datetime]


def run_night(  # noqa: PLR0913 - what a command was told
    settings: Settings,
    token: Token,
    *,
    names: Sequence[str] = (),
    minutes: float | None = None,
    dry_run: bool = False,
    bars: Bars | None = None,
    clock: Clock | None = None,
    options: str = "",
    sleep: Callable[[float], None] = time.sleep,
    note: NightNote | None = None,
) -> NightReport:
    """Take every job up once; once one was, whatever breaks is told beside what was done.

    Args:
        settings: with their jobs.
        token: the workspace's token.
        names: the jobs to take up; none: all.
        minutes: after so many, nothing more is sent or taken.
        dry_run: nothing is sent, moved or written, but copies of what was read.
        bars: progress.
        clock: aware times, in place of the journal's own clock.
        options: what a person types to find the same settings in their folder, or "".
        sleep: waits so many seconds.
        note: kept until people are told of the night; None: nobody is.

    Raises:
        UsageError: there is no such job, or none at all.
        BusyError: another run holds the workspace's lock.
        JournalError, SettingsError: the journal or the folder of reports cannot be used.
    """
    jobs = chosen(settings, names)
    night: NightReport | None = None
    try:
        with open_workplace(settings) as workplace:
            workplace.journal.clock = clock or workplace.journal.clock
            shift = Shift(
                workplace=workplace,
                token=token,
                bars=bars or NoBars(),
                clock=workplace.journal.clock,
                sleep=sleep,
                minutes=minutes,
                dry_run=dry_run,
            )
            night = replace(_noted(workplace, shift, jobs, note), options=options)
    except (Exception, KeyboardInterrupt) as error:
        if night is None:
            raise
        said, code = _failure(error, begun=True)  # the workplace could not be closed
        night = _with(night, said, code)
    return night


def _noted(
    workplace: Workplace, shift: Shift, jobs: Sequence[Job], note: NightNote | None
) -> NightReport:
    """The night, and those before that have ended without a word, if any has."""
    if shift.dry_run or note is None:
        return _all_of(workplace, shift, jobs)
    untold = note.begin(workplace, shift.clock(), zone_of(workplace.settings))
    night = _all_of(workplace, shift, jobs)
    notes = (*night.notes, *(one.said for one in untold))
    return replace(night, untold=untold, notes=notes)


def _all_of(workplace: Workplace, shift: Shift, jobs: Sequence[Job]) -> NightReport:
    settings, started = workplace.settings, shift.clock()
    inboxes = {
        job.name: Inbox(job, _others(settings, job), look_only=shift.dry_run)
        for job in settings.jobs
    }
    tonight = _Tonight(shift=shift)
    with tonight.whatever_happens():
        _all_jobs(tonight, [(job, inboxes[job.name]) for job in jobs])
    done, before = tonight.done, Before()
    with tonight.whatever_happens():
        before = Before.of(workplace, {run for one in done for run in one.touched})
    night = NightReport(
        workspace=settings.workspace.name,
        started_at=started,
        ended_at=shift.clock(),
        jobs=tuple(one.report for one in done),
        still_unknown=before.unknown,
        unsent=before.unsent,
        waiting=before.waiting,
        still_wrong=before.wrong,
        duplicate=before.duplicate,
        came_from=workplace.came_from,
        folder=settings.folder,
        strays=tuple(strays_in(list(inboxes.values()))),
        notes=not_told(settings),
        exit_code=worst(
            [
                shift.signal,
                *(one.report.exit_code for one in done),
                Exit.IN_DOUBT if before.unknown else Exit.DONE,
            ]
        ),
    )
    for said, code in tonight.broken[:1]:
        night = _with(night, said, code)
    return night


def _with(night: NightReport, said: str, code: int) -> NightReport:
    """A night that broke off, with all that it had done."""
    return replace(
        night,
        failed=night.failed or said,
        notes=night.notes if said in night.notes else (*night.notes, said),
        exit_code=worst([night.exit_code, code]),
    )


def night_that_failed(
    settings: Settings,
    error: Exception | KeyboardInterrupt,
    started: dt.datetime,
    *,
    options: str = "",
    clock: Clock = utc_now,
) -> NightReport:
    """What is told of a night that broke off, or could not begin since another run was at work.

    Args:
        settings: of the night.
        error: why.
        started: when; aware.
        options: as of `run_night`.
        clock: when it ended; aware.
    """
    said, code = _failure(error, begun=False)
    return NightReport(
        workspace=settings.workspace.name,
        started_at=started,
        ended_at=clock(),
        still_unknown={},
        unsent={},
        notes=(*not_told(settings), said),
        failed=said,
        folder=settings.folder,
        options=options,
        exit_code=code,
    )


def _failure(error: Exception | KeyboardInterrupt, *, begun: bool) -> tuple[str, int]:
    if isinstance(error, KeyboardInterrupt):
        return f"{INTERRUPTED} The next one goes on with what is left.", code_of(error)
    fault = fault_of(error, "The night")
    if isinstance(error, ImporterError) and not begun:
        return f"The night could not begin: {fault.said} No job was taken up.", fault.exit_code
    done = " What it had done is told below." if begun else ""
    return f"The night broke off: {fault.said}{done}", fault.exit_code


def chosen(settings: Settings, names: Sequence[str]) -> list[Job]:
    """The jobs that are to be taken up, in the order of the settings.

    Raises:
        UsageError: there is no such job, or none at all.
    """
    if not settings.jobs:
        raise UsageError(
            "There is no job to take up.",
            "Write a [[jobs]] into importer.toml; docs/nightly.md shows one.",
        )
    known = [job.name for job in settings.jobs]
    for name in names:
        if name not in known:
            raise UsageError(f"There is no job {name!r}.", f"Known are: {', '.join(known)}.")
    return [job for job in settings.jobs if not names or job.name in names]


@dataclass(slots=True, kw_only=True)
class _Tonight:
    """What a night has done so far, and what broke it off."""

    shift: Shift
    done: list[Done] = field(default_factory=list)
    broken: list[tuple[str, int]] = field(default_factory=list)
    """Sentence and exit code, in their order."""

    @contextmanager
    def whatever_happens(self) -> Iterator[None]:
        """Note what breaks, and go on with what is left to do or to tell."""
        try:
            yield
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - what was sent is to be told
            said, code = _failure(error, begun=bool(self.done))
            self.broken.append((said, code))
            if isinstance(error, KeyboardInterrupt):
                self.shift.signal = code


def _all_jobs(tonight: _Tonight, jobs: Sequence[tuple[Job, Inbox]]) -> None:
    looked, shift = time.monotonic(), tonight.shift
    for _, inbox in jobs:
        with suppress(UsageError, OSError):  # its job tells
            inbox.look()
    for job, inbox in jobs:
        if inbox.seen and not shift.over:
            with tonight.whatever_happens():
                shift.sleep(max(0.0, job.quiet_seconds - (time.monotonic() - looked)))
        with tonight.whatever_happens():
            tonight.done.append(take_up(shift, job, inbox))


def _others(settings: Settings, job: Job) -> Iterable[Job]:
    return [one for one in settings.jobs if one.name != job.name]
