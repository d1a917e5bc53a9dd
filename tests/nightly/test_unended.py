"""What a night tells of those before that were killed, at work or while they told people."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from workplaces import row

from importer.errors import SettingsError
from importer.nightly import NightReport, run_night, telling
from importer.nightly.digest import digest_of
from importer.nightly.night import night_that_failed
from importer.nightly.telling import NOT_TOLD, keep_digest, tell
from importer.nightly.unended import NightNote
from importer.pipeline.workplace import open_workplace
from importer.secret import Token
from importer.settings import PRACTICE_TOKEN

from .night_desks import NightDesk, night_desk
from .night_offices import Night, NightOffice, a_night_office
from .nights import INDIA
from .test_night import begin

SINCE = "2026-11-22T20:30:00+00:00"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[NightDesk]:
    """A desk with one job."""
    with night_desk(tmp_path) as one:
        one.job(zone="Asia/Kolkata")
        yield one


def notes(state: Path) -> list[Path]:
    """What says that nights are not told."""
    return sorted(state.glob("night-since-*.txt"))


def state_of(desk: NightDesk) -> Path:
    """Where the journal is."""
    return desk.desk.settings.journal.path.parent


def left_by_a_kill(desk: NightDesk, text: str = SINCE, name: str = "00000000") -> Path:
    """The note of a night that has ended without a word."""
    note = state_of(desk) / f"night-since-{name}.txt"
    note.write_text(text, encoding="utf-8")
    return note


def test_a_night_that_was_killed_is_told_by_the_next_one(desk: NightDesk) -> None:
    """The next digest begins with it, and the one after that says nothing any more."""
    desk.drop("payments.csv", row(1))
    assert desk.night().notes == ()
    assert not notes(state_of(desk))
    left_by_a_kill(desk)
    assert desk.night(dry_run=True).notes == ()
    told = digest_of(desk.night(), zone=INDIA)
    assert told.trouble
    assert "NOT TOLD: the night of 23 Nov 2026, 02:00, ended without a word" in told.subject
    assert told.text.count("People may have been told nothing of it") == 1
    assert desk.night().notes == ()


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-22T20:30:00", "\x00\udcff"])
def test_a_note_that_is_not_ours_is_no_obstacle(desk: NightDesk, text: str) -> None:
    """What somebody else has written there is passed over, and a night runs as ever."""
    desk.night()
    note = left_by_a_kill(desk, "")
    note.write_bytes(text.encode(errors="surrogateescape"))
    assert desk.night().notes == ()
    note.unlink()
    note.mkdir()
    desk.drop("payments.csv", row(1))
    night = desk.night()
    assert (night.exit_code, night.notes) == (0, ())
    assert len(desk.booked()) == 2


def test_several_nights_that_were_killed_are_all_told(desk: NightDesk) -> None:
    """A night that is killed before it has told of another takes no word of that along."""
    desk.night()
    left_by_a_kill(desk)
    left_by_a_kill(desk, "2026-11-23T20:30:00+00:00", "11111111")
    said = " ".join(desk.night().notes)
    assert "The night of 23 Nov 2026, 02:00" in said
    assert "The night of 24 Nov 2026, 02:00" in said
    assert not notes(state_of(desk))


def test_a_night_that_begins_while_another_one_tells_leaves_that_its_own_note(
    desk: NightDesk,
) -> None:
    """Each night removes its own note and those that it has told of, and no other."""
    telling, later = (NightNote(desk.desk.settings) for _ in range(2))
    first = night_with(desk, telling)
    second = night_with(desk, later)
    assert len(second.untold) == 1
    telling.end(first)
    assert len(notes(state_of(desk))) == 1
    later.end(second)
    assert not notes(state_of(desk))


def night_with(desk: NightDesk, note: NightNote) -> NightReport:
    """A night of which people are not told yet."""
    with open_workplace(desk.desk.settings) as workplace:
        untold = note.begin(workplace, workplace.journal.clock(), INDIA)
    night = desk.night(dry_run=True)
    return NightReport(
        workspace=night.workspace,
        started_at=night.started_at,
        ended_at=night.ended_at,
        still_unknown={},
        unsent={},
        untold=untold,
        exit_code=0,
    )


def test_where_nobody_can_note_whom_it_did_not_tell_the_next_night_says_so(
    desk: NightDesk,
) -> None:
    """A night counts as told once it is written whom it could not tell."""
    settings = desk.desk.settings
    in_the_way = state_of(desk) / NOT_TOLD
    desk.night()
    in_the_way.mkdir()
    note = NightNote(settings)
    night = night_with(desk, note)
    kept = keep_digest(settings, night)
    note.digest_is(kept.path)
    assert tell(settings, night, kept, {}, note) == []
    in_the_way.rmdir()
    (said,) = desk.night().notes
    assert kept.path is not None
    assert kept.path.as_posix() in said
    # With the digest gone, what else is known is told.
    left_by_a_kill(desk, f"{SINCE}\n{kept.path}")
    kept.path.unlink()
    assert kept.path.as_posix() not in desk.night().notes[0]


# Killed while it tells


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize("step", ["keep_digest", "tell", "_remember"])
def test_a_night_that_is_killed_while_it_tells_is_told_by_the_next_one(
    tmp_path: Path, step: str
) -> None:
    """A sheet that it has refused is not gone without a word: the sheet or its digest is named."""
    with a_night_office(tmp_path) as office:
        refused(office)
        assert begin(office, "importer.nightly.telling", step, "before", 1, "KILL").end().out == ""
        written = list(office.folder.glob("reports/nights/*.txt"))
        next_one = office.night()
        (said,) = next_one.said["notes"]
        assert "ended without a word" in said
        text = digest(next_one)
        assert text.startswith("NOT TOLD: the night of ")
        if step == "keep_digest":
            (run,) = {one.parent.name for one in office.folder.glob("reports/*/*.html")}
            changed = re.findall(r"changed since it began: (.*?)\. ", said)
            assert changed == [f"{run} (payments-1.csv, refused)"]
            (folder,) = office.folder.glob("archive/payments/*/refused")
            assert sorted(one.name for one in folder.iterdir()) == [
                "payments-1.csv",
                "payments-2.csv",
            ]
            assert folder.as_posix() in said
        else:
            (earlier,) = written
            assert earlier.as_posix() in said
            assert earlier.read_text(encoding="utf-8").startswith("NOT RUN: payments-1.csv")
        assert office.night().said["notes"] == []


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_night_that_cannot_begin_forgets_no_earlier_one(tmp_path: Path) -> None:
    """What is killed stays to be told until a night has looked at it and told people."""
    with a_night_office(tmp_path) as office:
        refused(office)
        begin(office, "importer.nightly.telling", "tell", "before", 1, "KILL").end()
        assert "ended without" not in str(office.night(env={"TELECRM_TOKEN": ""}).said["notes"])
        assert "ended without" in str(office.night().said["notes"])


def refused(office: NightOffice) -> None:
    """Two files that a night refuses: too much is wrong with one, the other is no sheet."""
    office.job()
    office.drop("payments-1.csv", *(row(n, amount="much") for n in range(1, 30)))
    (office.inbox / "payments-2.csv").write_text("a,b\n1,2\n", encoding="utf-8")


def digest(night: Night) -> str:
    """The text of a night's digest."""
    return Path(night.said["digest"]).read_text(encoding="utf-8")


