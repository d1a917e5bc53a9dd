"""Sums per currency, exact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from importer.model import Currency, Money

Sums = Mapping[Currency, Decimal]


def add_money(sums: dict[Currency, Decimal], money: Money) -> None:
    """Add one amount, in place."""
    sums[money.currency] = sums.get(money.currency, Decimal(0)) + money.amount


def add_up(many: Iterable[Sums]) -> dict[Currency, Decimal]:
    """Add sums up, currencies in order."""
    total: dict[Currency, Decimal] = {}
    for sums in many:
        for currency, amount in sums.items():
            add_money(total, Money(amount=amount, currency=currency))
    return dict(sorted(total.items()))


def nonzero(sums: Sums) -> Sums:
    """Without the currencies that come to nothing."""
    return {currency: amount for currency, amount in sums.items() if amount}
