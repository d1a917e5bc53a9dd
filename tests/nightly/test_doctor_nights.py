"""What the doctor says of a job's run is what the next night does with it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from workplaces import row

from importer.journal import rulings
from importer.pipeline.doctor.books import check_runs
from importer.pipeline.workplace import open_workplace
from importer.sandbox import Fault, Rule

from .night_desks import NightDesk, night_desk


def stopped_half_way(here: NightDesk) -> None:
    """A night in which the CRM refuses the token: its file stays taken."""
    here.job(archive=here.folder / "archive")
    here.desk.crm.faults.set([Rule(fault=Fault.ERROR_BEFORE, status=401, nth=1)])
    here.drop("payments.csv", *(row(number) for number in range(1, 4)))
    here.night()
    here.desk.crm.faults.set([])


def tidied(here: NightDesk) -> None:
    """The same, after which somebody tidies the inbox."""
    stopped_half_way(here)
    shutil.rmtree(here.inbox / "taken")


def put_away(here: NightDesk) -> None:
    """A run that is in the archive, and of which a person has said that it may be sent again."""
    here.job(archive=here.folder / "archive")
    here.desk.leave_doubts()
    here.desk.crm.faults.set([Rule(fault=Fault.DROP_BEFORE)])
    here.drop("payments.csv", row(1))
    (file,) = here.job_tonight().files
    here.desk.crm.faults.set([])
    assert here.taken() == []
    with open_workplace(here.desk.settings) as workplace:
        looked = {"by": "asha", "reason": "I looked."}
        rulings.resolve_not_created(workplace.journal, file.run, None, None, **looked)


def remedy(here: NightDesk) -> str:
    """What the doctor says is to be done about the one run that has something left."""
    with open_workplace(here.desk.settings) as workplace:
        (found,) = (one for one in check_runs(workplace, at_work=False) if "UNSENT" in one.said)
    return found.remedy


@pytest.mark.parametrize("another", ["", "payments-2.yaml", "elsewhere/payments.yaml"])
@pytest.mark.parametrize("left", [stopped_half_way, tidied, put_away])
def test_the_doctor_promises_what_the_night_keeps(
    tmp_path: Path, left: Callable[[NightDesk], None], another: str
) -> None:
    """By a mapping of another name no night finds the run, and so none is promised."""
    with night_desk(tmp_path) as here:
        left(here)
        if another:
            (here.folder / another).parent.mkdir(exist_ok=True)
            here.desk.settings = here.desk.settings.model_copy(update={"jobs": ()})
            here.job(mapping_file=another, archive=here.folder / "archive")
        promised = "next night sends them" in remedy(here)
        assert promised is (another != "payments-2.yaml")
        assert bool(here.night().unsent) is not promised
