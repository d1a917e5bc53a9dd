"""What the reports are made from, and what they leave behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from importer.model import ActionRecord, Kind, Outcome, Skipped
from importer.reconcile import Reconciliation


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetShape:
    """How the sheet looked: the failures workbook takes the same shape."""

    tab: str | None
    """The tab's name; None for a CSV."""
    header_row: int
    """1-based row of the header, as Excel numbers it."""
    headers: Sequence[str]
    """The sheet's own headers as shown, without the columns that an earlier report added."""
    preamble: Sequence[Sequence[tuple[str, Kind]]] = ()
    """The rows above the header, first row first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRow:
    """One row to correct: its cells as they were read, and what is wrong with them."""

    number: int
    """The row's number in the sheet that was read."""
    texts: Sequence[str]
    """Its cells, untouched, without the columns that an earlier report added."""
    kinds: Sequence[Kind] | None
    """What each cell holds; None: TEXT throughout, as in a CSV."""
    outcomes: tuple[Outcome, ...]
    """The distinct outcomes of the row's actions that are to be corrected."""
    problem: str
    """What is wrong, for a person."""
    hint: str
    """What to do about it."""
    reference: str
    """`<run>/<row>`: how the next run knows which row this is."""
    faulty: Mapping[int, str]
    """0-based column with a problem → the words of its comment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSource:
    """Everything that the reports show; each stream can be asked for again."""

    reconciliation: Reconciliation
    shape: SheetShape
    actions: Callable[[], Iterator[ActionRecord]]
    """Every action of the run, in the sheet's order."""
    skipped_rows: Callable[[], Iterator[Skipped]]
    """Every skipped row, in the sheet's order."""
    failing_rows: Callable[[], Iterator[FailureRow]]
    """The rows that hold an INVALID, IGNORED or REFUSED action, in the sheet's order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """The failures workbook that was written."""

    path: Path
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What every form of the reconciliation shows."""

    books: Reconciliation
    failures: Failures | None
    """The failures workbook beside it; None when there is no row to correct."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The files of one report.

    A path is not the usual one where a program held that file open: see
    `files.write_atomically`.
    """

    page: Path
    """`reconciliation.html`"""
    workbook: Path
    """`reconciliation.xlsx`"""
    table: Path
    """`reconciliation.csv`"""
    summary: Path
    """`summary.json`"""
    failures: Failures | None
    """`failures.xlsx`; None when there is no row to correct."""
    kept: Path | None = None
    """Where a failures workbook that a person had edited was moved to, if there was one."""
