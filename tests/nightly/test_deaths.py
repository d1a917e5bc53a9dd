"""Whatever a night dies of, nothing that is open is forgotten: the next JSON line counts it all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from workplaces import row

from importer.journal.overview import Open, open_by_run
from importer.pipeline.workplace import open_workplace
from importer.sandbox import Fault, Rule, lead_id
from importer.settings import load_settings

from .night_offices import NightOffice, a_night_office
from .test_night import STEPS, TOTALS, begin

REPORTS = "importer.pipeline.reporting"
BREAKS = [
    ("importer.pipeline.sending", "send_run", "after", 1),
    (REPORTS, "report_run", "before", 1),
    (REPORTS, "reconcile_run", "before", 1),
    (REPORTS, "told_of", "before", 1),
    ("importer.nightly.moving", "copy_into", "before", 1),
    ("importer.nightly.moving", "put_into", "before", 1),
]


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize("step", STEPS[5:10], ids=lambda step: "-".join(map(str, step[1:])))
def test_after_a_kill_the_next_night_tells_everything_that_is_open(
    tmp_path: Path, step: tuple[str, str, str, int]
) -> None:
    """What was in doubt, held or to be corrected when a night was killed is in the next JSON."""
    with a_night_office(tmp_path) as office:
        prepare(office)
        begin(office, *step, "KILL").end()
        assert not untold(office, office.night().said)
        assert set(office.booked().values()) == {1}


@pytest.mark.skipif(os.name != "posix", reason="SIGTERM")
@pytest.mark.parametrize(
    ("step", "how"),
    [*((step, "BREAK") for step in BREAKS), *((step, "TERM") for step in BREAKS[:2])],
    ids=lambda said: said if isinstance(said, str) else "-".join(map(str, said[1:])),
)
def test_a_night_that_breaks_after_the_send_tells_everything_that_is_open(
    tmp_path: Path, step: tuple[str, str, str, int], how: str
) -> None:
    """What it sent is in its own JSON, and in the next one, whatever broke behind the send."""
    with a_night_office(tmp_path) as office:
        prepare(office)
        said = json.loads(begin(office, *step, how).end().out)
        assert said["exit_code"] == {"BREAK": 1, "TERM": 143}[how]
        fates = [one["fate"] for job in said["jobs"] for one in job["files"]]
        assert "refused" not in fates
        assert not untold(office, said)
        assert not untold(office, office.night().said)
        assert set(office.booked().values()) == {1}


def prepare(office: NightOffice) -> None:
    """A sheet with a wrong cell, of which one lead's request is never answered."""
    office.office.leave_doubts()
    office.job("payments", TOTALS)
    office.office.crm.faults.set([Rule(fault=Fault.DROP_AFTER, lead=lead_id(2))])
    office.drop("payments.csv", row(1), row(2), row(3), row(4, amount="much"))
    (office.inbox / "payments.totals.csv").write_text("rows\n4\n", encoding="utf-8")


def untold(office: NightOffice, said: Any) -> Mapping[str, Open]:  # noqa: ANN401 - JSON
    """Run → what is open of it in the journal, of runs of which a JSON line says something else."""
    with open_workplace(load_settings(office.folder / "importer.toml", {})) as workplace:
        open_ = open_by_run(workplace.journal)
    return {run: one for run, one in open_.items() if one != told(said, run, one)}


def told(said: Any, run: str, found: Open) -> Open:  # noqa: ANN401 - JSON
    """What a JSON line says of a run: of rows to correct, that there are some."""
    files = [one for job in said["jobs"] for one in (*job["resumed"], *job["files"])]
    counts = next((one["counts"] for one in files if one["run"] == run and "counts" in one), None)
    if counts is None:
        return Open(
            unknown=said["still_unknown"].get(run, 0),
            unsent=said["unsent"].get(run, 0),
            to_correct=said["still_wrong"].get(run, 0),
            duplicate=said["duplicate"].get(run, 0),
        )
    wrong = any(counts[name] for name in ("INVALID", "IGNORED", "REFUSED"))
    return Open(
        unknown=counts["UNKNOWN"],
        unsent=counts["UNSENT"],
        to_correct=found.to_correct if wrong else 0,
        duplicate=counts["DUPLICATE"],
    )
