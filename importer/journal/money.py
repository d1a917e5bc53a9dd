"""What actions are worth, as the journal holds them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from importer.model import Currency, Money
from importer.reconcile import add_money


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
