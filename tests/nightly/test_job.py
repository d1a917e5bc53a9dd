"""What a night does with the files of a job."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest
from workplaces import MAPPING, row, settled, write_sheet

from importer.files import sha256_of
from importer.journal.closing import close
from importer.model import Currency, Outcome
from importer.nightly import FileFate, JobReport
from importer.nightly.digest import digest_of
from importer.pipeline.planning import Demands, plan_run
from importer.pipeline.plans import write_plan
from importer.pipeline.workplace import open_workplace
from importer.report.words import Hold
from importer.sandbox import running
from importer.settings.jobs import Weekday

from .night_desks import NightDesk, night_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[NightDesk]:
    """A desk with one job."""
    with night_desk(tmp_path) as one:
        one.job()
        yield one


def fates(job: JobReport) -> list[tuple[str, FileFate, int]]:
    """File, fate and exit code of a job's files."""
    return [(one.file, one.fate, one.exit_code) for one in job.files]


def test_files_come_in_the_order_of_their_names(desk: NightDesk) -> None:
    """Two exports that wait since yesterday are run oldest first, if that is how they are named."""
    desk.drop("payments-2.csv", row(1), row(2))
    desk.drop("payments-1.csv", row(1))
    job = desk.job_tonight()
    assert fates(job) == [("payments-1.csv", "run", 0), ("payments-2.csv", "run", 0)]
    second = job.files[1].books
    assert second is not None
    assert second.outcomes[Outcome.ALREADY].count == 2
    assert len(desk.booked()) == 4


def test_the_same_content_costs_no_request(desk: NightDesk) -> None:
    """A file that comes once more, under whatever name, is recognised and put aside."""
    desk.drop("payments.csv", row(1))
    run = desk.job_tonight().files[0].run
    spent = desk.desk.crm.counts.total
    desk.drop("payments again.csv", row(1))
    (again,) = desk.job_tonight().files
    assert (again.fate, again.run, again.exit_code) == ("same", run, 0)
    assert again.archived is not None
    assert (again.archived / "payments again.csv").is_file()
    assert again.archived.name == "same"
    assert run in again.said
    assert desk.desk.crm.counts.total == spent
    assert len(desk.booked()) == 2


def test_a_mapping_that_was_edited_makes_the_content_new(desk: NightDesk) -> None:
    """Whoever corrects a mapping and drops the file again wants it to be read anew."""
    desk.drop("payments.csv", row(1, state="Cleared"), row(2))
    assert desk.job_tonight().files[0].exit_code == 4
    mapping = desk.folder / "payments.yaml"
    mapping.write_text(
        MAPPING.replace("{Paid: COMPLETED,", "{Paid: COMPLETED, Cleared: COMPLETED,")
    )
    desk.drop("payments.csv", row(1, state="Cleared"), row(2))
    assert fates(desk.job_tonight()) == [("payments.csv", "run", 0)]
    assert len(desk.booked()) == 4


@pytest.mark.parametrize(
    ("beside", "said"),
    [("~$payments.csv", "~$payments.csv"), (".~lock.payments.csv#", ".~lock.payments.csv#")],
)
def test_a_file_that_somebody_has_open_is_left(desk: NightDesk, beside: str, said: str) -> None:
    """The lock file of Excel or LibreOffice beside a sheet keeps it in the inbox."""
    path = desk.drop("payments.csv", row(1))
    (desk.inbox / beside).touch()
    (left,) = desk.job_tonight().files
    assert (left.fate, left.exit_code) == ("not ready", 75)
    assert said in left.said
    assert path.is_file()
    (desk.inbox / beside).unlink()
    assert fates(desk.job_tonight()) == [("payments.csv", "run", 0)]


def test_an_empty_file_is_left(desk: NightDesk) -> None:
    """A file without a byte was opened for writing, and nothing has come yet."""
    (desk.inbox / "payments.csv").touch()
    assert fates(desk.job_tonight()) == [("payments.csv", "not ready", 75)]


