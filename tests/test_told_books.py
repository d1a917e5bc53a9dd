"""The books and the chain come to the same, whether actions are told in short or as records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from test_reconcile import RUN

from importer.created import Created, Told, record_of
from importer.model import (
    PAYMENT,
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
)
from importer.reconcile import Attempt, Books, Guide, Reconciliation, follow_chain, reconcile

AT = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
MONEY = st.builds(
    Money,
    amount=st.decimals("0.00", "99999.99", places=2),
    currency=st.sampled_from([Currency.INR, Currency.USD]),
)
EARLIER = st.builds(
    Earlier,
    run=st.just("20261121-zzzz"),
    file=st.just("old.csv"),
    row=st.integers(2, 4),
    action_id=st.sampled_from(["", "old"]),
    reason=st.sampled_from(EarlierReason),
    money=st.none() | MONEY,
    incomplete=st.booleans(),
)
RECORD = st.builds(
    ActionRecord,
    row=st.integers(2, 7),
    position=st.just(0),
    name=st.sampled_from(["payment", "receipt", "fee"]),
    type=st.sampled_from([PAYMENT, "1003"]),
    lead=st.sampled_from(["a", "b"]),
    outcome=st.sampled_from(Outcome),
    money=st.none() | MONEY,
    action_id=st.sampled_from(["", "x", "y"]),
    remarks=st.sampled_from([(), (), (Remark(path="fields.mail", text="no address"),)]),
    problems=st.sampled_from(
        [(), (), (Problem(code="c", row=2, column="A", seen="", message="m", hint="h"),)]
    ),
    detail=st.sampled_from(["", "", "LEAD_NOT_FOUND: gone"]),
    earlier=st.none() | st.none() | EARLIER,
    content=st.just({"a": "1"}),
    reference=st.just(""),
    decisions=st.lists(
        st.builds(
            Decision,
            ruling=st.sampled_from(Ruling),
            by=st.just("asha"),
            at=st.just(AT),
            reason=st.just("so"),
        ),
        max_size=2,
    ).map(tuple),
    given_up=st.booleans(),
    looked_up=st.booleans(),
    status=st.sampled_from(["", "COMPLETED", "FAILED"]),
    taken_up=st.sampled_from(["", "", "20261123-bbbb/3"]),
)
PLAIN = st.builds(
    Created,
    run=st.just(RUN.id),
    row=st.integers(2, 7),
    position=st.just(0),
    name=st.sampled_from(["payment", "receipt", "fee"]),
    type=st.sampled_from([PAYMENT, "1003"]),
    lead=st.sampled_from(["a", "b"]),
    amount=st.decimals("0.00", "99999.99", places=2).map(str),
    currency=st.sampled_from(["INR", "USD"]),
    status=st.sampled_from(["", "COMPLETED", "FAILED"]),
    action_id=st.integers(1, 9).map(str) | st.uuids().map(str),
    content=st.just('{"a":"1"}'),
    lead_column=st.just("A"),
)
TOLD = PLAIN | PLAIN | PLAIN.map(lambda one: one._replace(amount=None, currency=None)) | RECORD


def in_order(found: Sequence[Told], run: str = RUN.id) -> list[Told]:
    """In sheet order, with the references and places that these have."""
    of_row: dict[int, int] = {}
    told: list[Told] = []
    for one in sorted(found, key=lambda one: one.row):
        place = of_row[one.row] = of_row.get(one.row, -1) + 1
        if isinstance(one, Created):
            told.append(one._replace(run=run, position=place))
        else:
            told.append(replace(one, position=place, reference=f"{run}/{one.row}"))
    return told


ROWS = st.lists(TOLD, max_size=14)


def closed(run: RunRecord, attempts: Sequence[Sequence[Told]]) -> Reconciliation:
    """The books of the first attempt, and of the chain; each later row descends from its number."""
    later = [replace(run, id=f"20261123-aaa{number}") for number in range(1, len(attempts))]
    chain = follow_chain(
        [run, *later],
        [
            Attempt(actions=actions, roots={one.row: (RUN.id, one.row) for one in actions})
            for actions in attempts
        ],
    )
    books = Books.of(attempts[0], Guide.of(run))
    return reconcile(run, books, rows_kept=len({one.row for one in attempts[0]}), chain=chain)


@given(st.lists(ROWS, min_size=1, max_size=3), st.integers(-1, 1), st.integers(0, 1))
def test_both_ways_come_to_the_same_books(
    attempts: Sequence[Sequence[Told]], slip: int, times: int
) -> None:
    """Every count, sum, bridge and imbalance is the same, in the same order, in chains as well."""
    told = [in_order(one, f"20261123-aaa{number}") for number, one in enumerate(attempts)]
    told[0] = in_order(attempts[0])
    planned: dict[Currency, Decimal] = {}
    for one in map(record_of, told[0]):
        if one.money:
            before = planned.get(one.money.currency, Decimal(0))
            planned[one.money.currency] = before + times * one.money.amount
    rows = len({one.row for one in told[0]})
    run = replace(RUN, rows_read=rows, planned_actions=len(told[0]) + slip, planned_money=planned)
    short, long = closed(run, told), closed(run, [list(map(record_of, one)) for one in told])
    assert short == long
    assert list(short.by_action) == list(long.by_action)
    assert list(short.by_status) == list(long.by_status)


@given(st.lists(PLAIN, max_size=14, unique_by=lambda one: one.action_id))
def test_what_was_created_as_planned_adds_to_nothing_else(found: Sequence[Told]) -> None:
    """A sheet that went in whole is planned and created, and nothing of it is anything else."""
    told = in_order(found)
    names = [(one.row, one.name) for one in told]
    chain = follow_chain([RUN], [Attempt(actions=told)])
    if len(set(names)) == len(names):
        assert chain.planned == chain.created
        assert not any(
            (chain.repaired, chain.corrected, chain.added, chain.already, chain.waived, chain.open)
        )
        assert not chain.open_rows


def test_books_that_were_looked_at_go_on() -> None:
    """What is added after a look is counted once, and so is what was there before."""
    one, other = (
        Created(RUN.id, row, 0, "payment", PAYMENT, "a", "5.00", "INR", "COMPLETED", id_, "{}", "A")
        for row, id_ in ((2, "x"), (3, "y"))
    )
    books = Books(Guide.of(RUN))
    for count, told in enumerate((one, other), start=1):
        books.add(told)
        for _ in range(2):
            tally = books.counts().outcomes[Outcome.CREATED]
            assert tally.count == count
            assert tally.money == {Currency.INR: Decimal(5 * count)}
