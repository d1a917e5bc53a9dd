"""A back-up is whole, whoever is sending while it is made; and it can be gone on with."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from offices import TOKEN, Office, an_office, says
from workplaces import row

from importer.pipeline.backing_up import back_up
from importer.sandbox import Toggles
from importer.settings import load_settings

LEADS = 40


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A folder with a sheet and settings for a CRM that is running."""
    with an_office(tmp_path) as place:
        yield place


def ask(file: Path, statement: str) -> list[tuple[Any, ...]]:
    """Ask a copy of the journal."""
    with closing(sqlite3.connect(file)) as copy:
        return copy.execute(statement).fetchall()


def test_a_back_up_has_the_journal_and_its_sheets(office: Office, tmp_path: Path) -> None:
    """One checked file and the kept sheets, for their owner alone; a report can be made of them."""
    assert office.run().code == 0
    done = office.do("backup", "safe")
    assert done.code == 0, done
    assert "checked, with 2 requests and 1 kept sheet (1 of them new)" in done.out
    copy = tmp_path / "safe" / "journal.db"
    assert ask(copy, "PRAGMA integrity_check") == [("ok",)]
    assert sorted(path.name for path in (tmp_path / "safe").iterdir()) == ["inputs", "journal.db"]
    if os.name == "posix":
        assert copy.stat().st_mode & 0o777 == 0o600
    (run,) = json.loads(office.do("runs", "--json").out)
    shutil.rmtree(tmp_path / "state")
    (tmp_path / "safe").rename(tmp_path / "state")
    assert office.do("report", run["run"]).code == 0
    before = office.crm.counts.total
    assert office.run().code == 0
    assert office.crm.counts.total == before, "everything is known"


def test_a_newer_back_up_takes_the_place_of_an_older_one(office: Office, tmp_path: Path) -> None:
    """The same folder every night: only what is new is copied of the sheets."""
    assert office.run().code == 0
    assert office.do("backup", "safe").code == 0
    office.sheet(row(3))
    assert office.run().code == 0
    said = json.loads(office.do("backup", "safe", "--json").out)
    assert (said["requests"], said["sheets"], said["new_sheets"]) == (3, 2, 1)
    assert ask(tmp_path / "safe" / "journal.db", "SELECT count(*) FROM runs") == [(2,)]


def test_nothing_else_is_written_over(office: Office, tmp_path: Path) -> None:
    """Not the journal, nor a newer copy, nor another journal's, nor any other file."""
    says(office.do("backup", "safe"), 2, "no journal yet")
    assert office.run().code == 0
    says(office.do("backup", "state"), 2, "is the journal itself")
    assert office.do("backup", "safe").code == 0
    copy = tmp_path / "safe" / "journal.db"
    for statement, words in (
        ("UPDATE meta SET value = '99' WHERE key = 'mark'", "a newer copy"),
        ("UPDATE meta SET value = 'x' WHERE key = 'id'", "something else"),
    ):
        with closing(sqlite3.connect(copy)) as other:
            other.execute(statement)
            other.commit()
        before = copy.read_bytes()
        says(office.do("backup", "safe"), 2, words, "Nothing was written")
        assert copy.read_bytes() == before
    copy.write_bytes(b"my diary")
    says(office.do("backup", "safe"), 2, "something else")
    assert copy.read_bytes() == b"my diary"
    (tmp_path / "file").write_text("x")
    assert office.do("backup", "file").code == 2
    assert [path.name for path in (tmp_path / "safe").glob(".*")] == []


def test_a_kept_sheet_that_is_gone_is_told(office: Office, tmp_path: Path) -> None:
    """The journal is backed up all the same, and the command says what lacks."""
    assert office.run().code == 0
    shutil.rmtree(tmp_path / "state" / "inputs")
    says(office.do("backup", "safe"), 4, "sheet.csv is gone")
    assert (tmp_path / "safe" / "journal.db").is_file()


def test_a_back_up_is_made_while_a_run_sends(office: Office, tmp_path: Path) -> None:
    """Made in mid-run, it is whole and can be gone on with; the run itself notices nothing."""
    office.sheet(*(row(number) for number in range(1, LEADS + 1)))
    office.also("[settle]", "delay_seconds = 0.2", "between_looks_seconds = 0.1")
    office.crm.toggles = Toggles(latency_seconds=0.3)
    settings = load_settings(tmp_path / "importer.toml", {})
    with subprocess.Popen(
        [sys.executable, "-m", "importer", "run", "sheet.csv", "-m", "mapping.yaml"],
        cwd=office.folder,
        env={**os.environ, "TELECRM_TOKEN": TOKEN},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while office.crm.counts.creates < 6 and process.poll() is None:
            time.sleep(0.005)
        made = [back_up(settings, tmp_path / "safe") for _ in range(3)]
        assert process.poll() is None, "the run went on meanwhile"
        office.crm.toggles = Toggles()
        assert process.wait(60) == 0
    assert len(office.crm.actions) == 2 * LEADS
    copy = made[-1].file
    assert ask(copy, "PRAGMA integrity_check") == [("ok",)]
    ((open_ones, created),) = ask(
        copy, "SELECT sum(state IN ('staged', 'sending')), sum(state = 'created') FROM actions"
    )
    assert (open_ones + created, created < 2 * LEADS) == (2 * LEADS, True)
    ((unsure,),) = ask(copy, "SELECT count(*) FROM requests WHERE answered_at IS NULL")
    assert unsure <= 4, "what was on the wire, and no more"
    untold = ask(
        copy,
        "SELECT count(*) FROM actions a JOIN requests r ON r.id = a.request "
        "WHERE a.state = 'created' AND instr(r.answer, a.action_id) = 0",
    )
    assert untold == [(0,)], "each CREATED rests on an answer that the copy has as well"
    # A workspace made of the copy: what was on the wire is read back, and the books balance.
    shutil.rmtree(tmp_path / "state")
    (tmp_path / "safe").rename(tmp_path / "state")
    (run,) = json.loads(office.do("runs", "--json").out)
    settled = office.do("settle", run["run"], "--json")
    books = json.loads(settled.out)
    assert (books["balanced"], books["actions"]) == (True, 2 * LEADS), books
    assert books["outcomes"]["UNKNOWN"]["count"] == 0, books
    assert len(office.crm.actions) == 2 * LEADS, "nothing was sent"
