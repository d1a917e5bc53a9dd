"""The journal: durable, guarded, recovered from whatever happened last."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import event
from workplaces import Desk, desk, row, settled

from importer.batches import Decision
from importer.errors import JournalError, JournalVersionError, SettingsError
from importer.journal import sending
from importer.journal.fitting import count_misfits
from importer.journal.matching import apply, staged_of
from importer.journal.overview import held_for_a_time, open_by_run
from importer.journal.reading import action_records, in_doubt, run_of, runs_of
from importer.journal.schema import SCHEMA_VERSION
from importer.journal.sending import Evidence, Fate
from importer.journal.store import Journal, open_journal
from importer.model import RECOVERY, Outcome, RunState, State
from importer.pipeline.planning import plan_run
from importer.pipeline.reporting import reconcile_run
from importer.pipeline.workplace import open_workplace, visit_workplace
from importer.settings import WorkspaceKind


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a CRM that answers."""
    with desk(tmp_path) as one:
        yield one


def first_batch(journal: Journal, run: str) -> sending.BatchToSend:
    """The first batch of a run that has something to send."""
    batches, *_ = sending.leads_to_send(journal, run).values()
    return sending.load_batch(journal, batches[0])


def outcomes(journal: Journal, run: str) -> set[Outcome]:
    """The outcomes of a run's actions."""
    return {action.outcome for action in action_records(journal, run)}


def test_every_state_has_a_recovery_rule_that_ends_in_rest() -> None:
    """No state is left out, and what a start-up makes of a state stays so at the next one."""
    assert set(RECOVERY) == set(State)
    assert all(RECOVERY[RECOVERY[state]] is RECOVERY[state] for state in State)
    assert RECOVERY[State.SENDING] is State.UNKNOWN


def test_an_intent_without_an_outcome_is_unknown_after_a_start(here: Desk) -> None:
    """What was on the wire when the process died is in doubt, and never counted as unsent."""
    here.leave_doubts()
    run = here.plan(here.sheet(row(1), row(2)))
    with open_workplace(here.settings) as workplace:
        batch = first_batch(workplace.journal, run)
        assert sending.claim(workplace.journal, batch, "0" * 64) is not None
    result = here.resume(run)
    assert result.counts == {"UNKNOWN": 2, "CREATED": 2}
    assert result.code == 5


def test_a_plan_that_a_crash_left_behind_is_void(here: Desk) -> None:
    """A run that died while it read its sheet holds no rows, sends nothing, and stays on record."""
    with open_workplace(here.settings) as workplace, pytest.raises(KeyboardInterrupt):
        plan_run(workplace, here.sheet(row(1)), here.mapping, bars=_Interrupted())
    with visit_workplace(here.settings) as workplace:
        (planning,) = runs_of(workplace.journal)
        assert planning.state is RunState.PLANNING
        run = planning.id
        assert outcomes(workplace.journal, run) == {Outcome.UNSENT}
    with open_workplace(here.settings) as workplace:
        record = run_of(workplace.journal, run)
        assert record.state is RunState.REFUSED
        assert "stopped while it read" in record.reason
        assert outcomes(workplace.journal, run) == set()
    assert here.run(here.sheet(row(1))).counts == {"CREATED": 2}


class _Interrupted:
    """Whoever watches stops the importer when the rows are staged, and the plan is not finished."""

    @staticmethod
    @contextmanager
    def stage(_name: str, _total: int | None) -> Iterator[Callable[[int], object]]:
        """Let the rows be read, and stop."""
        yield lambda _more: None
        raise KeyboardInterrupt


@pytest.mark.parametrize("sent", [True, False])
def test_a_finished_plan_is_not_voided_whatever_its_state_says(here: Desk, *, sent: bool) -> None:
    """A run that only says that it was planned in part is refused with a remedy, and kept."""
    sheet = here.sheet(row(1))
    run = here.run(sheet).run if sent else here.plan(sheet)
    with visit_workplace(here.settings) as workplace:
        sending.set_run_state(workplace.journal, run, RunState.PLANNING)
        before = list(action_records(workplace.journal, run))
    with (
        pytest.raises(JournalError, match=f"(?s){run}.*sent again.*back-up"),
        open_workplace(here.settings),
    ):
        pass
    with visit_workplace(here.settings) as workplace:
        assert list(action_records(workplace.journal, run)) == before
    assert len(here.arrived()) == (2 if sent else 0)


