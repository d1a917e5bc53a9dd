"""What lies in an inbox, or in its folder `taken`, and is not what it looks like."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from workplaces import row, write_sheet

from importer.mapping import Mapping
from importer.nightly import NightReport, night_object
from importer.nightly.digest import digest_of
from importer.nightly.todo import items_of
from importer.pipeline.opening import read_mapping

from .night_desks import NightDesk, night_desk

TOTALS = "{stem}.totals.csv"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[NightDesk]:
    """A desk without a job."""
    with night_desk(tmp_path) as one:
        yield one


def fates(night: NightReport) -> list[tuple[str, str, int]]:
    """File, fate and exit code, of every file of every job, those of earlier nights first."""
    return [
        (one.file, one.fate, one.exit_code)
        for job in night.jobs
        for one in (*job.resumed, *job.files)
    ]


def test_a_link_to_nowhere_stops_no_job(desk: NightDesk) -> None:
    """It is told by its own job, and every other file is run."""
    desk.job("payments")
    desk.job("visits")
    (desk.inbox / "visits-1.csv").symlink_to(desk.inbox / "gone.csv")
    desk.drop("payments.csv", row(1))
    desk.drop("visits-2.csv", row(2))
    assert fates(desk.night()) == [
        ("payments.csv", "run", 0),
        ("visits-1.csv", "refused", 2),
        ("visits-2.csv", "run", 0),
    ]


def test_a_link_is_said_to_be_taken_by_no_night(desk: NightDesk) -> None:
    """Nobody waits for the next night: the file itself is to be put there."""
    desk.job()
    (desk.inbox / "payments.csv").symlink_to(write_sheet(desk.folder / "elsewhere.csv", [row(1)]))
    text = " ".join(digest_of(desk.night(), zone=dt.UTC).text.split())
    assert "It is a link, and no night ever takes one. Put the file itself" in text
    assert "the next night takes it" not in text
    assert desk.booked() == []


def test_a_file_that_goes_before_it_is_taken_is_nobodys(desk: NightDesk) -> None:
    """Whoever took it back leaves nothing to tell."""
    desk.job()
    path = desk.drop("payments-1.csv", row(1))
    desk.drop("payments-2.csv", row(2))
    night = desk.night(sleep=lambda _seconds: path.unlink())
    assert fates(night) == [("payments-2.csv", "run", 0)]


def test_a_job_that_cannot_begin_stops_no_other(
    desk: NightDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever breaks before its first file, the next job is taken up."""
    desk.job("payments", mapping_file="broken.yaml")
    desk.job("visits")
    desk.drop("visits.csv", row(1))

    def fail(path: Path, named: str) -> Mapping:
        if path.name == "broken.yaml":
            raise ZeroDivisionError
        return read_mapping(path, named)

    monkeypatch.setattr("importer.nightly.job.read_mapping", fail)
    night = desk.night()
    assert "mistake in the importer itself" in night.jobs[0].said
    assert fates(night) == [("visits.csv", "run", 0)]
    assert night.exit_code == 1


@pytest.mark.parametrize("stray", [".DS_Store", "~$payments.csv", "folder"])
def test_strays_among_what_was_taken_are_passed_over(desk: NightDesk, stray: str) -> None:
    """What a system or an office program leaves there keeps no job from its files."""
    desk.job()
    desk.drop("payments-1.csv", row(1))
    desk.night_with("wrong")
    taken = desk.inbox / "taken" / "payments"
    (claim,) = taken.iterdir()
    for folder in (taken, claim):
        if stray == "folder":
            (folder / stray).mkdir()
        else:
            (folder / stray).write_bytes(b"x")
    desk.drop("payments-2.csv", row(2))
    assert fates(desk.night()) == [("payments-1.csv", "run", 0), ("payments-2.csv", "run", 0)]
    assert fates(desk.night()) == []


def test_a_file_that_cannot_be_read_stops_only_itself(desk: NightDesk) -> None:
    """Of what was taken, one that cannot be opened is told with its place, and the rest is run."""
    desk.job()
    broken = desk.inbox / "taken" / "payments" / "20261122T020000-abcd"
    broken.mkdir(parents=True)
    (broken / "payments-1.csv").symlink_to(desk.inbox / "gone.csv")
    desk.drop("payments-2.csv", row(2))
    assert fates(desk.night()) == [("payments-1.csv", "failed", 2), ("payments-2.csv", "run", 0)]
    night = desk.night()
    assert fates(night) == [("payments-1.csv", "failed", 2)]
    said = night.jobs[0].files[0].said
    assert broken.as_posix() in said
    assert "No such file" in said
    digest = digest_of(night, zone=dt.UTC)
    assert "NOT RUN: payments-1.csv could not be taken up" in digest.subject
    assert "internal error" not in digest.text


