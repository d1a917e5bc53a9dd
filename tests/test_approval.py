"""A large plan waits until a second person has looked at it, and is sent as it is or not at all."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from accounts import an_open_office, as_nobody, needs_two_people, only_run
from offices import Office, an_office, says
from traps import die_at, log_in
from workplaces import Desk, desk, row

from importer.journal.approving import approve, freeze_plan, hash_of_plan
from importer.journal.closing import close
from importer.journal.rulings import release
from importer.model import Currency
from importer.pipeline.approving import hold_to_plan
from importer.pipeline.left import resumable
from importer.pipeline.people import Person, this_person
from importer.pipeline.planning import Demands, plan_run
from importer.pipeline.plans import plan_file, read_plan
from importer.pipeline.reporting import reconcile_run
from importer.pipeline.sending import send_run
from importer.pipeline.workplace import Workplace, open_workplace
from importer.secret import Token
from importer.settings import PRACTICE_TOKEN
from importer.upload import Ending, EndKind

LIMIT = ("[approve]", 'above = {INR = "250.00"}')
"""The office's sheet is worth 301.00."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A folder with a sheet whose plan is over the limit."""
    with an_office(tmp_path) as place:
        place.also(*LIMIT)
        yield place


@pytest.fixture
def shared_office() -> Iterator[Office]:
    """The same, where other accounts can work too."""
    with an_open_office() as place:
        place.also(*LIMIT)
        yield place


def planned(office: Office) -> dict[str, object]:
    """Plan the office's sheet; what stands in the plan file."""
    done = office.do("plan", "sheet.csv", "-m", "mapping.yaml", "--json")
    assert done.code == 0, done
    said = json.loads(done.out)
    return {**json.loads(Path(said["reports"]["plan"]).read_text(encoding="utf-8"))}


def facts(office: Office, statement: str) -> list[tuple[object, ...]]:
    """Ask the office's journal."""
    with closing(sqlite3.connect(office.folder / "state" / "journal.db")) as journal:
        return journal.execute(statement).fetchall()


def change(office: Office, statement: str) -> None:
    """Change the office's journal behind the importer's back."""
    with closing(sqlite3.connect(office.folder / "state" / "journal.db")) as journal:
        journal.execute(statement)
        journal.commit()


# What waits


def test_a_run_over_the_limit_waits_and_says_what_to_do(office: Office) -> None:
    """Nothing is sent, the exit code is 6, and the words name the sum, the limit and the road."""
    done = office.run()
    says(done, 6, "waits for approval", "₹301.00", "₹250.00", "importer approve", "importer apply")
    assert not office.crm.actions
    run = only_run(office)
    folder = office.folder / "reports" / run
    assert (folder / "plan.json").is_file()
    page = (folder / "reconciliation.html").read_text(encoding="utf-8")
    for said in (page.replace("&#34;", '"'), done.err, office.do("report", run).err):
        assert f'importer approve {run} --reason "…"' in said
        assert f"importer apply {run}" in said
        assert f'importer close {run} --reason "…"' in said
        assert "importer resume" not in said


@pytest.mark.parametrize("command", ["resume", "apply"])
def test_no_other_road_sends_it(office: Office, command: str) -> None:
    """Neither `resume` nor `apply` sends what waits; both say the same."""
    office.run()
    says(office.do(command, only_run(office)), 6, "waits for approval")
    assert not office.crm.actions


def test_a_crash_before_the_plan_was_written_lets_nothing_through(office: Office) -> None:
    """The limit is looked at when it is sent, whether or not a plan was ever frozen."""
    office.run()
    change(office, "UPDATE runs SET plan_hash = '', state = 'ready', reason = ''")
    says(office.do("resume", only_run(office)), 6, "waits for approval")
    assert not office.crm.actions


def test_up_to_the_limit_nothing_waits(office: Office) -> None:
    """A run of exactly the limit is sent, and one in a currency without a limit."""
    office.sheet(row(1, amount="250.00"))
    assert office.run().code == 0
    assert len(office.crm.actions) == 2


def test_a_limit_that_is_not_enforced_holds_nothing_back(office: Office) -> None:
    """With `enforce = false` the run is sent at once."""
    office.also("enforce = false")
    assert office.run().code == 0


