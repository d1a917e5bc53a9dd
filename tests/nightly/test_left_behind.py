"""What one night leaves behind, and what the next ones make of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import pytest
from workplaces import MAPPING, row

from importer.errors import JournalError
from importer.journal import rulings
from importer.journal.closing import close
from importer.journal.overview import Open, open_by_run
from importer.journal.store import Journal
from importer.model import Outcome
from importer.nightly import FileReport, NightReport, night_object
from importer.nightly.digest import digest_of
from importer.nightly.moving import put_into
from importer.pipeline.sending import send_run
from importer.pipeline.workplace import open_workplace
from importer.sandbox import Fault, Rule, lead_id
from importer.upload import Ending

from .night_desks import NightDesk, night_desk

NOBODY = [f"{number:024x}" for number in range(0xDEAD0000, 0xDEAD000C)]
"""Leads that are not in the CRM."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[NightDesk]:
    """A desk without a job as yet."""
    with night_desk(tmp_path) as one:
        yield one


# What a rule has stopped


def test_the_first_leads_stop_a_run_for_more_than_one_night(desk: NightDesk) -> None:
    """Where the canary failed, no later night tries the next leads; each tells of it again."""
    desk.job(canary=2)
    desk.drop("payments-1.csv", *(row(1, lead=lead, receipt=lead) for lead in NOBODY))
    spent = []
    for _ in range(3):
        night = desk.night()
        assert night.exit_code == 6
        assert "no night sends more" in files(night)[0].said
        assert digest_of(night, zone=dt.UTC).subject.partition(": ")[2].startswith("STOPPED")
        spent.append(desk.desk.crm.counts.total)
    assert spent == [2, 2, 2]
    desk.drop("payments-2.csv", row(1))
    assert [one.fate for one in files(desk.night())] == ["run", "left"]


def test_what_a_rule_stopped_is_settled_and_not_sent(desk: NightDesk) -> None:
    """Doubts in a row stop a run; the night after settles them, and leaves the rest to a person."""
    desk.job()
    know_ourselves(desk)
    many = desk.desk.settings.send.model_copy(update={"actions_per_request": 1, "concurrency": 1})
    stop = desk.desk.settings.stop.model_copy(update={"unknown_in_a_row": 2})
    desk.desk.settings = desk.desk.settings.model_copy(update={"send": many, "stop": stop})
    automatic = desk.desk.settings
    desk.desk.leave_doubts()
    desk.desk.crm.faults.set([Rule(fault=Fault.DROP_AFTER)])
    desk.drop("payments.csv", *(row(number) for number in range(1, 5)))
    assert desk.night().exit_code == 5
    desk.desk.crm.faults.set([])
    desk.desk.settings = automatic
    settled = desk.night()
    assert settled.exit_code == 6
    (file,) = files(settled)
    assert file.books is not None
    assert counts(file) == {"CREATED": 2, "UNSENT": 6}
    assert counts(files(desk.night())[0]) == {"CREATED": 2, "UNSENT": 6}
    assert desk.desk.resume(file.run).code == 0
    assert desk.night().exit_code == 0
    assert len(desk.booked()) == len(set(desk.booked())) == 10
    assert desk.taken() == []


def test_a_person_who_resumes_has_looked(desk: NightDesk) -> None:
    """Once somebody has resumed a run that a rule stopped, the night brings it to its end."""
    desk.job(canary=1)
    desk.drop("payments.csv", row(1, lead=NOBODY[0]), row(2), row(3))
    (stopped,) = files(desk.night())
    assert counts(stopped) == {"REFUSED": 2, "UNSENT": 4}
    desk.desk.crm.faults.set([Rule(fault=Fault.ERROR_BEFORE, status=401)])
    assert desk.desk.resume(stopped.run).code == 6
    desk.desk.crm.faults.set([])
    (ended,) = files(desk.night())
    assert counts(ended) == {"CREATED": 4, "REFUSED": 2}


def test_only_what_a_night_created_is_told_as_created_now(desk: NightDesk) -> None:
    """A run that is gone on with tells what is new apart from what earlier nights have created."""
    one = desk.desk.settings.send.model_copy(update={"actions_per_request": 1, "concurrency": 1})
    desk.desk.settings = desk.desk.settings.model_copy(update={"send": one})
    desk.job()
    desk.drop("payments.csv", *(row(number) for number in range(1, 4)))
    desk.desk.crm.faults.set([Rule(fault=Fault.ERROR_BEFORE, status=401, lead=lead_id(3))])
    first = desk.night()
    assert "2 actions (₹300.50) of payments.csv not sent" in digest_of(first, zone=dt.UTC).subject
    desk.desk.crm.faults.set([])
    digest = digest_of(desk.night(), zone=dt.UTC)
    assert "2 actions created now (₹300.50), 4 created before" in digest.subject
    assert "6 of 6 actions, 2 created now, 4 created before" in digest.text


