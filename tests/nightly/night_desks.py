"""Nights inside this process: a desk whose settings have jobs, and a clock that is set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workplaces import MAPPING, Desk, desk, write_sheet

from importer.nightly import JobReport, NightReport, run_night
from importer.nightly.unended import NightNote
from importer.secret import Token
from importer.settings import PRACTICE_TOKEN, Job


@dataclass(kw_only=True)
class NightDesk:
    """A desk with an inbox; nights take no time to wait for files."""

    desk: Desk

    @property
    def folder(self) -> Path:
        """Of everything."""
        return self.desk.folder

    @property
    def inbox(self) -> Path:
        """Of all jobs."""
        return self.folder / "inbox"

    def job(
        self,
        name: str = "payments",
        mapping: str = MAPPING,
        mapping_file: str = "payments.yaml",
        **more: Any,  # noqa: ANN401 - as the settings'
    ) -> Job:
        """Add a job."""
        self.inbox.mkdir(exist_ok=True)
        (self.folder / mapping_file).write_text(mapping, encoding="utf-8")
        one = Job.model_validate(
            {
                "name": name,
                "inbox": self.inbox / f"{name}*.csv",
                "mapping": self.folder / mapping_file,
                "archive": self.folder / "archive" / name,
                "quiet_seconds": 0,
            }
            | more
        )
        jobs = (*self.desk.settings.jobs, one)
        self.desk.settings = self.desk.settings.model_copy(update={"jobs": jobs})
        return one

    def drop(self, name: str, *rows: tuple[str, ...]) -> Path:
        """Put a sheet into the inbox."""
        return write_sheet(self.inbox / name, rows)

    def night(self, **more: Any) -> NightReport:  # noqa: ANN401 - as run_night's
        """Take up every job, and let people be told."""
        note = NightNote(self.desk.settings)
        night = run_night(self.desk.settings, Token(PRACTICE_TOKEN), note=note, **more)
        note.end(night)
        return night

    def night_with(self, token: str) -> NightReport:
        """Take every job up with another token."""
        return run_night(self.desk.settings, Token(token))

    def job_tonight(self, **more: Any) -> JobReport:  # noqa: ANN401 - the same
        """The only job's report."""
        (one,) = self.night(**more).jobs
        return one

    def booked(self) -> list[tuple[str, str]]:
        """(lead, type) of everything on the CRM's timelines, sorted."""
        return sorted(self.desk.arrived())

    def taken(self) -> list[str]:
        """Files that were taken and not put away."""
        return sorted(one.name for one in (self.inbox / "taken").rglob("*") if one.is_file())


@contextmanager
def night_desk(folder: Path) -> Iterator[NightDesk]:
    """Open a desk without a job as yet."""
    with desk(folder) as one:
        yield NightDesk(desk=one)


def at(text: str, zone: dt.tzinfo = dt.UTC) -> dt.datetime:
    """`2026-11-23 02:00` in a zone."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone)
