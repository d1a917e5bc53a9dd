from __future__ import annotations

import itertools
import json
import os
import sqlite3
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest
from commands import Finished, importer
from nightly.night_desks import NightDesk, night_desk
from offices import TOKEN, Office, an_office
from workplaces import MAPPING, Desk, desk, row

from importer.errors import JournalError
from importer.files import sha256_of
from importer.journal.approving import approve, hash_of_plan
from importer.journal.looking import ask_journal, damage_of, lead_last_written
from importer.journal.store import Journal
from importer.lock import workspace_lock
from importer.pipeline.doctor.books import check_runs
from importer.pipeline.doctor.crm import findings_of
from importer.pipeline.doctor.finding import Grade
from importer.pipeline.doctor.overlap import overlap
from importer.pipeline.doctor.places import check_disks
from importer.pipeline.doctor.telling import check_notify
from importer.pipeline.plans import write_plan
from importer.pipeline.workplace import open_workplace
from importer.sandbox import Fault, Rule
from importer.verdict import Exchange, Progress

JOB = """\
[[jobs]]
name = "payments"
inbox = "inbox/payments*.csv"
mapping = "mapping.yaml"
archive = "archive/payments"
"""

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such permission bits")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A folder to work in, with a CRM that is running."""
    with an_office(tmp_path) as found:
        yield found


def doctor(office: Office, *words: object, env: Mapping[str, str] | None = None) -> Finished:
    """`importer doctor` in the folder."""
    done = office.do("doctor", *words, env=env)
    assert TOKEN not in done.out + done.err
    assert "Traceback" not in done.err, done.err
    return done


def checks(done: Finished) -> dict[str, tuple[str, str]]:
    """Check → grade and sentence, of `--json`."""
    found = json.loads(done.out)
    assert found["exit_code"] == done.code
    return {one["check"]: (one["grade"], one["said"]) for one in found["checks"]}


def everything(folder: Path) -> dict[str, tuple[int, str]]:
    """File → mode and content's hash, of all that lies in a folder."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): (path.stat().st_mode, sha256_of(path)) for path in files}


@contextmanager
def a_receiver() -> Iterator[tuple[int, list[str]]]:
    """A server on this machine that takes messages: its port, and the bodies that came."""
    received: list[str] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Taking) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port, received
        finally:
            server.shutdown()
            thread.join()


def test_all_is_well_and_nothing_is_changed(office: Office) -> None:
    """After a good run every check passes, the CRM is asked once, and no byte has changed."""
    assert office.run("--yes").code == 0
    before, asked = everything(office.folder), len(office.crm.requests)
    done = doctor(office)
    assert done.code == 0, done
    assert "All is well" in done.out
    assert "The CRM accepts the token" in done.out
    assert everything(office.folder) == before
    (call,) = office.crm.requests[asked:]
    assert (call.method, call.path.endswith("/action/search")) == ("POST", True)


def test_before_the_first_run_the_kinds_of_actions_are_asked_for(office: Office) -> None:
    """Without a journal no lead is known: the request is another one, and no journal is made."""
    done = doctor(office, "--json")
    assert done.code == 0, done
    assert checks(done)["CRM"][0] == "ok"
    (call,) = office.crm.requests
    assert (call.method, call.path.endswith("/custom-actions")) == ("GET", True)
    assert not (office.folder / "state").exists()


def test_a_token_that_is_not_accepted(office: Office) -> None:
    """A 401 is wrong, with both of its reasons, and code 2."""
    done = office.do("doctor", token="another-token")
    assert done.code == 2
    assert "does not accept the token" in done.out
    assert "enterprise_id" in done.out


def test_a_crm_that_is_not_there(office: Office) -> None:
    """A connection that does not come about is told as such."""
    office.settings("http://127.0.0.1:9/v2")
    done = doctor(office)
    assert done.code == 2
    assert "could not be reached" in done.out


def test_no_token_and_no_settings_are_said_in_one_line(office: Office) -> None:
    """What is missing is named with its remedy."""
    done = office.do("doctor", token="")
    assert done.code == 2
    assert "There is no token" in done.out
    (office.folder / "importer.toml").unlink()
    done = doctor(office, "--json")
    assert done.code == 2
    assert checks(done)["settings"][0] == "wrong"


@posix_only
def test_a_token_that_systemd_hands_on(office: Office) -> None:
    """A credential is taken as a night takes it: in its own folder, and nowhere else."""
    folder = office.folder / "credentials"
    folder.mkdir()
    (folder / "telecrm-token").write_text(TOKEN, encoding="utf-8")
    (folder / "telecrm-token").chmod(0o440)
    folder.chmod(0o550)
    words = ("--token-file", folder / "telecrm-token")
    assert doctor(office, *words, env={"CREDENTIALS_DIRECTORY": str(folder)}).code == 0
    assert "other users can read it" in doctor(office, *words).out


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may look everywhere"
)
def test_another_accounts_journal_is_not_to_be_judged(office: Office) -> None:
    """Where this account may not look, that is what is said: no damage, and no first run."""
    assert office.run("--yes").code == 0
    (office.folder / "state").chmod(0o000)
    done = doctor(office, "--json")
    (office.folder / "state").chmod(0o700)
    assert done.code == 2
    assert "may not read" in checks(done)["journal"][1]
    assert "may not write" in checks(done)["journal's folder"][1]


@posix_only
def test_doors_that_stand_open(office: Office) -> None:
    """What every account may look into is told, with the command that closes it."""
    assert office.run("--yes").code == 0
    (office.folder / "reports").chmod(0o755)
    done = doctor(office, "--json")
    assert done.code == 4
    assert checks(done)["reports"][0] == "warning"


def test_a_run_at_work_is_named_and_not_disturbed(office: Office) -> None:
    """Who holds the lock is said; the CRM's budget is left to that run."""
    assert office.run("--yes").code == 0
    asked = len(office.crm.requests)
    with workspace_lock(office.folder / "state" / "journal.db", ["importer", "run"]):
        done = doctor(office, "--json")
    assert f"process {os.getpid()}" in checks(done)["lock"][1]
    assert "not asked" in checks(done)["CRM"][1]
    assert len(office.crm.requests) == asked


