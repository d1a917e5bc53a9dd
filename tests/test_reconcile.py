"""The books: the law holds for any sheet and any replies, and one altered record breaks it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model import (
    ActionRecord,
    Currency,
    Decision,
    Earlier,
    EarlierReason,
    Money,
    Outcome,
    Problem,
    Remark,
    Ruling,
    RunRecord,
    RunState,
)
from importer.reconcile import (
    Attempt,
    Books,
    Chain,
    Guide,
    Reconciliation,
    add_up,
    follow_chain,
    reconcile,
)
from importer.reconcile.sums import nonzero

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
    return reconcile(planned, of(actions), rows_kept=rows, chain=chain_of(planned, actions))


def of(actions: Sequence[ActionRecord]) -> Books:
    """The books into which these went."""
    return Books.of(actions, Guide.of(RUN))


def chain_of(run: RunRecord, *attempts: Sequence[ActionRecord]) -> Chain:
    """A chain in which every row keeps its number; what its first run planned is what it has."""
    first = replace(run, planned_money=money_of(attempts[0]))
    return follow_chain(
        [first] * len(attempts),
        [
            Attempt(actions=one, roots={action.row: (run.id, action.row) for action in one})
            for one in attempts
        ],
    )


def money_of(actions: Iterable[ActionRecord]) -> dict[Currency, Decimal]:
    """What the actions come to."""
    total = sum((one.money.amount for one in actions if one.money), Decimal(0))
    return {Currency.INR: total} if total else {}


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
    for outcome, line in found.outcomes.items():
        parts = [lines[outcome] for lines in found.by_action.values() if outcome in lines]
        assert sum(part.count for part in parts) == line.count
        assert add_up(part.money for part in parts) == line.money


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
        honest.run,
        of(altered),
        rows_kept=honest.rows_with_actions,
        chain=chain_of(honest.run, altered),
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


RELEASED = Decision(ruling=Ruling.RELEASED, by="asha", at=RUN.started_at, reason="Another one.")


def test_what_is_given_up_is_neither_left_nor_open() -> None:
    """Whatever its outcome, it is counted apart, with its money, and waived in the chain.

    A row of which something else is left stays open.
    """
    found = books(
        [
            action(2, Outcome.CREATED, "5"),
            action(3, Outcome.UNSENT, "7", given_up=True),
            action(3, Outcome.UNSENT, name="receipt", position=1, given_up=True),
            action(4, Outcome.UNSENT, "11", given_up=True),
            action(4, Outcome.UNSENT, "13", name="second", position=1),
            action(5, Outcome.IGNORED, "17", given_up=True),
            action(6, Outcome.INVALID, name="", given_up=True),
        ]
    )
    assert found.imbalances == ()
    assert (found.outcomes[Outcome.UNSENT].count, found.unsent, found.given_up.count) == (4, 1, 5)
    assert found.waiting(Outcome.IGNORED, Outcome.INVALID) == 0
    assert found.given_up.money == found.chain.waived == {Currency.INR: 35}
    assert found.chain.open == {Currency.INR: 13}
    assert found.chain.open_rows == 1
    assert not found.chain.closed


def test_what_was_given_up_may_be_taken_up_again() -> None:
    """A later attempt of the row counts, as always."""
    first = [action(2, Outcome.UNSENT, "7", given_up=True)]
    chain = chain_of(RUN, first, [action(2, Outcome.CREATED, "7")])
    assert chain.waived == {}
    assert chain.open_rows == 0
    assert chain.created == {Currency.INR: 7}


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
    """Its bridge is exact, everything created is in it, and what was created stays done."""
    chain = chain_of(RUN, *attempts)
    left = add_up((chain.planned, chain.repaired, chain.corrected, chain.added))
    right = add_up((chain.created, chain.already, chain.waived, chain.open))
    assert nonzero(left) == nonzero(right)
    everything = [one for attempt in attempts for one in attempt]
    created = [one for one in everything if one.outcome is Outcome.CREATED]
    assert chain.created == money_of(created)
    settled = (Outcome.CREATED, Outcome.ALREADY)
    done = {one.row for one in everything if one.outcome in settled}
    assert chain.rows == len({one.row for one in everything})
    pending = {one.row for one in everything if one.outcome in (Outcome.UNKNOWN, Outcome.UNSENT)}
    assert chain.rows - len(done) <= chain.open_rows, "what is not done is open"
    assert chain.open_rows <= chain.rows - len(done - pending), "what was created stays done"
    twice = len(created) - len({one.row for one in created})
    assert bool(chain.imbalances) == bool(twice), "of one row and name only one is created"


@given(st.lists(ACTIONS.filter(money_of), min_size=1, max_size=3))
def test_a_chain_is_held_against_what_its_first_run_planned(
    attempts: list[list[ActionRecord]],
) -> None:
    """One action that the store lost at the root of a chain is missed, whatever came later."""
    honest = chain_of(RUN, *attempts)
    lost = next(one for one in attempts[0] if one.money)
    records = [[one for one in attempts[0] if one is not lost], *attempts[1:]]
    chain = follow_chain(
        honest.runs,
        [
            Attempt(actions=one, roots={action.row: (RUN.id, action.row) for action in one})
            for one in records
        ],
    )
    assert any("first run planned" in sentence for sentence in chain.imbalances)


INR = Currency.INR


def test_a_second_booking_that_nobody_released_breaks_the_books() -> None:
    """Two of one row and name were created: only a person's release can be the reason."""
    first = [action(2, Outcome.CREATED, "100")]
    second = [action(2, Outcome.CREATED, "100", action_id="other")]
    (sentence,) = chain_of(RUN, first, second).imbalances
    assert "payment of row 2" in sentence
    released = [replace(second[0], decisions=(RELEASED,))]
    chain = chain_of(RUN, first, released)
    assert (chain.created, chain.added, chain.corrected) == (
        {INR: Decimal(200)},
        {INR: Decimal(100)},
        {},
    )
    assert chain.closed