@pytest.mark.parametrize("ending", ["part", "crdownload", "filepart", "TMP"])
def test_what_a_program_is_still_writing_is_not_taken(desk: NightDesk, ending: str) -> None:
    """A name of an unfinished download fits no job, whatever its pattern, and is told."""
    desk.job(inbox=desk.folder / "inbox" / "payments*")
    path = desk.drop(f"payments.csv.{ending}", row(1))
    night = desk.night()
    assert fates(night) == []
    assert [one.path for one in night.strays] == [path]
    assert "still writing" in night.strays[0].said
    path.rename(desk.inbox / "payments.csv")
    assert fates(desk.night()) == [("payments.csv", "run", 0)]


@pytest.mark.parametrize("name", [".payments.csv", "~$payments.csv", ".~lock.payments.csv#"])
def test_hidden_files_are_nobodys(desk: NightDesk, name: str) -> None:
    """What systems and office programs leave in an inbox is neither taken nor told."""
    desk.job(inbox=desk.folder / "inbox" / "*")
    (desk.inbox / name).write_bytes(b"x")
    night = desk.night()
    assert (fates(night), night.strays) == ([], ())


def test_a_name_is_compared_without_capitals(desk: NightDesk) -> None:
    """`Payments.CSV` fits `payments*.csv`, on every system."""
    desk.job()
    desk.drop("Payments.CSV", row(1))
    assert fates(desk.night()) == [("Payments.CSV", "run", 0)]


def test_a_file_that_fits_no_job_is_a_thing_to_see_to(desk: NightDesk) -> None:
    """It stands in the subject, in the list and in the JSON line, so that nobody loses it."""
    desk.job()
    path = desk.drop("Export.csv", row(1))
    night = desk.night()
    digest = digest_of(night, zone=dt.UTC)
    assert "NOT TAKEN: Export.csv fits no job" in digest.subject
    assert "1. Export.csv: Give it a name that fits" in digest.text
    assert night_object(night)["strays"] == [str(path)]
    assert night.exit_code == 0


def test_control_totals_without_their_sheet_are_the_sign_of_a_lost_export(desk: NightDesk) -> None:
    """It stands in the subject, in the list and in the JSON; beside the sheet, nothing does."""
    desk.job(control_totals="{stem}.totals.csv")
    path = desk.inbox / "payments-2.totals.csv"
    path.write_text("rows\n1\n", encoding="utf-8")
    night = desk.night()
    digest = digest_of(night, zone=dt.UTC)
    assert "NOT TAKEN: payments-2.totals.csv came, the sheet did not" in digest.subject
    assert "1. payments-2.totals.csv: Find its sheet" in digest.text
    assert night_object(night)["strays"] == [str(path)]
    desk.drop("payments-2.csv", row(1))
    night = desk.night()
    assert (fates(night), night.strays) == ([("payments-2.csv", "run", 0)], ())


def test_nothing_in_an_archive_is_replaced(desk: NightDesk) -> None:
    """Of two files of one name, the second gets a number."""
    desk.job()
    folders = set[Path | None]()
    for text in ("Nothing,of,it\n1,2,3\n", "Neither,is,this\n1,2,3\n"):
        (desk.inbox / "payments.csv").write_text(text, encoding="utf-8")
        folders.add(desk.night().jobs[0].files[0].archived)
    (folder,) = folders
    assert folder is not None
    assert {one.name for one in folder.iterdir()} == {"payments.csv", "payments (2).csv"}


# Control totals


def test_what_was_taken_leaves_the_next_file_its_totals(desk: NightDesk) -> None:
    """While a plan of yesterday waits, today's file of the same name keeps its own."""
    desk.job(control_totals=TOTALS, approve_above={"INR": "100"})
    beside = desk.inbox / "payments.totals.csv"
    desk.drop("payments.csv", row(1), row(2))
    beside.write_text("rows\n2\n", encoding="utf-8")
    desk.night()
    desk.drop("payments.csv", row(1), row(2), row(3))
    beside.write_text("rows\n3\n", encoding="utf-8")
    desk.night()
    assert beside.read_text(encoding="utf-8") == "rows\n3\n"
    (taken,) = (desk.inbox / "taken").rglob("*.totals.csv")
    assert taken.read_text(encoding="utf-8") == "rows\n2\n"


