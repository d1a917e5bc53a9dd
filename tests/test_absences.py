"""What was sent and not found since: only the send that follows the looks at once believes that."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from offices import Office, an_office, says
from test_pipeline_doubt import LATE, RESENT, UNSEEN, Clock, decide, found_absent, settle_now
from workplaces import Desk, desk, row

from importer.errors import UsageError
from importer.journal import rulings
from importer.journal.attempts import staged_again
from importer.journal.closing import close
from importer.journal.reading import action_records, run_of
from importer.model import Outcome, RunState
from importer.pipeline.planning import Demands, plan_run
from importer.pipeline.reporting import reconcile_run
from importer.pipeline.sending import Orders, send_run
from importer.pipeline.workplace import open_workplace
from importer.sandbox import Fault, Rule, lead_id
from importer.secret import Token
from importer.settings import PRACTICE_TOKEN

PAYMENT, RECEIPT = (lead_id(1), "PAYMENT"), (lead_id(1), "1003")
DROPPED = Rule(fault=Fault.DROP_BEFORE, times=1)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose payments may be sent again once they are proven absent."""
    with desk(tmp_path, RESENT) as one:
        yield one


def counts(here: Desk, run: str) -> dict[str, int]:
    """Outcome → actions of a run as they are now; its books are exact."""
    with open_workplace(here.settings) as workplace:
        books = reconcile_run(workplace, run)
    assert books.imbalances == ()
    return {str(outcome): line.count for outcome, line in books.outcomes.items() if line.count}


def test_closing_a_run_puts_in_doubt_what_it_has_sent(here: Desk) -> None:
    """Found absent and closed, a payment is not given up: the next sheet does not book it again."""
    settling = here.settings
    run = found_absent(here, *LATE)
    closed = decide(here, close, run, None)
    assert (closed.count, closed.sought, closed.money) == (0, 2, {})
    assert counts(here, run) == {"UNKNOWN": 2}
    here.settings = settling
    following = here.run(here.sheet(row(1), row(2), name="next.csv"))
    assert following.counts == {"CREATED": 2, "DUPLICATE": 2}
    assert here.arrived().count(PAYMENT) == 1
    while settle_now(here, run).created == 0:
        decide(here, close, run, None)
    assert counts(here, run) == {"CREATED": 2}
    assert here.resume(following.run).counts == {"ALREADY": 2, "CREATED": 2}
    assert here.arrived().count(PAYMENT) == 1


def test_what_was_held_for_it_is_not_freed_by_closing(here: Desk) -> None:
    """A row that waits for one that was found absent waits on when that run is closed."""
    settling = here.settings
    run = found_absent(here, *LATE)
    second = here.run(here.sheet(row(1), name="next.csv"))
    decide(here, close, run, None)
    here.settings = settling
    assert here.resume(second.run).counts == {"DUPLICATE": 2}
    assert here.arrived().count(PAYMENT) == 1


def test_what_was_never_sent_is_closed_beside_it(here: Desk) -> None:
    """Closing gives up what never left, and what a refusal at the door has kept from leaving."""
    here.run(here.sheet(row(9), name="before.csv"))
    here.leave_doubts()
    stop = here.settings.stop.model_copy(update={"unknown_in_a_row": 1})
    send = here.settings.send.model_copy(update={"concurrency": 1})
    here.settings = here.settings.model_copy(update={"stop": stop, "send": send})
    here.crm.faults.set([DROPPED])
    run = here.run(here.sheet(row(1), row(2), row(3))).run
    settle_now(here, run)
    here.crm.faults.set([Rule(fault=Fault.ERROR_BEFORE, status=401, lead=lead_id(2), times=1)])
    second = here.run(here.sheet(row(2, receipt="other"), name="second.csv"))
    assert decide(here, close, second.run, None).count == 2
    closed = decide(here, close, run, None)
    assert (closed.count, closed.sought) == (4, 2)
    assert counts(here, run) == {"UNKNOWN": 2, "UNSENT": 4}
    with open_workplace(here.settings) as workplace:
        assert run_of(workplace.journal, run).state is RunState.DONE


def test_nothing_of_named_rows_is_given_up_before_it_is_known(here: Desk) -> None:
    """Of rows of which one was sent and not found, none is given up; what else is staged stays."""
    here.run(here.sheet(row(9), name="before.csv"))
    here.leave_doubts()
    here.crm.faults.set([Rule(fault=Fault.DROP_BEFORE, times=2)])
    run = here.run(here.sheet(row(1), row(2), row(3, amount="x"))).run
    assert settle_now(here, run).staged == 4
    closed = decide(here, close, run, frozenset({2, 4}))
    assert (closed.count, closed.sought) == (0, 2)
    assert counts(here, run) == {"INVALID": 1, "UNKNOWN": 2, "UNSENT": 2}
    with pytest.raises(UsageError, match="row 2 is in doubt"):
        decide(here, close, run, frozenset({2, 4}))
    with open_workplace(here.settings) as workplace:
        assert run_of(workplace.journal, run).state is RunState.STOPPED


