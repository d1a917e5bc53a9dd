"""A journal that is put back from a back-up knows nothing of what was sent since."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from offices import TOKEN, Office, an_office, says
from workplaces import row

from importer.sandbox import Toggles


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A folder with a sheet, a mapping and settings for a workspace that counts."""
    with an_office(tmp_path) as place:
        settings = (tmp_path / "importer.toml").read_text(encoding="utf-8")
        real = settings.replace('kind = "sandbox"', 'kind = "real"')
        (tmp_path / "importer.toml").write_text(real, encoding="utf-8")
        place.also("[send]", "requests_per_hour = 1000000")
        yield place


@pytest.fixture
def shared(tmp_path: Path) -> Mapping[str, str]:
    """Where the accounts of this test's machine meet."""
    return {"IMPORTER_SHARED_FOLDER": str(tmp_path / "shared")}


def put_back(journal: Path, backup: bytes) -> None:
    """Put an older copy in the journal's place."""
    for file in journal.parent.glob("journal.db-*"):
        file.unlink()
    journal.write_bytes(backup)


@pytest.mark.skipif(sys.platform == "win32", reason="kills with SIGKILL")
def test_a_back_up_from_before_a_killed_run_is_refused(
    office: Office, shared: Mapping[str, str]
) -> None:
    """However the run after it ended, an older copy of the journal sends nothing again."""
    assert office.run("--yes", env=shared).code == 0
    journal = office.folder / "state" / "journal.db"
    backup = journal.read_bytes()
    office.sheet(*(row(n) for n in range(1, 41)))
    office.crm.toggles = Toggles(latency_seconds=0.05)
    process = subprocess.Popen(
        [sys.executable, "-m", "importer", "run", "sheet.csv", "-m", "mapping.yaml", "--yes"],
        cwd=office.folder,
        env={**os.environ, **shared, "TELECRM_TOKEN": TOKEN},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 30
    while office.crm.counts.creates < 6 and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    sent = office.crm.counts.creates
    assert sent >= 6
    put_back(journal, backup)
    says(office.run("--yes", env=shared), 2, "older copy", "newer journal")
    time.sleep(0.2)
    assert office.crm.counts.creates <= sent + 4, "only what was on the wire"
