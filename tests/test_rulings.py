"""What people decide: resolved, released, closed; on record, and what resume makes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import update
from workplaces import REPEATS, Desk, desk, row, settled

from importer.errors import SheetRefusedError, UsageError
from importer.journal.closing import close
from importer.journal.left import actions_left
from importer.journal.reading import action_records, run_of
from importer.journal.rulings import (
    Decided,
    release,
    resolve_created,
    resolve_not_created,
)
from importer.journal.schema import requests
from importer.journal.sending import claim, leads_to_send, load_batch
from importer.journal.store import Journal
from importer.model import ActionRecord, Currency, Outcome, Ruling, RunState
from importer.pipeline.workplace import open_workplace

WHO: dict[str, Any] = {"by": "asha", "reason": "Seen on the timeline."}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a CRM that answers."""
    with desk(tmp_path) as one:
        yield one


def decide(here: Desk, ruling: Callable[[Journal], Decided]) -> Decided:
    """Decide with the journal at hand."""
    with open_workplace(here.settings) as workplace:
        return ruling(workplace.journal)


def records(here: Desk, run: str) -> list[ActionRecord]:
    """What the journal has of a run."""
    with open_workplace(here.settings) as workplace:
        return list(action_records(workplace.journal, run))


def in_doubt(here: Desk) -> str:
    """A run of two rows that died when the first one was on the wire; its second is unsent."""
    run = here.plan(here.sheet(row(1), row(2)))
    with open_workplace(here.settings) as workplace:
        batches, *_ = leads_to_send(workplace.journal, run).values()
        batch = load_batch(workplace.journal, batches[0])
        assert claim(workplace.journal, batch, "0" * 64) is not None
    return run


def changed(here: Desk) -> str:
    """A run whose payment is held, as an earlier one was created with another amount."""
    assert here.run(here.sheet(row(1))).code == 0
    held = here.run(here.sheet(row(1, amount="999")))
    assert held.counts == {"ALREADY": 1, "DUPLICATE": 1}
    return held.run


def test_what_a_person_found_is_created_with_its_id(here: Desk) -> None:
    """An UNKNOWN payment that stands on the timeline is CREATED by its id, and who said so."""
    run = in_doubt(here)
    decided = decide(
        here,
        lambda journal: resolve_created(
            journal, run, frozenset({2}), "payment", action_id=" id-7 ", **WHO
        ),
    )
    assert (decided.count, decided.money) == (1, {Currency.INR: Decimal("100.50")})
    payment, receipt, *_ = records(here, run)
    assert (payment.outcome, payment.action_id) == (Outcome.CREATED, "id-7")
    (kept,) = payment.decisions
    assert (kept.ruling, kept.by, kept.reason) == (Ruling.CREATED, "asha", WHO["reason"])
    assert (receipt.outcome, receipt.decisions) == (Outcome.UNKNOWN, ())


def test_created_without_an_id_balances_the_books(here: Desk) -> None:
    """Where nobody knows the ids, several may be CREATED without one, and the books are whole."""
    run = in_doubt(here)
    decided = decide(here, lambda journal: resolve_created(journal, run, None, None, **WHO))
    assert decided.count == 2
    resumed = here.resume(run)
    assert resumed.books.imbalances == ()
    assert resumed.counts == {"CREATED": 4}
    assert resumed.code == 0
    assert len(here.arrived()) == 2, "what stood there was not sent again"


def test_what_does_not_stand_there_is_sent_by_resume(here: Desk) -> None:
    """An UNKNOWN action that a person did not find is UNSENT, and resume sends it once."""
    run = in_doubt(here)
    decide(here, lambda journal: resolve_not_created(journal, run, None, None, **WHO))
    with open_workplace(here.settings) as workplace:
        stopped = run_of(workplace.journal, run)
    assert stopped.state is RunState.STOPPED
    assert stopped.reason == "2 actions were said by a person not to stand on the timeline."
    assert here.resume(run).counts == {"CREATED": 4}
    assert len(here.arrived()) == 4


@pytest.mark.parametrize("reason", ["", " ", "…", "...", "-", "“…”"])
def test_a_reason_says_something(here: Desk, reason: str) -> None:
    """The dots of a printed command, or a mere stop, are no reason; nothing is decided."""
    run = in_doubt(here)
    with pytest.raises(UsageError, match="needs a reason") as caught:
        decide(here, lambda one: resolve_created(one, run, None, None, by="asha", reason=reason))
    assert "own words" in caught.value.hint
    assert records(here, run)[0].outcome is Outcome.UNKNOWN


