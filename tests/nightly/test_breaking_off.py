"""A night that breaks off tells what it had done; and what others have left in doubt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from workplaces import row

from importer.errors import JournalError
from importer.model import Outcome
from importer.nightly.digest import digest_of
from importer.nightly.shift import Terminated
from importer.pipeline.workplace import Workplace, open_workplace
from importer.sandbox import Fault, Rule
from importer.settings import Settings

from .night_desks import NightDesk, night_desk

DAMAGED = JournalError("The journal cannot be read: the disk fails.", "Look at the disk.")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[NightDesk]:
    """A desk with two jobs; the CRM stores what the first one sends, and does not answer."""
    with night_desk(tmp_path) as one:
        one.job("payments")
        one.job("visits", quiet_seconds=3600)
        one.desk.leave_doubts()
        one.desk.crm.faults.set([Rule(fault=Fault.DROP_AFTER)])
        one.drop("payments.csv", row(1))
        yield one


def test_an_interrupt_between_two_jobs_tells_both(desk: NightDesk) -> None:
    """What the first has in doubt comes first, and the second says what it has left."""
    desk.drop("visits.csv", row(2))

    def wait(seconds: float) -> None:
        if seconds > 1:
            raise Terminated

    night = desk.night(sleep=wait)
    payments, visits = (job.files[0] for job in night.jobs)
    assert (night.exit_code, payments.exit_code, visits.fate) == (143, 5, "left")
    digest = digest_of(night, zone=dt.UTC)
    assert "IN DOUBT" in digest.subject
    assert f"importer settle {payments.run}" in digest.text
    assert "The night was interrupted." in night.failed
    assert "could not begin" not in digest.text
    assert (desk.inbox / "visits.csv").is_file()


def test_a_journal_that_breaks_behind_the_jobs_hides_none(
    desk: NightDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where what is left of earlier nights cannot be read, tonight's doubts are told."""

    def fail(*_words: object) -> NoReturn:
        raise DAMAGED

    monkeypatch.setattr("importer.nightly.night.Before.of", fail)
    told_all_the_same(desk)


def test_a_workplace_that_cannot_be_closed_hides_nothing(
    desk: NightDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what breaks at the very end leaves the night's report."""

    @contextmanager
    def opened(settings: Settings) -> Iterator[Workplace]:
        with open_workplace(settings) as workplace:
            yield workplace
        raise DAMAGED

    monkeypatch.setattr("importer.nightly.night.open_workplace", opened)
    told_all_the_same(desk)


def told_all_the_same(desk: NightDesk) -> None:
    """The night tells of its doubts, and of what broke."""
    night = desk.night()
    (payments,) = night.jobs[0].files
    assert (night.exit_code, payments.exit_code) == (1, 5)
    assert night.failed.startswith("The night broke off: The journal cannot be read")
    assert night.failed in night.notes
    text = digest_of(night, zone=dt.UTC).text
    assert f"importer settle {payments.run}" in text
    assert "could not begin" not in text
    assert "No job was taken up" not in text


@pytest.mark.parametrize(
    ("error", "code", "subject"),
    [(ZeroDivisionError(), 1, "CALL US"), (Terminated(), 143, "IN DOUBT")],
)
def test_what_breaks_behind_the_send_hides_no_doubts_of_tonight(
    desk: NightDesk,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    subject: str,
) -> None:
    """An error or an interrupt while reports are written leaves the run with tonight's files."""

    def fail(*_words: object) -> NoReturn:
        raise error

    monkeypatch.setattr("importer.nightly.running.write_down", fail)
    night = desk.night(names=["payments"])
    (file,) = night.jobs[0].files
    assert (night.exit_code, file.exit_code) == (code, code)
    assert file.books is not None
    assert (file.books.waiting(Outcome.UNKNOWN), night.still_unknown) == (2, {})
    digest = digest_of(night, zone=dt.UTC)
    assert digest.subject.partition(": ")[2].startswith(subject)
    assert "IN DOUBT: 2 actions (₹100.50) of payments.csv" in digest.text
    assert f"importer settle {file.run}" in digest.text
    assert "earlier" not in digest.text
    assert "from before" not in digest.text


def test_doubts_of_a_run_without_books_are_no_earlier_nights(
    desk: NightDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the books cannot be summed up either, what is in doubt is told as tonight's."""

    def fail(*_words: object) -> NoReturn:
        raise DAMAGED

    monkeypatch.setattr("importer.nightly.running.write_down", fail)
    monkeypatch.setattr("importer.nightly.told.reconcile_run", fail)
    night = desk.night(names=["payments"])
    (file,) = night.jobs[0].files
    assert file.books is None
    assert night.still_unknown == {file.run: 2}
    assert night.unclosed == {file.run}
    text = digest_of(night, zone=dt.UTC).text
    assert "IN DOUBT: 2 actions of this night's runs" in text
    assert "earlier" not in text
    assert "from before" not in text


def test_an_internal_error_behind_the_files_calls_us(
    desk: NightDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that has sent everything and breaks then is no job that was not run."""

    def fail(*_words: object) -> NoReturn:
        raise ZeroDivisionError

    desk.desk.crm.faults.set([])
    monkeypatch.setattr("importer.nightly.job._Work._tell_again", fail)
    night = desk.night(names=["payments"])
    digest = digest_of(night, zone=dt.UTC)
    assert night.exit_code == 1
    assert "CALL US: the job payments broke off by an internal error" in digest.subject
    assert "NOT RUN" not in digest.text
    assert "1. payments: An internal error" in digest.text


def test_a_run_without_time_is_not_told_as_a_file_of_the_inbox(desk: NightDesk) -> None:
    """What a crash or an earlier night has taken lies in the inbox no more."""
    desk.desk.crm.faults.set([Rule(fault=Fault.ERROR_BEFORE, status=401)])
    desk.night(names=["payments"])
    text = digest_of(desk.night(names=["payments"], minutes=0), zone=dt.UTC).text
    assert "NOT YET: payments.csv was not taken up this night" in text
    assert "stays in the inbox" not in text
    assert "gone on with" not in text


def test_doubts_of_other_runs_end_a_night_with_code_5(desk: NightDesk) -> None:
    """Nobody rests while something may be in the CRM twice or not at all, whosever run it is."""
    run = desk.night(names=["payments"]).jobs[0].files[0].run
    night = desk.night(names=["visits"])
    assert (night.exit_code, night.jobs[0].exit_code) == (5, 0)
    assert list(night.still_unknown) == [run]
    assert desk.night(names=["visits"], dry_run=True).exit_code == 5
