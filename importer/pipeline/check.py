"""What `check` shows of a sheet: counts, sums, and every problem by kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from importer.mapping import Mapping
from importer.model import (
    Currency,
    Invalid,
    Note,
    Problem,
    Ready,
    Refusal,
    Skipped,
)
from importer.our_headers import is_failures_workbook
from importer.pipeline.bars import Bars, NoBars
from importer.pipeline.checking import Judging, too_many_invalid
from importer.pipeline.opening import BoundSheet, open_bound
from importer.pipeline.references import NO_REFERENCES, References
from importer.sheets import MANY_ROWS, Sheet
from importer.validate import Expected, Judged, Tally

EXAMPLES = 3


@dataclass(slots=True, kw_only=True)
class ProblemGroup:
    """The problems of one kind."""

    code: str
    cells: list[str] = field(default_factory=list)
    """Every one of them, in sheet order: `F17`; `row 17` where no single cell is meant."""
    examples: list[Problem] = field(default_factory=list)
    """The first few."""


@dataclass(slots=True, kw_only=True)
class CheckResult:
    """What a sheet holds, before anything is sent."""

    file: str
    tab: str | None
    mapping: str
    rows: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    ready: int = 0
    """Rows whose actions may be sent."""
    invalid: int = 0
    actions: int = 0
    money: dict[Currency, Decimal] = field(default_factory=dict)
    groups: dict[str, ProblemGroup] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    """Why a run would send nothing of the sheet."""

    def add(self, rows: Judged, money: Tally) -> None:
        """Count the rows of a chunk."""
        self.rows += len(rows)
        for row, places in rows.parts():
            count = 1 if places is None else len(places)
            match row:
                case Skipped():
                    self.skipped[row.reason] += count
                case Invalid():
                    self.invalid += 1
                    for problem in row.problems:
                        self._group(problem)
                case Ready():
                    self.ready += count
                    self.actions += count * len(row.drafts)
                    money.add(rows, row, places, self.money)

    def _group(self, problem: Problem) -> None:
        group = self.groups.setdefault(problem.code, ProblemGroup(code=problem.code))
        group.cells.append(
            f"{problem.column}{problem.row}" if problem.column else f"row {problem.row}"
        )
        if len(group.examples) < EXAMPLES:
            group.examples.append(problem)


LookUp = Callable[[Sheet], References]
"""Asks the journal which earlier rows those of a failures workbook correct."""


def check_sheet(
    path: Path, mapping: Mapping, *, expected: Expected | None = None, bars: Bars | None = None
) -> CheckResult:
    """Open a sheet and check the whole of it, as `check_bound` does.

    Raises:
        UsageError, SheetError: it cannot be read, or is not the mapping's sheet.
    """
    return check_bound(open_bound(path, mapping), expected=expected, bars=bars)


def check_bound(
    bound: BoundSheet,
    *,
    expected: Expected | None = None,
    invalid_share: float = 1.0,
    bars: Bars | None = None,
    look_up: LookUp | None = None,
) -> CheckResult:
    """Check a whole sheet; no network, and of the journal only what `look_up` brings.

    Args:
        bound: the sheet, and how its rows become actions.
        expected: control totals that somebody gave.
        invalid_share: nothing of it is sent where more than this share of its rows is invalid.
        bars: progress.
        look_up: asked of a failures workbook, which cannot show all that is known of its rows.
            None: it is judged by its own rows.

    Raises:
        SheetError: it breaks in the middle.
    """
    bars = bars or NoBars()
    sheet, mapping = bound.sheet, bound.mapping
    corrects = is_failures_workbook(sheet.headers)
    references = look_up(sheet) if look_up and corrects else NO_REFERENCES
    result = CheckResult(file=sheet.file, tab=sheet.tab, mapping=mapping.name)
    judging = Judging(bound, expected or Expected(), bars, references, MANY_ROWS)
    with bars.stage("Checking", sheet.total) as advance:
        money = Tally(mapping)
        for chunk, rows in judging.chunks():
            result.add(rows, money)
            advance(len(chunk.numbers))
    # In the order in which a run, which reads them from its journal, says them.
    result.skipped = Counter(dict(sorted(result.skipped.items())))
    result.notes, result.refusals = judging.notes, list(judging.refusals)
    if not corrects:
        refusal = too_many_invalid(result.invalid, result.ready + result.invalid, invalid_share)
        result.refusals += [refusal] if refusal else []
    return result
