"""Sums of a sheet's columns of amounts, chunk by chunk."""

from __future__ import annotations

from importer.columns import Adder, Amounts, parsed_column
from importer.model import Table


class AmountsOf:
    """Makes what adds up the amounts of a table; of a distinct cell it knows what it is worth."""

    def __init__(self) -> None:
        self._columns: dict[str, Amounts] = {}

    def of(self, table: Table, column: str) -> Adder:
        """Return the adder of a declared column."""
        return self._columns.setdefault(column, Amounts()).of(parsed_column(table, column))