ALTERED_KEYS = {
    "identity": "UPDATE actions SET identity = 'zz' || substr(identity, 3) WHERE {this}",
    "identity and origin": (
        "UPDATE actions SET origin = 'x', identity = 'zz' || substr(identity, 3) WHERE {this}"
    ),
    "another's identity": (
        "UPDATE actions SET identity = (SELECT identity FROM actions WHERE row = 3 AND "
        "type = 'PAYMENT'), occurrence = 2 WHERE {this}"
    ),
    "no identity": "UPDATE actions SET identity = NULL WHERE {this}",
    "the row's key": "UPDATE rows SET key = 'zz' || substr(key, 3) WHERE number = 2",
}


@pytest.mark.parametrize("how", ALTERED_KEYS)
def test_no_run_is_planned_against_keys_that_do_not_fit(here: Desk, how: str) -> None:
    """A created payment under an altered key is not sent again: the next export is refused."""
    first = here.run(here.sheet(row(1), row(2)))
    this = "row = 2 AND type = 'PAYMENT'"
    with closing(sqlite3.connect(here.settings.journal.path)) as store, store:
        assert store.execute(ALTERED_KEYS[how].format(this=this)).rowcount == 1
    again = here.sheet(row(1), row(2), row(3), name="again.csv")
    with pytest.raises(JournalError, match=f"(?s)row 2 of the run {first.run}.*back-up"):
        here.run(again)
    assert len(here.arrived()) == 4
    with open_workplace(here.settings) as workplace:
        assert "not their row's" in reconcile_run(workplace, first.run).imbalances[0]
        assert count_misfits(workplace.journal)


def test_an_origin_that_was_altered_is_found_before_a_correction_is_sent(here: Desk) -> None:
    """The created half of a row whose workbook comes back is not sent under its new receipt."""
    first = here.run(here.sheet(row(1, note="no address")))
    assert first.counts == {"CREATED": 1, "IGNORED": 1}
    with closing(sqlite3.connect(here.settings.journal.path)) as store, store:
        store.execute("UPDATE actions SET origin = NULL WHERE type = 'PAYMENT'")
    workbook = here.failures_of(first)
    book = load_workbook(workbook)
    sheet = book.active
    assert sheet is not None
    sheet["B2"], sheet["E2"] = "R-0009", "a@b.in"
    book.save(workbook)
    with pytest.raises(JournalError, match="stands under a key"):
        here.run(settled(workbook))
    assert len(here.arrived()) == 1


def test_a_staged_plan_whose_keys_were_altered_is_not_sent(here: Desk) -> None:
    """What is resumed is held against its own rows too."""
    run = here.plan(here.sheet(row(1)))
    with closing(sqlite3.connect(here.settings.journal.path)) as store, store:
        store.execute("UPDATE actions SET identity = 'zz' || substr(identity, 3)")
    with pytest.raises(JournalError, match="stands under a key"):
        here.resume(run)
    assert here.arrived() == []


def test_two_plans_of_one_sheet_send_it_once(here: Desk) -> None:
    """Of two runs that were planned side by side the first keeps its turn, the second is held."""
    sheet = here.sheet(row(1), row(2))
    first, second = here.plan(sheet), here.plan(sheet)
    assert here.resume(second).counts == {"DUPLICATE": 4}
    assert here.resume(first).counts == {"CREATED": 4}
    assert here.run(sheet).counts == {"ALREADY": 4}
    assert len(here.arrived()) == 4


def test_the_index_itself_refuses_a_second_live_action(here: Desk) -> None:
    """Even past all our code, SQLite holds at most one live action per identity and occurrence."""
    here.run(here.sheet(row(1)))
    with sqlite3.connect(here.settings.journal.path) as journal:
        columns = [one[1] for one in journal.execute("PRAGMA table_info(actions)")]
        names = ", ".join(name for name in columns if name != "id")
        with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
            journal.execute(f"INSERT INTO actions ({names}) SELECT {names} FROM actions LIMIT 1")  # noqa: S608 - names of our own table
    journal.close()


def test_a_transition_from_another_state_fails_loudly(here: Desk) -> None:
    """An outcome for an action that is not on the wire is an error, and changes nothing."""
    run = here.plan(here.sheet(row(1)))
    with open_workplace(here.settings) as workplace:
        journal = workplace.journal
        batch = first_batch(journal, run)
        request = sending.claim(journal, batch, "0" * 64)
        assert request is not None
        fates = [Fate(state=State.CREATED, action_id=f"id-{n}") for n in range(2)]
        sending.record(journal, request, batch, fates, Evidence(verdict="Recorded"))
        with pytest.raises(JournalError, match="0 of 2 actions"):
            sending.record(journal, request, batch, fates, Evidence(verdict="Recorded"))
        assert outcomes(journal, run) == {Outcome.CREATED}


