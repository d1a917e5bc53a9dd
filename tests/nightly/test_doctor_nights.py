"""What the doctor says of a job's run is what the next night does with it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from workplaces import row

from importer.pipeline.doctor.books import check_runs
from importer.pipeline.workplace import open_workplace
from importer.sandbox import Fault, Rule

from .night_desks import NightDesk, night_desk


def stopped_half_way(here: NightDesk) -> None:
    """A night in which the CRM refuses the token, and after which somebody tidies the inbox."""
    here.job(archive=here.folder / "archive")
    here.desk.crm.faults.set([Rule(fault=Fault.ERROR_BEFORE, status=401, nth=1)])
    here.drop("payments.csv", *(row(number) for number in range(1, 4)))
    here.night()
    here.desk.crm.faults.set([])
    shutil.rmtree(here.desk.folder / "inbox" / "taken")


def remedy(here: NightDesk) -> str:
    """What the doctor says is to be done about the one run that has something left."""
    with open_workplace(here.desk.settings) as workplace:
        (found,) = (one for one in check_runs(workplace, at_work=False) if "UNSENT" in one.said)
    return found.remedy


@pytest.mark.parametrize("another", [False, True])
def test_the_doctor_promises_what_the_night_keeps(tmp_path: Path, *, another: bool) -> None:
    """By another mapping no night finds the run, and so none is promised to go on with it."""
    with night_desk(tmp_path) as here:
        stopped_half_way(here)
        if another:
            here.desk.settings = here.desk.settings.model_copy(update={"jobs": ()})
            here.job(mapping_file="payments-2.yaml")
        assert ("next night sends them" in remedy(here)) is not another
        night = here.night()
        assert bool(night.unsent) is another
