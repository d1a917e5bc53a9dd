"""What a night tells of the one before, where that was killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from workplaces import row

from importer.nightly.digest import digest_of

from .night_desks import NightDesk, night_desk
from .nights import INDIA


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[NightDesk]:
    """A desk with one job."""
    with night_desk(tmp_path) as one:
        one.job(zone="Asia/Kolkata")
        yield one


def since(desk: NightDesk) -> Path:
    """Where a night that runs is noted."""
    return desk.desk.settings.journal.path.parent / "night-since.txt"


def test_a_night_that_was_killed_is_told_by_the_next_one(desk: NightDesk) -> None:
    """The next digest says when it began, and the one after that nothing any more."""
    desk.drop("payments.csv", row(1))
    assert desk.night().notes == ()
    assert not since(desk).exists()
    since(desk).write_text("2026-11-22T20:30:00+00:00", encoding="ascii")
    assert desk.night(dry_run=True).notes == ()
    told = digest_of(desk.night(), zone=INDIA)
    assert told.trouble
    assert "The night of 23 Nov 2026, 02:00, ended without a word" in told.text
    assert desk.night().notes == ()


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-22T20:30:00"])
def test_a_note_that_is_not_ours_is_no_obstacle(desk: NightDesk, text: str) -> None:
    """What somebody else has written there is passed over, and a night runs as ever."""
    desk.night()
    since(desk).write_text(text, encoding="ascii")
    assert desk.night().notes == ()
    since(desk).mkdir()
    desk.drop("payments.csv", row(1))
    night = desk.night()
    assert (night.exit_code, night.notes) == (0, ())
    assert len(desk.booked()) == 2
