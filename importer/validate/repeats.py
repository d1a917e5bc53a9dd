"""The whole-sheet rule of `equal_rows: problem`: an identity stands in one row only."""

from __future__ import annotations

from collections.abc import Callable

from importer.batches import digest
from importer.mapping import Binding, Mapping
from importer.model import CheckedRow, Problem, Skipped
from importer.validate.problems import with_problems

FirstRow = Callable[[str, int], int]
"""(digest, row number) → the first row that had this digest; the row itself where it is new."""


class Repeats:
    """Knows each identity of a sheet, as a digest, with the row that had it first.

    Args:
        mapping: says which columns are the identity, and whether it may be there twice.
        binding: where they are.
        first: which row had an identity first.
    """

    def __init__(self, mapping: Mapping, binding: Binding, first: FirstRow) -> None:
        identity = mapping.identity
        self._columns = (
            identity.columns if identity is not None and identity.equal_rows == "problem" else ()
        )
        self._letter = binding.letter(self._columns[0]) if self._columns else ""
        self._names = " and ".join(
            f"“{binding.headers[binding.columns[name]]}”" for name in self._columns
        )
        self._first = first

    def judge(self, row: CheckedRow) -> CheckedRow:
        """The row as it is, or INVALID because an earlier row has its identity."""
        if isinstance(row, Skipped) or row.identity is None or not self._columns:
            return row
        first = self._first(digest(list(row.identity)), row.row)
        if first == row.row:
            return row
        seen = ", ".join(row.identity)
        problem = Problem(
            code="identity-repeated",
            row=row.row,
            column=self._letter,
            seen=seen,
            message=f"{self._names} {seen} stands in row {first} already.",
            hint="If it is another one, correct it here. If it is the same one twice, this one is "
            "not sent: the other row stands for it. Give this row up then (`close`, "
            "with its number), and nobody is asked about it again.",
        )
        return with_problems(row, [problem])