def test_a_file_that_grows_is_left(desk: NightDesk) -> None:
    """Half an export is not taken, though the copying program gives it an old time."""
    path = desk.drop("payments.csv", row(1))

    def grow(_seconds: float) -> None:
        before = path.stat()
        with path.open("a", encoding="utf-8") as file:
            file.write(",".join(row(2)) + "\n")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert fates(desk.job_tonight(sleep=grow)) == [("payments.csv", "not ready", 75)]
    assert not desk.booked()
    assert fates(desk.job_tonight()) == [("payments.csv", "run", 0)]
    assert len(desk.booked()) == 4


def test_a_file_that_comes_during_the_night_is_left(desk: NightDesk) -> None:
    """What nobody has looked at twice may still be growing."""
    desk.drop("payments-1.csv", row(1))
    later = desk.job_tonight(sleep=lambda _seconds: desk.drop("payments-2.csv", row(2)))
    assert fates(later) == [("payments-1.csv", "run", 0), ("payments-2.csv", "not ready", 75)]


def test_a_link_is_left(desk: NightDesk) -> None:
    """Of a link only the name could be taken."""
    real = desk.drop("elsewhere.txt", row(1))
    (desk.inbox / "payments.csv").symlink_to(real)
    assert fates(desk.job_tonight()) == [("payments.csv", "refused", 2)]
    assert (desk.inbox / "payments.csv").is_symlink()


def test_what_is_no_sheet_is_put_aside_and_the_next_one_comes(desk: NightDesk) -> None:
    """One file that is refused never stops the next, and is not tried again every night."""
    (desk.inbox / "payments-1.csv").write_text("Nothing,of,it\n1,2,3\n", encoding="utf-8")
    desk.drop("payments-2.csv", row(1))
    job = desk.job_tonight()
    assert fates(job) == [("payments-1.csv", "refused", 3), ("payments-2.csv", "run", 0)]
    assert job.exit_code == 3
    assert job.files[0].said
    assert job.files[0].archived is not None
    assert (job.files[0].archived / "payments-1.csv").is_file()
    assert desk.taken() == []


def test_a_sheet_that_its_checks_refuse_has_reports(desk: NightDesk) -> None:
    """Where too many rows are invalid, the archive holds the sheet and what is wrong with it."""
    desk.drop("payments.csv", row(5), *(row(one, amount="much") for one in range(1, 5)))
    first = desk.night()
    (refused,) = first.jobs[0].files
    assert (refused.fate, refused.exit_code) == ("refused", 3)
    assert refused.archived is not None
    assert refused.archived.name == "refused"
    assert (refused.archived / "payments.csv").is_file()
    assert list((refused.archived.parent / refused.run).glob("*.html"))
    assert desk.taken() == []
    digest = digest_of(first, zone=dt.UTC)
    assert f"The sheet lies in {refused.archived.as_posix()} now" in " ".join(digest.text.split())
    assert desk.night().jobs[0].files == ()


def test_a_sheet_that_was_refused_runs_once_it_is_put_back(desk: NightDesk) -> None:
    """A refused sheet, or its corrected copy, is read anew each time that it is in the inbox."""
    desk.drop("payments.csv", row(5), *(row(one, amount="much") for one in range(1, 5)))
    (refused,) = desk.job_tonight().files
    assert refused.archived is not None
    (refused.archived / "payments.csv").rename(desk.inbox / "payments.csv")
    (again,) = desk.job_tonight().files
    assert (again.fate, again.exit_code) == ("refused", 3)
    assert sorted(one.name for one in refused.archived.iterdir()) == ["payments.csv"]
    desk.drop("payments.csv", *(row(one) for one in range(1, 6)))
    assert fates(desk.job_tonight()) == [("payments.csv", "run", 0)]


def test_a_refusal_says_that_the_same_file_may_be_put_back(desk: NightDesk) -> None:
    """What is wrong may be the mapping: nobody is sent for another export alone."""
    desk.drop("payments.csv", row(1))
    path = desk.inbox / "payments.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Receipt", "Number"), encoding="utf-8")
    settled(path)
    night = desk.night()
    (refused,) = night.jobs[0].files
    assert (refused.fate, refused.run) == ("refused", "")
    text = " ".join(digest_of(night, zone=dt.UTC).text.split())
    assert "1. payments.csv: Put right why it was refused" in text
    assert "or this same one, with its control totals" in text
    assert "once these or the mapping are corrected" in text


