"""A failures workbook as an input: which earlier row each of its rows corrects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as ReadOnly
from collections.abc import Sequence
from dataclasses import dataclass, replace

from importer.errors import SheetError
from importer.folding import fold
from importer.journal.habits import decisions_of
from importer.journal.reading import problems_of_rows, run_of
from importer.journal.roots import roots_of_references
from importer.journal.store import Journal
from importer.letters import column_index, column_letter
from importer.mapping import OUR_HEADERS, is_failures_workbook
from importer.model import (
    CheckedRow,
    Chunk,
    Invalid,
    Problem,
    RunRecord,
    RunState,
    Skipped,
)
from importer.pipeline.asking import reference_of
from importer.report.failures_csv import MARKED_HEADER
from importer.sheets import Sheet
from importer.survey import NOTHING_DECIDED
from importer.validate import NOT_IN_THE_ROW, Judged, with_problems
from importer.values import trim

REFERENCE_HEADER = f"{OUR_HEADERS}reference"

_REFERENCES = (fold(REFERENCE_HEADER), fold(MARKED_HEADER))
_PROBLEM = fold(f"{OUR_HEADERS}problem")

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


def read_references(journal: Journal, sheet: Sheet) -> References:
    """Look every reference of a sheet up in the journal.

    Raises:
        SheetError: the sheet is a failures workbook, but its references are missing, unknown
            here, or of several sheets.
    """
    headers = [fold(header) for header in sheet.headers]
    if not is_failures_workbook(sheet.headers):
        return NO_REFERENCES
    column = next((headers.index(one) for one in _REFERENCES if one in headers), None)
    if column is None:
        raise SheetError(
            f"{sheet.file} is a failures workbook, but its column “{REFERENCE_HEADER}” is gone.",
            "Without it a row could be booked twice. Take the workbook from the run's reports "
            "folder again (`importer report RUN` writes it anew).",
        )
    texts = Counter(
        text for chunk in sheet.chunks() for cell in chunk.columns[column] if (text := cell.strip())
    )
    places = _look_up(journal, sheet, texts)
    roots = roots_of_references(journal, places.values())
    # Two workbooks of one chain may have been merged: two references, and one row behind them.
    rows = Counter[Root]()
    for text, count in texts.items():
        rows[roots[places[text]]] += count
    named = [run_of(journal, run) for run in {text.partition("/")[0] for text in texts}]
    _refuse_refused(sheet, named)
    _refuse_saved_as_csv(sheet, named)
    chains = {run.root for run in named}
    if len(chains) > 1:
        raise SheetError(
            f"{sheet.file} holds failures of several sheets ({', '.join(sorted(chains))}).",
            "Run the failures workbook of each sheet by itself, so that its books can close.",
        )
    parent = max(named, key=lambda run: run.started_at).id if named else ""
    return References(
        parent=parent,
        root=chains.pop() if chains else "",
        roots={text: roots[place] for text, place in places.items()},
        lasting=_lasting(journal, places, named, headers),
        copied=frozenset(text for text in texts if rows[roots[places[text]]] > 1),
        column=column,
        problem_column=headers.index(_PROBLEM) if _PROBLEM in headers else None,
        decided=decisions_of(journal, parent),
    )


def _refuse_refused(sheet: Sheet, named: Sequence[RunRecord]) -> None:
    for run in named:
        if run.state is RunState.REFUSED:
            raise SheetError(
                f"{sheet.file} comes from the run {run.id}, which sent nothing: {run.reason}",
                "Correct the sheet itself where it needs it, and run that.",
            )


def _refuse_saved_as_csv(sheet: Sheet, named: Sequence[RunRecord]) -> None:
    """A workbook's dates become texts in a CSV, in whatever order the program that saves it likes.

    What came from a CSV is text throughout, and stays what it is.
    """
    if sheet.csv is not None and any(run.tab is not None for run in named):
        raise SheetError(
            f"{sheet.file} is a failures workbook that was saved as CSV: the days and months of "
            "its dates may have changed places.",
            "Open the workbook itself, correct it, save it as .xlsx, and run that.",
        )


def _lasting(
    journal: Journal,
    places: ReadOnly[str, Root],
    named: Sequence[RunRecord],
    headers: Sequence[str],
) -> dict[str, list[Lasting]]:
    """Reference → problems that last, each with the place of its cell in this workbook."""
    found = problems_of_rows(journal, places.values(), NOT_IN_THE_ROW)
    written = {run.id: run.headers for run in named}

    def column_of(run: str, problem: Problem) -> int | None:
        if not problem.column:
            return None
        header = fold(written[run][column_index(problem.column)])
        return headers.index(header) if header in headers else None

    return {
        text: [
            Lasting(problem=problem, column=column_of(place[0], problem))
            for problem in found[place]
        ]
        for text, place in places.items()
        if place in found
    }


def _look_up(journal: Journal, sheet: Sheet, texts: Counter[str]) -> dict[str, tuple[str, int]]:
    """Reference → (run, row), all of them known."""
    parsed = {text: place for text in texts if (place := reference_of(text)) is not None}
    known = roots_of_references(journal, parsed.values())
    strangers = [text for text in texts if parsed.get(text) not in known]
    if strangers:
        raise SheetError(
            f"{sheet.file} carries the reference {strangers[0]}, which this workspace's journal "
            "does not know.",
            "Use the workspace that the workbook came from, and leave the reference column as it "
            "is.",
        )
    return parsed