@pytest.mark.parametrize("step", ["digest_of", "_write"])
def test_a_night_without_a_digest_is_told_by_the_next(
    desk: NightDesk, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Where none could be made, or the only one could not be written, nobody has heard of it."""
    path = desk.drop("payments.csv", row(1))
    path.write_text("Something else\n1\n", encoding="utf-8")

    def fails(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(telling, step, fails)
        told_of(desk)
    assert "NOT TOLD" in digest_of(told_of(desk), zone=INDIA).subject
    assert "NOT TOLD" not in digest_of(told_of(desk), zone=INDIA).subject


def told_of(desk: NightDesk) -> NightReport:
    """A night, and what it told people, who look into the folder."""
    note = NightNote(desk.desk.settings)
    night = run_night(desk.desk.settings, Token(PRACTICE_TOKEN), note=note)
    kept = keep_digest(desk.desk.settings, night)
    note.digest_is(kept.path)
    tell(desk.desk.settings, night, kept, {}, note)
    return night


def test_a_night_that_could_not_begin_is_told_by_the_next_if_its_message_failed(
    desk: NightDesk,
) -> None:
    """It had no note yet: it gets one when nobody could be told."""
    desk.night()
    settings, note = desk.desk.settings, NightNote(desk.desk.settings)
    now = dt.datetime.now(dt.UTC)
    night = night_that_failed(settings, SettingsError("No token.", "Give one."), now)
    kept = keep_digest(settings, night)
    note.digest_is(kept.path)
    tell(settings, night, kept, {"IMPORTER_NOTIFY_URLS": "json://127.0.0.1:9/x"}, note)
    assert "did not get through to anybody" in digest_of(desk.night(), zone=INDIA).subject