@pytest.mark.parametrize(
    ("of_rows", "again"), [(None, {"CREATED": 2}), (frozenset({2}), {"DUPLICATE": 2})]
)
def test_what_a_person_denies_can_be_given_up(
    here: Desk, of_rows: frozenset[int] | None, again: dict[str, int]
) -> None:
    """A person's word that it is not there holds: it is given up, as any other action is."""
    run = found_absent(here, DROPPED)
    assert decide(here, close, run, of_rows).sought == 2
    decide(here, rulings.resolve_not_created, run, None, None)
    closed = decide(here, close, run, of_rows)
    assert (closed.count, closed.sought) == (2, 0)
    assert counts(here, run) == {"UNSENT": 2}
    assert here.run(here.sheet(row(1), name="next.csv")).counts == again


def test_a_word_too_quickly_said_is_refused_there_too(here: Desk) -> None:
    """What two looks had not found, and is in doubt again, is not said to be created unseen."""
    run = found_absent(here, DROPPED)
    decide(here, close, run, None)
    with pytest.raises(UsageError, match="Two looks at the timeline have not found"):
        decide(here, rulings.resolve_created, run, None, None)
    assert decide(here, rulings.resolve_created, run, None, None, seen=True).count == 2


def test_a_refuted_look_reaches_what_was_to_be_given_up(tmp_path: Path) -> None:
    """A person sees the payment; its receipt, closed meanwhile, waits for a person as well."""
    with desk(tmp_path) as here:
        here.run(here.sheet(row(9), name="before.csv"))
        settling = here.settings
        here.leave_doubts()
        here.crm.faults.set(UNSEEN)
        run = here.run(here.sheet(row(1))).run
        settle_now(here, run)
        assert decide(here, close, run, None).sought == 1
        seen = decide(here, rulings.resolve_created, run, None, "payment", seen=True)
        assert (seen.count, seen.doubted) == (1, 1)
        here.settings = settling
        assert settle_now(here, run).staged == 0
        following = here.run(here.sheet(row(1), row(2), name="next.csv"))
        assert following.counts == {"ALREADY": 1, "CREATED": 2, "DUPLICATE": 1}
        assert here.arrived().count(RECEIPT) == 1
        with open_workplace(here.settings) as workplace:
            _, receipt = action_records(workplace.journal, run)
        assert (receipt.outcome, receipt.looked_up) == (Outcome.UNKNOWN, True)
        assert "proves nothing" in receipt.detail


def test_an_earlier_run_does_not_overtake_it(here: Desk) -> None:
    """Held with another run's row for a third, an earlier run's row waits while that is absent."""
    here.run(here.sheet(row(9), name="before.csv"))
    settling = here.settings
    here.leave_doubts()
    here.crm.faults.set([DROPPED])
    third = here.run(here.sheet(row(1), name="third.csv")).run
    earlier = here.run(here.sheet(row(1), name="earlier.csv")).run
    later = here.run(here.sheet(row(1), name="later.csv")).run
    decide(here, rulings.resolve_not_created, third, None, None)
    decide(here, close, third, None)
    here.crm.faults.set(LATE)
    assert here.resume(later).counts == {"UNKNOWN": 2}
    assert settle_now(here, later).staged == 2
    here.settings = settling
    assert here.resume(earlier).counts == {"DUPLICATE": 2}
    assert here.arrived().count(PAYMENT) == 1
    here.resume(later)
    while "CREATED" not in here.resume(later).counts:
        assert here.arrived().count(PAYMENT) == 1
    assert here.resume(earlier).counts == {"ALREADY": 2}
    assert here.arrived().count(PAYMENT) == 1


def test_a_row_that_was_given_up_before_hides_nothing_that_was_sent(here: Desk) -> None:
    """Given up in an earlier run after a later one has sent it, it is looked for all the same."""
    here.run(here.sheet(row(9), name="before.csv"))
    settling = here.settings
    refused = Rule(fault=Fault.ERROR_BEFORE, status=422, lead=lead_id(1), times=1)
    here.crm.faults.set([refused])
    first = here.run(here.sheet(row(1), name="first.csv"))
    assert first.counts == {"REFUSED": 2}
    here.leave_doubts()
    here.crm.faults.set(LATE)
    with open_workplace(here.settings) as workplace:
        demands = Demands(retry=frozenset({Outcome.REFUSED}))
        run = plan_run(workplace, here.sheet(row(1)), here.mapping, demands=demands)
        send_run(workplace, run, Token(PRACTICE_TOKEN))
    assert settle_now(here, run).staged == 2
    decide(here, close, first.run, frozenset({2}))
    here.settings = settling
    here.resume(run)
    here.resume(run)
    assert counts(here, run) == {"CREATED": 2}
    assert here.arrived().count(PAYMENT) == 1