def test_a_damaged_journal(office: Office) -> None:
    """Damage is found by reading every page, and the file is left as it is."""
    assert office.run("--yes").code == 0
    path = office.folder / "state" / "journal.db"
    with sqlite3.connect(path) as connection:
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'actions_of_run'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * size + size // 2)
        file.write(b"\xa5" * (size // 2))
    before = sha256_of(path)
    done = doctor(office, "--json")
    assert done.code == 2
    assert checks(done)["journal"][0] == "wrong"
    assert sha256_of(path) == before


def test_a_journal_of_another_version(office: Office) -> None:
    """A journal that this importer does not read is told, and not migrated."""
    assert office.run("--yes").code == 0
    path = office.folder / "state" / "journal.db"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    connection.close()
    grade, said = checks(doctor(office, "--json"))["journal"]
    assert (grade, "version 99" in said) == ("wrong", True)


def test_a_key_that_was_altered(office: Office) -> None:
    """An action that would not be known again is told before a night sends it once more."""
    assert office.run("--yes").code == 0
    with closing(sqlite3.connect(office.folder / "state" / "journal.db")) as store, store:
        store.execute("UPDATE actions SET identity = 'zz' || substr(identity, 3) WHERE id = 1")
    done = doctor(office, "--json")
    assert done.code == 2
    grade, said = checks(done)["journal"]
    assert (grade, "1 actions stand under a key" in said) == ("wrong", True)


def test_rows_that_name_what_is_gone(office: Office) -> None:
    """A reference that leads nowhere is damage."""
    assert office.run("--yes").code == 0
    path = office.folder / "state" / "journal.db"
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM batches")
    connection.close()
    grade, said = checks(doctor(office, "--json"))["journal"]
    assert (grade, "actions" in said) == ("wrong", True)


def test_what_is_in_doubt_is_a_warning(office: Office) -> None:
    """A run with UNKNOWN actions is named, with the command that settles it."""
    office.leave_doubts()
    office.crm.faults.set([Rule(fault=Fault.DROP_AFTER, times=1)])
    assert office.run("--yes").code == 5
    done = doctor(office)
    assert done.code == 4
    assert "UNKNOWN" in done.out
    assert "importer settle" in done.out


def test_a_run_that_begins_meanwhile_is_no_damage(tmp_path: Path) -> None:
    """What was read of a journal that somebody wrote at the same time is read once more."""
    with desk(tmp_path) as here:
        here.plan(here.sheet(*(row(n % 20 + 1, receipt=f"A-{n}") for n in range(1500))))
        other = here.sheet(*(row(n % 20 + 1, receipt=f"B-{n}") for n in range(1500)), name="b.csv")
        asked: list[Journal] = []

        def ask(journal: Journal) -> list[str]:
            asked.append(journal)
            lead_last_written(journal)
            if len(asked) == 1:
                here.plan(other)
            return damage_of(journal)

        assert ask_journal(here.settings.journal.path, here.settings.workspace.name, ask) == []
        assert len(asked) == 2


def test_a_journal_that_is_never_at_rest_is_not_judged(tmp_path: Path) -> None:
    """Written at each look, it is called neither sound nor damaged."""
    with desk(tmp_path) as here:
        here.plan(here.sheet(row(1)))
        path, moments = here.settings.journal.path, itertools.count(1)
        with pytest.raises(JournalError) as refused:
            ask_journal(
                path, here.settings.workspace.name, lambda _: os.utime(path, (0, next(moments)))
            )
        assert "Look again in a moment" in refused.value.hint


def remedies(here: NightDesk | Desk) -> list[str]:
    """What the doctor says is to be done about the runs of a desk."""
    settings = here.desk.settings if isinstance(here, NightDesk) else here.settings
    with open_workplace(settings) as workplace:
        return [one.remedy for one in check_runs(workplace, at_work=False)]


@pytest.mark.parametrize("place", ["nowhere", "archive", "inbox", "stopped by a rule"])
def test_a_night_is_promised_only_where_one_comes(tmp_path: Path, place: str) -> None:
    """UNSENT is sent by the next night where a job holds the run, and else by a person."""
    with night_desk(tmp_path) as here:
        here.job()
        sheet = here.desk.sheet(row(1))
        run = here.desk.plan(sheet)
        if place == "inbox":
            taken = here.inbox / "taken" / "payments" / "20260101T000000-00000000"
            taken.mkdir(parents=True)
            sheet.rename(taken / sheet.name)
        elif place != "nowhere":
            (here.folder / "archive" / "payments" / "2026-01-01" / run).mkdir(parents=True)
        if place == "stopped by a rule":
            with closing(sqlite3.connect(here.desk.settings.journal.path)) as journal, journal:
                journal.execute("UPDATE runs SET halted = 1")
        (said,) = remedies(here)
    assert f"`importer resume {run}`" in said
    assert ("The next night sends them" in said) == (place in {"archive", "inbox"})


def test_a_plan_that_changed_is_written_anew_before_it_is_approved(tmp_path: Path) -> None:
    """What is to be typed stands in the order in which it works."""
    with desk(tmp_path) as here:
        run = here.plan(here.sheet(row(1)))
        with open_workplace(here.settings) as workplace:
            write_plan(workplace, run)
            plan = hash_of_plan(workplace.journal, run)
            approve(workplace.journal, run, plan, {"account": "ravi"}, "fine")
        with closing(sqlite3.connect(here.settings.journal.path)) as journal, journal:
            journal.execute("UPDATE actions SET entry = replace(entry, '100.5', '900.5')")
        (said,) = remedies(here)
    assert [one.split()[1] for one in said.split("`")[1::2]] == ["apply", "approve", "apply"]


def test_a_plan_that_waits_for_approval_is_a_warning(office: Office) -> None:
    """What waits for a second person is told as such, and not as something to resume."""
    office.also("[approve]", 'above = {INR = "1.00"}')
    office.run("--yes")
    done = doctor(office)
    assert done.code == 4
    assert "a second person looks at it first" in done.out
    assert "importer approve" in done.out
    assert "importer apply" in done.out


def test_a_journal_that_was_on_another_machine_is_a_warning(office: Office) -> None:
    """Who moved it is reminded of the copy that may still be used there; the next run knows it."""
    settings = office.folder / "importer.toml"
    settings.write_text(settings.read_text().replace('kind = "sandbox"', 'kind = "real"'))
    assert office.run("--yes").code == 0
    with closing(sqlite3.connect(office.folder / "state" / "journal.db")) as journal, journal:
        journal.execute("UPDATE meta SET value = 'office-1' WHERE key = 'machine'")
        journal.execute("UPDATE meta SET value = value + 1 WHERE key = 'mark'")
    grade, said = checks(doctor(office, "--json"))["machine"]
    assert (grade, "used on the machine office-1 before" in said) == ("warning", True)
    again = office.run("--yes")
    assert "used on the machine office-1 before" in again.err
    assert "office-1" not in office.run("--yes").err
    assert "machine" not in checks(doctor(office, "--json"))


def test_a_real_workspace_has_one_journal_on_the_machine(office: Office) -> None:
    """A second journal is told before a night would be refused; one request takes its turn."""
    settings = office.folder / "importer.toml"
    real = settings.read_text().replace('kind = "sandbox"', 'kind = "real"')
    settings.write_text(real)
    assert office.run("--yes").code == 0
    assert doctor(office).code == 0
    settings.write_text(real.replace("state/journal.db", "other/journal.db"))
    done = doctor(office, "--json")
    assert done.code == 2
    assert "Another journal serves" in checks(done)["journal's place"][1]


def test_jobs_that_would_both_take_a_file_are_a_warning(office: Office) -> None:
    """Two jobs of one folder whose patterns have a name in common are told before a file comes."""
    (office.folder / "inbox").mkdir(mode=0o700)
    office.also(*JOB.splitlines())
    other = JOB.replace("payments*.csv", "*.csv").replace('"payments"', '"all"')
    office.also(*other.splitlines())
    office.also(*JOB.replace("payments", "visits").splitlines())
    found = checks(doctor(office, "--json"))
    grade, said = found["jobs payments and all"]
    assert (grade, "payments*.csv and *.csv" in said) == ("warning", True)
    assert "jobs all and visits" in found
    assert "jobs payments and visits" not in found
    alone = checks(doctor(office, "--json", "--job", "visits"))
    assert "jobs all and visits" in alone
    assert "jobs payments and all" not in alone


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("payments*.csv", "*.csv", True),
        ("payments*.csv", "visits*.csv", False),
        ("payments*.csv", "payments*.xlsx", False),
        ("Payments?.csv", "payments[0-9].CSV", True),
        ("a[0-9].csv", "a[a-f].csv", False),
        ("*a*", "*b*", True),
        ("a.csv", "a.csv.csv", False),
    ],
)
def test_two_patterns_overlap_where_a_name_fits_both(one: str, other: str, both: bool) -> None:  # noqa: FBT001 - a table
    """Stars, question marks and classes are weighed against each other, in capitals or not."""
    assert overlap(one, other) is overlap(other, one) is both


