"""Rows beside a stray cell of a CSV: a line break without quotes may have cut one of theirs off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from importer.mapping import Binding, ColumnType, Mapping
from importer.model import CheckedRow, Invalid, Problem, Ready, Table
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

    def judge(self, table: Table, rows: Sequence[CheckedRow]) -> list[CheckedRow]:
        """The rows as they are, but for those that may be cut."""
        if 1 not in table.ragged.values():
            return list(rows)
        stray = {
            row.row for row in rows if isinstance(row, Invalid) and table.ragged.get(row.row) == 1
        }
        return [self._row(row, stray) if isinstance(row, Ready) else row for row in rows]

    def _row(self, row: Ready, stray: set[int]) -> CheckedRow:
        problems = list(self._problems(row.row, stray))
        return with_problems(row, problems) if problems else row

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
