"""What nobody needs any more is deleted; what recognises a row never is."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nightly.night_desks import NightDesk, night_desk
from offices import Office, an_office, says
from traps import die_at
from workplaces import REPEATS, Desk, desk, row, settled

from importer.journal import rulings
from importer.pipeline.planning import plan_run
from importer.pipeline.purging import Purge, plan_purge, purge
from importer.pipeline.reporting import reconcile_run, report_run
from importer.pipeline.settling import settle_run
from importer.pipeline.workplace import open_workplace
from importer.report.verdict import verdict
from importer.sandbox import Fault, Rule
from importer.secret import Token
from importer.settings import PRACTICE_TOKEN

OLD = "UPDATE runs SET changed_at = '2020-01-01T00:00:00.000000+00:00'"
PURGE = ("purge", "--older-than", "400d")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A folder with a sheet that was run, long ago."""
    with an_office(tmp_path) as place:
        assert place.run().code == 0
        tell(place.folder / "state" / "journal.db", OLD)
        yield place


def tell(journal: Path, statement: str) -> list[tuple[object, ...]]:
    """Ask or change a journal behind the importer's back."""
    with closing(sqlite3.connect(journal)) as connection:
        found = connection.execute(statement).fetchall()
        connection.commit()
    return found


def only_run(office: Office) -> str:
    """The one run of the office's journal."""
    (found,) = json.loads(office.do("runs", "--json").out)
    return str(found["run"])


def kept(office: Office) -> list[str]:
    """Names of the sheets that are kept beside the journal."""
    return [path.name for path in (office.folder / "state" / "inputs").rglob("*.csv")]


def test_an_old_closed_run_is_purged_and_still_known(office: Office) -> None:
    """Reports, kept sheet and answers go; the same sheet again is ALREADY, without a request."""
    run, journal = only_run(office), office.folder / "state" / "journal.db"
    done = office.do(*PURGE, "--yes")
    assert done.code == 0, done
    assert "1 folder of reports, 1 kept sheet" in done.out
    assert "2 answers" in done.out
    assert kept(office) == []
    assert not (office.folder / "reports" / run).exists()
    assert tell(journal, "SELECT count(answer) FROM requests") == [(0,)]
    assert tell(journal, "SELECT count(*) FROM actions WHERE entry != ''") == [(0,)]
    assert b"CREATED" not in journal.read_bytes(), "the answers' bytes are gone from the file"
    before = office.crm.counts.total
    again = office.run()
    assert again.code == 0, again
    assert office.crm.counts.total == before


def test_a_purged_run_says_what_is_gone_and_trace_still_answers(office: Office) -> None:
    """`resume` names the day and the road; `trace` has the action id; `runs` lists it."""
    run = only_run(office)
    assert office.do(*PURGE, "--yes").code == 0
    says(office.do("resume", run), 2, f"The run {run} was purged on", "importer trace")
    assert office.do("report", run).code == 0
    traced = office.do("trace", "R-0001")
    assert traced.code == 0, traced
    assert "Yes. ₹100.50" in traced.out
    assert "action id" in traced.out
    assert "which was purged since" in traced.out
    assert only_run(office) == run


def test_a_purged_payment_still_has_its_status(tmp_path: Path) -> None:
    """`trace` says FAILED of it when the body that said so is gone."""
    with an_office(tmp_path) as office:
        office.sheet(row(1, state="Bounced"))
        assert office.run().code == 0
        tell(office.folder / "state" / "journal.db", OLD)
        assert office.do(*PURGE, "--yes").code == 0
        told = office.do("trace", "R-0001")
        assert told.code == 0, told
        assert "Yes. ₹100.50" in told.out
        assert "(payment, status FAILED)" in told.out
        assert "which was purged since" in told.out


def test_a_look_deletes_nothing(office: Office) -> None:
    """`--dry-run` says the same and deletes nothing; without --yes, a script is refused."""
    done = office.do(*PURGE, "--dry-run", "--json")
    said = json.loads(done.out)
    assert (said["runs"], said["answers"], said["bodies"]) == ([only_run(office)], 2, 4)
    says(office.do(*PURGE), 2, "nobody here to ask", "--dry-run")
    assert kept(office) == ["sheet.csv"]