def test_the_jobs_are_looked_at(office: Office) -> None:
    """Inbox, mapping and archive of a job are checked; a missing inbox is wrong."""
    office.also(*JOB.splitlines())
    assert checks(doctor(office, "--json"))["job payments: inbox"][0] == "wrong"
    (office.folder / "inbox").mkdir(mode=0o700)
    (office.folder / "inbox" / "payments-1.csv").write_text("x", encoding="utf-8")
    found = checks(doctor(office, "--json", "--job", "payments"))
    assert found["job payments: inbox"][0] == "ok"
    assert "1 file lies" in found["job payments: inbox"][1]
    assert found["job payments: mapping"][0] == "ok"
    (office.folder / "mapping.yaml").write_text(MAPPING + "nonsense: 1\n", encoding="utf-8")
    assert checks(doctor(office, "--json"))["job payments: mapping"][0] == "wrong"
    done = doctor(office, "--job", "leads")
    assert done.code == 2
    assert "There is no job leads" in done.err


def test_hours_that_do_not_fit(office: Office) -> None:
    """Files that may come after the night usually starts are said to wait for a day."""
    office.also(*JOB.splitlines())
    office.also('expected_days = ["mon"]', 'expected_by = "23:59"', 'zone = "UTC"')
    (office.folder / "inbox").mkdir(mode=0o700)
    for number in range(3):
        office.sheet(row(number + 10))
        assert office.run("--yes").code == 0
    assert checks(doctor(office, "--json"))["job payments: hours"][0] == "warning"


