"""The last step of a file: into the archive, and away from where it was taken."""

from __future__ import annotations

import datetime as dt
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, NoReturn

import pytest
from workplaces import row, write_sheet

from importer.journal.closing import close
from importer.nightly.digest import digest_of
from importer.nightly.moving import copy_into, put_into
from importer.pipeline.sending import send_run
from importer.pipeline.workplace import open_workplace
from importer.sandbox import Fault, Rule
from importer.upload import Ending

from .night_desks import NightDesk, night_desk
from .night_offices import NightOffice, a_night_office
from .test_left_behind import counts, files
from .test_night import TOTALS, begin

LATER = "20991231T235959.000000-0badcafe"
"""The folder of something that was taken after everything else."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[NightDesk]:
    """A desk without a job as yet."""
    with night_desk(tmp_path) as one:
        yield one


def totals(folder: Path, rows: int = 1) -> None:
    """Control totals of `payments.csv`."""
    (folder / "payments.totals.csv").write_text(f"rows\n{rows}\n", encoding="utf-8")


def taken(desk: NightDesk, *rows: tuple[str, ...], name: str = "payments.csv") -> None:
    """A file that was taken just before a night was killed."""
    folder = desk.inbox / "taken" / "payments" / LATER
    folder.mkdir(parents=True)
    write_sheet(folder / name, rows)


# Killed between the copy and the removal


def good(office: NightOffice) -> None:
    """A sheet without fault."""
    office.drop("payments.csv", row(1))
    totals(office.inbox)


def same(office: NightOffice) -> None:
    """A sheet that was imported last night."""
    good(office)
    assert office.night().code == 0
    good(office)


def wrong(office: NightOffice) -> None:
    """A sheet that disagrees with its totals."""
    office.drop("payments.csv", row(1))
    totals(office.inbox, 2)


def no_sheet(office: NightOffice) -> None:
    """Something else than a sheet of the mapping."""
    office.inbox.mkdir(exist_ok=True)
    (office.inbox / "payments.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    totals(office.inbox)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(
    ("prepare", "fate"),
    [(good, "run"), (same, "same"), (wrong, "refused"), (no_sheet, "refused")],
)
def test_a_kill_at_the_last_step_leaves_the_next_export_its_totals(
    tmp_path: Path, prepare: Callable[[NightOffice], None], fate: str, moment: str
) -> None:
    """What was put away takes nothing of what comes under its name, and is told as what it was."""
    with a_night_office(tmp_path) as office:
        office.job("payments", TOTALS)
        prepare(office)
        begin(office, "importer.nightly.moving", "take_out", moment, 1, "KILL").end()
        assert (office.taken() == ["payments.csv", "payments.totals.csv"]) is (moment == "before")
        office.drop("payments.csv", row(2))
        totals(office.inbox)
        job = office.night().job
        told = [one["fate"] for one in (*job["resumed"], *job["files"])]
        assert told == ([fate] if moment == "before" else []) + ["run"]
        assert set(office.booked().values()) == {1}
        assert len(office.booked()) == (2 if fate == "refused" else 4)
        assert office.taken() == []
        assert not list((office.inbox / "taken" / "payments").iterdir())
        assert not list(office.inbox.glob("*.csv"))
        assert office.archived().count("input/payments.csv") == (1 if fate == "refused" else 2)
        assert bool(list(office.folder.glob("archive/*/*/same/*"))) is (fate == "same")
        assert office.night().job["files"] == []


def test_a_kill_between_the_totals_and_the_rest_leaves_nothing(desk: NightDesk) -> None:
    """Of what was put away, whatever a crash has left is cleared."""
    desk.job(control_totals="{stem}.totals.csv")
    folder = desk.inbox / "taken" / "payments" / LATER
    folder.mkdir(parents=True)
    (folder / ".put-away").touch()
    assert desk.night().exit_code == 0
    assert not folder.exists()


def test_what_cannot_be_removed_is_tried_again_and_takes_nothing(
    desk: NightDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sheet that another program has open stays, with its totals, and comes to its own run."""
    desk.job(control_totals="{stem}.totals.csv")
    desk.drop("payments.csv", row(1))
    totals(desk.inbox)

    def refuse(_sheet: Path) -> NoReturn:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with monkeypatch.context() as patch:
        patch.setattr("importer.nightly.inbox.take_out", refuse)
        (first,) = files(desk.night())
        assert first.exit_code == 2
    assert desk.taken() == ["payments.csv", "payments.totals.csv"]
    desk.drop("payments.csv", row(2))
    totals(desk.inbox)
    again, new = files(desk.night())
    assert (again.run, again.fate, counts(again)) == (first.run, "run", {"CREATED": 2})
    assert (new.fate, counts(new)) == ("run", {"CREATED": 2})
    assert desk.taken() == []


# Taken, and killed before there was a run


