"""A week of nights, as it happens: what each morning's message says, and that nothing is doubled.

The digests are in `golden_week/`. A change that is meant is taken over by
`GOLDEN=write pytest tests/nightly/test_week.py`; then read the seven of them as the ops lead would.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from notify.listeners import mail_server, web_server
from workplaces import row

from importer.model import Outcome
from importer.nightly import FileFate
from importer.pipeline.backing_up import back_up
from importer.pipeline.listing import list_runs
from importer.pipeline.reporting import reconcile_run
from importer.pipeline.workplace import open_workplace
from importer.sandbox import lead_id

from .week import Week, a_week

GOLDEN = Path(__file__).with_name("golden_week")
NO_LEAD = "6038af3be6ec1ac3fdbb0d99"


@pytest.fixture
def week(monkeypatch: pytest.MonkeyPatch) -> Iterator[Week]:
    """A Monday, with a mail server and a dead man's switch."""
    # A short name of always the same length: lines break alike.
    with TemporaryDirectory(prefix="importer-") as name:
        at_machine(monkeypatch, "office-1", Path(name, "machine-1"))
        folder = Path(name, "srv")
        folder.mkdir()
        with mail_server() as mail, web_server() as switch, a_week(folder, mail, switch) as one:
            yield one


def at_machine(monkeypatch: pytest.MonkeyPatch, name: str, shared: Path) -> None:
    """From here on this is a machine of that name, whose accounts meet in that folder."""
    monkeypatch.setattr("importer.pipeline.machines.gethostname", lambda: name)
    monkeypatch.setenv("IMPORTER_SHARED_FOLDER", str(shared))