def test_a_rehearsal_leaves_nothing_behind(here: Desk) -> None:
    """A dry run plans by the same road, and the journal forgets it."""
    with open_workplace(here.settings) as workplace:
        with workplace.journal.rehearsal():
            run = plan_run(workplace, here.sheet(row(1)), here.mapping)
            assert reconcile_run(workplace, run).outcomes[Outcome.UNSENT].count == 2
        tables = ("runs", "rows", "actions", "batches", "problems", "requests")
    with sqlite3.connect(here.settings.journal.path) as journal:
        assert [journal.execute(f"SELECT count(*) FROM {one}").fetchone() for one in tables] == [  # noqa: S608 - names of our own tables
            (0,)
        ] * len(tables)
    journal.close()


@pytest.mark.parametrize("version", [0, SCHEMA_VERSION - 1, SCHEMA_VERSION + 1])
def test_a_journal_of_another_version_is_refused(here: Desk, version: int) -> None:
    """It is not touched, and nobody is told to begin a new one, which would send all again."""
    here.run(here.sheet(row(1)))
    with sqlite3.connect(here.settings.journal.path) as journal:
        journal.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (str(version),))
    journal.close()
    with (
        pytest.raises(JournalVersionError, match="version") as refused,
        open_workplace(here.settings),
    ):
        pass
    assert "name no other file" in refused.value.hint
    assert "sent again" in refused.value.hint


def test_a_file_that_is_no_journal_is_refused(here: Desk) -> None:
    """A damaged journal gets a sentence that says not to delete it."""
    here.settings.journal.path.parent.mkdir(parents=True)
    here.settings.journal.path.write_bytes(b"not a database, but long enough to look at" * 40)
    with pytest.raises(JournalError, match="Do not delete it"), open_workplace(here.settings):
        pass


def test_the_journal_syncs_every_commit(here: Desk) -> None:
    """WAL with synchronous=FULL: an intent is on disk before its POST leaves."""
    with open_workplace(here.settings) as workplace:
        execute = workplace.journal.connection.exec_driver_sql
        assert execute("PRAGMA synchronous").scalar() == 2
        assert execute("PRAGMA journal_mode").scalar() == "wal"
        workplace.journal.connection.rollback()


def test_a_journal_that_cannot_be_durable_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where SQLite answers another journal mode than asked for, nothing is begun."""
    monkeypatch.chdir(tmp_path)
    with (
        pytest.raises(JournalError, match="journal_mode is memory") as caught,
        open_journal(Path(":memory:"), "practice"),
    ):
        pytest.fail("a journal in memory")
    assert "own disk" in caught.value.hint


def test_a_real_workspace_has_one_journal(here: Desk) -> None:
    """All accounts of a machine are held to the journal that served a real workspace first."""
    workspace = here.settings.workspace.model_copy(update={"kind": WorkspaceKind.REAL})
    here.settings = here.settings.model_copy(update={"workspace": workspace})
    first = here.settings.journal.path
    here.plan(here.sheet(row(1)))
    second = here.settings.journal.model_copy(update={"path": first.with_name("second.db")})
    other = here.settings.model_copy(update={"journal": second})
    with pytest.raises(SettingsError, match="Another journal serves"), open_workplace(other):
        pass
    assert not second.path.exists()
    first.rename(second.path)
    with open_workplace(other):
        pass


def test_a_real_journal_is_in_no_synced_folder(here: Desk) -> None:
    """For a real workspace such a place is refused, before it is made; a sandbox may be there."""
    path = here.folder / "OneDrive" / "journal.db"
    journal = here.settings.journal.model_copy(update={"path": path})
    real = here.settings.workspace.model_copy(update={"kind": WorkspaceKind.REAL})
    refused = here.settings.model_copy(update={"journal": journal, "workspace": real})
    for opening in (open_workplace, visit_workplace):
        with pytest.raises(SettingsError, match="OneDrive"), opening(refused):
            pass
    assert not path.parent.exists()
    with open_workplace(here.settings.model_copy(update={"journal": journal})):
        assert path.exists()


@pytest.mark.skipif(os.name != "posix", reason="folders are not synced there")
def test_a_kept_input_is_on_disk(here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy and the folders that name it are synced before a plan can be made from it."""
    synced: list[int] = []
    fsync = os.fsync

    def noting(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    sheet = here.sheet(row(1))
    with open_workplace(here.settings) as workplace:
        monkeypatch.setattr(os, "fsync", noting)
        kept, _ = workplace.keep(sheet)
    wanted = (kept, kept.parent, kept.parent.parent)
    assert {one.stat().st_ino for one in wanted} <= set(synced)
    assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="kills with SIGKILL")
