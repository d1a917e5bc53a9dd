"""The whole-sheet rule of `equal_rows: problem`: an identity stands in one row only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from importer.columns import Keys
from importer.mapping import Binding, Mapping
from importer.model import CheckedRow, Problem, Skipped
from importer.validate.judged import Judged
from importer.validate.keys import identity_keys
from importer.validate.problems import with_problems

FirstRow = Callable[[Keys, NDArray[np.int64]], NDArray[np.int64]]
"""(keys, row numbers) → the first row that had each key; the row itself where it is new."""


class Repeats:
    """Knows each identity of a sheet, as a key, with the row that had it first.

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
        self._keys = identity_keys(mapping)
        self._first = first

    def judge(self, rows: Judged) -> None:
        """Refuse the rows whose identity an earlier row has."""
        if not self._columns:
            return
        places = np.flatnonzero(rows.where(_has_identity))
        if not len(places):
            return
        numbers = numbers_of(rows, places)
        firsts = self._first(self._keys(rows.table)[places], numbers)
        again = np.flatnonzero(firsts != numbers)
        rows.change(
            {
                at: self._repeated(rows[at], first)
                for at, first in zip(places[again].tolist(), firsts[again].tolist(), strict=True)
            }
        )

    def _repeated(self, row: CheckedRow, first: int) -> CheckedRow:
        if isinstance(row, Skipped) or row.identity is None:
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


def numbers_of(rows: Judged, places: NDArray[Any]) -> NDArray[np.int64]:
    """Return the numbers of the rows at some places."""
    every = rows.table.numbers
    if isinstance(every, range):  # as those of a sheet are: each number would become an object
        numbers: NDArray[np.int64] = places + every.start
        return numbers
    given: NDArray[np.int64] = np.asarray(every, np.int64)[places]
    return given


def _has_identity(row: CheckedRow) -> bool:
    return not isinstance(row, Skipped) and row.identity is not None