def test_what_is_young_or_open_stays(office: Office) -> None:
    """A run of today stays; so does an old one of which a row waits for a correction."""
    office.sheet(row(3), row(4, amount="much"))
    assert office.run().code == 4
    assert json.loads(office.do(*PURGE, "--dry-run", "--json").out)["still_open"] == 0
    tell(office.folder / "state" / "journal.db", OLD)
    done = office.do(*PURGE, "--yes")
    assert "Left alone: 1 older run" in done.out
    assert len(kept(office)) == 1
    run = json.loads(office.do("runs", "--json").out)[1]["run"]
    assert office.do("report", run).code == 0
    office.do("close", run, "--rows", "3", "--reason", "cancelled")
    tell(office.folder / "state" / "journal.db", OLD)
    assert office.do(*PURGE, "--yes").code == 0
    assert kept(office) == []


def test_a_sheet_that_a_younger_run_has_read_too_stays(office: Office) -> None:
    """One kept copy serves every run of the same content, and goes with the last of them."""
    assert office.run().code == 0
    assert office.do(*PURGE, "--yes").code == 0
    assert kept(office) == ["sheet.csv"]
    run = json.loads(office.do("runs", "--json").out)[1]["run"]
    assert office.do("report", run).code == 0


def test_a_copy_of_which_no_run_was_made_is_named_and_goes_only_with_refused(
    office: Office,
) -> None:
    """A sheet that was refused at once, and deleted since, has its only copy beside the journal."""
    (office.folder / "sheet.csv").write_text("no,header\n1,2\n", encoding="utf-8")
    assert office.run().code == 3
    assert office.do(*PURGE, "--yes").code == 0
    (copy,) = (office.folder / "state" / "inputs").rglob("*.csv")
    assert copy.read_text(encoding="utf-8").startswith("no,header"), "it is young"
    os.utime(copy, (0, 0))
    done = office.do(*PURGE, "--yes")
    assert "Nothing is old enough and closed." in done.out
    assert "Left alone: 1 file refused or never run" in done.out
    assert str(copy) in done.out
    assert copy.is_file()
    done = office.do(*PURGE, "--refused", "--yes")
    assert "Of no run: 1 kept sheet (14 bytes)." in done.out
    assert str(copy) in done.out
    assert list((office.folder / "state" / "inputs").iterdir()) == []


def test_a_copy_under_another_name_goes_when_it_is_old(office: Office) -> None:
    """Its content was run: it is not the only copy of anything."""
    assert office.do("check", "sheet.csv", "-m", "mapping.yaml").code == 0
    (first,) = (office.folder / "state" / "inputs").rglob("*.csv")
    second = first.with_name("again.csv")
    second.write_bytes(first.read_bytes())
    os.utime(second, (0, 0))
    assert "2 kept sheets" in office.do(*PURGE, "--yes").out
    assert kept(office) == []


def test_what_may_be_another_journals_stays(office: Office) -> None:
    """Beside another database no kept sheet goes: its name is said, and what to do."""
    state = office.folder / "state"
    unread = state / "inputs" / ("0" * 64) / "theirs.csv"
    unread.parent.mkdir()
    unread.write_bytes(b"x")
    os.utime(unread, (0, 0))
    other = state / "kept before the update"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE runs (id TEXT)")
    done = office.do(*PURGE, "--refused", "--yes")
    assert done.code == 0, done
    assert f"Left alone: every kept sheet, since {other.name} lies beside the journal" in done.out
    assert "1 folder of reports" in done.out
    assert sorted(kept(office)) == ["sheet.csv", "theirs.csv"]
    assert json.loads(office.do(*PURGE, "--dry-run", "--json").out)["shared_with"] == [other.name]
    other.unlink()
    (state / "notes.txt").write_text("SQL", encoding="utf-8")
    assert office.do(*PURGE, "--refused", "--yes").code == 0
    assert kept(office) == []