@pytest.mark.parametrize("after", [1, 7, 20])
def test_a_killed_run_loses_and_doubles_nothing(here: Desk, after: int) -> None:
    """Killed with so many requests answered, a run resumes: each action arrives at most once."""
    sheet = here.sheet(*(row(number) for number in range(1, 31)))
    run = here.plan(sheet)
    script = textwrap.dedent(
        """
        import os, sys
        from pathlib import Path
        from importer.pipeline.sending import send_run
        from importer.pipeline.workplace import open_workplace
        from importer.secret import Token
        from importer.settings import load_settings, PRACTICE_TOKEN
        with open_workplace(load_settings(Path(sys.argv[1]), {})) as workplace:
            send_run(workplace, sys.argv[2], Token(PRACTICE_TOKEN))
        """
    )
    settings = here.folder / "importer.toml"
    workspace = here.settings.workspace
    settings.write_text(
        f'[workspace]\nbase_url = "{workspace.base_url}"\n'
        f'enterprise_id = "{workspace.enterprise_id}"\n'
        f'[journal]\npath = "{here.settings.journal.path}"\n[send]\nrequests_per_hour = 90000\n'
    )
    process = subprocess.Popen([sys.executable, "-c", script, settings, run])
    deadline = time.monotonic() + 30
    while here.crm.counts.creates < after and time.monotonic() < deadline:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    result = here.resume(run)
    stored = here.arrived()
    assert len(stored) == len(set(stored)), "nothing arrived twice"
    unknown, unsent = (result.counts.get(one, 0) for one in ("UNKNOWN", "UNSENT"))
    assert result.counts["CREATED"] + unknown + unsent == 60
    assert unsent <= unknown, "only a receipt whose payment is in doubt waits"
    assert unknown <= 4 * 2, "no more in doubt than was on the wire"
    assert len(stored) >= result.counts["CREATED"]


def test_a_run_that_is_done_and_has_something_staged_is_stopped(here: Desk) -> None:
    """However that came to be, a start-up opens the run again, so that it shows what is left."""
    run = here.plan(here.sheet(row(1)))
    with open_workplace(here.settings) as workplace:
        sending.set_run_state(workplace.journal, run, RunState.DONE)
    with open_workplace(here.settings) as workplace:
        found = run_of(workplace.journal, run)
    assert (found.state, found.reason) == (RunState.STOPPED, "Something of it is still to be sent.")


def test_what_is_asked_of_all_runs_is_found_by_an_index(here: Desk) -> None:
    """A start, and a look at all runs, go through what is open, and never through every action."""
    asked, every = list[tuple[str, tuple[object, ...]]](), list[str]()
    with open_workplace(here.settings) as workplace:
        journal = workplace.journal

        # With its parameters apart: SQLite chooses an index before it is told what they are.
        @event.listens_for(journal.connection, "before_cursor_execute")
        def take_down(*told: Any) -> None:  # noqa: ANN401 - SQLAlchemy's contract
            asked.append((told[2], told[3]))

        driver = journal.connection.connection.driver_connection
        assert driver is not None
        driver.set_trace_callback(every.append)
        sending.recover(journal)
        assert not open_by_run(journal)
        assert not held_for_a_time(journal)
        assert not in_doubt(journal, but="")
        driver.set_trace_callback(None)
    with closing(sqlite3.connect(here.settings.journal.path)) as file:
        reads = [one for one in asked if one[0].startswith(("SELECT", "UPDATE"))]
        assert len(reads) == sum(one.startswith(("SELECT", "UPDATE")) for one in every)
        plans = [
            file.execute(f"EXPLAIN QUERY PLAN {one}", given).fetchall() for one, given in reads
        ]
    steps = [step for plan in plans for *_, step in plan if step.startswith("SCAN actions")]
    small = {"doubtful_by_lead", "staged_by_run", "replaceable_by_run"}
    assert {step.rpartition(" ")[2] for step in steps} == small


def test_a_decision_about_an_action_that_has_moved_on_fails_loudly(here: Desk) -> None:
    """What was matched and is not staged any more stays as it is, and the matching is an error."""
    run = here.plan(here.sheet(row(1)))
    with open_workplace(here.settings) as workplace:
        journal = workplace.journal
        mine = journal.read(staged_of(run))
        free = [
            Decision(id=one.id, occurrence=9, holder=None, state=State.STAGED, reason=None)
            for one in mine
        ]
        batch = sending.load_batch(journal, mine[0].batch)
        assert sending.claim(journal, batch, "0" * 64) is not None
        with pytest.raises(JournalError, match="0 of 2 actions in the state staged"):
            apply(journal, free, mine)
