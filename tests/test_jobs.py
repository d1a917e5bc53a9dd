"""The jobs of the settings."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from importer.errors import SettingsError
from importer.model import Currency
from importer.settings import Job, load_settings

WORKSPACE = '[workspace]\nbase_url = "practice"\n'
JOB = """
[[jobs]]
name = "payments"
inbox = "inbox/payments*.xlsx"
mapping = "payments.yaml"
archive = "archive"
"""


def jobs(folder: Path, text: str) -> tuple[Job, ...]:
    """The jobs of a settings file."""
    file = folder / "importer.toml"
    file.write_text(WORKSPACE + text, encoding="utf-8")
    return load_settings(file, {}).jobs


def test_a_job_needs_four_lines(tmp_path: Path) -> None:
    """Its paths are taken from the settings' folder; it expects nothing and limits nothing."""
    (job,) = jobs(tmp_path, JOB)
    assert job.inbox == tmp_path / "inbox" / "payments*.xlsx"
    assert (job.mapping, job.archive) == (tmp_path / "payments.yaml", tmp_path / "archive")
    assert (job.expected_days, job.usual_rows, job.approve_above) == ((), None, {})


def test_a_job_may_say_what_is_usual(tmp_path: Path) -> None:
    """Days in their order, a time as text or as TOML's own, amounts to the paisa."""
    (job,) = jobs(
        tmp_path,
        f'{JOB}expected_days = ["Fri", "mon"]\nexpected_by = 01:30:00\nzone = "Asia/Kolkata"\n'
        'usual_rows = [800, 2500]\napprove_above = {INR = "500000.50"}\n',
    )
    assert job.expected_days == ("mon", "fri")
    assert job.expected_by == dt.time(1, 30)
    assert job.usual_rows == (800, 2500)
    assert job.approve_above == {Currency("INR"): Decimal("500000.50")}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('name = "a b"', "It is no plain name."),
        ('inbox = "in*/a.csv"', "Its folder has a wildcard."),
        ('expected_days = ["monday"]', "One of them is no day."),
        ('expected_days = "mon"', "It must be a list of days."),
        ('expected_days = ["mon"]', "without expected_by or zone"),
        ('expected_by = "25:00"', "It is no time of the day."),
        ('zone = "India"', "There is no such time zone."),
        ("usual_rows = [5, 1]", "It must be two whole numbers."),
        ("usual_rows = [true, 5]", "It must be two whole numbers."),
        ("usual_rows = 5", "It must be two whole numbers."),
        ('control_totals = "totals.csv"', "It is no name that goes with the sheet's."),
        ('control_totals = "../{stem}.csv"', "It is no name that goes with the sheet's."),
        ("approve_above = {INR = 0.5}", "An amount is not plain digits."),
        ('approve_above = {Rupee = "5"}', "a currency that the CRM does not have"),
        ('approve_above = "5"', "It must name amounts by currency."),
        ("quiet_seconds = -1", "It must be at least 0."),
        ("canary = 1.5", "It must be a whole number."),
        ('expected = "01:30"', "This is no setting of [jobs]."),
    ],
)
def test_a_mistake_in_a_job_is_a_sentence(tmp_path: Path, line: str, said: str) -> None:
    """Each says in which job, and what to write instead."""
    key = line.partition(" ")[0]
    text = "\n".join(one for one in JOB.splitlines() if not one.startswith(f"{key} "))
    with pytest.raises(SettingsError) as caught:
        jobs(tmp_path, f"{text}\n{line}\n")
    assert said in caught.value.message
    assert "jobs.1" in caught.value.message


def test_two_jobs_are_told_apart(tmp_path: Path) -> None:
    """Of one name, or of one inbox, the second would be lost."""
    other = JOB.replace('"payments"', '"visits"')
    with pytest.raises(SettingsError, match="same name"):
        jobs(tmp_path, JOB + JOB.replace("payments*", "visits*"))
    with pytest.raises(SettingsError, match="same inbox"):
        jobs(tmp_path, JOB + other)
    with pytest.raises(SettingsError, match="same inbox"):
        jobs(tmp_path, JOB + other.replace("inbox/pay", "inbox/../inbox/PAY"))
    assert len(jobs(tmp_path, JOB + other.replace("payments*", "visits*"))) == 2


def test_a_job_that_is_no_list_says_so(tmp_path: Path) -> None:
    """`[jobs]` is one table; a job is written as [[jobs]]."""
    with pytest.raises(SettingsError, match=r"\[\[jobs\]\]"):
        jobs(tmp_path, JOB.replace("[[jobs]]", "[jobs]"))
