"""Control totals: what somebody said that a sheet holds, against what it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from importer.mapping import Binding, From
from importer.mapping import Mapping as SheetMapping
from importer.model import CheckedRow, Currency, Flaw, Kind, Refusal, Table
from importer.resolve import Resolve, compile_source
from importer.validate.whole.rows import holds_data
from importer.values import as_source_text, parse_currency

_HINT: Final = (
    "Nothing is sent until they agree: rows may be missing, doubled or changed. Compare with the "
    "system that the sheet came from, and export it again."
)
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a sheet was said to hold."""

    rows: int | None = None
    """Rows that are neither blank nor skipped by a rule of the mapping."""
    totals: Mapping[Currency, Decimal] = field(default_factory=dict)
    """Sums of the amounts of those rows. Where any is given, all currencies are meant."""

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
        self._amounts = _amounts(mapping) if expected.totals else {}

    def see(self, table: Table, rows: Sequence[CheckedRow]) -> None:
        """Count the rows of a table."""
        for index, row in enumerate(rows):
            if holds_data(row):
                self._rows += 1
                for column, currency_of in self._amounts.items():
                    self._add(column, table.values[column][index], currency_of(table, index), row)

    def _add(self, column: str, amount: object, currency: object, row: CheckedRow) -> None:
        if amount is None:
            return
        unit = _currency(currency)
        if isinstance(amount, Decimal) and unit is not None:
            self._sums[unit] = self._sums.get(unit, Decimal(0)) + amount
        elif len(self._unread) <= _SHOWN:
            self._unread.append(f"{self._binding.letter(column)}{row.row}")

    def findings(self) -> Iterator[Refusal]:
        """What differs, one refusal for each figure."""
        expected = self._expected
        if expected.rows is not None and expected.rows != self._rows:
            yield Refusal(
                code="control-rows",
                message=f"The sheet was said to have {expected.rows:,} rows, and it has "
                f"{self._rows:,} (without blank and skipped ones).",
                hint=_HINT,
            )
        if not expected.totals:
            return
        if not self._amounts:
            yield Refusal(
                code="control-total",
                message="A total was given, and the mapping takes no payment's amount from a "
                "column that could be added up.",
                hint="Leave --expect-total out for this mapping.",
            )
            return
        for currency, found in sorted(self._sums.items()):
            if found != expected.totals.get(currency):
                yield Refusal(code="control-total", message=self._differs(currency), hint=_HINT)

    def _differs(self, currency: Currency) -> str:
        found, said = self._sums[currency], self._expected.totals.get(currency)
        unread = ", ".join(self._unread[:_SHOWN])
        beside = f" Amounts that cannot be read are not in it, such as {unread}." if unread else ""
        if said is None:
            return f"The sheet holds {currency} {found:,}, and no total was given for it.{beside}"
        gap = abs(found - said)
        return (
            f"The amounts were said to be {currency} {said:,}, and they add up to {currency} "
            f"{found:,}: {gap:,} {'more' if found > said else 'less'}.{beside}"
        )


def _amounts(mapping: SheetMapping) -> dict[str, Resolve]:
    """Each column that a payment's amount comes from, once → how its currency is found."""
    found: dict[str, Resolve] = {}
    for action in mapping.actions:
        if isinstance(action.amount, From) and action.currency is not None:
            found.setdefault(action.amount.column, compile_source(action.currency, mapping.columns))
    return found


def _currency(value: object) -> Currency | None:
    if isinstance(value, Currency):
        return value
    read = parse_currency(as_source_text(value), Kind.TEXT) if isinstance(value, str) else None
    return None if isinstance(read, Flaw) else read