def test_what_is_unsent_keeps_its_own_reason(here: Desk) -> None:
    """After a release, a row that is given up does not explain why the other is UNSENT."""
    assert here.run(here.sheet(row(1), row(2))).code == 0
    held = here.run(here.sheet(row(1, amount="998"), row(2, amount="999")))
    decide(here, lambda one: release(one, held.run, frozenset({2}), **WHO, limit=10))
    decide(here, lambda one: close(one, held.run, frozenset({3}), **WHO))
    with open_workplace(here.settings) as workplace:
        assert run_of(workplace.journal, held.run).reason == "1 action was released."


def test_an_id_belongs_to_exactly_one_action(here: Desk) -> None:
    """One id for two actions, or one that another action has, is refused; nothing is decided."""
    run = in_doubt(here)
    with pytest.raises(UsageError, match="exactly one") as several:
        decide(here, lambda one: resolve_created(one, run, None, None, action_id="id-7", **WHO))
    assert several.value.hint
    first = decide(
        here, lambda one: resolve_created(one, run, None, "payment", action_id="id-7", **WHO)
    )
    assert first.count == 1
    with pytest.raises(UsageError, match="belongs to row 2"):
        decide(
            here, lambda one: resolve_created(one, run, None, "receipt", action_id="id-7", **WHO)
        )
    assert [one.decisions for one in records(here, run)][1] == ()


def test_a_released_payment_is_sent_beside_the_earlier_one(here: Desk) -> None:
    """A payment that was held as changed is sent by resume, once, and comes back as ALREADY."""
    run = changed(here)
    decided = decide(here, lambda one: release(one, run, frozenset({2}), limit=50, **WHO))
    assert (decided.count, decided.money) == (1, {Currency.INR: Decimal(999)})
    with open_workplace(here.settings) as workplace:
        assert run_of(workplace.journal, run).reason == "1 action was released."
        assert actions_left(workplace.journal, run) == 1
    assert here.resume(run).counts == {"ALREADY": 1, "CREATED": 1}
    amounts = [one.body["amount"] for one in here.crm.actions if one.type == "PAYMENT"]
    assert amounts == ["100.50", "999"]
    assert [one.ruling for one in records(here, run)[0].decisions] == [Ruling.RELEASED]
    for amount in ("999", "100.50"):
        assert here.run(here.sheet(row(1, amount=amount))).counts == {"ALREADY": 2}


def test_released_rows_travel_in_requests_of_the_allowed_size(tmp_path: Path) -> None:
    """Rows of a separate export that a person releases keep to the limit of a request."""
    separate = REPEATS.replace("exports: cumulative", "exports: separate")
    with desk(tmp_path, separate, actions_per_request=2) as here:
        assert here.run(here.sheet(row(1), row(1), row(1))).counts == {"CREATED": 6}
        held = here.run(here.sheet(row(1), row(1), row(2), name="next.csv"))
        assert held.counts == {"CREATED": 2, "DUPLICATE": 4}
        requests = here.crm.counts.creates
        decided = decide(here, lambda one: release(one, held.run, None, limit=2, **WHO))
        assert decided.count == 4
        assert here.resume(held.run).counts == {"CREATED": 6}
        assert here.crm.counts.creates == requests + 2
        assert len(here.arrived()) == 12


def test_a_row_whose_payment_stands_can_be_released_too(here: Desk) -> None:
    """A further payment of one root row needs an origin of its own, and gets it."""
    first = here.run(here.sheet(row(1, note="no address")))
    assert first.counts == {"CREATED": 1, "IGNORED": 1}
    workbook = here.failures_of(first)
    book = openpyxl.load_workbook(workbook)
    assert book.active is not None
    book.active["C2"] = "777"
    book.active["E2"] = "a@example.com"
    book.save(workbook)
    again = here.run(settled(workbook))
    assert again.counts == {"CREATED": 1, "DUPLICATE": 1}
    decide(here, lambda one: release(one, again.run, None, limit=50, **WHO))
    assert here.resume(again.run).counts == {"CREATED": 2}