def test_a_plan_below_the_limit_is_sent_by_apply_and_not_by_resume(office: Office) -> None:
    """A frozen plan waits for `apply`, so that nobody's resume sends what was only planned."""
    office.sheet(row(1))
    plan = planned(office)
    assert plan["needs_approval"] is False
    says(office.do("resume", plan["run"]), 6, "nobody has said", f"importer apply {plan['run']}")
    page = office.folder / "reports" / str(plan["run"]) / "reconciliation.html"
    assert "importer resume" not in page.read_text(encoding="utf-8")
    assert not office.crm.actions
    assert office.do("apply", plan["run"]).code == 0
    assert len(office.crm.actions) == 2


def sent(workplace: Workplace, run: str) -> Ending:
    """Send what may be sent of a run."""
    resumable(workplace, run)
    return send_run(workplace, run, Token(PRACTICE_TOKEN))


def large(workplace: Workplace, here: Desk, count: int) -> str:
    """Plan so many payments of 400 each, where more than 500 needs a second person."""
    sheet = here.sheet(*(row(n, amount="400.00") for n in range(1, count + 1)), name="large.csv")
    demands = Demands(approve_above={Currency.INR: Decimal(500)})
    return plan_run(workplace, sheet, here.mapping, demands=demands)


def approved(workplace: Workplace, run: str) -> None:
    """Let a second person look at the plan as its file has it, and approve that."""
    plan = read_plan(plan_file(workplace, run)).hash
    hold_to_plan(workplace, run)
    approve(workplace.journal, run, plan, {"account": "ravi"}, "compared")


def test_what_is_released_in_pieces_counts_together(tmp_path: Path) -> None:
    """Every piece beyond the limit waits, is written down as a plan, and goes once approved."""
    with desk(tmp_path) as here:
        here.run(here.sheet(row(1), row(2), row(3)))
        before = len(here.crm.actions)
        with open_workplace(here.settings) as workplace:
            run = large(workplace, here, 3)
            for number in (2, 3, 4):
                every = frozenset({number})
                release(workplace.journal, run, every, by="x", reason="another", limit=100)
                ending = sent(workplace, run)
                if number == 2:
                    assert ending.kind is EndKind.DONE, "up to the limit one person is enough"
                    continue
                said = "₹400.00 is to be sent, which makes ₹800.00 of this run that nobody has"
                assert said in ending.reason
                approved(workplace, run)
                assert sent(workplace, run).kind is EndKind.DONE
            assert not reconcile_run(workplace, run).imbalances
        assert [kind for _, kind in here.arrived()[before:]].count("PAYMENT") == 3


def test_what_is_freed_in_pieces_counts_together(tmp_path: Path) -> None:
    """Rows that one earlier plan after the other lets go are the same money as all at once."""
    with desk(tmp_path) as here:
        plans = [here.plan(here.sheet(row(n, amount="400.00"), name=f"{n}.csv")) for n in (1, 2)]
        with open_workplace(here.settings) as workplace:
            run = large(workplace, here, 2)
            close(workplace.journal, plans[0], None, by="x", reason="never")
            assert sent(workplace, run).kind is EndKind.DONE
            close(workplace.journal, plans[1], None, by="x", reason="never")
            assert "a second person looks at it first" in sent(workplace, run).reason
        assert len(here.crm.actions) == 2


def test_a_plan_that_a_crash_left_unwritten_is_written(tmp_path: Path) -> None:
    """Whoever is told to look at the plan finds it, whatever came between its hash and its file."""
    with desk(tmp_path) as here, open_workplace(here.settings) as workplace:
        run = large(workplace, here, 2)
        freeze_plan(workplace.journal, run, hash_of_plan(workplace.journal, run))
        assert not plan_file(workplace, run).exists()
        assert "waits for approval" in sent(workplace, run).reason
        approved(workplace, run)
        assert sent(workplace, run).kind is EndKind.DONE


# What the plan says


def test_the_plan_says_what_would_be_sent(office: Office) -> None:
    """Sheet, mapping, counts, money, who planned it, and a hash over everything that would go."""
    plan = planned(office)
    assert plan["to_send"] == {"actions": 4, "requests": 2, "money": {"INR": "301.00"}}
    assert plan["approve_above"] == {"INR": "250.00"}
    assert plan["needs_approval"] is True
    assert plan["planned_by"] == {
        "account": this_person().account,
        "login": this_person().login,
        "sudo": this_person().sudo,
    }
    file = office.folder / "reports" / str(plan["run"]) / "plan.json"
    assert len(str(plan["hash"])) == 64
    if os.name == "posix":
        assert file.stat().st_mode & 0o777 == 0o600


