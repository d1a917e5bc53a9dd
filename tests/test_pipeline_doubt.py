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
from importer.journal.reading import action_records
from importer.journal.rulings import Decided
from importer.journal.store import Journal
from importer.model import Outcome, RunState
from importer.pipeline.against import settle_against
from importer.pipeline.reporting import reconcile_run
from importer.pipeline.settling import settle_run
from importer.pipeline.workplace import open_workplace
from importer.sandbox import Fault, Rule, lead_id
from importer.secret import Token
from importer.settings import PRACTICE_TOKEN
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


def test_an_answer_that_stands_in_another_order_than_was_sent_is_not_believed(
    tmp_path: Path,
) -> None:
    """What is CREATED by the items and ignored by its remark is looked up: the payment stands."""
    with desk(tmp_path) as here:
        here.run(here.sheet(row(2), name="before.csv"))
        here.crm.faults.set([Rule(fault=Fault.REORDERED_ANSWER, times=1)])
        sheet = here.sheet(row(1, note="no address"))
        run = here.run(sheet).run
        with open_workplace(here.settings) as workplace:
            outcomes = {one.name: one.outcome for one in action_records(workplace.journal, run)}
        assert outcomes == {"payment": Outcome.CREATED, "receipt": Outcome.IGNORED}
        here.run(sheet)
        assert here.arrived()[2:] == [(lead_id(1), "PAYMENT")]


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
    assert settled == Settled(unknown=2, unjudged=frozenset({"import_ref"}))


def settle_now(here: Desk, run: str) -> Settled:
    """What `importer settle` does."""
    with open_workplace(here.settings) as workplace:
        return settle_run(workplace, run, Token(PRACTICE_TOKEN))[1]


def found_absent(here: Desk, *faults: Rule) -> str:
    """A run of one row whose actions were looked for and not found, and are not sent since."""
    here.run(here.sheet(row(9), name="before.csv"))
    here.leave_doubts()
    here.crm.faults.set(faults)
    run = here.run(here.sheet(row(1))).run
    assert settle_now(here, run).staged == 2
    return run


LATE = (
    Rule(fault=Fault.ERROR_AFTER, times=1),
    Rule(fault=Fault.DELAYED_VISIBILITY, times=1, looks=9),
)
"""Stored, answered with an error, and shown only after the looks of one settling."""


