"""What a night comes to: what its digest, its JSON line and its exit code are made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from importer.reconcile import Line, Reconciliation, Sums
from importer.report.commands import ANY_ROWS
from importer.report.source import Report
from importer.report.words import Hold
from importer.upload import EndKind

NOTHING: Final = Line(count=0, money={})
"""No action, and no money."""


class FileFate(StrEnum):
    """What became of a file."""

    RUN = "run"
    """It was run."""
    SAME = "same"
    """Its content was imported before; no request was spent."""
    NOT_READY = "not ready"
    """It is not complete; taken the next time."""
    LEFT = "left"
    """It is left for the next time: the night was over, or an earlier run comes first."""
    REFUSED = "refused"
    """The sheet, its mapping or its control totals are not in order; nothing of it was sent."""
    WAITING = "waiting"
    """Its plan waits for somebody's approval; nothing of it was sent."""
    FAILED = "failed"
    """A mistake in the importer itself, or a disk that fails; tried again the next time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What became of one file, or of one run of an earlier night."""

    file: str
    """Its name, without folder."""
    fate: FileFate
    run: str = ""
    """The run; of SAME, the one that imported it. "" where there is none."""
    exit_code: int = 0
    books: Reconciliation | None = None
    created_before: Line = NOTHING
    """What of the run was CREATED before this night: no "created now"."""
    said: str = ""
    """A sentence and what to do: a refusal, why a run was stopped; "" where all went well."""
    end: EndKind | None = None
    """How its sending ended; None where it did not come to that."""
    archived: Path | None = None
    """The folder of the archive in which its input is now; None where it was left."""
    changed: bool = False
    """Its file is no more what was read, and is read anew the next time."""
    halted: bool = False
    """A stop rule or its first leads have stopped it: no night sends more of it unasked."""
    reports: Path | None = None
    """The folder of its reports."""
    report: Report | None = None
    """What they show: reasons and next steps; of `report_run`, as `Written.report`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReport:
    """What a job came to."""

    name: str
    files: tuple[FileReport, ...] = ()
    """In the order in which they were taken."""
    resumed: tuple[FileReport, ...] = ()
    """Runs of earlier nights, which were gone on with first."""
    missing: str = ""
    """`no file came: one was expected by 01:30 on weekdays`; "" where none is missing."""
    unusual: tuple[str, ...] = ()
    """A sentence for each file whose volume is not as usual."""
    waiting: tuple[str, ...] = ()
    """Runs whose plan waits for approval."""
    said: str = ""
    """Why the whole job failed, such as a mapping that is wrong; "" otherwise."""
    mapping: Path | None = None
    """Its mapping file."""
    for_failures: str = ""
    """Where a corrected failures workbook is put, in words: `into /srv/imports/inbox`."""
    exit_code: int = 0
    """The worst of its files, and of what is wrong with the job itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A run of before whose plan nobody has sent."""

    hold: Hold
    """What it waits for."""
    said: str
    """The same in words, with what it is worth and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StillHeld:
    """What an earlier run holds as DUPLICATE: nobody has decided on it, and no later run has it."""

    file: str
    """What the run read."""
    actions: int
    typed: str = ANY_ROWS
    """Their rows, as commands have them: `--rows 5,7-9`."""
    money: Sums = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StillWrong:
    """Rows of an earlier run that nobody has corrected since, and that no later run has again."""

    file: str
    """What the run read."""
    rows: int
    typed: str = ANY_ROWS
    """They, as commands have them: `--rows 5,7-9`."""
    money: Sums = field(default_factory=dict)
    """As far as it can be read."""
    mapping: Path | None = None
    """The mapping's file; None where that is not known."""
    job: str = ""
    """The job that has run it; "" where a person did."""
    failures: Path | None
    """The failures workbook; None where it is gone."""
    read_since: bool = False
    """A later sheet of its mapping was read: such a row may stand there in another form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A file that lies in an inbox and that no job takes, or not without its sheet."""

    path: Path
    said: str
    """Why, and what to do."""
    of_sheet: bool = False
    """It is control totals, whose sheet has not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """A night before, of which people may have been told nothing."""

    night: str
    """`the night of 23 Nov 2026, 02:00`."""
    ended: str
    """That it was killed, or that its message failed: what follows its name."""
    said: str
    """The same as sentences, and where it is found what it had done."""
    note: Path
    """What says so on disk; gone once people are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NightReport:
    """What a night came to."""

    workspace: str
    """As a person reads it."""
    started_at: dt.datetime
    ended_at: dt.datetime
    """Both aware."""
    jobs: tuple[JobReport, ...] = ()
    """In the order of the settings."""
    still_unknown: Mapping[str, int]
    """Run → actions in doubt, of runs that this night did not touch."""
    unsent: Mapping[str, int]
    """Run → actions UNSENT, of runs that this night did not touch; without those that wait."""
    waiting: Mapping[str, Waiting] = field(default_factory=dict)
    """Run → why its plan waits, of runs that this night did not touch."""
    still_wrong: Mapping[str, StillWrong] = field(default_factory=dict)
    """Run → its rows to correct, of runs that this night did not touch."""
    duplicate: Mapping[str, StillHeld] = field(default_factory=dict)
    """Run → what it holds as DUPLICATE, of runs that this night did not touch."""
    strays: tuple[Stray, ...] = ()
    """What lies in the inboxes and is no job's."""
    untold: tuple[Untold, ...] = ()
    """Nights before that have not told people to the end; what is said of them is a note too."""
    came_from: str = ""
    """The machine on which the journal was used before, where that was another one."""
    folder: Path | None = None
    """Where people type the commands: the settings' folder."""
    options: str = ""
    """What a command needs there to find the same settings: `--settings office.toml`, or ""."""
    failed: str = ""
    """Why the night could not begin, or broke off; "" otherwise."""
    notes: tuple[str, ...] = ()
    """What else is to be known, such as a night that could not begin at all."""
    exit_code: int
    """The worst of all, in the order of `nightly.codes`."""

    @property
    def unclosed(self) -> frozenset[str]:
        """Runs that this night has worked on, and whose books could not be summed up.

        What is open of them is told with that of runs that it did not touch.
        """
        runs = (one for job in self.jobs for one in (*job.resumed, *job.files))
        return frozenset(
            one.run for one in runs if one.run and one.books is None and one.fate is FileFate.FAILED
        )
