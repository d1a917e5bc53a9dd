"""Control totals in a file beside the input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from workplaces import row

from importer.errors import SheetError
from importer.model import Currency
from importer.nightly.totals import read_totals
from importer.report.steps import next_steps
from importer.validate import Expected

from .night_desks import NightDesk, night_desk

INR, USD = Currency("INR"), Currency("USD")


def totals(folder: Path, text: str) -> Path:
    """A file of control totals."""
    path = folder / "payments.totals.csv"
    path.write_text(text, encoding="utf-8-sig")
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rows\n3\n", Expected(rows=3)),
        ("Currency,Total\nINR,1853400.00\n", Expected(totals={INR: Decimal("1853400.00")})),
        (
            "currency,total,rows\nINR,5,2\nUSD,0.5,\n\n",
            Expected(rows=2, totals={INR: Decimal(5), USD: Decimal("0.5")}),
        ),
    ],
)
def test_totals_are_read(tmp_path: Path, text: str, expected: Expected) -> None:
    """Rows, totals by currency, or both; capitals, a mark and blank lines do not count."""
    assert read_totals(totals(tmp_path, text)) == replace(expected, file="payments.totals.csv")


def test_without_a_file_nothing_is_expected() -> None:
    """A job without control totals takes a sheet as it is."""
    assert not read_totals(None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "its first line is empty; it is to have the columns `currency` and `total`"),
        ("rows\n", "it has a first line and nothing below it"),
        ("total\n5\n", "it has the column `total` and lacks `currency`"),
        ("currency;total;rows\nINR;5;1\n", "separated by semicolons, and not by commas"),
        ("currency,total\nINR,5,6\n", "the line “INR,5,6” has 3 values, and .* 2 columns"),
        ("rows,sum\n5,7\n", "its first line has “sum”; it is to have the columns"),
        ("rows\n5,0\n", "the line “5,0” has 2 values, and the first line 1 column"),
        ("rows,rows\n5,5\n", "a column is there twice"),
        ("rows\nmany\n", "whole number"),
        ("rows\n5\n6\n", "whole number"),
        ("currency,total\nRupee,5\n", "Rupee,5"),
        ('currency,total\nINR,"1,853,400"\n', "plain digits"),
        ("currency,total\nINR,5\nINR,6\n", "INR is there twice"),
        ('currency,total\n"INR,5\n', "CSV"),
    ],
)
def test_what_is_no_totals_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """Nothing is guessed of a file that is not what it should be."""
    with pytest.raises(SheetError, match=said):
        read_totals(totals(tmp_path, text))


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    """A sheet whose control totals somebody took away is not sent without them."""
    with pytest.raises(SheetError, match="cannot be read"):
        read_totals(tmp_path / "payments.totals.csv")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[NightDesk]:
    """A desk with one job that has control totals."""
    with night_desk(tmp_path) as one:
        one.job(control_totals="{stem}.totals.csv")
        yield one


def test_a_sheet_waits_for_its_totals(desk: NightDesk) -> None:
    """It is taken when both are there, and both are put away."""
    desk.drop("payments.csv", row(1), row(2))
    (waits,) = desk.job_tonight().files
    assert (waits.fate, waits.exit_code) == ("not ready", 75)
    assert "payments.totals.csv" in waits.said
    totals(desk.inbox, "currency,total,rows\nINR,301.00,2\n")
    (run,) = desk.job_tonight().files
    assert (run.fate, run.exit_code) == ("run", 0)
    assert run.archived is not None
    assert sorted(one.name for one in (run.archived / "input").iterdir()) == [
        "payments.csv",
        "payments.totals.csv",
    ]
    assert desk.taken() == []


def test_a_sheet_waits_until_its_totals_are_written(desk: NightDesk) -> None:
    """While they are empty, or grow between two looks, nothing is refused, and nothing is sent."""
    desk.drop("payments.csv", row(1), row(2))
    beside = totals(desk.inbox, "")
    beside.write_bytes(b"")
    (waits,) = desk.job_tonight().files
    assert (waits.fate, waits.exit_code) == ("not ready", 75)
    assert "empty so far: payments.totals.csv" in waits.said
    (waits,) = desk.job_tonight(sleep=lambda _seconds: totals(desk.inbox, "rows\n")).files
    assert (waits.fate, waits.exit_code) == ("not ready", 75)
    assert "still being written: payments.totals.csv" in waits.said
    totals(desk.inbox, "rows\n2\n")
    (run,) = desk.job_tonight().files
    assert (run.fate, run.exit_code) == ("run", 0)


def test_totals_that_do_not_agree_send_nothing(desk: NightDesk) -> None:
    """A row too few is refused as a whole, with its reports."""
    desk.drop("payments.csv", row(1))
    totals(desk.inbox, "rows\n2\n")
    (refused,) = desk.job_tonight().files
    assert (refused.fate, refused.exit_code) == ("refused", 3)
    assert refused.run
    assert "The totals file payments.totals.csv says 2 rows." in refused.said
    assert refused.report is not None
    (step,) = next_steps(refused.report)
    assert step.title == "Correct the sheet or its totals, and run it again"
    assert desk.booked() == []
    assert refused.archived is not None
    (refused.archived / "payments.csv").rename(desk.inbox / "payments.csv")
    totals(desk.inbox, "rows\n1\n")
    assert (refused.archived / "payments.totals.csv").is_file()
    (run,) = desk.job_tonight().files
    assert (run.fate, run.exit_code) == ("run", 0)


@pytest.mark.parametrize("given", [False, True])
def test_a_failures_workbook_needs_no_totals(desk: NightDesk, *, given: bool) -> None:
    """Corrected rows are a part of a sheet that was counted before: they wait for no totals."""
    desk.drop("payments.csv", row(1), row(2, state="Cleared"))
    totals(desk.inbox, "rows\n2\n")
    (first,) = desk.job_tonight().files
    assert first.exit_code == 4
    assert first.archived is not None
    text = (first.archived / "failures.csv").read_text(encoding="utf-8-sig")
    (desk.inbox / "failures.csv").write_text(text.replace("Cleared", "Paid"), encoding="utf-8")
    if given:
        (desk.inbox / "failures.totals.csv").write_text("rows\n1\n", encoding="utf-8")
    (run,) = desk.job_tonight().files
    assert (run.file, run.fate, run.exit_code) == ("failures.csv", "run", 0)
    assert desk.taken() == []
    assert [one.name for one in desk.inbox.iterdir() if one.is_file()] == []
    assert len(desk.booked()) == 4


def test_a_plan_over_the_limit_waits(tmp_path: Path) -> None:
    """What is more than the job may send alone is taken, planned, and left for a second person."""
    with night_desk(tmp_path) as desk:
        desk.job(approve_above={"INR": "250.00"})
        desk.drop("payments-1.csv", row(1), row(2))
        desk.drop("payments-2.csv", row(1), row(2), row(3))
        job = desk.job_tonight()
        assert [(one.fate, one.exit_code) for one in job.files] == [
            ("waiting", 6),
            ("left", 75),
        ]
        assert job.waiting == (job.files[0].run,)
        assert "₹301.00" in job.files[0].said
        assert "₹250.00" in job.files[0].said
        assert desk.taken() == ["payments-1.csv"]
        again = desk.job_tonight()
        assert [one.fate for one in again.resumed] == ["waiting"]
        assert desk.booked() == []
