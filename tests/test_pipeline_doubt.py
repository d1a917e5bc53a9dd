"""What must not happen to what is in doubt: settled by a wrong clock, or by another's item."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from workplaces import MAPPING, REPEATS, Desk, desk, row, write_sheet

from importer.crm import Crm
from importer.errors import UsageError
from importer.journal import rulings, store
from importer.journal.store import Journal
from importer.pipeline import Decided, open_workplace, settle_against
from importer.sandbox import Fault, Rule, lead_id
from importer.upload.settle import Settled

RESENT = MAPPING.replace("type: PAYMENT", "type: PAYMENT\n    on_unknown: verify_then_resend")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """A desk at which equal rows are genuine, two actions a request."""
    with desk(tmp_path, REPEATS, actions_per_request=2) as place:
        yield place


class Clock:
    """Our clock, which somebody may set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = dt.timedelta()
        opened: Any = store.open_journal
        monkeypatch.setitem(opened.__wrapped__.__kwdefaults__, "clock", self.now)
        made: Any = Crm.__init__
        monkeypatch.setitem(made.__kwdefaults__, "now", self.now)

    def now(self) -> dt.datetime:
        """The time that it shows."""
        return dt.datetime.now(dt.UTC) + self.ahead


@pytest.mark.parametrize("hours", [2, -2, 0.2])
def test_a_clock_that_was_set_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hours: float
) -> None:
    """Sent by a wrong clock and read back by a right one, what stands there is not sent again."""
    clock = Clock(monkeypatch)
    with desk(tmp_path, RESENT, timeout_seconds=1) as here:
        clock.ahead = dt.timedelta(hours=hours)
        here.run(here.sheet(row(9), name="before.csv"))
        settling = here.settings
        here.leave_doubts()
        here.crm.faults.set([Rule(fault=Fault.DROP_AFTER, times=1)])
        run = here.run(here.sheet(row(1))).run
        clock.ahead, here.settings = dt.timedelta(), settling
        here.resume(run)
        here.resume(run)
        assert len(here.arrived()) == 4


def test_resume_reads_back_before_it_sends(here: Desk) -> None:
    """What a stopped run left in doubt is looked up first; only then more may get in doubt."""
    here.leave_doubts()
    here.crm.faults.set([Rule(fault=Fault.DROP_AFTER, lead=lead_id(1), times=1)])
    run = here.run(here.sheet(row(1), row(1, receipt="R-2"), row(2))).run
    settle = here.settings.settle.model_copy(update={"automatic": True})
    here.settings = here.settings.model_copy(update={"settle": settle})
    before = len(here.crm.requests)
    assert here.resume(run).counts == {"CREATED": 6}
    paths = [one.path for one in here.crm.requests[before:]]
    assert "search" in paths[0]
    assert paths[-1].endswith("/action")


def decide(here: Desk, ruling: object, *words: object, **more: object) -> Decided:
    """Put a person's word on record."""
    with open_workplace(here.settings) as workplace:
        journal: Journal = workplace.journal
        decided = ruling(journal, *words, by="asha", reason="because", **more)  # type: ignore[operator]  # one of rulings
    assert isinstance(decided, Decided)
    return decided


def test_an_item_that_a_person_spoke_of_is_nobody_else_s(here: Desk) -> None:
    """Said to be created without an id, it does not lend its item to the next equal payment."""
    here.run(here.sheet(row(9), name="before.csv"))
    settling = here.settings
    here.leave_doubts()
    here.crm.faults.set([Rule(fault=Fault.DROP_AFTER, nth=1), Rule(fault=Fault.DROP_BEFORE, nth=2)])
    run = here.run(here.sheet(row(1, receipt="R-1"), row(1, receipt="R-2"))).run
    decide(here, rulings.resolve_created, run, frozenset({2}), None)
    here.settings = settling
    assert here.resume(run).counts["UNKNOWN"] == 1
    assert len([one for one in here.crm.actions if one.lead == lead_id(1)]) == 2


def test_a_held_row_is_released_once(tmp_path: Path) -> None:
    """Held in two runs of the same sheet, it can be released in one of them only."""
    with desk(tmp_path) as here:
        here.run(here.sheet(row(1), name="a.csv"))
        runs = [
            here.run(here.sheet(row(1, amount="999"), name=name)).run for name in ("b.csv", "c.csv")
        ]
        decide(here, rulings.release, runs[0], frozenset({2}), limit=25)
        with pytest.raises(UsageError, match="is going to"):
            decide(here, rulings.release, runs[1], frozenset({2}), limit=25)
        here.resume(runs[0])
        with pytest.raises(UsageError, match="has sent exactly this since"):
            decide(here, rulings.release, runs[1], frozenset({2}), limit=25)
        assert len(here.arrived()) == 3


def test_an_export_that_shows_whose_it_is_is_believed(here: Desk) -> None:
    """A colleague's equal payment in an export is not taken for ours."""
    here.run(here.sheet(row(9), name="before.csv"))
    here.leave_doubts()
    twin = Rule(fault=Fault.FOREIGN_TWIN)
    here.crm.faults.set([twin, Rule(fault=Fault.DROP_BEFORE)])
    run = here.run(here.sheet(row(1))).run
    shown = [*here.crm.actions, *here.crm.foreign]
    headers = ("Lead ID", "Action ID", "Type", "Created On", "Amount", "Currency", "Performed By")
    lines = [
        (one.lead, one.id, "PAYMENT", str(one.at), str(one.body["amount"]), "INR", one.performer)
        for one in shown
        if one.type == "PAYMENT"
    ]
    assert len({line[-1] for line in lines}) == 2
    export = write_sheet(here.folder / "export.csv", lines, headers)
    with open_workplace(here.settings) as workplace:
        _, settled = settle_against(workplace, run, export)
    assert settled == Settled(unknown=2)