def test_a_look_for_other_databases_ends_no_lock(tmp_path: Path) -> None:
    """While this process writes the journal, no other one can, before it and after."""
    ask = (
        "import sqlite3, sys; "
        "sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None).execute('BEGIN IMMEDIATE')"
    )
    with desk(tmp_path) as here:
        path = here.settings.journal.path
        with open_workplace(here.settings) as workplace, closing(sqlite3.connect(path)) as writing:
            writing.execute("BEGIN IMMEDIATE")
            assert not list(workplace.other_databases())
            done = subprocess.run(
                [sys.executable, "-c", ask, path], capture_output=True, text=True, check=False
            )
    assert "database is locked" in done.stderr


@pytest.mark.parametrize("age", ["400", "0d", "1y", "-3d", ""])
def test_an_age_is_a_number_of_days(office: Office, age: str) -> None:
    """Anything else is refused, before anything is looked at."""
    done = office.do("purge", "--older-than", age, "--yes")
    assert done.code == 2
    assert "400d" in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="kills with SIGKILL")
@pytest.mark.parametrize(("moment", "marked"), [("within", 0), ("after", 1)])
def test_a_kill_in_a_purge_is_made_good_by_the_next(
    office: Office, moment: str, marked: int
) -> None:
    """The journal is told first: a file that is left goes the next time, and none is missed."""
    trap = partial(die_at, "importer.journal.purging", "purge", moment)
    done = office.begin(*PURGE, "--yes", before=[trap]).end()
    assert done.code == -signal.SIGKILL, done
    journal = office.folder / "state" / "journal.db"
    assert tell(journal, "SELECT count(purged_at) FROM runs") == [(marked,)]
    assert kept(office) == ["sheet.csv"], "no file went"
    assert office.do(*PURGE, "--yes").code == 0
    assert kept(office) == []
    assert tell(journal, "SELECT count(answer) FROM requests") == [(0,)]


# What is left


def purge_all(one: Desk, *, with_refused: bool = False) -> Purge:
    """Let everything of a desk be old, and purge it; what was planned to go."""
    tell(one.settings.journal.path, OLD)
    with open_workplace(one.settings) as workplace:
        planned = plan_purge(workplace, dt.timedelta(days=400), with_refused=with_refused)
        assert purge(workplace, planned)
    return planned


@pytest.mark.parametrize("purged", [False, True])
def test_what_is_known_by_its_body_alone_keeps_it(tmp_path: Path, *, purged: bool) -> None:
    """What stands on a lead by a person's word is held against a later doubt there, as before."""
    with desk(tmp_path) as here:
        here.leave_doubts()
        here.crm.faults.set([Rule(fault=Fault.DROP_AFTER)])
        first = here.run(here.sheet(row(1))).run
        with open_workplace(here.settings) as workplace:
            every = frozenset({2})
            rulings.resolve_created(workplace.journal, first, every, None, by="x", reason="seen")
        if purged:
            purge_all(here)
        equal = here.run(here.sheet(row(1, receipt="R-9999"), name="later.csv"))
        here.crm.faults.set([])
        assert equal.counts == {"UNKNOWN": 2}
        with open_workplace(here.settings) as workplace:
            _, found = settle_run(workplace, equal.run, Token(PRACTICE_TOKEN))
            assert found is not None
            assert not reconcile_run(workplace, first).imbalances
        # Both lie on the timeline, and which of them is the one that a person has seen is unknown.
        assert (found.created, found.staged, found.unknown) == (0, 0, 2)


def test_the_money_by_status_outlives_a_purge(tmp_path: Path) -> None:
    """What is in the CRM and was never paid is said beside the sum, with the bodies gone."""
    with desk(tmp_path) as here:
        run = here.run(here.sheet(row(1), row(2, state="Bounced"))).run
        with open_workplace(here.settings) as workplace:
            before = reconcile_run(workplace, run)
        purge_all(here)
        with open_workplace(here.settings) as workplace:
            after = reconcile_run(workplace, run)
    assert verdict(after).text == "All 2 rows are in (₹301.00; ₹200.50 of it FAILED)."
    assert after.by_status == before.by_status