# Who may approve


def test_the_planner_may_not_approve(office: Office) -> None:
    """Whoever planned it is refused, and no approval is on record."""
    run = planned(office)["run"]
    says(office.do("approve", run, "--reason", "looks right"), 2, "has planned the run")
    assert facts(office, "SELECT count(*) FROM approvals") == [(0,)]


@needs_two_people
def test_another_account_approves_and_the_plan_is_sent(shared_office: Office) -> None:
    """Approved by a second person, the plan goes, once; who, when and why stay on record."""
    plan = planned(shared_office)
    run = str(plan["run"])
    file = f"reports/{run}/plan.json"
    done = as_nobody(shared_office, "approve", file, "--reason", "seen the bank's list")
    assert done.code == 0, done
    assert "nobody approves the run" in done.out
    ((digest, by, reason),) = facts(shared_office, "SELECT hash, by, reason FROM approvals")
    assert (digest, reason) == (plan["hash"], "seen the bank's list")
    assert json.loads(str(by))["account"] == "nobody"
    again = as_nobody(shared_office, "approve", run, "--reason", "twice")
    says(again, 2, "approved already")
    assert shared_office.do("apply", file).code == 0
    assert shared_office.do("apply", run).code == 0
    assert len(shared_office.crm.actions) == 4


@needs_two_people
@needs_two_people
@pytest.mark.parametrize("private", ["state", "state/journal.db", "state/inputs"])
@pytest.mark.parametrize("command", ["approve", "report"])
def test_another_account_s_journal_is_said_to_be_one(
    shared_office: Office, private: str, command: str
) -> None:
    """Who may not have the journal is told whose it is and what to type, and to name no other."""
    planned(shared_office)
    run = only_run(shared_office)
    words = (command, run, *(("--reason", "compared") if command == "approve" else ()))
    done = as_nobody(shared_office, *words, private=[private])
    says(done, 2, "belongs to the account root", "Name no other journal")
    assert f"`sudo -u root importer {' '.join(words)}`" in " ".join(done.err.split())


def test_an_approved_run_is_resumed_after_an_interruption(shared_office: Office) -> None:
    """What an approval covers needs no second one when the send is gone on with."""
    run = str(planned(shared_office)["run"])
    assert as_nobody(shared_office, "approve", run, "--reason", "fine").code == 0
    stopped = shared_office.do("apply", run, token="a-wrong-token")
    says(stopped, 6)
    assert shared_office.do("resume", run).code == 0
    assert len(shared_office.crm.actions) == 4


@pytest.mark.parametrize(
    ("approver", "planner", "same"),
    [
        (Person(account="ravi"), Person(account="asha"), False),
        (Person(account="asha"), Person(account="asha"), True),
        # One account for the journal, two people who log in.
        (Person(account="imp", login="ravi"), Person(account="imp", login="asha"), False),
        (Person(account="imp", login="asha"), Person(account="imp", login="asha"), True),
        (Person(account="ravi", login="asha"), Person(account="asha", login="asha"), True),
        # A scheduler, which nobody logged in to, and somebody through sudo.
        (Person(account="imp", login="asha", sudo="asha"), Person(account="imp"), False),
        (Person(account="imp", sudo="asha"), Person(account="imp"), True),
        (Person(account="imp"), Person(account="imp", login="asha"), True),
        # A variable speaks against somebody, and never for.
        (Person(account="ravi", sudo="asha"), Person(account="asha"), True),
        (Person(account="asha", sudo="ravi"), Person(account="asha"), True),
    ],
)
def test_who_may_be_the_same(approver: Person, planner: Person, *, same: bool) -> None:
    """Whoever logged in counts, whatever account that became; in doubt it is the same person."""
    assert approver.may_be(planner) is same


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_who_logged_in_is_known_through_sudo(tmp_path: Path) -> None:
    """The kernel's word is taken where there is one; an unset one, or none, is nobody."""
    login = tmp_path / "loginuid"
    assert this_person(login, {}).login == ""
    login.write_text("4294967295")
    assert this_person(login, {}).login == ""
    login.write_text("0\n")
    assert this_person(login, {"SUDO_USER": "asha"}).login == "root"
    assert this_person(login, {"SUDO_USER": "asha"}).sudo == "asha"


