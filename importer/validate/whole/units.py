"""The currency of an amount in a sheet, as the mapping's payments and columns say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from importer.mapping import ColumnType, From
from importer.mapping import Mapping as SheetMapping
from importer.model import Currency, Table
from importer.resolve import Test, compile_condition
from importer.validate.payment import currency_part
from importer.validate.source import Part

Payment = tuple[Test, Part[Currency]]
"""Whether a payment applies to a row, and what its currency is then."""


class Units:
    """Says in which currency a cell's amount is.

    Args:
        mapping: a column's amounts are in the currency of the payments made from them; of a
            column of which none is made, in its own.
    """

    def __init__(self, mapping: SheetMapping) -> None:
        self.paid: Final[Mapping[str, Sequence[Payment]]] = _payments(mapping)
        """Each column that payments take their amount from → these payments, in their order."""
        columns = mapping.columns.items()
        self._own = {name: one.currency for name, one in columns if one.type is ColumnType.AMOUNT}

    def of(self, column: str, table: Table, index: int) -> Currency | None:
        """The currency of the payment that applies to a row; of the first, where none does.

        Args:
            column: of amounts.
            table: the row's.
            index: the row's place in it.

        Returns:
            None where it cannot be read, or nothing says it.
        """
        payments = self.paid.get(column)
        if not payments:
            return self._own.get(column)
        applying = (currency for applies, currency in payments if applies(table, index) is True)
        currency = next(applying, payments[0][1])(table, index)
        return currency if isinstance(currency, Currency) else None


def _payments(mapping: SheetMapping) -> dict[str, list[Payment]]:
    found: dict[str, list[Payment]] = {}
    for action in mapping.actions:
        if isinstance(action.amount, From) and action.currency is not None:
            applies = compile_condition(action.when, mapping.columns)
            currency = currency_part(action.currency, mapping.columns)
            found.setdefault(action.amount.column, []).append((applies, currency))
    return found