def test_a_missing_mapping_is_looked_for_in_the_settings(desk: NightDesk) -> None:
    """A night has no `-m`: the name is that of the job."""
    (desk.folder / "payments.yaml").unlink()
    said = desk.job_tonight().said
    assert "after -m" not in said
    assert "`mapping` of this job under [[jobs]]" in said


def test_a_broken_job_does_not_stop_the_next(tmp_path: Path) -> None:
    """A mapping with mistakes fails its own job, which says in which line."""
    with night_desk(tmp_path) as desk:
        desk.job("broken", MAPPING.replace("type: amount", "type: amuont"), "broken.yaml")
        desk.job("payments")
        desk.drop("broken.csv", row(2))
        desk.drop("payments.csv", row(1))
        night = desk.night()
        broken, good = night.jobs
        assert (broken.exit_code, broken.files) == (2, ())
        assert "line " in broken.said
        assert fates(good) == [("payments.csv", "run", 0)]
        assert night.exit_code == 2
        assert (desk.inbox / "broken.csv").is_file()


def test_a_mistake_of_ours_fails_one_file(desk: NightDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever breaks with one file, the next is run, and the night after tries again."""
    desk.drop("payments-1.csv", row(1))
    desk.drop("payments-2.csv", row(2))
    broken = sha256_of(desk.inbox / "payments-1.csv")

    def fail(path: Path) -> str:
        found = sha256_of(path)
        if found == broken:
            raise ZeroDivisionError
        return found

    with monkeypatch.context() as patch:
        patch.setattr("importer.nightly.running.sha256_of", fail)
        job = desk.job_tonight()
    assert fates(job) == [("payments-1.csv", "failed", 1), ("payments-2.csv", "run", 0)]
    assert job.exit_code == 1
    assert desk.taken() == ["payments-1.csv"]
    assert fates(desk.job_tonight()) == [("payments-1.csv", "run", 0)]
    assert len(desk.booked()) == 4


def test_corrected_failures_close_their_chain(desk: NightDesk) -> None:
    """The failures that somebody corrected are recognised by their name alone."""
    desk.drop("payments.csv", row(1), row(2, state="Cleared"))
    first = desk.job_tonight().files[0]
    assert first.exit_code == 4
    assert first.archived is not None
    text = (first.archived / "failures.csv").read_text(encoding="utf-8-sig")
    (desk.inbox / "failures.csv").write_text(text.replace("Cleared", "Paid"), encoding="utf-8")
    (second,) = desk.job_tonight().files
    assert (second.file, second.exit_code) == ("failures.csv", 0)
    assert second.books is not None
    assert second.books.run.parent == first.run
    assert second.books.chain.closed
    assert len(desk.booked()) == 4


def test_a_dry_run_changes_nothing(desk: NightDesk) -> None:
    """It says what would be sent, and leaves inbox, journal and CRM as they are."""
    path = desk.drop("payments.csv", row(1), row(2))
    (would,) = desk.job_tonight(dry_run=True).files
    assert would.books is not None
    assert would.books.unsent == 4
    assert path.is_file()
    assert not desk.booked()
    assert fates(desk.job_tonight()) == [("payments.csv", "run", 0)]


def test_a_dry_run_says_that_a_plan_would_wait(tmp_path: Path) -> None:
    """Above the job's limit it tells sum and limit, and plans nothing."""
    with night_desk(tmp_path) as desk:
        desk.job(approve_above={"INR": "250"})
        path = desk.drop("payments.csv", row(1), row(2))
        night = desk.night(dry_run=True)
        (would,) = night.jobs[0].files
        assert (would.fate, night.exit_code) == ("waiting", 6)
        total = (
            next(iter(would.books.outcomes[Outcome.UNSENT].money.values())) if would.books else 0
        )
        assert f"₹{total:,.2f} is to be sent, and above ₹250.00" in would.said
        assert path.is_file()
        assert not desk.night(dry_run=True).waiting
        assert not list((desk.folder / "reports").iterdir())
        waiting = desk.job_tonight()
        assert fates(waiting) == [("payments.csv", "waiting", 6)]
        (again,) = desk.job_tonight(dry_run=True).resumed
        assert (again.fate, again.exit_code) == ("waiting", 6)
        assert not desk.booked()


def test_a_run_that_a_person_closed_needs_no_person(tmp_path: Path) -> None:
    """The night after puts the file away, and says that there is nothing to do."""
    with night_desk(tmp_path) as desk:
        desk.job(approve_above={"INR": "250"})
        desk.drop("payments.csv", row(1), row(2))
        (waiting,) = desk.job_tonight().files
        with open_workplace(desk.desk.settings) as workplace:
            close(workplace.journal, waiting.run, None, by="asha", reason="Not these.")
        night = desk.night()
        (closed,) = night.jobs[0].resumed
        assert (closed.fate, closed.exit_code) == ("run", 4)
        digest = digest_of(night, zone=dt.UTC)
        assert "4 actions of payments.csv were closed unsent: nothing to do" in digest.subject
        assert "What needs a person" not in digest.text
        assert desk.taken() == []


@pytest.mark.parametrize("by", ["the next night", "the same night"])
def test_what_a_person_left_to_another_sheet_is_sent_by_it(tmp_path: Path, by: str) -> None:
    """The content of a run that was closed unsent was not imported: brought again, it is sent."""
    with night_desk(tmp_path) as desk:
        desk.job(approve_above={"INR": "250"})
        desk.drop("payments.csv", row(1), row(2))
        (waiting,) = desk.job_tonight().files
        with open_workplace(desk.desk.settings) as workplace:
            close(workplace.journal, waiting.run, None, by="asha", reason="Next month.")
        if by == "the next night":
            desk.night()
        desk.desk.settings = desk.desk.settings.model_copy(update={"jobs": ()})
        desk.job()
        desk.drop("payments-december.csv", row(1), row(2))
        assert fates(desk.job_tonight()) == [("payments-december.csv", "run", 0)]
        assert len(desk.booked()) == 4
        desk.drop("payments-january.csv", row(1), row(2))
        assert fates(desk.job_tonight()) == [("payments-january.csv", "same", 0)]


def test_a_plan_that_waits_hides_no_rows_to_correct(tmp_path: Path) -> None:
    """What is wrong in the same sheet is told beside the plan, with its workbook."""
    with night_desk(tmp_path) as desk:
        desk.job(approve_above={"INR": "250"})
        desk.drop("payments.csv", row(1), row(2), row(3, amount="much"))
        digest = digest_of(desk.night(), zone=dt.UTC)
        assert "APPROVE: payments.csv" in digest.subject
        assert "– TO DO: 1 of 3 rows of payments.csv needs a person" in digest.text
        assert "1. payments.csv: Have the plan" in digest.text
        assert "2. payments.csv: Correct 1 row" in digest.text


def test_a_dry_run_leaves_every_file_where_it_is(tmp_path: Path) -> None:
    """What a crash left, and control totals beside it, are not moved, made or removed."""
    with night_desk(tmp_path) as desk:
        desk.job(control_totals="{stem}.totals.csv")
        left = desk.inbox / "taken" / "payments" / "20261122T020000-abcd"
        for folder in (left, left.with_name("20261121T020000-abcd")):
            folder.mkdir(parents=True)
        write_sheet(left / "payments.csv", [row(1)])
        desk.drop("payments-2.csv", row(2))
        for name in ("payments", "payments-2"):
            (desk.inbox / f"{name}.totals.csv").write_text("rows\n1\n", encoding="utf-8")
        before = sorted(desk.inbox.rglob("*"))
        would = desk.job_tonight(dry_run=True)
        assert sorted(desk.inbox.rglob("*")) == before
        assert not (desk.folder / "archive").exists()
        assert fates(would) == [("payments.csv", "run", 0), ("payments-2.csv", "run", 0)]
        assert not desk.booked()
        assert fates(desk.job_tonight()) == fates(would)
        assert len(desk.booked()) == 4


def test_a_dry_run_tells_what_an_unfinished_run_has_left(desk: NightDesk) -> None:
    """The same file once more is gone on with, and no row of it is called a duplicate."""
    desk.drop("payments.csv", row(1))
    run = desk.night_with("wrong").jobs[0].files[0].run
    desk.drop("payments again.csv", row(1))
    would = desk.job_tonight(dry_run=True)
    assert {(one.run, one.fate) for one in (*would.resumed, *would.files)} == {(run, FileFate.RUN)}
    assert not desk.booked()


def test_the_time_of_the_night_is_kept_to(desk: NightDesk) -> None:
    """When it is over, what was not begun stays in the inbox."""
    desk.drop("payments.csv", row(1))
    assert fates(desk.job_tonight(minutes=1e-9)) == [("payments.csv", "left", 75)]
    assert fates(desk.job_tonight(minutes=5)) == [("payments.csv", "run", 0)]


def test_an_outage_of_two_nights_ends_with_everything_once(tmp_path: Path) -> None:
    """While the CRM is down, its run waits; the next export is not planned over it."""
    with night_desk(tmp_path) as desk:
        desk.job()
        crm, port = desk.desk.crm, urlsplit(desk.desk.settings.workspace.base_url).port
    desk.drop("payments-1.csv", row(1))
    assert fates(desk.job_tonight()) == [("payments-1.csv", "run", 75)]
    desk.drop("payments-2.csv", row(1), row(2))
    second = desk.job_tonight()
    assert [(one.file, one.exit_code) for one in second.resumed] == [("payments-1.csv", 75)]
    assert fates(second) == [("payments-2.csv", "left", 75)]
    assert second.resumed[0].run in second.files[0].said
    with running(crm, port or 0):
        third = desk.job_tonight()
    assert [(one.file, one.exit_code) for one in third.resumed] == [("payments-1.csv", 0)]
    assert fates(third) == [("payments-2.csv", "run", 0)]
    books = third.files[0].books
    assert books is not None
    assert {str(one): line.count for one, line in books.outcomes.items() if line.count} == {
        "CREATED": 2,
        "ALREADY": 2,
    }
    assert len(desk.booked()) == 4


def test_unsent_of_an_earlier_night_goes_first(desk: NightDesk) -> None:
    """A run that the wrong token stopped is gone on with, and its file is put away then."""
    desk.drop("payments-1.csv", row(1))
    stopped = desk.night_with("wrong").jobs[0]
    assert fates(stopped) == [("payments-1.csv", "run", 6)]
    assert stopped.files[0].archived is None
    assert desk.taken() == ["payments-1.csv"]
    desk.drop("payments-2.csv", row(1), row(2))
    job = desk.job_tonight()
    assert [(one.file, one.exit_code) for one in job.resumed] == [("payments-1.csv", 0)]
    assert job.resumed[0].archived is not None
    assert fates(job) == [("payments-2.csv", "run", 0)]
    assert len(desk.booked()) == 4
    assert desk.taken() == []


@pytest.fixture
def other_disk() -> Iterator[Path]:
    """A folder on another file system."""
    if not Path("/dev/shm").is_dir():  # noqa: S108 - as another disk, which few machines have
        pytest.skip("no second file system")
    with TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


def test_nothing_is_taken_onto_another_disk(desk: NightDesk, other_disk: Path) -> None:
    """Where a rename is not atomic, two processes could have one file: it is refused."""
    (desk.inbox / "taken").symlink_to(other_disk, target_is_directory=True)
    path = desk.drop("payments.csv", row(1))
    (refused,) = desk.job_tonight().files
    assert (refused.fate, refused.exit_code) == ("refused", 2)
    assert "on another disk" in refused.said
    assert path.is_file()


def test_an_archive_may_be_on_another_disk(desk: NightDesk, other_disk: Path) -> None:
    """The input is copied there, whole, and then removed."""
    (desk.folder / "archive").symlink_to(other_disk, target_is_directory=True)
    text = desk.drop("payments.csv", row(1)).read_text(encoding="utf-8")
    (file,) = desk.job_tonight().files
    assert file.archived is not None
    assert (file.archived / "input" / "payments.csv").read_text(encoding="utf-8") == text
    assert desk.taken() == []


def test_an_archive_that_cannot_be_written_is_told_and_caught_up(desk: NightDesk) -> None:
    """What was imported stays taken until a night can put it away, and is not sent again."""
    (desk.folder / "archive").write_text("a file", encoding="utf-8")
    desk.drop("payments.csv", row(1))
    (file,) = desk.job_tonight().files
    assert (file.fate, file.exit_code, file.archived) == ("run", 2, None)
    assert "The archive" in file.said
    (desk.folder / "archive").unlink()
    (later,) = desk.job_tonight().resumed
    assert (later.exit_code, later.run) == (0, file.run)
    assert desk.taken() == []
    assert len(desk.booked()) == 2


def test_each_job_misses_its_own_file(tmp_path: Path) -> None:
    """Two branches with one mapping: the file of one does not stand for the other's."""
    with night_desk(tmp_path) as desk:
        every = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        due = (dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)).strftime("%H:%M")
        for name in ("north", "south"):
            desk.job(
                name,
                mapping_file="branches.yaml",
                expected_days=every,
                expected_by=due,
                zone="UTC",
            )
        desk.drop("north.csv", row(1))
        north, south = desk.night().jobs
        assert (north.missing, bool(south.missing)) == ("", True)
        assert south.exit_code == 0
        north, south = desk.night().jobs
        assert (north.missing, bool(south.missing)) == ("", True)


