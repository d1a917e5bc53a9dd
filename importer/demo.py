"""The demo: the main job on sample data, in a folder and with a journal of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Self

from importer.errors import UsageError
from importer.files import free_name, make_private_folder, write_atomically
from importer.pipeline.bars import Bars
from importer.pipeline.check import CheckResult, check_sheet
from importer.pipeline.opening import read_mapping
from importer.pipeline.planning import plan_run
from importer.pipeline.reporting import report_run
from importer.pipeline.sending import send_run
from importer.pipeline.workplace import Workplace, open_workplace
from importer.reconcile import Reconciliation
from importer.report.source import Written
from importer.secret import Token
from importer.settings import PRACTICE_TOKEN, load_settings

SETTINGS = """\
# The demo's own workspace: the practice CRM, with a journal and reports in this folder.
[workspace]
base_url = "practice"

[journal]
path = "journal.db"

[reports]
folder = "."

# What to do about a remark of the CRM; docs/settings.md says more.
[[remarks]]
says = "is invalid"
step = "fix the data"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A demo under way."""

    sheet: Path
    mapping: Path
    settings_file: Path
    workplace: Workplace

    @classmethod
    @contextmanager
    def begin(cls, folder: Path) -> Iterator[Self]:
        """Make a fresh folder in `folder`, with settings, and open its workspace.

        Raises:
            UsageError: the sample data is not there.
        """
        today = dt.datetime.now(dt.UTC).astimezone()
        home = free_name(folder / f"demo-{today:%Y%m%d-%H%M%S}")
        make_private_folder(home)
        settings_file = write_atomically(home / "importer.toml", SETTINGS.encode())
        with open_workplace(load_settings(settings_file, {})) as workplace:
            yield cls(
                sheet=_sample("sample_data", "payments.xlsx"),
                mapping=_sample("mappings", "payments.yaml"),
                settings_file=settings_file,
                workplace=workplace,
            )

    def check(self, bars: Bars) -> CheckResult:
        """Check the sheet; nothing is sent."""
        return check_sheet(self.sheet, read_mapping(self.mapping), bars=bars)

    def plan(self, bars: Bars) -> str:
        """Stage the run."""
        return plan_run(self.workplace, self.sheet, read_mapping(self.mapping), bars=bars)

    def send(self, run: str, bars: Bars) -> tuple[Reconciliation, Written]:
        """Send it to the practice CRM and write the reports."""
        send_run(self.workplace, run, Token(PRACTICE_TOKEN), bars=bars)
        return report_run(self.workplace, run, bars=bars)


def _sample(folder: str, name: str) -> Path:
    """A file that comes along: from the checkout, else from the installed package."""
    package = Path(str(resources.files("importer")))
    for place in (package.parent / folder / name, package / "_share" / folder / name):
        if place.exists():
            here = Path.cwd()
            return place.relative_to(here) if place.is_relative_to(here) else place
    raise UsageError(f"The sample file {name} is missing.", "Install the importer again.")