def test_what_was_looked_for_before_a_person_was_asked_is_looked_for_again(here: Desk) -> None:
    """However long a person thinks about the first leads, no absence from before is believed."""
    here.run(here.sheet(row(9), name="before.csv"))
    settling = here.settings
    here.leave_doubts()
    here.crm.faults.set([Rule(fault=Fault.DROP_BEFORE, times=2)])
    run = here.run(here.sheet(row(1), row(2))).run
    assert settle_now(here, run).staged == 4
    here.settings = settling
    here.crm.faults.set([Rule(fault=Fault.ERROR_BEFORE, status=422, times=1)])
    before = list[int]()

    def think(_answers: object) -> bool:
        before.append(looks_at(here, lead_id(2)))
        return True

    with open_workplace(here.settings) as workplace:
        orders = Orders(canary=1, go_on=think)
        send_run(workplace, run, Token(PRACTICE_TOKEN), orders=orders)
    assert counts(here, run) == {"CREATED": 2, "REFUSED": 2}
    assert [looks_at(here, lead_id(2)) > seen for seen in before] == [True]


def looks_at(here: Desk, lead: str) -> int:
    """How often a timeline was read."""
    return sum("search" in one.path and lead in one.path for one in here.crm.requests)


@pytest.mark.parametrize("said_while", ["fast", "slow"])
def test_a_person_s_word_holds_for_what_was_sent_before_it_whatever_the_clocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said_while: str
) -> None:
    """Our clock was set between a send and the word: it is about that send, and about no later."""
    clock, two_hours = Clock(monkeypatch), dt.timedelta(hours=2)
    with desk(tmp_path, RESENT, timeout_seconds=1) as here:
        here.run(here.sheet(row(9), name="before.csv"))
        settling = here.settings
        here.leave_doubts()
        clock.ahead = dt.timedelta() if said_while == "fast" else two_hours
        here.crm.faults.set([DROPPED])
        run = here.run(here.sheet(row(1))).run
        clock.ahead = two_hours - clock.ahead
        decide(here, rulings.resolve_not_created, run, None, None)
        clock.ahead = dt.timedelta()
        if said_while == "slow":
            assert decide(here, close, run, None).sought == 0
            return
        here.crm.faults.set(LATE)
        here.resume(run)
        settle_now(here, run)
        with open_workplace(here.settings) as workplace:
            assert staged_again(workplace.journal, run)
        here.settings = settling
        for _ in range(3):
            here.resume(run)
        assert here.arrived().count((lead_id(1), "PAYMENT")) == 1


def test_what_was_held_for_what_is_closed_by_now_can_be_given_up(tmp_path: Path) -> None:
    """Nothing stands in its way any more: it is this run's own, and no other command books it."""
    with desk(tmp_path) as here:
        plan = here.plan(here.sheet(row(1), name="a.csv"))
        held = here.run(here.sheet(row(1), name="b.csv")).run
        with pytest.raises(UsageError, match=f"waits for the run {plan}"):
            decide(here, close, held, frozenset({2}))
        decide(here, close, plan, None)
        assert decide(here, close, held, frozenset({2})).count == 2
        here.resume(held)
        assert not here.arrived()


def test_the_command_says_what_it_has_not_given_up(tmp_path: Path) -> None:
    """`close` names what may stand there all the same, and what to do about it; exit code 5."""
    with an_office(tmp_path) as office:
        office.leave_doubts()
        run = _found_absent(office)
        done = office.do("close", run, "--reason", "wrong sheet")
        says(
            done,
            5,
            "On record: 2 actions, ₹200.50",
            "Not given up: 1 action that was sent before",
            f"importer settle {run}",
            f"importer resolve {run}",
        )
        again = office.do("close", run, "--reason", "wrong sheet")
        says(again, 2, f"Nothing is UNSENT in the run {run}")


def _found_absent(office: Office) -> str:
    """A run of which a receipt was found absent, its payment is in doubt, and a row was unsent."""
    office.also("[stop]", "unknown_in_a_row = 1", "[send]", "concurrency = 1")
    office.crm.faults.set([DROPPED])
    run = str(json.loads(office.run("--json").out)["run"])
    office.do("settle", run)
    return run