# What has changed since


def test_another_sheet_or_mapping_is_refused(office: Office) -> None:
    """Named beside the plan, a sheet or a mapping that was edited since stops it."""
    office.sheet(row(1))
    run = planned(office)["run"]
    office.sheet(row(1, amount="99.00"))
    says(office.do("apply", run, "--sheet", "sheet.csv"), 2, "sheet.csv is not the one")
    mapping = office.folder / "mapping.yaml"
    mapping.write_text(mapping.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
    says(office.do("apply", run, "-m", "mapping.yaml"), 2, "mapping is not the one")
    assert not office.crm.actions


def test_an_altered_kept_sheet_mapping_or_plan_is_refused(office: Office) -> None:
    """What was planned from is held against its hash: kept sheet, kept mapping, plan file."""
    office.sheet(row(1))
    run = planned(office)["run"]
    (kept,) = (office.folder / "state" / "inputs").rglob("sheet.csv")
    whole = kept.read_bytes()
    kept.write_bytes(whole + b"\n")
    says(office.do("apply", run), 2, "gone or altered")
    kept.write_bytes(whole)
    file = office.folder / "reports" / str(run) / "plan.json"
    said = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**said, "hash": "0" * 64}), encoding="utf-8")
    says(office.do("apply", file), 2, "older, or was altered")
    change(office, "UPDATE runs SET mapping_text = mapping_text || '# edited'")
    says(office.do("apply", run), 2, "mapping on record is altered")
    assert not office.crm.actions


def test_an_altered_action_is_refused(office: Office) -> None:
    """One digit changed in what would be sent, and the plan does not hold any more."""
    office.sheet(row(1))
    run = planned(office)["run"]
    change(office, "UPDATE actions SET entry = replace(entry, '100.5', '900.5')")
    says(office.do("apply", run), 2, "has changed since it was planned")
    assert not office.crm.actions


@needs_two_people
def test_a_ledger_that_moved_since_needs_a_new_look(shared_office: Office) -> None:
    """An earlier run that is closed meanwhile frees a row: the approval is of another plan."""
    shared_office.sheet(row(1))
    first = planned(shared_office)["run"]
    shared_office.sheet(row(1), row(2), row(3))
    done = shared_office.do("plan", "sheet.csv", "-m", "mapping.yaml", "--json")
    second = json.loads(done.out)
    assert second["to_send"]["actions"] == 4, "row 1 is taken by the first plan"
    approved = as_nobody(shared_office, "approve", second["run"], "--reason", "fine")
    assert approved.code == 0, approved
    assert shared_office.do("close", first, "--reason", "never").code in {0, 4}
    says(shared_office.do("apply", second["run"]), 2, "has changed since it was planned")
    assert not shared_office.crm.actions
    says(shared_office.do("apply", second["run"]), 6, "waits for approval")
    old = as_nobody(shared_office, "approve", second["run"], "--reason", "the new one too")
    assert old.code == 0, old
    assert shared_office.do("apply", second["run"]).code == 0
    assert len(shared_office.crm.actions) == 6


# Crashes


@pytest.mark.skipif(sys.platform == "win32", reason="kills with SIGKILL")
@pytest.mark.parametrize(("moment", "approved"), [("before", 0), ("within", 0), ("after", 1)])
def test_a_kill_in_an_approval_leaves_all_of_it_or_nothing(
    office: Office, moment: str, approved: int
) -> None:
    """Killed before, within or after, the approval covers every action or is not there."""
    run = str(planned(office)["run"])
    trap = partial(die_at, "importer.journal.approving", "approve", moment)
    done = office.begin(
        "approve", run, "--reason", "fine", before=[partial(log_in, "ravi"), trap]
    ).end()
    assert done.code == -signal.SIGKILL, done
    assert facts(office, "SELECT count(*) FROM approvals") == [(approved,)]
    covered = facts(office, "SELECT count(approved) FROM actions WHERE state = 'staged'")
    assert covered == [(4 * approved,)]
    sent = office.do("apply", run)
    assert sent.code == (0 if approved else 6), sent
    assert len(office.crm.actions) == 4 * approved