def test_a_run_whose_rows_a_later_file_of_the_night_takes_is_summed_up_again(
    desk: NightDesk,
) -> None:
    """A run that is gone on with is told with what corrected rows have put right the same night."""
    one = desk.desk.settings.send.model_copy(update={"actions_per_request": 1, "concurrency": 1})
    desk.desk.settings = desk.desk.settings.model_copy(update={"send": one})
    desk.job()
    desk.drop("payments.csv", row(1), row(2, state="Cleared"), row(3))
    desk.desk.crm.faults.set([Rule(fault=Fault.ERROR_BEFORE, status=401, lead=lead_id(3))])
    (first,) = files(desk.night())
    assert first.reports is not None
    desk.desk.crm.faults.set([])
    text = (first.reports / "failures.csv").read_text(encoding="utf-8-sig")
    (desk.inbox / "failures.csv").write_text(text.replace("Cleared", "Paid"), encoding="utf-8")
    page = first.reports / "reconciliation.html"
    before = page.read_bytes()
    assert len(files(desk.night(dry_run=True))) == 2
    assert page.read_bytes() == before
    night = desk.night()
    gone_on, corrected = files(night)
    assert (gone_on.run, gone_on.exit_code, corrected.exit_code) == (first.run, 0, 0)
    assert gone_on.books is not None
    assert gone_on.books.taken_up_by == (corrected.run,)
    assert gone_on.archived is not None
    for folder in (gone_on.reports, gone_on.archived):
        assert folder is not None
        assert corrected.run in (folder / "reconciliation.html").read_text(encoding="utf-8")
    assert night.exit_code == 0
    assert "TO DO" not in digest_of(night, zone=dt.UTC).text


# What was written into a file after it was read