def held(amount: str, **changes: object) -> ActionRecord:
    """A duplicate of row 2 that differs."""
    earlier = Earlier(run="x", file="x.csv", row=2, action_id="id-2", reason=EarlierReason.CHANGED)
    return action(2, Outcome.DUPLICATE, amount, earlier=earlier, **changes)


def test_what_is_held_beside_what_was_created_is_open_until_somebody_decides() -> None:
    """Both are in the bridge: the one in the CRM, and the one that may be another."""
    first = [action(2, Outcome.CREATED, "100")]
    chain = chain_of(RUN, first, [held("130")])
    assert (chain.open_rows, chain.created, chain.added, chain.open) == (
        1,
        {INR: Decimal(100)},
        {INR: Decimal(130)},
        {INR: Decimal(130)},
    )
    waived = chain_of(RUN, first, [held("130", given_up=True)])
    assert (waived.closed, waived.waived, waived.open) == (True, {INR: Decimal(130)}, {})


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.UNSENT])
def test_what_is_in_doubt_or_going_to_be_sent_is_open_whatever_came_later(
    outcome: Outcome,
) -> None:
    """A later attempt that was skipped, waived or invalid closes nothing that may be booked."""
    first = [action(2, Outcome.IGNORED, "100")]
    doubt = [action(2, outcome, "100")]
    for later in ([], [action(2, Outcome.INVALID, name="", given_up=True)]):
        attempts = [first, doubt, later]
        chain = follow_chain(
            [replace(RUN, planned_money={INR: Decimal(100)}) for _ in attempts],
            [Attempt(actions=one, roots={2: (RUN.id, 2)}) for one in attempts],
        )
        assert (chain.open_rows, chain.open, chain.closed) == (1, {INR: Decimal(100)}, False)
        assert chain.imbalances == ()


def test_what_stood_for_an_earlier_attempt_closes_no_later_one() -> None:
    """ALREADY for a time: what stood for it answers for an equal row now, and it is to be sent."""
    tried = [action(2, Outcome.REFUSED, "5")]
    stood = [action(2, Outcome.ALREADY, "5")]
    free = [action(2, Outcome.UNSENT, "5")]
    chain = chain_of(RUN, tried, stood, free)
    assert (chain.open_rows, chain.imbalances) == (1, ())
    assert chain.open == {Currency.INR: 5}
    assert chain.already == {}
    assert chain_of(RUN, tried, stood).closed


def test_a_released_action_that_failed_is_replaced_like_any_other() -> None:
    """Held, released, refused and tried again: the latest attempt alone is open."""
    refused = [action(2, Outcome.REFUSED, "5", decisions=(RELEASED,))]
    held_again = [held("5")]
    chain = chain_of(RUN, [action(2, Outcome.CREATED, "5")], refused, held_again)
    assert chain.open_rows == 1
    assert chain.open == {Currency.INR: 5}
    created = [action(2, Outcome.CREATED, "5", action_id="id-9", decisions=(RELEASED,))]
    assert chain_of(RUN, [action(2, Outcome.CREATED, "5")], refused, created).closed


