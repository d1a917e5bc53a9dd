"""Control totals: what somebody said that a sheet holds, against what it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import numpy as np

from importer.mapping import Binding
from importer.mapping import Mapping as SheetMapping
from importer.model import Currency, Refusal
from importer.validate.judged import Judged
from importer.validate.whole.units import Units

_HINT: Final = (
    "Until they agree no row of it goes: rows may be missing, doubled or changed. Compare {} with "
    "the system that it came from, and correct what is wrong."
)
_ABOUT: Final = re.compile(r"\b(?:You expected|The totals file) ")
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a sheet was said to hold."""

    rows: int | None = None
    """Rows that are neither blank nor skipped by a rule of the mapping."""
    totals: Mapping[Currency, Decimal] = field(default_factory=dict)
    """Sums of the amounts of those rows. Where any is given, all currencies are meant."""
    file: str = ""
    """Name of the file that says so; "" where a person does."""

    def __bool__(self) -> bool:
        return self.rows is not None or bool(self.totals)


class Control:
    """Counts rows and adds up the amounts that a mapping's payments are made from.

    Every row with data counts, whether its payment is due, refused or sent: the figures are those
    of the sheet, as its exporting system counted them.
    """

    def __init__(self, mapping: SheetMapping, binding: Binding, expected: Expected) -> None:
        self._expected = expected
        self._binding = binding
        self._rows = 0
        self._sums = dict.fromkeys(expected.totals, Decimal(0))
        self._unread: list[str] = []
        self._units = Units(mapping)
        self._amounts = tuple(self._units.paid) if expected.totals else ()

    def see(self, rows: Judged) -> None:
        """Count the rows of a table."""
        table, counts = rows.table, rows.with_data()
        self._rows += int(counts.sum())
        for at in np.flatnonzero(counts).tolist() if self._amounts else ():
            for column in self._amounts:
                amount = table.values[column][at]
                if amount is not None:
                    self._add(column, amount, self._units.of(column, table, at), table.numbers[at])

    def _add(self, column: str, amount: object, unit: Currency | None, row: int) -> None:
        if isinstance(amount, Decimal) and unit is not None:
            self._sums[unit] = self._sums.get(unit, Decimal(0)) + amount
        elif len(self._unread) < _SHOWN:
            self._unread.append(f"{self._binding.letter(column)}{row}")

    def findings(self) -> Iterator[Refusal]:
        """What differs, one refusal for each figure."""
        expected = self._expected
        if expected.rows is not None and expected.rows != self._rows:
            yield Refusal(
                code="control-rows",
                message=f"{self._said} {_rows(expected.rows)}. The sheet has {self._rows:,}, not "
                "counting blank rows and those that a rule of the mapping skips.",
                hint=self._hint,
            )
        if not expected.totals:
            return
        if not self._amounts:
            what = f"the totals of {expected.file}" if expected.file else "--expect-total"
            yield Refusal(
                code="control-total",
                message=f"{what[:1].upper()}{what[1:]} cannot be checked: no PAYMENT of this "
                "mapping takes its amount from a column.",
                hint=f"Leave {what} out for this mapping.",
            )
            return
        for currency, found in sorted(self._sums.items()):
            if found != expected.totals.get(currency):
                yield Refusal(
                    code="control-total", message=self._differs(currency), hint=self._hint
                )
        if self._unread:
            cells = ", ".join(self._unread)
            yield Refusal(
                code="control-unread",
                message=f"The total is not proven: amounts that cannot be read are not in it, such "
                f"as {cells}.",
                hint="Correct these cells in the sheet, and run it again.",
            )

    @property
    def _said(self) -> str:
        """`You expected`, or `The totals file pay.totals.csv says`."""
        file = self._expected.file
        return f"The totals file {file} says" if file else "You expected"

    @property
    def _hint(self) -> str:
        file = self._expected.file
        return _HINT.format(f"the sheet and {file}" if file else "the sheet")

    def _differs(self, currency: Currency) -> str:
        found, said = self._sums[currency], self._expected.totals.get(currency)
        if said is None:
            return f"{self._said} no total in {currency}. The sheet holds {currency} {found:,}."
        gap = abs(found - said)
        return (
            f"{self._said} {currency} {said:,}. The amounts add up to {currency} {found:,}: "
            f"{gap:,} {'more' if found > said else 'less'}."
        )


def is_about_totals(reason: str) -> bool:
    """Whether a run was refused since a sheet and what was said of it do not agree."""
    return _ABOUT.search(reason) is not None


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
