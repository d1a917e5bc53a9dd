"""The books: the law holds for any sheet and any replies, and one altered record breaks it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model import (
    ActionRecord,
    Currency,
    Decision,
    Money,
    Outcome,
    Problem,
    Remark,
    Ruling,
    RunRecord,
    RunState,
)
from importer.reconcile import Attempt, Chain, Reconciliation, follow_chain, reconcile

RUN = RunRecord(
    id="20261122-aaaa",
    parent="",
    root="20261122-aaaa",
    workspace="practice",
    file="payments.csv",
    file_sha256="0" * 64,
    tab=None,
    header_row=1,
    headers=("Lead ID",),
    mapping="payments",
    mapping_sha256="0" * 64,
    state=RunState.DONE,
    reason="",
    started_at=dt.datetime(2026, 11, 22, tzinfo=dt.UTC),
    changed_at=dt.datetime(2026, 11, 22, tzinfo=dt.UTC),
    rows_read=0,
    planned_actions=0,
    planned_money={},
    skipped={},
)


def action(
    row: int, outcome: Outcome, amount: str | None = None, **changes: object
) -> ActionRecord:
    """An action of the run."""
    money = Money(amount=Decimal(amount), currency=Currency.INR) if amount else None
    made = ActionRecord(
        row=row,
        position=0,
        name="payment",
        type="PAYMENT",
        lead="a",
        outcome=outcome,
        money=money,
        action_id=f"id-{row}" if outcome is Outcome.CREATED else "",
        remarks=(),
        problems=(),
        detail="",
        earlier=None,
        content={},
        reference=f"{RUN.id}/{row}",
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # named by the caller


def books(actions: Sequence[ActionRecord], run: RunRecord = RUN) -> Reconciliation:
    """The books of these actions, whose planner counted right."""
    rows = len({one.row for one in actions})
    money: dict[Currency, Decimal] = {}
    for one in actions:
        if one.money is not None:
            so_far = money.get(one.money.currency, Decimal(0))
            money[one.money.currency] = so_far + one.money.amount
    planned = replace(run, rows_read=rows, planned_actions=len(actions), planned_money=money)
    return reconcile(planned, actions, rows_kept=rows, chain=chain_of(planned, actions))


def chain_of(run: RunRecord, *attempts: Sequence[ActionRecord]) -> Chain:
    """A chain in which every row keeps its number."""
    return follow_chain(
        [run] * len(attempts),
        [
            Attempt(actions=one, roots={action.row: ("root", action.row) for action in one})
            for one in attempts
        ],
    )


ACTIONS = st.lists(
    st.builds(
        action,
        row=st.integers(2, 60),
        outcome=st.sampled_from(Outcome),
        amount=st.none() | st.decimals("0.01", "99999.99", places=2).map(str),
    ),
    max_size=40,
    unique_by=lambda one: one.row,
).map(lambda many: sorted(many, key=lambda one: one.row))


@given(ACTIONS)
def test_the_law_holds_for_any_outcome(actions: list[ActionRecord]) -> None:
    """Counts and money of the outcomes add up to what was planned, whatever became of it."""
    found = books(actions)
    assert found.imbalances == ()
    assert sum(line.count for line in found.outcomes.values()) == len(actions)
    assert list(found.outcomes) == list(Outcome)


@given(ACTIONS.filter(bool), st.data())
def test_one_altered_record_is_noticed(actions: list[ActionRecord], data: st.DataObject) -> None:
    """An action that is lost, doubled or of another amount in the store breaks the balance."""
    honest = books(actions)
    place = data.draw(st.integers(0, len(actions) - 1))
    victim = actions[place]
    kinds = ["lost", "doubled"] + (["amount"] if victim.money else [])
    match data.draw(st.sampled_from(kinds)):
        case "lost":
            altered = actions[:place] + actions[place + 1 :]
        case "doubled":
            altered = actions[: place + 1] + actions[place:]
        case _:
            assert victim.money is not None
            more = replace(victim.money, amount=victim.money.amount + Decimal("0.01"))
            altered = [*actions[:place], replace(victim, money=more), *actions[place + 1 :]]
    again = reconcile(
        honest.run, altered, rows_kept=honest.rows_with_actions, chain=chain_of(honest.run, altered)
    )
    assert again.imbalances


def test_a_created_action_without_an_id_is_an_imbalance() -> None:
    """CREATED means that the CRM gave an id, and no id stands for two actions."""
    assert books([action(2, Outcome.CREATED, action_id="")]).imbalances
    twice = [action(2, Outcome.CREATED, action_id="x"), action(3, Outcome.CREATED, action_id="x")]
    assert books(twice).imbalances


def test_a_person_may_know_that_it_was_created_and_not_its_id() -> None:
    """CREATED without an id balances only where somebody decided so."""
    ruled = Decision(ruling=Ruling.CREATED, by="asha", at=RUN.started_at, reason="Seen.")
    said = [action(row, Outcome.CREATED, action_id="", decisions=(ruled,)) for row in (2, 3)]
    assert books(said).imbalances == ()
    released = replace(ruled, ruling=Ruling.RELEASED)
    assert books([replace(said[0], decisions=(released,))]).imbalances


GIVEN_UP = Decision(ruling=Ruling.CLOSED, by="asha", at=RUN.started_at, reason="Cancelled.")


def test_what_is_given_up_is_neither_left_nor_open() -> None:
    """Closed actions are UNSENT for ever: counted apart, with their money, and waived in the chain.

    A row of which something else is left stays open.
    """
    found = books(
        [
            action(2, Outcome.CREATED, "5"),
            action(3, Outcome.UNSENT, "7", decisions=(GIVEN_UP,)),
            action(3, Outcome.UNSENT, name="receipt", position=1, decisions=(GIVEN_UP,)),
            action(4, Outcome.UNSENT, "11", decisions=(GIVEN_UP,)),
            action(4, Outcome.UNSENT, "13", name="second", position=1),
        ]
    )
    assert found.imbalances == ()
    assert (found.outcomes[Outcome.UNSENT].count, found.unsent, found.given_up.count) == (4, 1, 3)
    assert found.given_up.money == found.chain.waived == {Currency.INR: 18}
    assert found.chain.open == {Currency.INR: 13}
    assert found.chain.open_rows == 1
    (reason,) = found.reasons
    assert (reason.hint, reason.count) == ("Given up: nothing to do.", 3)


def test_what_was_given_up_may_be_taken_up_again() -> None:
    """A later attempt of the row counts, as always."""
    first = [action(2, Outcome.UNSENT, "7", decisions=(GIVEN_UP,))]
    chain = chain_of(RUN, first, [action(2, Outcome.CREATED, "7")])
    assert chain.waived == {}
    assert chain.open_rows == 0
    assert chain.done == {Currency.INR: 7}


def test_reasons_are_grouped_with_counts_sums_and_examples() -> None:
    """Problems group by code, remarks by their text, with three examples and the money."""
    problem = Problem(
        code="lead-id-blank", row=2, column="A", seen="", message="It is blank.", hint="Fill it in."
    )
    remark = Remark(path="amount", text="Too low", column="D")
    found = books(
        [
            action(2, Outcome.INVALID, problems=(problem,)),
            *(action(row, Outcome.IGNORED, "5", remarks=(remark,)) for row in range(3, 8)),
        ]
    )
    first, second = found.reasons
    assert (first.outcome, first.count, first.money) == (
        Outcome.IGNORED,
        5,
        {Currency.INR: Decimal(25)},
    )
    assert first.examples == ("D3", "D4", "D5")
    assert (second.code, second.examples, second.hint) == ("lead-id-blank", ("A2",), "Fill it in.")
    assert found.unreadable == 1


@given(st.lists(ACTIONS, min_size=1, max_size=4))
def test_a_chain_adds_up_and_counts_each_root_row_once(attempts: list[list[ActionRecord]]) -> None:
    """Planned ± corrections = done + open, by the latest attempt of each row."""
    chain = chain_of(RUN, *attempts)
    for currency in {*chain.planned, *chain.done, *chain.open}:
        zero = Decimal(0)
        left = chain.planned.get(currency, zero) + chain.corrections.get(currency, zero)
        assert left == chain.done.get(currency, zero) + chain.open.get(currency, zero)
    settled = (Outcome.CREATED, Outcome.ALREADY)
    done = {one.row for attempt in attempts for one in attempt if one.outcome in settled}
    assert chain.rows == len({one.row for attempt in attempts for one in attempt})
    assert chain.open_rows == chain.rows - len(done), "what was created stays done"


@pytest.mark.parametrize("skipped", [True, False])
def test_a_row_corrected_to_nothing_is_closed(skipped: bool) -> None:  # noqa: FBT001 - parametrised
    """A row that yields no action any more is closed; one that was never run again stays open."""
    first = [action(2, Outcome.INVALID), action(3, Outcome.CREATED, "5")]
    roots = {2: ("root", 2)} if skipped else {}
    chain = follow_chain(
        [RUN, RUN],
        [
            Attempt(actions=first, roots={2: ("root", 2), 3: ("root", 3)}),
            Attempt(actions=[], roots=roots),
        ],
    )
    assert chain.open_rows == (0 if skipped else 1)


def test_a_row_that_nobody_judged_is_missed() -> None:
    """Rows read, rows on record and rows with actions must agree, and so must the chain's money."""
    honest = books([action(2, Outcome.CREATED, "5"), action(3, Outcome.ALREADY, "7")])
    actions = [action(2, Outcome.CREATED, "5"), action(3, Outcome.ALREADY, "7")]
    more_read = replace(honest.run, rows_read=3)
    assert reconcile(more_read, actions, rows_kept=2, chain=honest.chain).imbalances
    assert reconcile(honest.run, actions, rows_kept=3, chain=honest.chain).imbalances
    wrong = replace(honest.chain, done={Currency.INR: Decimal(1)})
    assert reconcile(honest.run, actions, rows_kept=2, chain=wrong).imbalances
    assert not reconcile(honest.run, actions, rows_kept=2, chain=honest.chain).imbalances
