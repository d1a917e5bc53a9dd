"""What actions are worth, as the journal holds them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Row, exists, func, select

from importer.journal.roots import row_of
from importer.journal.schema import actions, rows
from importer.journal.states import states_of
from importer.journal.store import Journal
from importer.model import OUTCOME_OF, Currency, Money, Outcome, State
from importer.reconcile import Line, add_money, add_up

_NOTHING: Final = Decimal(0)


def add_amounts(sums: dict[Currency, Decimal], found: Iterable[Row[Any]]) -> None:
    """Add the amounts of actions, in place; most kinds of action have none."""
    # By the currency's text: there are many amounts, and few currencies.
    plain: dict[str, Decimal] = {}
    for one in found:
        if (amount := one.amount) is not None:
            plain[one.currency] = plain.get(one.currency, _NOTHING) + amount
    for currency, amount in plain.items():
        add_money(sums, Money(amount=amount, currency=Currency(currency)))


def sum_amounts(found: Iterable[Row[Any]]) -> dict[Currency, Decimal]:
    """The sums of these actions alone."""
    sums: dict[Currency, Decimal] = {}
    add_amounts(sums, found)
    return sums


def lines_by_outcome(
    journal: Journal, run: str, outcomes: Collection[Outcome] = tuple(Outcome)
) -> dict[Outcome, Line]:
    """How many actions of a run have each of these outcomes, and what they are worth.

    Equal amounts are counted by the database: no action is looked at by itself, as for the books.
    """
    found = journal.read(
        select(actions.c.state, actions.c.currency, actions.c.amount, func.count().label("n"))
        .where(actions.c.run == run, actions.c.state.in_(states_of(outcomes)))
        .group_by(actions.c.state, actions.c.currency, actions.c.amount)
    )
    counts = Counter[Outcome]()
    sums: dict[Outcome, dict[Currency, Decimal]] = {outcome: {} for outcome in Outcome}
    for one in found:
        outcome = OUTCOME_OF[State(one.state)]
        counts[outcome] += one.n
        if one.amount is not None:
            money = Money(amount=one.amount * one.n, currency=Currency(one.currency))
            add_money(sums[outcome], money)
    return {
        one: Line(count=counts[one], money=add_up([sums[one]])) for one in Outcome if counts[one]
    }


def invalid_money(journal: Journal, run: str) -> Line:
    """What can be read of the amounts in the rows of a run that are INVALID, and in how many."""
    refused = exists().where(row_of(actions), actions.c.state == State.INVALID)
    found = journal.read(
        select(rows.c.readable).where(rows.c.run == run, rows.c.readable != {}, refused)
    )
    return Line(count=len(found), money=add_up(sums_of(one.readable) for one in found))


def sums_of(plain: Mapping[str, str]) -> dict[Currency, Decimal]:
    """Sums as the journal keeps them, `{"INR": "1250.50"}`, as what they are."""
    return {Currency(currency): Decimal(amount) for currency, amount in plain.items()}