@pytest.fixture
def corrected(tmp_path: Path) -> Iterator[tuple[Desk, str, str]]:
    """A desk, the run of a sheet with a faulty row, and the run that corrected it; purged."""
    with desk(tmp_path) as here:
        first = here.run(here.sheet(*map(row, range(1, 12)), row(12, amount="much")))
        book = openpyxl.load_workbook(here.failures_of(first))
        book.worksheets[0]["C2"] = "1200.50"
        book.save(here.folder / "corrected.xlsx")
        second = here.run(settled(here.folder / "corrected.xlsx"))
        assert second.code == 0, second
        purge_all(here)
        yield here, first.run, second.run


@pytest.mark.parametrize("form", ["whole", "masked"])
def test_reports_of_a_purged_run_come_from_the_journal(
    corrected: tuple[Desk, str, str], form: str
) -> None:
    """They balance, hold every row, money and action id, and say when it was purged."""
    here, *runs = corrected
    for run, count in zip(runs, (23, 2), strict=True):
        with open_workplace(here.settings) as workplace:
            books, written = report_run(workplace, run, masked=form == "masked")
        assert not books.imbalances
        assert books.chain.closed
        assert sum(line.count for line in books.outcomes.values()) == count
        assert written.failures is None
        whole = json.loads(written.document.read_text(encoding="utf-8"))
        today = f"{dt.datetime.now(dt.UTC):%d %b %Y}"
        assert [today in one["text"] for one in whole["notes"] if one["code"] == "purged"] == [True]
        known = {one.id for one in here.crm.actions}
        assert {one["action_id"] for one in whole["lines"]} - {""} <= known
        assert "1200.50" in written.table.read_text(encoding="utf-8") or run == runs[0]


ALTERED = {
    "an answer that nobody purged": "UPDATE requests SET answer = NULL",
    "an answer that is blank": "UPDATE requests SET answer = ''",
    "a body that nobody purged": "UPDATE actions SET entry = ''",
}


@pytest.mark.parametrize("case", ALTERED)
def test_what_is_missing_without_a_purge_is_a_contradiction(tmp_path: Path, case: str) -> None:
    """A blank that no purge has left makes the books fail loudly."""
    with desk(tmp_path) as here:
        run = here.run(here.sheet(row(1), row(2))).run
        tell(here.settings.journal.path, ALTERED[case])
        with open_workplace(here.settings) as workplace:
            assert reconcile_run(workplace, run).imbalances


AFTER = {
    "an answer that came back": "UPDATE requests SET answer = '{}' WHERE id = 1",
    "a body that came back otherwise": "UPDATE actions SET entry = '{}' WHERE id = 1",
    "an outcome": "UPDATE actions SET state = 'ignored', action_id = '' WHERE id = 1",
    "an amount": "UPDATE actions SET amount = '7.00' WHERE id = 1",
    "a lead": "UPDATE actions SET lead = 'x' WHERE id = 1",
}


@pytest.mark.parametrize("case", AFTER)
def test_an_altered_record_of_a_purged_run_is_still_found(tmp_path: Path, case: str) -> None:
    """The purge excuses what it took, and nothing else."""
    with desk(tmp_path) as here:
        run = here.run(here.sheet(row(1), row(2))).run
        purge_all(here)
        tell(here.settings.journal.path, AFTER[case])
        with open_workplace(here.settings) as workplace:
            assert reconcile_run(workplace, run).imbalances


def test_an_action_id_that_is_gone_after_a_purge_is_told(tmp_path: Path) -> None:
    """The answer that gave it is gone as well, so the books say it by themselves."""
    with desk(tmp_path) as here:
        run = here.run(here.sheet(row(1), row(2))).run
        purge_all(here)
        tell(here.settings.journal.path, "UPDATE actions SET action_id = '' WHERE id = 1")
        with open_workplace(here.settings) as workplace:
            told = reconcile_run(workplace, run).imbalances
    assert "1 actions are CREATED but have no action id." in told


# Archives


