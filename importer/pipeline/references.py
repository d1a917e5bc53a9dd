"""A failures workbook as an input: which earlier row each of its rows corrects."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, replace

from importer.errors import SheetError
from importer.folding import fold
from importer.journal.reading import problems_of_rows, roots_of_references, run_of
from importer.journal.store import Journal
from importer.mapping import OUR_HEADERS, column_letter
from importer.model import CheckedRow, Chunk, Invalid, Problem, Ready, Skipped
from importer.sheets import Sheet
from importer.validate import NOT_IN_THE_ROW

REFERENCE_HEADER = f"{OUR_HEADERS}reference"

_REFERENCE = re.compile(r"(\d{8}-[a-z0-9]{4})/(\d{1,7})")

Root = tuple[str, int]


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
    shifted: ReadOnly[str, tuple[str, Problem]]
    """Reference → fingerprint and problem of a row with a problem that its texts do not show, such
    as too many cells. Only a correction lifts it."""
    column: int | None
    """0-based; None where the sheet is no failures workbook."""

    def text(self, chunk: Chunk, index: int) -> str:
        """The reference of a chunk's row; "" where there is none."""
        return "" if self.column is None else chunk.columns[self.column][index].strip()

    def judge(self, row: CheckedRow, reference: str) -> CheckedRow:
        """The row as it is, or INVALID because it is a copy, or still the shifted row it was."""
        if isinstance(row, Skipped) or self.column is None:
            return row
        if reference in self.copied:
            return _invalid(row, _copied(row.row, column_letter(self.column), reference))
        fingerprint, problem = self.shifted.get(reference, ("", None))
        if isinstance(row, Ready) and problem is not None and row.fingerprint == fingerprint:
            return _invalid(row, replace(problem, row=row.row))
        return row


def _invalid(row: Ready | Invalid, problem: Problem) -> Invalid:
    before = row.problems if isinstance(row, Invalid) else ()
    return Invalid(
        row=row.row,
        problems=(*before, problem),
        fingerprint=row.fingerprint,
        identity=row.identity,
    )


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
    if not any(header.startswith(fold(OUR_HEADERS)) for header in headers):
        return References(parent="", root="", roots={}, copied=frozenset(), shifted={}, column=None)
    if fold(REFERENCE_HEADER) not in headers:
        raise SheetError(
            f"{sheet.file} is a failures workbook, but its column “{REFERENCE_HEADER}” is gone.",
            "Without it a row could be booked twice. Take the workbook from the run's reports "
            "folder again (`importer report RUN` writes it anew).",
        )
    column = headers.index(fold(REFERENCE_HEADER))
    texts = Counter(
        text for chunk in sheet.chunks() for cell in chunk.columns[column] if (text := cell.strip())
    )
    places = _look_up(journal, sheet, texts)
    shifted = problems_of_rows(journal, places.values(), NOT_IN_THE_ROW)
    roots = roots_of_references(journal, places.values())
    # Two workbooks of one chain may have been merged: two references, and one row behind them.
    rows = Counter[Root]()
    for text, count in texts.items():
        rows[roots[places[text]]] += count
    named = [run_of(journal, run) for run in {text.partition("/")[0] for text in texts}]
    chains = {run.root for run in named}
    if len(chains) > 1:
        raise SheetError(
            f"{sheet.file} holds failures of several sheets ({', '.join(sorted(chains))}).",
            "Run the failures workbook of each sheet by itself, so that its books can close.",
        )
    return References(
        parent=max(named, key=lambda run: run.started_at).id if named else "",
        root=chains.pop() if chains else "",
        roots={text: roots[place] for text, place in places.items()},
        shifted={text: shifted[place] for text, place in places.items() if place in shifted},
        copied=frozenset(text for text in texts if rows[roots[places[text]]] > 1),
        column=column,
    )


def _look_up(journal: Journal, sheet: Sheet, texts: Counter[str]) -> dict[str, tuple[str, int]]:
    """Reference → (run, row), all of them known."""
    parsed = {
        text: (match[1], int(match[2])) for text in texts if (match := _REFERENCE.fullmatch(text))
    }
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
