"""Fail the first, second, third … step of each kind, until a run passes untouched."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from simulator.driver import work
from simulator.jobs import RESENDING, differences, records_of, write_settings
from simulator.story import Script, Story, opened
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError
from test_wire_order import needs_strace, traced
from workplaces import Desk, desk, row

from importer.crm import Flight
from importer.errors import ImporterError
from importer.journal.store import Journal
from importer.model import Outcome
from importer.sandbox import Fault, Rule, lead_id
from importer.verdict import Exchange

LEADS = 3
RULES = (
    Rule(fault=Fault.DROP_AFTER, lead=lead_id(2), nth=1),
    Rule(fault=Fault.DROP_BEFORE, lead=lead_id(3), nth=1),
    Rule(fault=Fault.CUT_ANSWER, lead=lead_id(3), nth=2),
    Rule(fault=Fault.TOO_MANY_REQUESTS, lead=lead_id(1), nth=1, retry_after=1),
)
CI = "CI" in os.environ
MOST = 400
"""No run has so many steps."""


class Sabotage:
    """Breaks one step of a kind, the nth."""

    def __init__(self, nth: int) -> None:
        self._left = nth

    @property
    def struck(self) -> bool:
        """Whether it came to the nth step."""
        return self._left <= 0

    def due(self) -> bool:
        """Whether the step that begins now is the one."""
        self._left -= 1
        return self._left == 0


def break_sql(kind: str) -> Callable[[Story, Sabotage], None]:
    """Let the nth `begin` or `commit` of SQLite fail as a bad disk makes it."""

    def prepare(story: Story, sabotage: Sabotage) -> None:
        def fail(_connection: Connection) -> None:
            if sabotage.due():
                raise OperationalError(kind, {}, sqlite3.OperationalError("disk I/O error"))

        def begins(journal: Journal) -> None:
            event.listen(journal.connection.engine, kind, fail)
            event.listen(journal.connection, kind, fail)

        story.begins = begins

    return prepare


def break_wire(*, arrived: bool) -> Callable[[Story, Sabotage], None]:
    """Let the nth request fail as no wire may: before it leaves, or as it is answered."""

    def prepare(story: Story, sabotage: Sabotage) -> None:
        sound = story.network.create_actions

        async def create_actions(lead: str, body: bytes, flight: Flight) -> Exchange:
            due = sabotage.due()
            if due and not arrived:
                raise RuntimeError("the wire broke")
            exchange = await sound(lead, body, flight)
            if due:
                raise RuntimeError("the wire broke")
            return exchange

        story.network.create_actions = create_actions  # type: ignore[method-assign] # the broken wire

    return prepare


STEPS: dict[str, Callable[[Story, Sabotage], None]] = {
    "begin": break_sql("begin"),
    "commit": break_sql("commit"),
    "send": break_wire(arrived=False),
    "receive": break_wire(arrived=True),
}


# Some are left out where every change has to pass; at a desk, none is.
@pytest.mark.parametrize(
    ("kind", "step"), [(kind, 3 if CI and kind in {"begin", "commit"} else 1) for kind in STEPS]
)
def test_whichever_step_fails_the_next_start_brings_it_to_its_end(kind: str, step: int) -> None:
    """Every single step may fail: nothing is doubled or lost, and a later run finishes the job."""
    for nth in range(1, MOST, step):
        script = Script(seed=0, leads=LEADS, orders=1, rules=RULES, odd=0.0)
        with opened(script) as (story, runner):
            sabotage = Sabotage(nth)
            STEPS[kind](story, sabotage)
            story.plan()
            broken = _live(story, runner)
            story.begins = lambda _journal: None
            if broken:
                story.note_wire()
                runner.run(story.live())
            runner.run(story.end())
            assert story.figures.breaches == [], f"after the failure of {kind} {nth}"
            if not sabotage.struck:
                assert nth > LEADS
                return
    pytest.fail("no run passed untouched")


def _live(story: Story, runner: Any) -> bool:  # noqa: ANN401 - asyncio.Runner
    """One life; True when it broke off, which it must do with an error of a known kind."""
    try:
        runner.run(story.live())
    except (ImporterError, RuntimeError, OperationalError):
        return True
    return False


def test_whichever_rename_fails_the_job_can_be_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full as any file is put in place leaves nothing that blocks the next run."""
    for nth in range(1, MOST):
        folder = tmp_path / str(nth)
        folder.mkdir()
        with desk(folder) as here:
            sheet, sabotage = here.sheet(row(1), row(2)), Sabotage(nth)
            with monkeypatch.context() as patch:
                _break_renames(patch, sabotage)
                broken = _report(here, sheet)
            if broken:
                assert not _report(here, sheet)
            assert len(here.arrived()) == 4
            if not sabotage.struck:
                assert nth > 3
                return


def _break_renames(patch: pytest.MonkeyPatch, sabotage: Sabotage) -> None:
    sound = os.replace

    def replace(*args: Any, **keywords: Any) -> None:  # noqa: ANN401 - as os.replace
        if sabotage.due():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sound(*args, **keywords)

    patch.setattr(os, "replace", replace)


def _report(here: Any, sheet: Path) -> bool:  # noqa: ANN401 - a desk
    try:
        here.failures_of(here.run(sheet))
    except (ImporterError, OSError):
        return True
    except AssertionError:  # nothing failed, so there is no failures workbook
        return False
    return False


@needs_strace
@pytest.mark.parametrize(
    ("syscalls", "error", "step"),
    # Some are left out, more of them at a desk: the syncs of many requests are alike.
    [("fsync,fdatasync", "EIO", 4 if CI else 12), ("pwrite64", "ENOSPC", 25 if CI else 50)],
)
def test_whatever_the_disk_refuses_the_next_start_brings_the_job_to_its_end(
    tmp_path: Path, syscalls: str, error: str, step: int
) -> None:
    """The disk fails at one call, in turn; the next command is exact, or doubts what it must."""
    for nth in range(1, MOST, step):
        folder = tmp_path / str(nth)
        folder.mkdir()
        with desk(folder, RESENDING) as here:
            settings, sheet = write_settings(here), here.sheet(row(1), row(2))
            (folder / "payments.yaml").write_text(RESENDING)
            injected = f"inject={syscalls}:error={error}:when={nth}"
            words = ("run", "payments.csv", "-m", "payments.yaml", "--yes")
            _, lines = traced(folder, *words, options=("-e", injected))
            for _ in range(2):
                work(settings, sheet, RESENDING)
            assert _exact_or_all_in_doubt(here) == [], f"after {error} at {nth}"
            assert len(here.crm.actions) == 4
        if not any("(INJECTED)" in line for line in lines):
            assert nth > 2
            return
    pytest.fail("no run passed untouched")


def _exact_or_all_in_doubt(here: Desk) -> list[str]:
    """What is not as it must be; one commit that fails may take every answer of a job this small.

    Then nothing tells by whom the CRM shows our own actions to be: all of them stay in doubt.
    """
    if any(one.outcome is Outcome.CREATED for one in records_of(here)):
        return differences(here)
    return differences(here, [Outcome.UNKNOWN])