def in_archive(here: NightDesk) -> list[str]:
    """What stands in the archive, without the names of runs and days."""
    root = here.folder / "archive" / "payments"
    files = (one.relative_to(root).parts for one in root.rglob("*.*") if one.is_file())
    return sorted(
        {
            "/".join(("run", *parts[2:])) if "-" in parts[1] else "/".join(parts[1:])
            for parts in files
            if len(parts) > 1
        }
    )


def test_the_archives_go_with_their_runs(tmp_path: Path) -> None:
    """Input and reports go, also of files that came twice; what is open or was refused stays."""
    with night_desk(tmp_path) as here:
        here.job()
        here.drop("payments1.csv", row(1), row(2))
        assert here.night().exit_code == 0
        here.drop("payments2.csv", row(1), row(2))
        here.drop("payments3.csv", *map(row, range(20, 30)), row(3, amount="much"))
        (here.inbox / "payments4.csv").write_text("no,header\n1,2\n", encoding="utf-8")
        settled(here.inbox / "payments4.csv")
        here.night()
        root = here.folder / "archive" / "payments"
        (root / "2020-01-01").mkdir()
        for why in ("same", "refused"):
            (folder,) = root.glob(f"*/{why}")
            folder.rename(root / "2020-01-01" / why)
        (root / "2020-01-01" / "notes of mine").mkdir()
        (named,) = purge_all(here.desk).refused
        left = in_archive(here)
        assert "run/input/payments3.csv" in left, "a row of it is to be corrected"
        assert "run/input/payments1.csv" not in left
        assert not [one for one in left if one.startswith("same")]
        assert named.name == "payments4.csv"
        assert named.is_file(), "nobody has imported it: it may be the only copy"
        purge_all(here.desk, with_refused=True)
        assert not named.exists()
        assert (root / "2020-01-01" / "notes of mine").is_dir()


def test_the_same_file_after_a_purge_costs_no_request(tmp_path: Path) -> None:
    """Everything of it is gone but what recognises its rows: ALREADY, by day and by night."""
    with night_desk(tmp_path) as here:
        here.job()
        here.drop("payments1.csv", row(1), row(2))
        assert here.night().exit_code == 0
        purge_all(here.desk)
        before = here.desk.crm.counts.total
        here.drop("payments1.csv", row(1), row(2))
        assert here.night().exit_code == 0
        again = here.desk.run(here.desk.sheet(row(1), row(2)))
        assert again.counts == {"ALREADY": 4}
        assert here.desk.crm.counts.total == before


# Identities

NUMBERS = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from(["100.50", "200.50"])), min_size=1, max_size=5
)


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[Desk]]:
    """Two desks that have run the same sheets, of which the second one was purged since."""
    rows = [row(n, lead=row(n % 4 + 1)[0], amount="100.50") for n in (1, 1, 2, 3)]
    with (
        desk(tmp_path_factory.mktemp("whole"), REPEATS) as whole,
        desk(tmp_path_factory.mktemp("purged"), REPEATS) as purged,
    ):
        for one in (whole, purged):
            assert one.run(one.sheet(*rows)).code == 0
        tell(purged.settings.journal.path, OLD)
        with open_workplace(purged.settings) as workplace:
            assert purge(workplace, plan_purge(workplace, dt.timedelta(days=400)))
        assert tell(purged.settings.journal.path, "SELECT count(purged_at) FROM runs") == [(1,)]
        yield whole, purged


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=NUMBERS)
def test_a_purged_ledger_recognises_what_a_whole_one_does(
    twins: Sequence[Desk], cells: Sequence[tuple[int, str]]
) -> None:
    """Whatever sheet comes later, each of its actions has the same outcome in both."""
    rows = [row(n, lead=row(n % 4 + 1)[0], amount=amount) for n, amount in cells]
    counts = []
    for one in twins:
        sheet = one.sheet(*rows, name="later.csv")
        with open_workplace(one.settings) as workplace, workplace.journal.rehearsal():
            books = reconcile_run(workplace, plan_run(workplace, sheet, one.mapping))
            counts.append(
                {outcome: (line.count, line.money) for outcome, line in books.outcomes.items()}
            )
            assert not books.imbalances
    assert counts[0] == counts[1]