@pytest.mark.parametrize("automatic", [True, False])
def test_an_absence_is_not_believed_by_a_later_resume(
    tmp_path: Path,
    automatic: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """What became visible after it was found absent is found by `resume`, and not sent again."""
    with desk(tmp_path, RESENT) as here:
        run = found_absent(here, *LATE)
        settle = here.settings.settle.model_copy(update={"automatic": automatic})
        here.settings = here.settings.model_copy(update={"settle": settle})
        assert here.resume(run).counts == {"CREATED": 2}
        assert len(here.arrived()) == 4


def test_what_is_still_absent_is_sent_by_a_later_resume(tmp_path: Path) -> None:
    """Looked for again and not found, it is sent once; nothing else in doubt is looked for."""
    with desk(tmp_path, RESENT) as here:
        run = found_absent(here, Rule(fault=Fault.DROP_BEFORE, times=1))
        here.crm.faults.set([Rule(fault=Fault.DROP_AFTER, lead=lead_id(2), times=1)])
        other = here.run(here.sheet(row(2), name="other.csv")).run
        assert here.resume(run).counts == {"CREATED": 2}
        assert here.resume(other).counts == {"UNKNOWN": 2}
        assert len(here.arrived()) == 6


def test_a_request_that_stored_nothing_hides_no_earlier_one(tmp_path: Path) -> None:
    """Sent again and refused with 401, it is looked for anew: its first request may have stored."""
    with desk(tmp_path, RESENT) as here:
        here.run(here.sheet(row(9), name="before.csv"))
        refused = Rule(fault=Fault.ERROR_BEFORE, status=401, nth=2)
        here.crm.faults.set([*LATE, refused])
        stopped = here.run(here.sheet(row(1)))
        assert stopped.counts == {"UNSENT": 2}
        assert here.resume(stopped.run).counts == {"CREATED": 2}
        assert len(here.arrived()) == 4


def test_a_person_s_word_is_not_doubted_again(tmp_path: Path) -> None:
    """What a person said not to have been created is sent without another look."""
    with desk(tmp_path) as here:
        here.leave_doubts()
        here.crm.faults.set([Rule(fault=Fault.DROP_BEFORE, times=1)])
        run = here.run(here.sheet(row(1))).run
        decide(here, rulings.resolve_not_created, run, None, None)
        before = len(here.crm.requests)
        assert here.resume(run).counts == {"CREATED": 2}
        assert len(here.crm.requests) == before + 1


def refuted(here: Desk, *rules: Rule) -> str:
    """A run of one row, not found at two looks; a person has seen its payment there."""
    here.run(here.sheet(row(9), name="before.csv"))
    settling = here.settings
    here.leave_doubts()
    here.crm.faults.set(rules)
    run = here.run(here.sheet(row(1))).run
    assert settle_now(here, run).staged == 1, "the receipt alone may be sent again unasked"
    seen = decide(here, rulings.resolve_created, run, None, "payment", seen=True)
    assert (seen.count, seen.doubted) == (1, 1)
    here.settings = settling
    return run


UNSEEN = (LATE[0], Rule(fault=Fault.DELAYED_VISIBILITY, times=1, looks=99))
"""Stored, answered with an error, and shown to nobody who looks through the API."""


def test_looks_that_a_person_has_refuted_send_nothing_again(tmp_path: Path) -> None:
    """Of a request of which a person has seen one action there, no other is sent on two looks."""
    with desk(tmp_path) as here:
        run = refuted(here, *UNSEEN)
        for settled in (here.resume(run), here.resume(run)):
            assert settled.counts == {"CREATED": 1, "UNKNOWN": 1}
            assert settled.books.imbalances == ()
        assert len(here.arrived()) == 4, "nothing was sent again"
        with open_workplace(here.settings) as workplace:
            payment, receipt = action_records(workplace.journal, run)
        assert "a person has seen it" in payment.detail
        assert "proves nothing" in receipt.detail
        assert receipt.looked_up


def test_what_shows_itself_after_all_is_found_by_resume(tmp_path: Path) -> None:
    """What waits for a person beside a refuted look is CREATED once its timeline shows it."""
    with desk(tmp_path) as here:
        run = refuted(here, *LATE)
        assert here.resume(run).counts == {"CREATED": 2}
        assert len(here.arrived()) == 4


@pytest.mark.parametrize("first", [True, False])
def test_a_person_s_no_holds_beside_a_refuted_look(
    tmp_path: Path,
    first: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """What a person says not to stand there is sent once, said before or after the other word."""
    with desk(tmp_path) as here:
        here.leave_doubts()
        here.crm.faults.set(UNSEEN)
        run = here.run(here.sheet(row(1))).run
        if first:
            decide(here, rulings.resolve_not_created, run, None, "receipt")
        settle_now(here, run)
        seen = decide(here, rulings.resolve_created, run, None, "payment", seen=True)
        if not first:
            assert seen.doubted == 1
            decide(here, rulings.resolve_not_created, run, None, "receipt")
        assert here.resume(run).counts == {"CREATED": 2}
        assert len(here.arrived()) == 3


def test_another_request_s_absence_still_counts(tmp_path: Path) -> None:
    """What a person has seen of one request says nothing of what another one carried."""
    with desk(tmp_path) as here:
        here.leave_doubts()
        here.crm.faults.set([Rule(fault=Fault.DROP_BEFORE, times=2)])
        run = here.run(here.sheet(row(1), row(2))).run
        assert settle_now(here, run).staged == 2
        seen = decide(here, rulings.resolve_created, run, frozenset({2}), "payment", seen=True)
        assert seen.doubted == 1
        decide(here, rulings.resolve_not_created, run, frozenset({3}), "payment")
        assert here.resume(run).counts == {"CREATED": 3, "UNKNOWN": 1}


def test_a_done_run_with_something_to_send_is_done_no_more(tmp_path: Path) -> None:
    """What was found absent reopens its run in the same step, so that no kill can hide it."""
    with desk(tmp_path, RESENT) as here:
        run = found_absent(here, Rule(fault=Fault.DROP_BEFORE, times=1))
        with open_workplace(here.settings) as workplace:
            opened = reconcile_run(workplace, run).run
        assert opened.state is RunState.STOPPED
        assert "not to have been stored" in opened.reason


def test_a_line_that_an_export_repeats_counts_once(here: Desk) -> None:
    """One action on two lines of an export is one action."""
    here.run(here.sheet(row(9), name="before.csv"))
    here.leave_doubts()
    here.crm.faults.set([Rule(fault=Fault.PARTIAL_COMMIT, times=1, count=1)])
    run = here.run(here.sheet(row(1), row(1, receipt="R-2"))).run
    (stored,) = [one for one in here.crm.actions if one.lead == lead_id(1)]
    headers = ("Lead ID", "Action ID", "Type", "Created On", "Amount", "Currency", "Performed By")
    line = (stored.lead, stored.id, "PAYMENT", str(stored.at), "100.50", "INR", stored.performer)
    taught = [one for one in here.crm.actions if one.lead == lead_id(9)]
    known = [
        (one.lead, one.id, one.type, str(one.at), "900.50", "INR", one.performer)
        for one in taught
        if one.type == "PAYMENT"
    ]
    export = write_sheet(here.folder / "export.csv", [line, line, *known], headers)
    with open_workplace(here.settings) as workplace:
        _, settled = settle_against(workplace, run, export)
    assert settled.created == 1


def test_the_first_of_all_is_not_taken_from_a_colleague(tmp_path: Path) -> None:
    """Before the CRM has answered that it created anything, an equal payment proves nothing."""
    with desk(tmp_path) as here:
        twin = Rule(fault=Fault.FOREIGN_TWIN, times=1, count=2)
        here.crm.faults.set([twin, Rule(fault=Fault.DROP_BEFORE, times=1)])
        assert here.run(here.sheet(row(1))).counts == {"UNKNOWN": 2}


def test_what_a_person_said_teaches_nobody_who_we_are(tmp_path: Path) -> None:
    """A colleague's action that was resolved as ours does not make the colleague one of us."""
    with desk(tmp_path) as here:
        settling = here.settings
        here.leave_doubts()
        struck = (
            Rule(fault=Fault.FOREIGN_TWIN, times=1, count=2),
            Rule(fault=Fault.DROP_BEFORE, times=1),
        )
        here.crm.faults.set(struck)
        run = here.run(here.sheet(row(1), name="a.csv")).run
        payment = next(one.id for one in here.crm.foreign if one.type == "PAYMENT")
        decide(here, rulings.resolve_created, run, frozenset({2}), "payment", action_id=payment)
        here.settings = settling
        here.crm.faults.set(struck)
        assert here.run(here.sheet(row(2), name="b.csv")).counts == {"UNKNOWN": 2}