@pytest.mark.parametrize("came", ["same", "refused", "stopped"])
def test_a_second_night_does_not_miss_what_the_first_one_took(tmp_path: Path, came: str) -> None:
    """A file that came, whatever became of it, is missed neither tonight nor at a second try."""
    with night_desk(tmp_path) as desk:
        now = dt.datetime.now(dt.UTC)
        due = (now - dt.timedelta(hours=1)).strftime("%H:%M")
        desk.job(expected_days=[*Weekday], expected_by=due, zone="UTC")
        if came == "same":
            desk.drop("payments.csv", row(1))
            desk.night(clock=lambda: now - dt.timedelta(days=3))
            desk.drop("payments.csv", row(1))
        elif came == "refused":
            (desk.inbox / "payments.csv").write_text("Nothing,of,it\n1,2,3\n", encoding="utf-8")
        else:
            desk.drop("payments.csv", row(1))
        night = desk.night_with("wrong") if came == "stopped" else desk.night()
        assert len(night.jobs[0].files) == 1
        second = desk.night_with("wrong") if came == "stopped" else desk.night()
        assert [one.jobs[0].missing for one in (night, second)] == ["", ""]
        tomorrow = now + dt.timedelta(days=1)
        assert desk.job_tonight(clock=lambda: tomorrow).missing or came == "stopped"