def test_a_week_ends_balanced_with_nothing_doubled(
    week: Week, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing, doubled, half written, an outage, corrections, a move: each row is in once."""
    monday(week)
    tuesday(week)
    wednesday(week)
    thursday_and_friday(week)
    backed_up = week.folder / "back-up"
    back_up(week.settings, backed_up)
    saturday(week)
    an_older_copy_is_put_back(week, backed_up)
    sunday(week, monkeypatch)

    assert len(week.booked()) == 50
    assert set(week.booked().values()) == {1}
    with open_workplace(week.settings) as workplace:
        for run, left in list_runs(workplace):
            books = reconcile_run(workplace, run.id)
            assert not books.imbalances, run.id
            assert books.chain.closed, run.id
            assert not left, run.id
    codes = ["4", "0", "75", "75", "75", "0", "2", "0"]
    assert week.switch.asked == [f"/nightly/{word}" for code in codes for word in ("start", code)]
    assert [mail["subject"] for mail in week.mail.came] == [
        one.subject for one in week.digests.values()
    ]
    assert read_like_before(week) == []


def monday(week: Week) -> None:
    """An export in which one amount has a letter, and one lead is not in the CRM."""
    good = [row(number) for number in (1, 2, 3, 4, 6, 7, 8, 10, 11, 12)]
    good[4:4] = [row(5, amount="50O.50")]
    good[8:8] = [row(9, lead=NO_LEAD)]
    export = week.drop("payments 23 Nov.xlsx", *good)
    shutil.copy(export, week.folder / "exported.xlsx")
    night = week.night("1 monday")
    assert night.exit_code == 4
    assert len(week.booked()) == 20


def tuesday(week: Week) -> None:
    """Nothing comes."""
    night = week.night("2 tuesday")
    assert night.jobs[0].missing
    assert night.exit_code == 0


def wednesday(week: Week) -> None:
    """Monday's export comes again under another name, and one that is still being written."""
    shutil.copy(week.folder / "exported.xlsx", week.inbox / "payments 23 Nov (1).xlsx")
    export = week.drop("payments 25 Nov.xlsx", *(row(number) for number in range(13, 19)))
    whole = export.read_bytes()
    export.write_bytes(whole[: len(whole) // 2])
    spent = week.crm.counts.total

    def goes_on() -> None:
        export.write_bytes(whole)

    night = week.night("3 wednesday", goes_on)
    assert [one.fate for one in night.jobs[0].files] == [FileFate.SAME, FileFate.NOT_READY]
    assert week.crm.counts.total == spent


def thursday_and_friday(week: Week) -> None:
    """The CRM is out for two nights, and an export comes on each of them."""
    week.crm_is_out()
    week.drop("payments 26 Nov.xlsx", *(row(number) for number in range(19, 23)))
    night = week.night("4 thursday")
    assert [one.fate for one in night.jobs[0].files] == [FileFate.RUN, FileFate.LEFT]
    week.drop("payments 27 Nov.xlsx", *(row(number) for number in range(23, 26)))
    night = week.night("5 friday")
    assert [one.fate for one in night.jobs[0].files] == [FileFate.LEFT, FileFate.LEFT]
    assert [one.exit_code for one in night.jobs[0].resumed] == [75]
    assert len(week.booked()) == 20


def saturday(week: Week) -> None:
    """The CRM is back, and somebody has put Monday's corrected rows into the inbox."""
    week.crm_is_back()
    correct(next(week.folder.glob("reports/*/failures.xlsx")), week.inbox / "failures.xlsx")
    night = week.night("6 saturday")
    assert night.exit_code == 0
    assert len(week.booked()) == 50


def correct(failures: Path, target: Path) -> None:
    """Correct the two cells that are wrong, as one does in Excel."""
    book = openpyxl.load_workbook(failures)
    for cells in book.worksheets[0].iter_rows(min_row=2):
        match cells[1].value:
            case "R-0005":
                cells[2].value = "500.50"
            case "R-0009":
                cells[0].value = lead_id(9)
    book.save(target)


def an_older_copy_is_put_back(week: Week, backed_up: Path) -> None:
    """Somebody restores Friday's back-up, which knows nothing of Saturday: nothing is sent."""
    journal, now = week.settings.journal.path, week.now
    newest = journal.with_name("newest.db")
    for end in ("-wal", "-shm"):
        assert not journal.with_name(f"{journal.name}{end}").exists()
    journal.rename(newest)
    shutil.copy(backed_up / journal.name, journal)
    night = week.night("7 sunday, an older copy")
    assert night.exit_code == 2
    assert len(week.booked()) == 50
    newest.replace(journal)
    week.now = now


def sunday(week: Week, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is carried over to another machine, and the month's export comes as a whole."""
    at_machine(monkeypatch, "office-2", week.folder.with_name("machine-2"))
    week.carry_over(week.folder.with_name("new"))
    week.drop("payments November.xlsx", *(row(number) for number in range(1, 26)))
    night = week.night("8 sunday")
    assert night.came_from == "office-1"
    books = night.jobs[0].files[0].books
    assert books is not None
    assert books.outcomes[Outcome.ALREADY].count == 50


def read_like_before(week: Week) -> list[str]:
    """The names of digests of which a word has changed."""
    found = {name: as_golden(week, name) for name in week.digests}
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        for name, text in found.items():
            (GOLDEN / f"{name}.txt").write_text(text, encoding="utf-8")
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(found)
    kept = {name: (GOLDEN / f"{name}.txt").read_text(encoding="utf-8") for name in found}
    # Where lines break depends on how long the folder's name is.
    return [name for name, text in found.items() if text.split() != kept[name].split()]


def as_golden(week: Week, day: str) -> str:
    """A digest without what differs from machine to machine, and from week to week."""
    text = f"Subject: {week.digests[day].subject}\n\n{week.digests[day].text}"
    places = {"srv": "/srv/imports", "new": "/data/imports", "machine-1": "/var/lib/importer"}
    for name, place in places.items():
        text = text.replace(week.folder.with_name(name).as_posix(), place)
    runs = [job.files + job.resumed for night in week.nights.values() for job in night.jobs]
    ids = dict.fromkeys(one.run for files in runs for one in files if one.run)
    for number, run in enumerate(ids, start=1):
        text = text.replace(run, f"{run[:8]}-run{number}")
    text = re.sub(r"/127\.0\.0\.1-\S+\.json", "/acme.json", text)
    return re.sub(r"http://127\.0\.0\.1:\d+", "http://127.0.0.1:8000", text)
