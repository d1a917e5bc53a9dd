"""What the payments of rows that are alike come to."""

from __future__ import annotations

from decimal import Decimal

from importer.columns import Places
from importer.mapping import Mapping
from importer.model import Currency, Draft, Money, Ready
from importer.reconcile import add_money
from importer.validate.alike import own_amounts
from importer.validate.judged import Judged


class Tally:
    """Adds payments up, table by table.

    Args:
        mapping: says which column an action's amount comes from.
    """

    def __init__(self, mapping: Mapping) -> None:
        own = {action.name: own_amounts(action.amount, mapping) for action in mapping.actions}
        self._columns = {name: column for name, column in own.items() if column is not None}
        """Action → the column of its amounts; without those that have one amount for all."""

    def add(
        self, rows: Judged, row: Ready, places: Places | None, sums: dict[Currency, Decimal]
    ) -> None:
        """Add the money of a ready row, or of a whole group of such, to what there is.

        Args:
            rows: where they come from.
            row: the row, or the group's example.
            places: the group's; None of a single row.
            sums: per currency; changed.
        """
        for draft in row.drafts:
            if draft.money is not None and places is None:
                add_money(sums, draft.money)
            elif draft.money is not None and places is not None:
                amount = self._total(rows, draft, draft.money, places)
                add_money(sums, Money(amount=amount, currency=draft.money.currency))

    def _total(self, rows: Judged, draft: Draft, money: Money, places: Places) -> Decimal:
        column = self._columns.get(draft.name)
        if column is None or rows.table.values[column][int(places[0])] is None:
            return money.amount * len(places)  # a constant, or what blank cells stand for
        return rows.adder(column).total(places)