def test_what_people_planned_is_not_called_unsent(desk: NightDesk) -> None:
    """A plan that waits for a second person, or for somebody's word, is told as what it is."""
    limit = {Currency.INR: Decimal(1)}
    with open_workplace(desk.desk.settings) as workplace:
        runs = []
        for number, above in ((1, limit), (2, {})):
            sheet = desk.desk.sheet(row(number), name=f"plan-{number}.csv")
            demands = Demands(approve_above=above)
            runs.append(plan_run(workplace, sheet, desk.desk.mapping, demands=demands))
            write_plan(workplace, runs[-1])
    night = desk.night()
    assert [night.waiting[run].hold for run in runs] == [Hold.APPROVAL, Hold.APPLY]
    assert night.unsent == {}
    text = digest_of(night, zone=dt.UTC).text
    assert f"importer approve {runs[0]}" in text
    assert f"importer apply {runs[1]}" in text
    assert "importer resume" not in text


def test_rows_that_nobody_has_corrected_are_told_again(desk: NightDesk) -> None:
    """Until somebody corrects or gives them up, each night names them, with their workbook."""
    desk.drop("payments.csv", row(1), row(2, state="Cleared"))
    run = desk.job_tonight().files[0].run
    night = desk.night()
    (one,) = night.still_wrong.values()
    assert (one.file, one.rows, one.typed) == ("payments.csv", 1, "--rows 3")
    assert one.failures is not None
    digest = digest_of(night, zone=dt.UTC)
    assert digest.subject.endswith(
        "TO DO: 1 row (₹200.50) of payments.csv still to correct, from before"
    )
    assert f"importer run {one.failures.as_posix()} -m " in digest.text
    assert f"importer close {run} --rows 3 --reason" in digest.text
    assert "Nothing to do" not in digest.text


def test_an_unusual_volume_is_told(tmp_path: Path) -> None:
    """A sheet with far fewer rows than usual is run, and pointed out."""
    with night_desk(tmp_path) as desk:
        desk.job(usual_rows=[10, 20])
        desk.drop("payments.csv", row(1))
        job = desk.job_tonight()
        assert job.unusual == ("payments.csv has 1 row; usual are 10 to 20",)
        assert job.exit_code == 0