def test_nobody_who_is_told_is_a_warning_where_there_are_jobs(office: Office) -> None:
    """A night of which nobody hears is told; with --notify it is wrong."""
    office.also(*JOB.splitlines())
    (office.folder / "inbox").mkdir(mode=0o700)
    assert checks(doctor(office, "--json"))["notifications"][0] == "warning"
    assert checks(doctor(office, "--json", "--notify"))["notifications"][0] == "wrong"


def test_a_message_that_does_not_arrive_is_wrong_and_shows_no_address(office: Office) -> None:
    """The test of notifications tells which address failed, without its password."""
    env = {"IMPORTER_NOTIFY_URLS": "json://user:hush-hush@127.0.0.1:9/x"}
    done = doctor(office, "--json", "--notify", env=env)
    assert done.code == 2
    assert checks(done)["notifications"][0] == "wrong"
    assert "hush-hush" not in done.out + done.err


@pytest.mark.parametrize("test", [False, True])
def test_addresses_are_no_help_where_nothing_sends_to_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, test: bool
) -> None:
    """Without apprise no message goes out: wrong, with what to install, tried or not."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    with desk(tmp_path) as here:
        env = {here.settings.notify.urls_env: "json://127.0.0.1:9/x"}
        (found,) = check_notify(here.settings, env, test=test)
    assert found.grade is Grade.WRONG
    assert "pip install 'importer[notify]'" in found.remedy


@pytest.mark.skipif(not find_spec("apprise"), reason="needs apprise")
def test_a_message_is_sent_to_try(office: Office) -> None:
    """With --notify a message goes out, names the workspace, and holds no token."""
    with a_receiver() as (port, received):
        env = {"IMPORTER_NOTIFY_URLS": f"json://127.0.0.1:{port}/x"}
        done = doctor(office, "--json", "--notify", env=env)
    assert checks(done)["notifications"][0] == "ok", done
    (body,) = received
    assert office.crm.enterprise_id in body
    assert TOKEN not in body


def test_the_practice_crm_needs_no_token(tmp_path: Path) -> None:
    """--practice is looked at as well, without a request."""
    done = importer("doctor", "--practice", cwd=tmp_path)
    assert done.code == 0, done


@pytest.mark.parametrize(
    ("status", "body", "grade"),
    [
        (200, b"{}", Grade.OK),
        (404, b'{"error": {"code": "LEAD_NOT_FOUND", "message": "gone"}}', Grade.OK),
        (404, b"<html>", Grade.WRONG),
        (402, b"{}", Grade.WRONG),
        (403, b"{}", Grade.WRONG),
        (429, b"{}", Grade.WRONG),
        (302, b"", Grade.WRONG),
        (503, b"oops", Grade.WRONG),
    ],
)
def test_every_answer_is_explained(status: int, body: bytes, grade: Grade) -> None:
    """Each status comes to a sentence, and a remedy where it is not well."""
    exchange = Exchange(progress=Progress.ANSWERED, status=status, body=body, clock_offset_s=0.0)
    answer, clock = findings_of(exchange)
    assert (answer.grade, clock.grade) == (grade, Grade.OK)
    assert bool(answer.remedy) == (grade is not Grade.OK)


@pytest.mark.parametrize(("offset", "grade"), [(2.0, "ok"), (-400.0, "warning"), (None, "warning")])
def test_a_clock_that_is_far_off_is_told(offset: float | None, grade: str) -> None:
    """Clocks a minute apart, or unknown, are to be looked at."""
    exchange = Exchange(progress=Progress.ANSWERED, status=200, clock_offset_s=offset)
    _, clock = findings_of(exchange)
    assert clock.grade == grade


def test_a_disk_that_is_full_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than a night needs is wrong; one line for each disk, however many folders are on it."""
    folders = [tmp_path, tmp_path / "not" / "there"]
    monkeypatch.setattr("importer.pipeline.doctor.places.LEAST_FREE", sys.maxsize)
    (found,) = check_disks(folders)
    assert found.grade is Grade.WRONG
