"""What has stopped a run is on record with the outcome that made it: no kill can hide it."""

from __future__ import annotations

import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from offices import Office, an_office
from traps import die_at
from workplaces import row

from importer.sandbox import Fault, Rule

if sys.platform == "win32":
    pytest.skip("kills with SIGKILL", allow_module_level=True)

NOBODY = [f"{number:024x}" for number in range(0xDEAD0000, 0xDEAD0006)]
"""Leads that are not there: every action is REFUSED."""
RULE = "2 requests in a row were wholly ignored or refused"
TRIAL = "Of the leads that were sent first, not everything was created as planned."


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A sheet of which the CRM knows no lead, and one sender at a time."""
    with an_office(tmp_path) as one:
        one.sheet(*(row(1, lead=lead, receipt=lead) for lead in NOBODY))
        one.also("[send]", "concurrency = 1")
        yield one


def run_of(office: Office) -> tuple[Any, ...]:
    """Id, state, halted and reason of the one run."""
    return ask(office, "SELECT id, state, halted, reason FROM runs")


def refused(office: Office) -> int:
    """Requests whose outcome is on record."""
    (count,) = ask(office, "SELECT count(DISTINCT request) FROM actions WHERE state = 'refused'")
    return int(count)


def ask(office: Office, statement: str) -> tuple[Any, ...]:
    """One row of the journal."""
    with closing(sqlite3.connect(office.folder / "state" / "journal.db")) as journal:
        (found,) = journal.execute(statement).fetchall()
    return tuple(found)


def killed(office: Office, module: str, name: str, moment: str, *, canary: int = 0) -> None:
    """Run the sheet, be killed, and have the next command recover what is left."""
    words = ("run", "sheet.csv", "-m", "mapping.yaml", "--canary", canary)
    done = office.begin(*words, before=[partial(die_at, module, name, moment)]).end()
    assert done.code == -signal.SIGKILL, done
    office.do("close", "20200101-none", "--reason", "opens the journal to work in it")


@pytest.mark.parametrize(("canary", "why"), [(0, RULE), (1, TRIAL)])
def test_a_kill_before_the_end_is_on_record_forgets_no_halt(
    office: Office, canary: int, why: str
) -> None:
    """Killed between the rule and the end of the run, it is stopped, halted, and says why."""
    office.also("[stop]", "failed_in_a_row = 2")
    killed(office, "importer.pipeline.concluding", "conclude", "before", canary=canary)
    _, state, halted, reason = run_of(office)
    assert (state, halted) == ("stopped", 1)
    assert why in reason


@pytest.mark.parametrize("moment", ["before", "within", "after"])
@pytest.mark.parametrize("canary", [0, 1])
def test_outcome_and_halt_are_one_step(office: Office, canary: int, moment: str) -> None:
    """Killed before, within or after the halt's writing, there is no outcome without it."""
    office.also("[stop]", "failed_in_a_row = 2")
    killed(office, "importer.journal.sending", "halt", moment, canary=canary)
    assert run_of(office)[1:3] == ("stopped", 0)
    assert refused(office) == (0 if canary else 1)


def test_resuming_takes_a_halt_back(office: Office) -> None:
    """A person who resumes has looked: killed before anything else, the run is not halted."""
    office.also("[stop]", "failed_in_a_row = 2")
    office.run()
    run, _, halted, _ = run_of(office)
    assert halted
    trap = partial(die_at, "importer.journal.sending", "claim", "before")
    office.begin("resume", run, before=[trap]).end()
    office.do("close", "20200101-none", "--reason", "opens the journal to work in it")
    assert run_of(office)[1:] == ("stopped", 0, "The importer was stopped while it sent.")


def test_an_error_of_its_own_forgets_no_halt(office: Office) -> None:
    """Broken after the rule and before the end is on record, the run is halted all the same."""
    office.also("[stop]", "failed_in_a_row = 2")
    trap = partial(die_at, "importer.pipeline.concluding", "conclude", "before", 1, "BREAK")
    office.begin("run", "sheet.csv", "-m", "mapping.yaml", before=[trap]).end()
    office.do("close", "20200101-none", "--reason", "opens the journal to work in it")
    assert run_of(office)[1:3] == ("stopped", 1)
    assert RULE in run_of(office)[3]


def test_the_first_leads_are_judged_though_something_else_stops_the_run(office: Office) -> None:
    """One refused, and a 401 before the trial is over: both are said, and the run is halted."""
    office.crm.faults.set([Rule(fault=Fault.ERROR_BEFORE, status=401, lead=NOBODY[1], times=1)])
    office.run("--canary", "2")
    _, state, halted, reason = run_of(office)
    assert (state, halted) == ("stopped", 1)
    assert "does not accept the token" in reason
    assert reason.endswith(TRIAL)
