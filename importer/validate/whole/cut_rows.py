"""Rows beside a stray cell of a CSV: a line break without quotes may have cut one of theirs off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from importer.mapping import Binding, ColumnType, Mapping
from importer.model import CheckedRow, Invalid, Problem, Ready
from importer.validate.judged import Judged
from importer.validate.problems import CONFIRM, with_problems

_BEFORE: Final = "end of this row's last cell"
_AFTER: Final = "beginning of this row's first cell"


class CutRows:
    """Refuses a whole row that stands beside a row of one single cell.

    `…,100` and then `0` was perhaps 1000. It matters only where the mapping reads the cell that
    may be cut; a lead's id shows by itself that it is. A row that a rule of the mapping skips,
    such as a line of words below the sheet, is no stray cell.
    """

    def __init__(self, mapping: Mapping, binding: Binding) -> None:
        by_place = {place: mapping.columns[name] for name, place in binding.columns.items()}
        first, last = by_place.get(0), by_place.get(len(binding.headers) - 1)
        self._first = first is not None and first.type is not ColumnType.LEAD_ID
        self._last = last is not None and last.type is not ColumnType.LEAD_ID

    def judge(self, rows: Judged) -> None:
        """Refuse the rows that may be cut."""
        table = rows.table
        if 1 not in table.ragged.values():
            return
        stray = {
            at
            for at, row in rows.singles
            if isinstance(row, Invalid) and table.ragged.get(row.row) == 1
        }
        beside = {at + step for at in stray for step in (-1, 1)} - {-1, len(rows)}
        numbers = {table.numbers[at] for at in stray}
        found = {at: self._row(rows[at], numbers) for at in sorted(beside)}
        rows.change({at: row for at, row in found.items() if row is not None})

    def _row(self, row: CheckedRow, stray: set[int]) -> CheckedRow | None:
        problems = list(self._problems(row.row, stray)) if isinstance(row, Ready) else []
        return with_problems(row, problems) if isinstance(row, Ready) and problems else None

    def _problems(self, row: int, stray: set[int]) -> Iterator[Problem]:
        for beside, matters, part in (
            (row + 1, self._last, _BEFORE),
            (row - 1, self._first, _AFTER),
        ):
            if matters and beside in stray:
                yield Problem(
                    code="row-cut",
                    row=row,
                    column="",
                    seen="",
                    message=f"Row {beside} has only one cell. It may be the {part}, cut off by a "
                    "line break.",
                    hint="Join the two rows in the sheet. If the other row is a line by itself, "
                    f"add a `skip` rule for it to the mapping and run the sheet again. {CONFIRM}",
                )
