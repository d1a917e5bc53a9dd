"""Rows of totals that no rule of the mapping skips: told as what they are, at their cell."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from importer.mapping import Binding, ColumnType, Mapping
from importer.model import Flaw, Invalid, Problem, Table
from importer.validate.judged import Judged
from importer.validate.problems import NOT_IN_THE_ROW

_WORD: Final = re.compile(
    r"\b(?:(?:grand|sub|net)[ -]?)?totals?\b|\b(?:brought|carried) forward\b", re.IGNORECASE
)
_TEXTS: Final = frozenset({ColumnType.TEXT, ColumnType.ID})
_FEWEST: Final = 2
"""Rows that a sum is made of; the amount of one row alone proves nothing."""
_HINT: Final = (
    "If it is a total, add a rule to the mapping, such as `skip: [{reason: totals, when: {column: "
    'NAME, matches: "(?i)^(grand |sub)?total:?$"}}]`. If it is an entry, fill in its lead.'
)


class TotalRows:
    """Recognises a row without a lead whose text says total, or whose amount is the sum above it.

    Sums run from the top and from the last such row, so that subtotals are seen too.
    """

    def __init__(self, mapping: Mapping, binding: Binding) -> None:
        columns = mapping.columns
        self._binding = binding
        self._lead, self._lead_ids = mapping.lead, mapping.lead_ids
        self._texts = [name for name, one in columns.items() if one.type in _TEXTS]
        self._amounts = [name for name, one in columns.items() if one.type is ColumnType.AMOUNT]
        self._whole = dict.fromkeys(self._amounts, Decimal(0))
        self._since = dict.fromkeys(self._amounts, Decimal(0))
        self._rows = self._rows_since = 0

    def judge(self, rows: Judged) -> None:
        """Refuse the rows that are totals as what they are."""
        counts = rows.with_data()
        found: dict[int, Invalid] = {}
        begin = 0
        for at, row in rows.singles:
            if isinstance(row, Invalid) and self._lacks_lead(rows.table, at, row):
                self._add(begin + np.flatnonzero(counts[begin:at]), rows)
                begin = at
                total = self._total(rows.table, at, row)
                if total is not None:
                    found[at] = total
                    begin = at + 1
                    self._since = dict.fromkeys(self._amounts, Decimal(0))
                    self._rows_since = 0
        self._add(begin + np.flatnonzero(counts[begin:]), rows)
        rows.change(found)

    def _lacks_lead(self, table: Table, index: int, row: Invalid) -> bool:
        """Whether there is no lead, or the word for a total in its place."""
        if any(problem.code == "lead-blank" for problem in row.problems):
            return True
        value, text = table.values[self._lead_ids][index], table.texts[self._lead][index]
        return isinstance(value, Flaw) and _WORD.search(text) is not None

    def _add(self, places: NDArray[Any], rows: Judged) -> None:
        self._rows += len(places)
        self._rows_since += len(places)
        for column in self._amounts:
            amount = rows.adder(column).total(places)
            self._whole[column] += amount
            self._since[column] += amount

    def _total(self, table: Table, index: int, row: Invalid) -> Invalid | None:
        for column in (*self._texts, self._lead):
            if _WORD.search(table.texts[column][index]):
                return self._problem(table, index, row, column, "its text says so")
        for column in self._amounts:
            value = table.values[column][index]
            if isinstance(value, Decimal) and value and self._is_sum(column, value):
                reason = "its amount is the sum of rows above it"
                return self._problem(table, index, row, column, reason)
        return None

    def _is_sum(self, column: str, value: Decimal) -> bool:
        return (self._rows >= _FEWEST and value == self._whole[column]) or (
            self._rows_since >= _FEWEST and value == self._since[column]
        )

    def _problem(self, table: Table, index: int, row: Invalid, column: str, reason: str) -> Invalid:
        problem = Problem(
            code="row-looks-like-total",
            row=row.row,
            column=self._binding.letter(column),
            seen=table.texts[column][index],
            message=f"The row has no lead and looks like a total: {reason}.",
            hint=_HINT,
        )
        # What the other cells lack says nothing more; what the row cannot show must stay on record.
        lasting = (one for one in row.problems if one.code in NOT_IN_THE_ROW)
        return replace(row, problems=(problem, *lasting))