def test_what_is_in_doubt_or_open_elsewhere_is_not_released(here: Desk) -> None:
    """A row held for one in doubt, or for one still to be sent, names that run and its command."""
    run = in_doubt(here)
    late = here.run(here.sheet(row(1), row(2), name="late.csv"))
    assert late.counts == {"DUPLICATE": 4}
    with pytest.raises(UsageError, match="in doubt") as doubtful:
        decide(here, lambda one: release(one, late.run, None, limit=50, **WHO))
    assert f"importer settle {run}" in doubtful.value.hint
    with pytest.raises(UsageError, match="still to send") as still_open:
        decide(here, lambda one: release(one, late.run, frozenset({3}), limit=50, **WHO))
    assert f"importer resume {run}" in still_open.value.hint
    decide(here, lambda one: resolve_created(one, run, None, None, **WHO))
    decide(here, lambda one: close(one, run, None, **WHO))
    with pytest.raises(UsageError, match="is not any more") as stale:
        decide(here, lambda one: release(one, late.run, None, limit=50, **WHO))
    assert stale.value.hint.endswith(f"`importer resume {late.run}`.")
    assert here.resume(late.run).counts == {"ALREADY": 2, "CREATED": 2}


def test_what_another_run_has_booked_since_is_not_released(tmp_path: Path) -> None:
    """Held in two runs and released in one: the other is refused, whatever the clocks say."""
    separate = REPEATS.replace("exports: cumulative", "exports: separate")
    with desk(tmp_path, separate) as here:
        assert here.run(here.sheet(row(1))).counts == {"CREATED": 2}
        held = [here.run(here.sheet(row(1), row(n), name=f"{n}.csv")).run for n in (2, 3)]
        decide(here, lambda one: release(one, held[0], None, limit=50, **WHO))
        assert here.resume(held[0]).counts == {"CREATED": 4}
        with open_workplace(here.settings) as workplace, workplace.journal.transaction() as all_:
            all_.execute(update(requests).values(sent_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC)))
        with pytest.raises(UsageError, match="has sent exactly this since"):
            decide(here, lambda one: release(one, held[1], None, limit=50, **WHO))


def test_closing_gives_up_what_is_unsent(here: Desk) -> None:
    """A closed row is never sent; what was given up with the run's rest is another sheet's."""
    run = here.plan(here.sheet(row(1), row(2)))
    decided = decide(here, lambda one: close(one, run, frozenset({2}), **WHO))
    assert (decided.count, decided.money) == (2, {Currency.INR: Decimal("100.50")})
    decide(here, lambda one: close(one, run, None, **WHO))
    again = here.run(here.sheet(row(1), row(2), name="again.csv"))
    assert again.counts == {"CREATED": 2, "DUPLICATE": 2}, "a row is given up for good"
    with open_workplace(here.settings) as workplace:
        assert run_of(workplace.journal, run).state is RunState.DONE
    assert here.resume(run).counts == {"UNSENT": 4}
    assert len(here.arrived()) == 2


@pytest.mark.parametrize(
    ("ruling", "match"),
    [
        (lambda one, run: release(one, run, None, limit=50, **WHO), "Nothing is DUPLICATE"),
        (lambda one, run: resolve_created(one, run, None, "paid", **WHO), "Nothing of what"),
        (lambda one, run: resolve_not_created(one, run, frozenset({3}), None, **WHO), "Nothing of"),
        (lambda one, run: close(one, run, frozenset({9, 3}), **WHO), "row 9"),
        (lambda one, run: close(one, run, None, by="asha", reason="  "), "a reason"),
        (lambda one, _: close(one, "20200101-aaaa", None, **WHO), "no run"),
    ],
)
def test_a_decision_that_fits_nothing_is_refused(
    here: Desk, ruling: Callable[[Journal, str], Decided], match: str
) -> None:
    """What no action fits, a row of no action, a blank reason, a strange run: each has a remedy."""
    run = in_doubt(here)
    with pytest.raises(UsageError, match=match) as refused:
        decide(here, lambda journal: ruling(journal, run))
    assert refused.value.hint
    assert all(one.decisions == () for one in records(here, run))


def test_nothing_is_decided_of_a_sheet_that_was_refused(here: Desk) -> None:
    """A run that the checks refused as a whole cannot be brought back by a decision."""
    here.run(here.sheet(row(1)))
    with pytest.raises(SheetRefusedError) as refusal:
        here.run(here.sheet(row(1, amount="5"), row(2, amount="x")), strict=True)
    with pytest.raises(UsageError, match="refused before anything was sent"):
        decide(here, lambda one: release(one, refusal.value.run, None, limit=50, **WHO))
