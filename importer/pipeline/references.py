"""What the rows of a failures workbook say of themselves: which earlier row each corrects."""

from __future__ import annotations

from collections.abc import Mapping as ReadOnly
from collections.abc import Sequence
from dataclasses import dataclass, replace

from importer.letters import column_letter
from importer.model import (
    CheckedRow,
    Chunk,
    Invalid,
    Problem,
    Skipped,
)
from importer.survey import NOTHING_DECIDED
from importer.validate import Judged, with_problems
from importer.values import trim

Root = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting:
    """A problem whose proof is not in its row: it lasts until a person lifts it."""

    problem: Problem
    column: int | None
    """0-based column of its cell in the workbook; None where the whole row is meant, or where the
    workbook has that column no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """What the reference column of a failures workbook says."""

    parent: str
    """The latest run that it names; "" where the sheet is no failures workbook."""
    root: str
    """The first run of the chain; "" likewise."""
    roots: ReadOnly[str, Root]
    """Reference text → root row."""
    copied: frozenset[str]
    """References that more than one row carries."""
    lasting: ReadOnly[str, Sequence[Lasting]]
    """Reference → its row's problems that the workbook cannot show."""
    column: int | None
    """0-based; None where the sheet is no failures workbook."""
    problem_column: int | None
    """0-based, of the column that tells what is wrong; None where it is gone."""
    decided: ReadOnly[str, str]
    """Declared column → how it is written, as the whole sheet of the parent decided."""

    @property
    def correcting(self) -> bool:
        """Whether the sheet is a failures workbook."""
        return self.column is not None

    def text(self, chunk: Chunk, index: int) -> str:
        """The reference of a chunk's row; "" where there is none."""
        return "" if self.column is None else chunk.columns[self.column][index].strip()

    def judge(self, rows: Judged, chunk: Chunk) -> None:
        """Refuse the rows of a chunk that are copies, and those whose problem lasts."""
        if self.column is not None:
            rows.change({at: self._judge(row, chunk, at) for at, row in enumerate(rows)})

    def _judge(self, row: CheckedRow, chunk: Chunk, index: int) -> CheckedRow:
        if isinstance(row, Skipped) or self.column is None:
            return row
        reference = self.text(chunk, index)
        if reference in self.copied:
            return with_problems(row, [_copied(row.row, column_letter(self.column), reference)])
        known = {problem.code for problem in row.problems} if isinstance(row, Invalid) else set()
        lasting = [
            replace(one.problem, row=row.row)
            for one in self.lasting.get(reference, ())
            if one.problem.code not in known and not self._is_lifted(one, chunk, index)
        ]
        return with_problems(row, lasting) if lasting else row

    def _is_lifted(self, lasting: Lasting, chunk: Chunk, index: int) -> bool:
        """Whether a person has corrected the cell; of a whole row, has emptied what we said of it.

        Which cell of a torn row is wrong nobody knows, so a change of some cell proves nothing.
        """
        if lasting.column is not None:
            return trim(chunk.columns[lasting.column][index]) != trim(lasting.problem.seen)
        if lasting.problem.column or self.problem_column is None:
            return False
        return not chunk.columns[self.problem_column][index].strip()


NO_REFERENCES = References(
    parent="",
    root="",
    roots={},
    copied=frozenset(),
    lasting={},
    column=None,
    problem_column=None,
    decided=NOTHING_DECIDED,
)
"""Of a sheet that is no failures workbook."""


def _copied(row: int, column: str, reference: str) -> Problem:
    return Problem(
        code="copied-row",
        row=row,
        column=column,
        seen=reference,
        message="Another row carries the same reference: this row was copied.",
        hint="If it is a new row, clear its reference; if it is a copy, delete it.",
    )