def test_a_run_from_before_the_totals_takes_none(desk: NightDesk) -> None:
    """Where a job has control totals since today, they are not those of what was taken before."""
    job = desk.job()
    desk.drop("payments.csv", row(1))
    desk.night_with("wrong")
    jobs = (job.model_copy(update={"control_totals": TOTALS}),)
    desk.desk.settings = desk.desk.settings.model_copy(update={"jobs": jobs})
    desk.drop("payments.csv", row(1), row(2))
    (desk.inbox / "payments.totals.csv").write_text("rows\n2\n", encoding="utf-8")
    desk.night_with("wrong")
    assert (desk.inbox / "payments.totals.csv").is_file()
    assert fates(desk.night()) == [("payments.csv", "run", 0), ("payments.csv", "run", 0)]
    assert len(desk.booked()) == 4


def test_totals_that_a_kill_has_left_behind_are_not_lost(desk: NightDesk) -> None:
    """Their sheet is there: it was taken, and the next night gives it what counts it."""
    desk.job(control_totals=TOTALS)
    taken = desk.inbox / "taken" / "payments" / "20261122T203000.000000-00000000"
    taken.mkdir(parents=True)
    write_sheet(taken / "payments.csv", [row(1)])
    (desk.inbox / "payments.totals.csv").write_text("rows\n1\n", encoding="utf-8")
    assert desk.night(minutes=0.0).strays == ()
    night = desk.night()
    assert (fates(night), night.strays) == ([("payments.csv", "run", 0)], ())


def test_totals_of_today_are_not_those_of_what_was_taken(desk: NightDesk) -> None:
    """While a plan of yesterday waits with its own totals, today's without a sheet are told."""
    desk.job(control_totals=TOTALS, approve_above={"INR": "100"})
    beside = desk.inbox / "payments.totals.csv"
    desk.drop("payments.csv", row(1), row(2))
    beside.write_text("rows\n2\n", encoding="utf-8")
    assert desk.night().strays == ()
    beside.write_text("rows\n3\n", encoding="utf-8")
    assert [one.path for one in desk.night().strays] == [beside]


# Two jobs in one folder


def test_totals_are_lost_only_if_no_job_has_their_sheet(desk: NightDesk) -> None:
    """Where jobs of one folder call their totals alike, the sheet of any of them will do."""
    for name in ("payments", "visits"):
        desk.job(name, control_totals=TOTALS)
    path = desk.drop("visits.csv", row(1))
    (desk.inbox / "~$visits.csv").write_bytes(b"x")  # open in Excel: it stays where it is
    totals = desk.inbox / "visits.totals.csv"
    totals.write_text("rows\n1\n", encoding="utf-8")
    night = desk.night()
    assert (fates(night), night.strays) == ([("visits.csv", "not ready", 75)], ())
    path.unlink()
    assert [one.path for one in desk.night().strays] == [totals]


@pytest.mark.parametrize("folder", ["inbox", "other/../inbox", "link"])
def test_a_file_that_fits_two_jobs_is_taken_by_neither(desk: NightDesk, folder: str) -> None:
    """It stays, and both say why; however the settings write the folder."""
    desk.job("payments")
    (desk.folder / "other").mkdir()
    (desk.folder / "link").symlink_to(desk.inbox, target_is_directory=True)
    desk.job("all", inbox=desk.folder / folder / "*.csv")
    path = desk.drop("payments.csv", row(1))
    desk.drop("visits.csv", row(2))
    for dry_run in (True, False):
        night = desk.night(dry_run=dry_run)
        assert fates(night) == [
            ("payments.csv", "refused", 2),
            ("payments.csv", "refused", 2),
            ("visits.csv", "run", 0),
        ]
        assert "fits the jobs all, payments" in night.jobs[0].files[0].said
        assert [item.about for item in items_of(night)].count("payments.csv") == 1
        assert path.is_file()
        assert night.notes == ()
    assert len(desk.booked()) == 2


def test_the_control_totals_of_one_job_are_no_sheet_of_another(desk: NightDesk) -> None:
    """They are left to the sheet beside them."""
    desk.job("payments", inbox=desk.folder / "inbox" / "*.xlsx", control_totals=TOTALS)
    desk.job("visits", inbox=desk.folder / "inbox" / "*.csv")
    totals = desk.inbox / "payments.totals.csv"
    totals.write_text("rows\n1\n", encoding="utf-8")
    assert fates(desk.night()) == [("payments.totals.csv", "refused", 2)]
    assert totals.is_file()