def test_what_came_before_takes_no_totals(desk: NightDesk) -> None:
    """A sheet that is recognised needs none: what lies in the inbox is the next export's."""
    desk.job(control_totals="{stem}.totals.csv")
    desk.drop("payments.csv", row(1))
    totals(desk.inbox)
    desk.night()
    taken(desk, row(1))
    desk.drop("payments.csv", row(1), row(2))
    totals(desk.inbox, 2)
    came, new = files(desk.night())
    assert (came.fate, new.fate) == ("same", "run")
    assert counts(new) == {"CREATED": 2, "ALREADY": 2}


@pytest.mark.parametrize("tidied", [False, True])
def test_what_was_given_up_and_came_again_is_read_anew(desk: NightDesk, *, tidied: bool) -> None:
    """A file that was taken after its content's run is no leftover of that run."""
    desk.job()
    desk.drop("payments.csv", row(1))
    first = desk.night_with("wrong").jobs[0].files[0].run
    with open_workplace(desk.desk.settings) as workplace:
        close(workplace.journal, first, None, by="asha", reason="Next month.")
    desk.night()
    assert desk.taken() == []
    if tidied:
        shutil.rmtree(desk.folder / "archive")
    taken(desk, row(1))
    (again,) = files(desk.night())
    assert again.run != first
    assert counts(again) == {"CREATED": 2}


def test_of_two_with_one_content_the_older_is_the_runs_own(desk: NightDesk) -> None:
    """What came again behind it is put aside, though both were taken when a night was killed."""
    desk.job()
    desk.drop("payments.csv", row(1))
    first = desk.night_with("wrong").jobs[0].files[0]
    taken(desk, row(1), name="payments again.csv")
    own, again = files(desk.night())
    assert (own.run, own.fate, again.fate) == (first.run, "run", "same")
    assert own.archived is not None
    assert [one.name for one in (own.archived / "input").iterdir()] == ["payments.csv"]
    assert again.archived is not None
    assert (again.archived / "payments again.csv").is_file()


# What is no more what was read


def test_what_has_changed_and_is_not_sent_to_its_end_is_told_as_changed(
    desk: NightDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written after the read is said, though the run is open and its sheet stays taken."""
    desk.job()
    desk.desk.crm.faults.set([Rule(fault=Fault.ERROR_BEFORE, status=401)])
    written = desk.drop("payments.csv", row(1)).open("a", encoding="utf-8")

    def send(*words: Any, **more: Any) -> Ending:  # noqa: ANN401 - as the original's
        print(",".join(row(2)), file=written, flush=True)
        return send_run(*words, **more)

    with monkeypatch.context() as patch, written:
        patch.setattr("importer.nightly.running.send_run", send)
        (file,) = files(desk.night())
    assert (counts(file), file.exit_code, file.changed) == ({"UNSENT": 2}, 6, True)
    assert desk.taken() == ["payments.csv"]
    desk.desk.crm.faults.set([])
    first, whole = files(desk.night())
    assert (counts(first), counts(whole)) == ({"CREATED": 2}, {"CREATED": 2, "ALREADY": 2})
    assert desk.taken() == []


@pytest.mark.parametrize("late", [False, True])
def test_what_was_refused_and_has_changed_is_not_told_as_put_away(
    desk: NightDesk, monkeypatch: pytest.MonkeyPatch, *, late: bool
) -> None:
    """A sheet that stays taken is read anew by the next night: nobody is told to put it back."""
    desk.job()
    desk.drop("payments.csv", *(row(n, amount="much") for n in range(1, 30)))

    def put(source: Path, folder: Path) -> Path:
        copy = put_into(source, folder) if late else None
        if "taken" in source.parts:
            with source.open("a", encoding="utf-8") as written:
                print(",".join(row(50)), file=written)
        return copy or put_into(source, folder)

    with monkeypatch.context() as patch:
        patch.setattr("importer.nightly.archive.put_into", put)
        night = desk.night()
    (file,) = files(night)
    assert (file.fate, file.exit_code, file.changed) == ("not ready", 75, True)
    assert file.archived is None
    assert desk.taken() == ["payments.csv"]
    text = " ".join(digest_of(night, zone=dt.UTC).text.split())
    assert "no night tries it again by itself" not in text
    assert "the next night reads it anew" in text


def test_a_copy_that_is_not_what_was_read_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that keeps half of what it was given is found out before the original is removed."""

    def half(source: IO[bytes], target: IO[bytes]) -> None:
        target.write(source.read()[:10])

    monkeypatch.setattr("importer.nightly.moving.copyfileobj", half)
    sheet = write_sheet(tmp_path / "payments.csv", [row(1)])
    with pytest.raises(OSError, match="copy"):
        copy_into(sheet, tmp_path / "copy.csv")
    assert sheet.is_file()
