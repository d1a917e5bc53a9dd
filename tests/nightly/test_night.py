"""A night as a scheduler starts it: real processes, a real inbox, a CRM that answers."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from commands import Begun
from offices import TOKEN
from traps import die_at
from workplaces import MAPPING, row

from importer.lock import workspace_lock
from importer.nightly.codes import worst
from importer.sandbox import Fault, Rule, Toggles

from .night_offices import NightOffice, a_night_office

TOTALS = 'control_totals = "{stem}.totals.csv"'


@pytest.fixture
def office(tmp_path: Path) -> Iterator[NightOffice]:
    """An office with one job."""
    with a_night_office(tmp_path) as one:
        one.job()
        yield one


def test_a_file_is_run_and_put_away_with_its_reports(office: NightOffice) -> None:
    """What lies in the inbox is imported, and is found in the archive with its reports."""
    office.drop("payments.csv", row(1), row(2))
    night = office.night("--log", "json")
    assert night.code == 0, night.finished
    assert night.fates() == [("payments.csv", "run")]
    lines = [json.loads(line) for line in night.finished.err.splitlines()]
    assert [line["level"] for line in lines] == ["info"] * 3
    (file,) = night.job["files"]
    assert file["counts"]["CREATED"] == 4
    assert Path(file["archived"], "input", "payments.csv").is_file()
    assert Path(file["archived"], "reconciliation.html").is_file()
    assert sum(office.booked().values()) == 4
    assert office.taken() == []


# What a scheduler can rely on


def nothing(_office: NightOffice) -> None:
    """An inbox in which nothing lies."""


def good(office: NightOffice) -> None:
    """A sheet without fault."""
    office.drop("payments.csv", row(1))


def twice(office: NightOffice) -> None:
    """A sheet that was imported last night."""
    good(office)
    office.night()
    good(office)


def invalid(office: NightOffice) -> None:
    """A sheet with one wrong cell."""
    office.drop("payments.csv", row(1), row(2), row(3, amount="much"))


def no_sheet(office: NightOffice) -> None:
    """Something else than a sheet of the mapping."""
    (office.inbox / "payments.csv").write_text("a,b\n1,2\n", encoding="utf-8")


def wrong_mapping(office: NightOffice) -> None:
    """A mapping with a mistake, and a sheet."""
    good(office)
    (office.folder / "mapping.yaml").write_text(MAPPING.replace("lead: lead", "lead: laed"))


def no_inbox(office: NightOffice) -> None:
    """An inbox that somebody has deleted."""
    office.inbox.rmdir()


def doubtful(office: NightOffice) -> None:
    """A CRM that stores and does not answer, while nobody may look."""
    good(office)
    office.office.leave_doubts()
    office.office.crm.faults.set([Rule(fault=Fault.DROP_AFTER)])


def half_written(office: NightOffice) -> None:
    """A file that has a name and nothing in it yet."""
    (office.inbox / "payments.csv").touch()


def two_things(office: NightOffice) -> None:
    """A sheet with a wrong cell, and one that is not complete."""
    office.drop("payments-1.csv", row(1), row(2), row(3, amount="much"))
    (office.inbox / "payments-2.csv").touch()


@pytest.mark.parametrize(
    ("prepare", "code", "fates"),
    [
        (nothing, 0, []),
        (good, 0, ["run"]),
        (twice, 0, ["same"]),
        (wrong_mapping, 2, []),
        (no_inbox, 2, []),
        (no_sheet, 3, ["refused"]),
        (invalid, 4, ["run"]),
        (doubtful, 5, ["run"]),
        (half_written, 75, ["not ready"]),
        (two_things, 75, ["run", "not ready"]),
    ],
)
def test_the_exit_code_says_the_most_urgent(
    office: NightOffice, prepare: Callable[[NightOffice], None], code: int, fates: list[str]
) -> None:
    """The code, the JSON line and its job agree on how the night ended."""
    office.inbox.mkdir(exist_ok=True)
    prepare(office)
    night = office.night()
    assert night.code == night.said["exit_code"] == night.job["exit_code"] == code, night.finished
    assert [fate for _, fate in night.fates()] == fates
    assert "Traceback" not in night.finished.err
    assert TOKEN not in night.finished.out + night.finished.err


@pytest.mark.parametrize(
    ("words", "env", "said"),
    [
        (["--job", "visits"], {}, "Known are: payments"),
        ([], {"TELECRM_TOKEN": ""}, "There is no token"),
        (["--settings", "other.toml"], {}, "is not there"),
    ],
)
def test_wrong_use_is_one_json_line_and_code_2(
    office: NightOffice, words: list[str], env: dict[str, str], said: str
) -> None:
    """Also a night that cannot begin says so on standard output."""
    office.inbox.mkdir()
    night = office.night(*words, env=env)
    assert night.code == night.said["exit_code"] == 2, night.finished
    assert said in " ".join(night.said["notes"])


def test_a_token_that_is_refused_stops_with_code_6(office: NightOffice) -> None:
    """What is UNSENT then stays taken, and the next night sends it first."""
    office.drop("payments.csv", row(1))
    night = office.night(env={"TELECRM_TOKEN": "wrong"})
    assert night.code == night.job["exit_code"] == 6, night.finished
    assert office.taken() == ["payments.csv"]


def test_books_that_do_not_balance_end_with_code_7(office: NightOffice) -> None:
    """Where the journal and what was counted at first disagree, the night says so above all."""
    office.drop("payments.csv", row(1))
    office.night(env={"TELECRM_TOKEN": "wrong"})
    with closing(sqlite3.connect(office.folder / "state" / "journal.db")) as journal, journal:
        journal.execute("UPDATE runs SET planned_actions = planned_actions + 1")
    office.drop("visits.csv", row(2, amount="much"))
    office.job("visits")
    night = office.night()
    assert night.code == night.said["exit_code"] == 7, night.finished
    assert [job["exit_code"] for job in night.said["jobs"]] == [7, 3]


def test_a_mistake_of_the_importer_ends_with_code_1(office: NightOffice) -> None:
    """It outranks whatever else happened, and the file is tried again the next night."""
    office.drop("payments-1.csv", row(1))
    office.drop("payments-2.csv", row(2), row(3), row(4, amount="much"))
    process = begin(office, "importer.pipeline.planning", "plan_run", "before", 1, "BREAK")
    done = process.end()
    said = json.loads(done.out)
    assert done.code == said["exit_code"] == 1, done
    (job,) = said["jobs"]
    assert [(one["fate"], one["exit_code"]) for one in job["files"]] == [("failed", 1), ("run", 4)]
    assert office.night().fates() == [("payments-1.csv", "run")]
    assert set(office.booked().values()) == {1}


def test_the_worst_of_all_jobs_is_the_nights(office: NightOffice) -> None:
    """A job in doubt outranks a mapping with mistakes, whatever their order."""
    office.job("visits", mapping="broken.yaml")
    (office.folder / "broken.yaml").write_text(MAPPING.replace("lead: lead", "lead: laed"))
    doubtful(office)
    night = office.night()
    assert [job["exit_code"] for job in night.said["jobs"]] == [5, 2]
    assert night.code == 5, night.finished


URGENT = [1, 130, 143, 7, 5, 6, 3, 2, 75, 4, 0]


@pytest.mark.parametrize("place", range(len(URGENT)))
def test_of_several_codes_the_most_urgent_counts(place: int) -> None:
    """Nothing that is less urgent hides what is more urgent, in whatever order they come."""
    rest = URGENT[place:]
    alike = {130, 143} if rest[0] in {130, 143} else {rest[0]}
    assert worst(rest) in alike
    assert worst(reversed(rest)) in alike


def test_a_night_never_overlaps_another_run(office: NightOffice) -> None:
    """While another run holds the workspace, nothing is taken, and later is safe."""
    path = office.drop("payments.csv", row(1))
    with workspace_lock(office.folder / "state" / "journal.db"):
        night = office.night()
    assert night.code == night.said["exit_code"] == 75
    assert "holds the lock" in " ".join(night.said["notes"])
    assert path.is_file()
    assert office.night().code == 0


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_interrupted_night_goes_on_the_next_night(
    office: NightOffice, how: signal.Signals, code: int
) -> None:
    """Told to stop, it finishes what is on the wire and takes nothing more."""
    office.drop("payments-1.csv", *(row(n) for n in range(1, 41)))
    office.drop("payments-2.csv", row(41))
    office.office.crm.toggles = Toggles(latency_seconds=0.05)
    process = begin(office)
    deadline = time.monotonic() + 30
    while office.office.crm.counts.creates < 5 and time.monotonic() < deadline:
        time.sleep(0.005)
    process.signal(how)
    done = process.end()
    assert done.code == json.loads(done.out)["exit_code"] == code, done
    night = office.night()
    assert night.code == 0, night.finished
    assert [one["file"] for one in night.job["resumed"]] == ["payments-1.csv"]
    assert night.fates() == [("payments-2.csv", "run")]
    assert set(office.booked().values()) == {1}
    assert len(office.booked()) == 82


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_night_that_is_ended_while_it_reads_says_so(office: NightOffice) -> None:
    """Also between two sends, SIGTERM leaves a JSON line and its code; the file is run later."""
    office.drop("payments-1.csv", row(1))
    office.drop("payments-2.csv", row(2))
    process = begin(office, "importer.pipeline.planning", "plan_run", "before", 2, "TERM")
    done = process.end()
    said = json.loads(done.out)
    assert done.code == said["exit_code"] == 143, done
    (job,) = said["jobs"]
    assert [one["file"] for one in job["files"]] == ["payments-1.csv"]
    assert job["said"] == "The night was interrupted."
    assert office.night().fates() == [("payments-2.csv", "run")]
    assert set(office.booked().values()) == {1}


# Many at once, and killed


def test_twenty_processes_make_one_run(office: NightOffice) -> None:
    """Started twenty times at once, one night takes the file; the others find the lock held."""
    office.drop("payments.csv", row(1), row(2))
    processes = [begin(office) for _ in range(20)]
    ended = [process.end() for process in processes]
    nights = [json.loads(one.out) for one in ended]
    assert {one.code for one in ended} <= {0, 75}
    files = [file for night in nights for job in night["jobs"] for file in job["files"]]
    assert [(file["file"], file["fate"]) for file in files] == [("payments.csv", "run")]
    assert set(office.booked().values()) == {1}
    assert len(office.booked()) == 4


STEPS = [
    ("importer.nightly.moving", "claim_file", "before", 1),
    ("importer.nightly.moving", "claim_file", "after", 1),
    ("importer.nightly.moving", "claim_file", "after", 2),  # the control totals
    ("importer.journal.planning", "finish_plan", "before", 1),
    ("importer.pipeline.planning", "plan_run", "after", 1),
    ("importer.journal.sending", "record", "before", 2),
    ("importer.journal.sending", "record", "after", 2),
    ("importer.pipeline.sending", "send_run", "after", 1),
    ("importer.pipeline.reporting", "report_run", "after", 1),
    ("importer.nightly.moving", "copy_into", "after", 2),
    ("importer.nightly.moving", "put_into", "after", 1),
    ("importer.nightly.moving", "put_into", "after", 2),
]


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize("step", STEPS, ids=lambda step: "-".join(map(str, step[1:])))
def test_a_kill_at_any_step_ends_with_everything_once(
    tmp_path: Path, step: tuple[str, str, str, int]
) -> None:
    """Whatever a night was doing when it died, the next one ends it, and nothing is doubled."""
    with a_night_office(tmp_path) as office:
        # A payment that was claimed beside the one that died, and did not leave, needs a person.
        office.office.also("[send]", "concurrency = 1")
        office.job("payments", TOTALS)
        office.drop("payments.csv", row(1), row(2), row(3))
        (office.inbox / "payments.totals.csv").write_text("rows\n3\n", encoding="utf-8")
        assert begin(office, *step, "KILL").end().code == -signal.SIGKILL
        night = office.night()
        assert night.code == 0, night.finished
        assert ["ended without a word" in note for note in night.said["notes"]] == [True]
        assert set(office.booked().values()) == {1}
        assert len(office.booked()) == 6
        assert office.taken() == []
        assert not list(office.inbox.glob("*.csv"))
        archived = office.archived()
        assert {"input/payments.csv", "input/payments.totals.csv", "reconciliation.html"} <= set(
            archived
        )
        assert not list(office.folder.glob("archive/*/*/same"))


def begin(office: NightOffice, *trap: Any) -> Begun:  # noqa: ANN401 - words and a number
    """Start a night, and do not wait for it; with a trap, as `traps.die_at` takes it, it dies."""
    return office.office.begin("nightly", before=[partial(die_at, *trap)] if trap else [])
