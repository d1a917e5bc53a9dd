"""A line of the books in the making."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from importer.model import Currency, Money
from importer.reconcile.records import Line
from importer.reconcile.sums import Sums, add_money, add_up


@dataclass(slots=True)
class Tally:
    """Actions and their money, while they go by."""

    count: int = 0
    money: dict[Currency, Decimal] = field(default_factory=dict)

    def add(self, money: Money | None) -> None:
        """Count one action; None has no money."""
        self.count += 1
        if money is not None:
            add_money(self.money, money)

    def add_all(self, count: int, sums: Sums) -> None:
        """Count several at once."""
        self.count += count
        for currency, amount in sums.items():
            add_money(self.money, Money(amount=amount, currency=currency))

    def line(self) -> Line:
        """The figures so far."""
        return Line(count=self.count, money=add_up([self.money]))
