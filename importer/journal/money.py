"""What actions are worth, as the journal holds them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, exists, select

from importer.journal.roots import row_of
from importer.journal.schema import actions, rows
from importer.journal.store import Journal
from importer.model import Currency, Money, State
from importer.reconcile import add_money, add_up


def add_amounts(sums: dict[Currency, Decimal], found: Iterable[Row[Any]]) -> None:
    """Add the amounts of actions, in place; most kinds of action have none."""
    for one in found:
        if one.amount is not None:
            add_money(sums, Money(amount=one.amount, currency=Currency(one.currency)))


def sum_amounts(found: Iterable[Row[Any]]) -> dict[Currency, Decimal]:
    """The sums of these actions alone."""
    sums: dict[Currency, Decimal] = {}
    add_amounts(sums, found)
    return sums


def invalid_money(journal: Journal, run: str) -> dict[Currency, Decimal]:
    """What can be read of the amounts in the rows of a run that are INVALID."""
    refused = exists().where(row_of(actions), actions.c.state == State.INVALID)
    found = journal.read(
        select(rows.c.readable).where(rows.c.run == run, rows.c.readable != {}, refused)
    )
    return add_up(
        {Currency(currency): Decimal(amount) for currency, amount in one.readable.items()}
        for one in found
    )
