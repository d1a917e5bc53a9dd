"""Rows that a rule of the mapping skips although they look like entries: told, with their money."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import numpy as np

from importer.mapping import ColumnType, Mapping
from importer.model import CheckedRow, Currency, Flaw, Note, Skipped, Table
from importer.validate.judged import NO_ACTION, Judged
from importer.validate.rows import BLANK, HIDDEN, TRAILER
from importer.validate.whole.rows import Ranges
from importer.validate.whole.units import Units

_MEANT: Final = frozenset({BLANK, HIDDEN, NO_ACTION, TRAILER})
"""Reasons that no `skip` rule gave."""


class SkippedEntries:
    """Looks for a sound lead and an amount in the rows that `skip` rules leave out.

    A payer called "Total Energies" must not be lost because a rule looks for "total".
    """

    def __init__(self, mapping: Mapping) -> None:
        columns = mapping.columns
        self._lead = mapping.lead
        self._amounts = [name for name, one in columns.items() if one.type is ColumnType.AMOUNT]
        self._units = Units(mapping)
        self._rows = Ranges()
        self._sums: dict[Currency | None, Decimal] = {}

    def see(self, rows: Judged) -> None:
        """Look at the rows of a table."""
        for at in np.flatnonzero(rows.where(_by_a_rule)).tolist():
            self._look(rows.table, at, rows.table.numbers[at])

    def _look(self, table: Table, index: int, row: int) -> None:
        lead = table.values[self._lead][index]
        found = ((name, table.values[name][index]) for name in self._amounts)
        amounts = ((name, value) for name, value in found if isinstance(value, Decimal))
        column, amount = next(amounts, ("", None))
        if amount is not None and lead is not None and not isinstance(lead, Flaw):
            self._rows.add(row)
            unit = self._units.of(column, table, index)
            self._sums[unit] = self._sums.get(unit, Decimal(0)) + amount

    def findings(self) -> Iterator[Note]:
        """One note for all of them."""
        count = self._rows.count
        if count:
            rows = (
                "1 row that a `skip` rule leaves out has"
                if count == 1
                else (f"{count:,} rows that `skip` rules leave out have")
            )
            yield Note(
                code="rows-skipped",
                message=f"{rows} a lead and an amount, in all {self._worth}: {self._rows.named}.",
            )

    @property
    def _worth(self) -> str:
        """`INR 40 + USD 30`, each currency by itself; what is in none that is known comes last."""
        sums = [f"{one} {self._sums[one]:,}" for one in Currency if one in self._sums]
        if None in self._sums:
            sums.append(f"{self._sums[None]:,} in a currency that the row does not say")
        return " + ".join(sums)


def _by_a_rule(row: CheckedRow) -> bool:
    return isinstance(row, Skipped) and row.reason not in _MEANT