def test_a_copy_that_waits_for_another_attempt_is_no_money_more() -> None:
    """What is held for the chain's own action in doubt is that one, counted once."""
    earlier = Earlier(run="x", file="x", row=2, action_id="", reason=EarlierReason.IN_DOUBT)
    copy = action(2, Outcome.DUPLICATE, "100", earlier=earlier)
    chain = chain_of(RUN, [action(2, Outcome.UNKNOWN, "100")], [copy])
    assert (chain.open_rows, chain.open, chain.added) == (1, {INR: Decimal(100)}, {})


def test_what_was_created_corrected_counts_as_it_stands_in_the_crm() -> None:
    """An uncorrected export comes again: ALREADY is worth what the CRM has, not what it says."""
    stands = Money(amount=Decimal(150), currency=INR)
    earlier = Earlier(
        run="x", file="x.csv", row=9, action_id="i", reason=EarlierReason.CORRECTED, money=stands
    )
    chain = chain_of(RUN, [action(2, Outcome.ALREADY, "200", earlier=earlier)])
    assert (chain.planned, chain.corrected, chain.already) == (
        {INR: Decimal(200)},
        {INR: Decimal(-50)},
        {INR: Decimal(150)},
    )
    assert chain.closed


def test_what_could_not_be_read_at_first_is_money_repaired() -> None:
    """A row that was INVALID has no money at the root; corrected, it stands apart from changes."""
    chain = chain_of(
        RUN,
        [action(2, Outcome.INVALID, name=""), action(3, Outcome.IGNORED, "10")],
        [action(2, Outcome.CREATED, "75"), action(3, Outcome.CREATED, "8")],
    )
    assert (chain.planned, chain.repaired, chain.corrected) == (
        {INR: Decimal(10)},
        {INR: Decimal(75)},
        {INR: Decimal(-2)},
    )
    assert chain.created == {INR: Decimal(83)}


def test_a_row_added_to_a_failures_workbook_is_money_added() -> None:
    """It was not planned at the root, and counts as a row of its own."""
    root = replace(RUN, planned_money={INR: Decimal(10)})
    second = replace(RUN, id="20261123-bbbb", parent=RUN.id)
    chain = follow_chain(
        [root, second],
        [
            Attempt(actions=[action(2, Outcome.CREATED, "10")], roots={2: (RUN.id, 2)}),
            Attempt(actions=[action(9, Outcome.IGNORED, "4")], roots={9: (second.id, 9)}),
        ],
    )
    assert chain.open_at == (f"{RUN.id}/9",)
    assert (chain.rows, chain.open_rows, chain.added, chain.open) == (
        2,
        1,
        {INR: Decimal(4)},
        {INR: Decimal(4)},
    )
    assert chain.imbalances == ()


@pytest.mark.parametrize("skipped", [True, False])
def test_a_row_corrected_to_nothing_is_closed(skipped: bool) -> None:  # noqa: FBT001 - parametrised
    """A row that yields no action any more is closed; one that was never run again stays open."""
    first = [action(2, Outcome.INVALID), action(3, Outcome.CREATED, "5")]
    roots = {2: (RUN.id, 2)} if skipped else {}
    chain = follow_chain(
        [RUN, RUN],
        [
            Attempt(actions=first, roots={2: (RUN.id, 2), 3: (RUN.id, 3)}),
            Attempt(actions=[], roots=roots),
        ],
    )
    assert chain.open_rows == (0 if skipped else 1)


def test_a_row_that_nobody_judged_is_missed() -> None:
    """Rows read, rows on record and rows with actions must agree, and so must the chain's money."""
    honest = books([action(2, Outcome.CREATED, "5"), action(3, Outcome.ALREADY, "7")])
    actions = [action(2, Outcome.CREATED, "5"), action(3, Outcome.ALREADY, "7")]
    more_read = replace(honest.run, rows_read=3)
    assert reconcile(more_read, of(actions), rows_kept=2, chain=honest.chain).imbalances
    assert reconcile(honest.run, of(actions), rows_kept=3, chain=honest.chain).imbalances
    wrong = replace(honest.chain, imbalances=("It does not add up.",))
    assert reconcile(honest.run, of(actions), rows_kept=2, chain=wrong).imbalances
    assert not reconcile(honest.run, of(actions), rows_kept=2, chain=honest.chain).imbalances
