"""kill -9 at every transition of the journal: what is left is recovered, sent on, and exact."""

from __future__ import annotations

import ast
import os
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from forks import forks
from simulator.driver import TRANSITIONS, Moment, die_at, work
from simulator.faults import RULES
from simulator.jobs import RESENDING, differences, records_of, write_settings
from workplaces import Desk, desk, row

import importer.journal
from importer.model import Outcome
from importer.sandbox import Fault, PracticeCrm, Rule, lead_id
from importer.sandbox.seed import lead

if sys.platform == "win32":
    pytest.skip("kills with SIGKILL", allow_module_level=True)

LEADS = range(1, 7)
NAMES = [f"{module}.{name}" for module, names in TRANSITIONS.items() for name in names]

FAULTS = (
    Rule(fault=Fault.DROP_AFTER, lead=lead_id(2), nth=1),
    Rule(fault=Fault.DROP_BEFORE, lead=lead_id(3), nth=1),
    Rule(fault=Fault.ERROR_BEFORE, lead=lead_id(4), nth=1, status=400),
    Rule(fault=Fault.CUT_ANSWER, lead=lead_id(5), nth=1),
)
"""So that a run goes through doubt, presence, absence and a split."""

OFTEN = {
    "sending.claim",
    "sending.record",
    "doubt.begin_look",
    "doubt.end_look",
    "together.together",
}
"""More than twice in a run."""

_PERSON = "a person's decision, one transaction; test_rulings.py has it"
NEVER = {
    "planning.void_plan": "a sheet that breaks while it is read; test_journal.py voids plans",
    "matching.apply": "inside `match_identities`, for rows of earlier runs",
    "waived.hold_waived": "inside `finish_plan`, for rows that were given up before",
    "failed.report_unchanged": "inside `finish_plan`, for rows that failed before",
    "sending.halt": "a stop rule, with the outcome that breaks it; test_halts.py kills it",
    "ruled.record_ruling": _PERSON,
    "rulings.resolve_created": _PERSON,
    "rulings.resolve_not_created": _PERSON,
    "closing.close": _PERSON,
    "rulings.release": _PERSON,
    "approving.freeze_plan": "one statement; test_approval.py kills beside it",
    "approving.approve": "a person's approval; test_approval.py kills it",
    "purging.purge": "keeping house; test_purge.py kills it",
}
"""Transitions that this job does not come to."""


SHOW_LEADS = int(os.environ.get("SHOW_LEADS", "150"))
SHOW_KILLS = int(os.environ.get("SHOW_KILLS", "6"))
"""The show: SHOW_LEADS=5000 SHOW_KILLS=50 pytest tests/test_kills.py -k again_and_again"""

QUICK = tuple(
    replace(rule, seconds=rule.seconds / 1000, retry_after=rule.retry_after and 0)
    for rule in RULES
    if rule.fault is not Fault.REORDERED_ANSWER
    and not (rule.fault is Fault.TOO_MANY_REQUESTS and rule.html)
)
"""The simulator's faults, for real time; a CRM that mixes up its answers cannot be seen through."""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose CRM survives every process that dies, and strikes some requests."""
    with desk(tmp_path, RESENDING) as one:
        one.crm.faults.set(FAULTS)
        write_settings(one)
        one.sheet(*(row(number) for number in LEADS))
        yield one


def _job(here: Desk) -> tuple[Path, Path, str]:
    return here.folder / "importer.toml", here.folder / "payments.csv", RESENDING


def run_once(here: Desk, deadly: tuple[str, Moment, int] | None = None) -> int | None:
    """One process to its end, or to a transition at which it is killed; its exit code."""
    where = _job(here)
    process = (
        forks().Process(target=die_at, args=(deadly, *where))
        if deadly
        else forks().Process(target=work, args=where)
    )
    process.start()
    process.join(300)
    return process.exitcode


@pytest.mark.parametrize("moment", Moment)
@pytest.mark.parametrize("name", [name for name in NAMES if name not in NEVER])
def test_a_kill_at_a_transition_loses_and_doubles_nothing(
    here: Desk, name: str, moment: Moment
) -> None:
    """Killed before, within or after any transition, the next process brings the job to its end."""
    if name == "planning.void_unfinished":
        assert run_once(here, ("planning.finish_plan", Moment.BEFORE, 1)) == -signal.SIGKILL
    if name == "again.match_again":
        assert run_once(here, ("sending.claim", Moment.BEFORE, 3)) == -signal.SIGKILL
    nth = 3 if name in OFTEN else 1
    died = run_once(here, (name, moment, nth))
    assert died == -signal.SIGKILL, "it never came to this transition"
    for _ in range(3):
        assert run_once(here) == 0
    assert differences(here) == []
    assert len(here.crm.actions) == 2 * len(LEADS)


def test_killed_and_resumed_again_and_again_it_is_exact(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Faults on, killed at random moments and resumed: the CRM's record is the journal's."""
    numbers, random = range(1, SHOW_LEADS + 1), Random(50)  # noqa: S311 - draws moments
    crm = PracticeCrm(leads={one.id: one for one in map(lead, numbers)})
    crm.faults.set(QUICK, 50)
    began = time.monotonic()
    with desk(tmp_path, RESENDING, crm) as here:
        write_settings(here, delay_s=0.3)
        here.sheet(*(row(number) for number in numbers))
        killed = _kill_often(here, random)
        for _ in range(12):
            assert run_once(here) == 0
        rest = (Outcome.CREATED, Outcome.UNKNOWN, Outcome.UNSENT)
        assert differences(here, rest) == []
        counts = Counter(one.outcome for one in records_of(here))
    assert killed == SHOW_KILLS
    assert counts[Outcome.CREATED] > 0.9 * counts.total()
    with capsys.disabled():
        sys.stdout.write(
            f"\n{SHOW_LEADS} leads, {counts.total()} actions, killed {killed} times: "
            f"{len(crm.actions)} stored, {dict(counts)}; {crm.counts.total} requests, "
            f"{crm.counts.by_fault.total()} faults; {time.monotonic() - began:.0f} s\n"
        )


def _kill_often(here: Desk, random: Random) -> int:
    """Start and kill until it was killed so often; a 401 among the faults ends a process itself."""
    killed = 0
    for _ in range(2 * SHOW_KILLS):
        killed += killed < SHOW_KILLS and _kill_on_the_way(here, random)
    return killed


def _kill_on_the_way(here: Desk, random: Random) -> bool:
    """Start a process, and kill it once it has sent some more; False if it ended before."""
    process = forks().Process(target=work, args=_job(here))
    process.start()
    enough = here.crm.counts.creates + random.randint(1, max(2, SHOW_LEADS // SHOW_KILLS))
    while process.is_alive() and here.crm.counts.creates < enough:
        time.sleep(0.002)
    time.sleep(random.uniform(0, 0.02))
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


OPENS = re.compile(r"\bjournal\.(?:transaction|begin)\(\)")


def test_the_table_has_every_function_that_changes_the_journal() -> None:
    """A function of the journal that opens a transaction is in the table, or private."""
    found = {
        f"{path.stem}.{node.name}"
        for path in Path(importer.journal.__file__).parent.glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and OPENS.search(ast.unparse(node))
    }
    public = {name for name in found if "._" not in name}
    # These change through the private ones.
    indirect = {
        "planning.void_unfinished",
        "ledger.settle_identities",
        "attempts.doubt_again",
        "waived.hold_waived",
    }
    assert public | indirect == set(NAMES)
