"""A failures workbook looked up in the journal: which earlier row each of its rows corrects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as ReadOnly
from collections.abc import Sequence
from typing import Final

from importer.errors import SheetError
from importer.folding import fold
from importer.journal.habits import decisions_of
from importer.journal.reading import problems_of_rows, run_of
from importer.journal.roots import roots_of_references
from importer.journal.store import Journal
from importer.letters import column_index
from importer.model import Problem, RunRecord, RunState
from importer.our_headers import MARKED_REFERENCE, PROBLEM, REFERENCE, is_failures_workbook
from importer.pipeline.asking import reference_of
from importer.pipeline.references import NO_REFERENCES, Lasting, References, Root
from importer.sheets import Sheet
from importer.validate import NOT_IN_THE_ROW

_REFERENCES: Final = (fold(REFERENCE), fold(MARKED_REFERENCE))
_PROBLEM: Final = fold(PROBLEM)


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
            f"{sheet.file} is a failures workbook, but its column “{REFERENCE}” is gone.",
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
