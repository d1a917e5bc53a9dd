"""An office with an inbox and a job, and nights in it as a scheduler starts them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commands import Finished
from offices import Office, an_office
from workplaces import write_sheet

QUIET = "0.05"


@dataclass(frozen=True, kw_only=True)
class Night:
    """A night that has ended."""

    finished: Finished

    @property
    def code(self) -> int:
        """Its exit code."""
        return self.finished.code

    @property
    def said(self) -> Any:  # noqa: ANN401 - JSON
        """What it printed: one line, whatever happened."""
        (line,) = self.finished.out.splitlines()
        return json.loads(line)

    @property
    def job(self) -> Any:  # noqa: ANN401 - JSON
        """Its only job."""
        (one,) = self.said["jobs"]
        return one

    def fates(self) -> list[tuple[str, str]]:
        """File and fate, of every file of every job."""
        return [(one["file"], one["fate"]) for job in self.said["jobs"] for one in job["files"]]


@dataclass(frozen=True, kw_only=True)
class NightOffice:
    """An office whose settings have a job, `payments`, with an inbox and an archive."""

    office: Office

    @property
    def folder(self) -> Path:
        """Of everything."""
        return self.office.folder

    @property
    def inbox(self) -> Path:
        """The job's."""
        return self.folder / "inbox"

    def job(self, name: str = "payments", *lines: str, mapping: str = "mapping.yaml") -> None:
        """Write a job into the settings."""
        self.office.also(
            "[[jobs]]",
            f'name = "{name}"',
            f'inbox = "inbox/{name}*.csv"',
            f'mapping = "{mapping}"',
            f'archive = "archive/{name}"',
            f"quiet_seconds = {QUIET}",
            *lines,
        )

    def drop(self, name: str, *rows: tuple[str, ...]) -> Path:
        """Put a sheet into the inbox."""
        self.inbox.mkdir(exist_ok=True)
        return write_sheet(self.inbox / name, rows)

    def night(self, *words: object, env: Mapping[str, str] | None = None) -> Night:
        """`importer nightly`."""
        return Night(finished=self.office.do("nightly", *words, env=env))

    def booked(self) -> Counter[tuple[str, str]]:
        """(lead, type) → how often, of everything on the CRM's timelines."""
        return Counter((one.lead, one.type) for one in self.office.crm.actions)

    def archived(self, job: str = "payments") -> list[str]:
        """Every file of an archive, without the date and the run."""
        root = self.folder / "archive" / job
        return sorted("/".join(path.relative_to(root).parts[2:]) for path in root.rglob("*.*"))

    def taken(self) -> list[str]:
        """Files that were taken and not put away."""
        return sorted(one.name for one in (self.inbox / "taken").rglob("*") if one.is_file())


@contextmanager
def a_night_office(folder: Path) -> Iterator[NightOffice]:
    """Open an office without a job as yet."""
    with an_office(folder) as office:
        yield NightOffice(office=office)
