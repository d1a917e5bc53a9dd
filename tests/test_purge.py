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
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from offices import TOKEN, Office, an_office, says
from workplaces import REPEATS, Desk, desk, row

from importer.pipeline import open_workplace, plan_purge, plan_run, purge, reconcile_run

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
    """`report` names the day and the road; `trace` has the action id; `runs` lists it."""
    run = only_run(office)
    assert office.do(*PURGE, "--yes").code == 0
    for command in ("report", "resume"):
        says(office.do(command, run), 2, f"The run {run} was purged on", "importer trace")
    traced = office.do("trace", "R-0001")
    assert traced.code == 0, traced
    assert "Yes. ₹100.50" in traced.out
    assert "action id" in traced.out
    assert "which was purged since" in traced.out
    assert only_run(office) == run


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


@pytest.mark.parametrize("age", ["400", "0d", "1y", "-3d", ""])
def test_an_age_is_a_number_of_days(office: Office, age: str) -> None:
    """Anything else is refused, before anything is looked at."""
    done = office.do("purge", "--older-than", age, "--yes")
    assert done.code == 2
    assert "400d" in done.err


KILLED = """
import os, signal, sys
import importer.cli
from importer.journal import purging
whole = purging.purge
moment, sys.argv[1:] = sys.argv[1], sys.argv[2:]
def deadly(*words):
    if moment == "within":
        with words[0].transaction():
            whole(*words)
            os.kill(os.getpid(), signal.SIGKILL)
    whole(*words)
    os.kill(os.getpid(), signal.SIGKILL)
purging.purge = deadly
importer.cli.main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills with SIGKILL")
@pytest.mark.parametrize(("moment", "marked"), [("within", 0), ("after", 1)])
def test_a_kill_in_a_purge_is_made_good_by_the_next(
    office: Office, moment: str, marked: int
) -> None:
    """The journal is told first: a file that is left goes the next time, and none is missed."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, moment, *PURGE, "--yes"],
        cwd=office.folder,
        env={**os.environ, "TELECRM_TOKEN": TOKEN},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done
    journal = office.folder / "state" / "journal.db"
    assert tell(journal, "SELECT count(purged_at) FROM runs") == [(marked,)]
    assert kept(office) == ["sheet.csv"], "no file went"
    assert office.do(*PURGE, "--yes").code == 0
    assert kept(office) == []
    assert tell(journal, "SELECT count(answer) FROM requests") == [(0,)]


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
