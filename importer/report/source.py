"""What the reports are made from, and what they leave behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from importer.created import Told
from importer.model import Kind, Outcome, Skipped
from importer.reconcile import Reconciliation
from importer.report.advice import Advice, RemarkRule
from importer.report.commands import ELSEWHERE, Command, path_typed, typed
from importer.report.reasons import Said, reasons_of
from importer.report.words import Hold
from importer.shapes import ColumnShape, CsvShape

FAILURES: Final = "failures.xlsx"
"""The failures workbook in a run's folder."""
FAILURES_CSV: Final = "failures.csv"
"""The same rows beside it, where the sheet is a CSV."""


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
    columns: Sequence[ColumnShape] = ()
    """How the headers' columns look, as far as a workbook says so."""
    csv: CsvShape | None = None
    """How the CSV is written; None for a workbook."""
    amounts: frozenset[int] = frozenset()
    """0-based columns that hold figures: `1250.50` and `1250.5` are the same there."""

    def column(self, number: int) -> ColumnShape:
        """Return how a 0-based column looks."""
        return self.columns[number] if number < len(self.columns) else ColumnShape()


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
    as_text: frozenset[int] = frozenset()
    """Those among them in which Excel must make no number of what a person types: `000105`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSource:
    """Everything that the reports show; each stream can be asked for again."""

    reconciliation: Reconciliation
    shape: SheetShape
    actions: Callable[[], Iterator[Told]]
    """Every action of the run, in the sheet's order."""
    skipped_rows: Callable[[], Iterator[Skipped]]
    """Every skipped row, in the sheet's order."""
    failing_rows: Callable[[], Iterator[FailureRow]]
    """The rows that hold an INVALID, IGNORED or REFUSED action, in the sheet's order; it raises
    where it cannot give them all."""
    known_by: Sequence[str] = ()
    """The mapping's columns that a person knows a row by, such as its receipt number."""
    rules: Sequence[RemarkRule] = ()
    """What people wrote down about the CRM's remarks."""
    options: str = ""
    """`--practice`, or whatever else a command needs to find this workspace."""
    place: str = ELSEWHERE
    """The reports' folder as it is typed, without the run's own: `reports`."""
    mapping: str = ""
    """The mapping's file as it is typed: `mappings/payments.yaml`; "": nobody knows where it is."""
    hold: Hold | None = None
    """What the run's plan waits for; None where it may be sent."""
    masked: bool = False
    """A copy for others: it has no failures workbook, and leads to no other report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """The failures workbook that was written."""

    path: Path
    rows: int
    table: Path | None = None
    """The same rows as a CSV, `failures.csv`; None where the sheet is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The files of a report by the names that they got, for links."""

    page: str = "reconciliation.html"
    workbook: str = "reconciliation.xlsx"
    table: str = "reconciliation.csv"
    document: str = "reconciliation.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What every form of the reconciliation shows."""

    books: Reconciliation
    failures: Failures | None
    """The failures workbook beside it; None when there is no row to correct."""
    reasons: tuple[Said, ...]
    """Largest count first."""
    advice: Advice
    options: str = ""
    """As in `ReportSource`, like the next four."""
    place: str = ELSEWHERE
    mapping: str = ""
    hold: Hold | None = None
    masked: bool = False
    names: Names = field(default_factory=Names)
    """The files beside it."""

    def run_file(self, run: str, name: str, *, does: str, retry: str = "") -> Command:
        """Return what runs a file beside the report of a run of this sheet.

        Args:
            run: the run.
            name: `FAILURES` or `FAILURES_CSV`, or what it got instead.
            does: words to stand above it.
            retry: outcomes to be sent again unchanged, `ignored,refused`; "" for none.
        """
        mapping = self.mapping or f"{ELSEWHERE}/{self.books.run.mapping}.yaml"
        return Command(
            text=typed(
                "run",
                path_typed(f"{self.place}/{run}/{name}"),
                f"-m {path_typed(mapping)}",
                retry and f"--retry {retry}",
                self.options,
            ),
            does=does,
        )


def report_of(source: ReportSource, failures: Failures | None = None) -> Report:
    """Return what every form of a run's reconciliation shows."""
    advice = advice_of(source)
    return Report(
        books=source.reconciliation,
        failures=failures,
        reasons=reasons_of(source.reconciliation, advice),
        advice=advice,
        options=source.options,
        place=source.place,
        mapping=source.mapping,
        hold=source.hold,
        masked=source.masked,
    )


def advice_of(source: ReportSource) -> Advice:
    """Return what there is to do about the actions of a run."""
    return Advice.of(source.reconciliation.run, source.rules)


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
    document: Path
    """`reconciliation.json`"""
    report: Report
    """What they show."""
    kept: tuple[Path, ...] = ()
    """Where a failures workbook, or its CSV, that a person had edited was moved to."""
    old: tuple[Path, ...] = ()
    """Failures files of an earlier report that a program holds open; there is no row to correct."""
    displaced: tuple[tuple[str, Path], ...] = ()
    """The usual name and the file, of each that got another name."""

    @property
    def failures(self) -> Failures | None:
        """`failures.xlsx`; None when there is no row to correct."""
        return self.report.failures
