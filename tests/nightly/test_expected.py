"""What was to be expected of a night."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from importer.nightly.codes import interrupted, worst
from importer.nightly.expected import last_due, missing, unusual
from importer.settings import Job

from .night_desks import at

INDIA = ZoneInfo("Asia/Kolkata")
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]


def job(**more: object) -> Job:
    """A job that expects a file every weekday by half past one."""
    return Job.model_validate(
        {
            "name": "payments",
            "inbox": Path("inbox", "*.csv"),
            "mapping": Path("payments.yaml"),
            "archive": Path("archive"),
            "expected_days": WEEKDAYS,
            "expected_by": "01:30",
            "zone": "Asia/Kolkata",
        }
        | more
    )


@pytest.mark.parametrize(
    ("now", "arrivals", "said"),
    [
        # 23 November 2026 is a Monday.
        ("2026-11-23 02:00", [], True),
        ("2026-11-23 02:00", ["2026-11-23 01:20"], False),
        ("2026-11-23 02:00", ["2026-11-22 18:00"], False),  # early, for Monday
        ("2026-11-23 02:00", ["2026-11-20 02:00"], True),  # Friday's
        ("2026-11-24 02:00", ["2026-11-23 02:00"], True),  # Monday's, on Tuesday
        ("2026-11-23 09:00", ["2026-11-23 02:00"], False),  # the night is done twice
        ("2026-11-23 01:00", [], False),  # not due yet, and Sunday's never was
        ("2026-11-24 01:00", [], True),  # Monday's is still missing
        ("2026-11-22 02:00", [], False),  # Sunday
        ("2026-11-21 02:00", [], False),  # Saturday: Friday's was told on Friday
    ],
)
def test_a_file_is_missing_on_its_day(now: str, arrivals: list[str], said: bool) -> None:  # noqa: FBT001 - a column of the table
    """By the job's own clock, once a day, and not where it came early or late that day."""
    found = missing(job(), at(now, INDIA), [at(one, INDIA) for one in arrivals])
    assert found == ("no file came: one was expected by 01:30 on weekdays" if said else "")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (["mon"], "on Monday"),
        (["wed", "mon", "fri"], "on Monday, Wednesday and Friday"),
        (["sat", "sun", "mon", "tue", "wed", "thu", "fri"], "every day"),
    ],
)
def test_the_days_are_said_as_people_do(days: list[str], words: str) -> None:
    """All days, weekdays, or the names of the days in their order."""
    assert missing(job(expected_days=days), at("2026-11-23 02:00", INDIA), []).endswith(words)


def test_a_job_that_expects_nothing_misses_nothing() -> None:
    """Without days, no file is ever missing."""
    nothing = job(expected_days=[])
    assert last_due(nothing, at("2026-11-23 02:00")) is None
    assert missing(nothing, at("2026-11-23 02:00"), []) == ""


def test_summer_time_moves_the_moment() -> None:
    """By 01:30 in Berlin is another moment of UTC in summer than in winter."""
    berlin = job(zone="Europe/Berlin", expected_days=[*WEEKDAYS, "sat", "sun"])
    assert last_due(berlin, at("2026-07-01 12:00")) == at("2026-06-30 23:30")
    assert last_due(berlin, at("2026-12-01 12:00")) == at("2026-12-01 00:30")
    # The hour is twice on the last Sunday of October: the first counts.
    assert last_due(job(zone="Europe/Berlin", expected_days=["sun"], expected_by="02:30"),
                    at("2026-10-25 12:00")) == at("2026-10-25 00:30")  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (0, "a.csv has no rows to import"),
        (799, "a.csv has 799 rows; usual are 800 to 2,500"),
        (800, ""),
        (2500, ""),
        (12000, "a.csv has 12,000 rows; usual are 800 to 2,500"),
    ],
)
def test_a_volume_that_is_not_usual_is_said(rows: int, said: str) -> None:
    """Both ends are usual; no rows at all are never."""
    assert unusual(job(usual_rows=[800, 2500]), "a.csv", rows) == said


def test_without_a_usual_volume_only_nothing_is_unusual() -> None:
    """Any number of rows will do."""
    assert unusual(job(), "a.csv", 5) == ""
    assert unusual(job(), "a.csv", 0) == "a.csv has no rows to import"


def test_the_most_urgent_code_counts() -> None:
    """1, then an interruption, 7, 5, 6, 3, 2, 75, 4, 0."""
    order = [1, 143, 7, 5, 6, 3, 2, 75, 4, 0]
    for place, code in enumerate(order):
        assert worst(order[place:]) == code
    assert worst([]) == 0
    assert [code for code in order if interrupted(code)] == [143]


def test_the_clock_of_the_machine_serves_where_no_zone_is_said() -> None:
    """A job without a zone has dates all the same."""
    assert job(zone="", expected_days=[]).timezone is None
    assert isinstance(dt.datetime.now(job().timezone).tzinfo, ZoneInfo)
