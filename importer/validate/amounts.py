"""Sums of a sheet's columns of amounts, chunk by chunk."""

from __future__ import annotations

from collections.abc import Collection

from importer.columns import Adder, Amounts, parsed_column
from importer.model import Table


class AmountsOf:
    """Gives what adds up the amounts of a table.

    Args:
        columns: declared columns of amounts.
    """

    def __init__(self, columns: Collection[str]) -> None:
        self._columns = {name: Amounts() for name in columns}

    def of(self, table: Table) -> dict[str, Adder]:
        """Return the adder of each column."""
        return {
            name: amounts.of(parsed_column(table, name)) for name, amounts in self._columns.items()
        }