def test_rows_that_come_after_the_read_are_not_put_away(
    desk: NightDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that writes on into the renamed file loses no row: the next night reads it."""
    desk.job()
    written = desk.drop("payments.csv", row(1), row(2)).open("a", encoding="utf-8")

    def send(*words: Any, **more: Any) -> Ending:  # noqa: ANN401 - as the original's
        ending = send_run(*words, **more)
        print(",".join(row(3)), file=written, flush=True)
        return ending

    with monkeypatch.context() as patch, written:
        patch.setattr("importer.nightly.running.send_run", send)
        night = desk.night()
    assert night.exit_code == 75
    assert "has changed" in digest_of(night, zone=dt.UTC).subject
    assert desk.taken() == ["payments.csv"]
    assert counts(files(desk.night())[0]) == {"CREATED": 2, "ALREADY": 4}
    assert desk.taken() == []
    assert len(set(desk.booked())) == 6


def test_a_file_that_came_before_and_grows_is_read_anew(
    desk: NightDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither what was imported before nor what is no sheet is put aside while it is written."""
    desk.job()
    desk.drop("payments.csv", row(1))
    desk.night()
    path = desk.drop("payments.csv", row(1))
    with path.open("a", encoding="utf-8") as written:

        def look(journal: Journal) -> Mapping[str, Open]:
            print(",".join(row(2)), file=written, flush=True)
            return open_by_run(journal)

        monkeypatch.setattr("importer.nightly.told.open_by_run", look)
        (left,) = files(desk.night())
    assert (left.fate, left.exit_code) == ("not ready", 75)
    monkeypatch.undo()
    assert counts(files(desk.night())[0]) == {"CREATED": 2, "ALREADY": 2}


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("when", ["run", "same", "refused"])
def test_rows_that_come_while_a_file_is_put_away_are_not_lost(
    desk: NightDesk, monkeypatch: pytest.MonkeyPatch, when: str, *, late: bool
) -> None:
    """What is written before or behind the copy for the archive takes that copy back."""
    desk.job(control_totals="{stem}.totals.txt" if when == "run" else "")
    if when == "same":
        desk.drop("payments.csv", row(1))
        desk.night()
    path = desk.drop("payments.csv", row(1))
    if when == "refused":
        path.write_text("Nothing,of,it\n1,2,3\n", encoding="utf-8")
    if when == "run":
        (desk.inbox / "payments.totals.txt").write_text("rows\n1\n", encoding="utf-8")
    before = len(desk.booked())

    def put(source: Path, folder: Path) -> Path:
        copy = put_into(source, folder) if late else None
        if source.suffix == ".csv":
            with source.open("a", encoding="utf-8") as written:
                print(",".join(row(2)), file=written)
        return copy or put_into(source, folder)

    with monkeypatch.context() as patch:
        patch.setattr("importer.nightly.archive.put_into", put)
        (file,) = files(desk.night())
    assert (file.exit_code, file.changed, file.archived) == (75, True, None)
    assert "payments.csv" in desk.taken()
    assert not list((desk.folder / "archive").rglob("payments.csv")) or when == "same"
    if when == "same":
        assert counts(files(desk.night())[0]) == {"CREATED": 2, "ALREADY": 2}
        assert len(desk.booked()) == before + 2


def test_an_input_that_is_taken_back_takes_no_other_copy_along(
    desk: NightDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the archive holds of an earlier arrival stays, though it has the same content."""
    desk.job()
    for _ in range(2):
        desk.drop("payments.csv", row(1))
        desk.night()
    (kept,) = (desk.folder / "archive").glob("*/*/same/payments.csv")
    path = desk.drop("payments.csv", row(1))
    content = path.read_bytes()

    def put(source: Path, folder: Path) -> Path:
        copy = put_into(source, folder)
        source.write_bytes(source.read_bytes() + b"\n")
        return copy

    with monkeypatch.context() as patch:
        patch.setattr("importer.nightly.archive.put_into", put)
        assert files(desk.night())[0].changed
    assert kept.read_bytes() == content


# What is held for another run


def test_what_was_held_goes_once_the_other_run_has_given_it_up(desk: NightDesk) -> None:
    """A row that two sheets hold is sent by the second where the first never will."""
    desk.job()
    desk.desk.leave_doubts()
    desk.desk.crm.faults.set([Rule(fault=Fault.DROP_BEFORE)])
    desk.drop("payments-1.csv", row(1))
    (first,) = files(desk.night())
    desk.desk.crm.faults.set([])
    desk.drop("payments-2.csv", row(1), row(2))
    assert [counts(one) for one in files(desk.night())] == [
        {"UNKNOWN": 2},
        {"CREATED": 2, "DUPLICATE": 2},
    ]
    held = desk.night()
    assert [counts(one)["DUPLICATE"] for one in held.jobs[0].resumed[1:]] == [2]
    with open_workplace(desk.desk.settings) as workplace:
        words = {"by": "asha", "reason": "I looked."}
        rulings.resolve_not_created(workplace.journal, first.run, frozenset({2}), None, **words)
        close(workplace.journal, first.run, None, **words)
    assert counts(files(desk.night())[0]) == {"CREATED": 4}
    assert len(desk.booked()) == len(set(desk.booked())) == 4
    assert not files(desk.night())


def test_a_duplicate_that_nobody_has_decided_is_told_again(desk: NightDesk) -> None:
    """Until somebody releases or closes it, each night names the run, with what to type."""
    desk.job()
    desk.drop("payments-1.csv", row(1))
    desk.night()
    desk.drop("payments-2.csv", row(1, amount="999.00"))
    (file,) = files(desk.night())
    night = desk.night()
    assert night_object(night)["duplicate"] == {file.run: 1}
    digest = digest_of(night, zone=dt.UTC)
    assert "1 duplicate (₹999.00) of earlier runs" in digest.subject
    assert "Decide on 1 duplicate (₹999.00) of payments-2.csv from before" in " ".join(
        digest.text.split()
    )
    assert f"importer release {file.run} --rows 2 --reason" in digest.text


def test_a_run_is_gone_on_with_though_the_archive_was_tidied(desk: NightDesk) -> None:
    """The journal knows whose run it is: what is in doubt is settled also without its folder."""
    desk.job()
    know_ourselves(desk)
    automatic = desk.desk.settings
    desk.desk.leave_doubts()
    desk.desk.crm.faults.set([Rule(fault=Fault.DROP_AFTER)])
    desk.drop("payments.csv", row(1))
    assert desk.night().exit_code == 5
    desk.desk.crm.faults.set([])
    desk.desk.settings = automatic
    (desk.folder / "archive" / "payments").rename(desk.folder / "elsewhere")
    assert counts(desk.night().jobs[0].resumed[0]) == {"CREATED": 2}


# What came before


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [({}, 0, "was imported before"), ({"amount": "much"}, 4, "waits for a correction")],
)
def test_what_came_before_says_whether_it_is_in(
    desk: NightDesk, changes: dict[str, str], code: int, said: str
) -> None:
    """The same content is exit code 0 only where its run has nothing open."""
    desk.job()
    for _ in range(2):
        desk.drop("payments.csv", row(1), row(2), row(3, **changes))
        night = desk.night()
    (same,) = files(night)
    assert (same.fate, same.exit_code) == ("same", code)
    assert said in same.said


def test_what_came_twice_in_one_night_waits_with_its_plan(desk: NightDesk) -> None:
    """A copy of a file whose plan waits for approval is not told as imported."""
    separate = MAPPING.replace("exports: cumulative", "exports: separate")
    desk.job(mapping=separate, approve_above={"INR": "100"})
    for name in ("payments-1.csv", "payments-2.csv"):
        desk.drop(name, row(1))
    waiting, same = files(desk.night())
    assert [waiting.fate, same.fate] == ["waiting", "same"]
    assert same.exit_code == 6
    assert "waits for somebody's word" in same.said


# What is told of what broke


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (JournalError("The kept copy is gone.", "Look."), 1),
        (OSError(28, "No space left on device"), 2),
        (ZeroDivisionError(), 1),
    ],
)
def test_what_was_sent_is_told_without_its_reports(
    desk: NightDesk, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    """Where the reports cannot be written, the books are told, and the next night writes them."""
    desk.job()
    desk.drop("payments.csv", row(1))

    def fail(*_words: object, **_more: object) -> NoReturn:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("importer.nightly.written.report_run", fail)
        night = desk.night()
    (file,) = files(night)
    assert (file.fate, night.exit_code, counts(file)) == ("run", code, {"CREATED": 2})
    text = digest_of(night, zone=dt.UTC).text
    assert "could not be written" in text
    assert f"importer report {file.run}" in text
    assert "Nothing of it was sent" not in text
    assert desk.taken() == ["payments.csv"]
    (later,) = files(desk.night())
    assert (later.run, later.exit_code, later.archived is not None) == (file.run, 0, True)


def test_an_error_after_the_send_is_no_refusal(
    desk: NightDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where not even the books can be closed, nobody is told that nothing was sent."""
    desk.job()
    desk.desk.leave_doubts()
    desk.desk.crm.faults.set([Rule(fault=Fault.DROP_AFTER)])
    desk.drop("payments.csv", row(1))

    def fail(*_words: object, **_more: object) -> NoReturn:
        raise JournalError("A record is damaged.", "Restore it.")

    monkeypatch.setattr("importer.nightly.running.write_down", fail)
    night = desk.night()
    (file,) = files(night)
    assert file.fate == "failed"
    assert file.books is not None
    assert (file.books.waiting(Outcome.UNKNOWN), night.still_unknown) == (2, {})
    digest = digest_of(night, zone=dt.UTC)
    assert "refused" not in digest.subject
    assert f"importer settle {file.run}" in digest.text


def test_a_run_stays_no_inbox_when_the_time_is_over(desk: NightDesk) -> None:
    """Of a run of an earlier night, nobody is told that it lies in the inbox."""
    desk.job()
    desk.drop("payments.csv", row(1))
    desk.night_with("wrong")
    (left,) = desk.job_tonight(minutes=1e-9).resumed
    assert left.said == "The time of this night was over. The next night goes on with it."


def test_the_json_line_quotes_no_cell(desk: NightDesk) -> None:
    """What a rule quotes of the CRM's answer is hidden on standard output as in the digest."""
    desk.job()
    (desk.inbox / "payments.csv").write_text('Lead ID,Asha Rao"\n"x', encoding="utf-8")
    night = desk.night()
    line = json.dumps(night_object(night), ensure_ascii=False)
    assert files(night)[0].said
    assert "Asha" not in line


def know_ourselves(desk: NightDesk) -> None:
    """An action that was answered for: by it, settling knows ours on a timeline."""
    desk.drop("payments before.csv", row(99))
    assert desk.night().exit_code == 0


def files(night: NightReport) -> tuple[FileReport, ...]:
    """Runs that were gone on with, and new files, of the only job."""
    (job,) = night.jobs
    return (*job.resumed, *job.files)


def counts(file: FileReport) -> dict[str, int]:
    """Outcome → actions, where there are any."""
    assert file.books is not None
    return {str(one): line.count for one, line in file.books.outcomes.items() if line.count}
