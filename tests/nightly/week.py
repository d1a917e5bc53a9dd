"""A week of nights: real files, a real practice CRM, a real mail server; only the clock is set."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import openpyxl
from notify.listeners import Mail, Web
from workplaces import HEADERS, MAPPING, Row, settled

from importer.errors import ImporterError
from importer.nightly import NightReport, night_that_failed, run_night
from importer.nightly.digest import Digest
from importer.nightly.telling import keep_digest, tell, tell_start
from importer.nightly.unended import NightNote
from importer.sandbox import API_PATH, PracticeCrm, running
from importer.secret import Token
from importer.settings import PRACTICE_TOKEN, Settings, load_settings

INDIA: Final = ZoneInfo("Asia/Kolkata")
MONDAY: Final = dt.datetime(2026, 11, 23, 2, 0, tzinfo=INDIA)
_SETTINGS: Final = """\
[workspace]
base_url = "{address}"
enterprise_id = "{enterprise}"
kind = "real"
[journal]
path = "state/journal.db"
[send]
requests_per_hour = 1000000
burst = 1000
timeout_seconds = 5
[[jobs]]
name = "payments"
inbox = "inbox/payments*.xlsx"
mapping = "mappings/payments.yaml"
archive = "archive/payments"
quiet_seconds = 0
expected_days = ["mon", "tue", "wed", "thu", "fri"]
expected_by = "01:30"
zone = "Asia/Kolkata"
usual_rows = [3, 40]
"""


@dataclass(kw_only=True)
class Week:
    """An office whose nights are begun one after the other."""

    folder: Path
    crm: PracticeCrm
    mail: Mail
    switch: Web
    port: int
    outage: ExitStack
    """Closed: the CRM is out of reach."""
    now: dt.datetime = MONDAY
    """When the next night begins."""
    digests: dict[str, Digest] = field(default_factory=dict)
    nights: dict[str, NightReport] = field(default_factory=dict)

    @property
    def inbox(self) -> Path:
        """The job's."""
        return self.folder / "inbox"

    @property
    def settings(self) -> Settings:
        """As they are read at the begin of each night."""
        return load_settings(self.folder / "importer.toml", {})

    def drop(self, name: str, *rows: Row) -> Path:
        """Put an export into the inbox."""
        book = openpyxl.Workbook()
        for cells in (HEADERS, *rows):
            book.worksheets[0].append(cells)
        book.save(self.inbox / name)
        return settled(self.inbox / name)

    def night(self, name: str, meanwhile: Callable[[], None] = lambda: None) -> NightReport:
        """Do the night of today, tell people of it, and go to bed until tomorrow.

        Args:
            name: of the day.
            meanwhile: what happens between the two looks at the inbox.
        """
        env = {
            "IMPORTER_NOTIFY_URLS": f"{self.mail.url}&format=text",
            "IMPORTER_PING_URL": f"http://127.0.0.1:{self.switch.port}/nightly",
        }
        settings, begun = self.settings, self.now
        tell_start(settings, env)
        note = NightNote(settings)
        try:
            night = run_night(
                settings,
                Token(PRACTICE_TOKEN),
                clock=self._tick,
                sleep=lambda _seconds: meanwhile(),
                note=note,
            )
        except ImporterError as error:
            night = night_that_failed(settings, error, begun, clock=self._tick)
        kept = keep_digest(settings, night)
        note.digest_is(kept.path)
        assert tell(settings, night, kept, env, note) == []
        assert kept.digest is not None
        assert kept.path is not None
        assert kept.path.read_text(encoding="utf-8") == kept.digest.text
        self.nights[name], self.digests[name] = night, kept.digest
        self.now = dt.datetime.combine(begun.date() + dt.timedelta(days=1), MONDAY.timetz())
        return night

    def crm_is_out(self) -> None:
        """From here on nobody answers."""
        self.outage.close()

    def crm_is_back(self) -> None:
        """It answers again, at its old address."""
        self.outage.enter_context(running(self.crm, self.port))

    def carry_over(self, folder: Path) -> None:
        """Copy everything into another folder, as onto another machine, and work there."""
        shutil.copytree(self.folder, folder)
        self.folder = folder

    def booked(self) -> Counter[tuple[str, str]]:
        """(lead, type) → how often, of all that is in the CRM's own store."""
        return Counter((one.lead, one.type) for one in self.crm.actions)

    def _tick(self) -> dt.datetime:
        self.now += dt.timedelta(milliseconds=1)
        return self.now


@contextmanager
def a_week(folder: Path, mail: Mail, switch: Web) -> Iterator[Week]:
    """Open an office on a Monday at two in the morning."""
    crm = PracticeCrm(token=PRACTICE_TOKEN)
    with ExitStack() as outage:
        address = outage.enter_context(running(crm))
        for name in ("inbox", "mappings"):
            (folder / name).mkdir()
        (folder / "mappings" / "payments.yaml").write_text(MAPPING, encoding="utf-8")
        text = _SETTINGS.format(address=address + API_PATH, enterprise=crm.enterprise_id)
        (folder / "importer.toml").write_text(text, encoding="utf-8")
        yield Week(
            folder=folder,
            crm=crm,
            mail=mail,
            switch=switch,
            port=urlsplit(address).port or 0,
            outage=outage,
        )
