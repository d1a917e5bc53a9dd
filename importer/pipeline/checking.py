"""Sheet and mapping → checked rows: what `check` shows and `run` stages, by the same road."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from importer.columns import parse_chunk
from importer.errors import UsageError
from importer.mapping import Binding, Mapping, bind, parse_mapping
from importer.model import CheckedRow, Chunk, Currency, Invalid, Problem, Ready, Skipped
from importer.pipeline.workplace import Bars, NoBars
from importer.reconcile import add_money
from importer.sheets import Sheet, open_sheet
from importer.validate import Repeats, checker

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

    def add(self, row: CheckedRow) -> None:
        """Count one row."""
        self.rows += 1
        match row:
            case Skipped():
                self.skipped[row.reason] += 1
            case Invalid():
                self.invalid += 1
                for problem in row.problems:
                    self._group(problem)
            case Ready():
                self.ready += 1
                self.actions += len(row.drafts)
                for draft in row.drafts:
                    if draft.money is not None:
                        add_money(self.money, draft.money)

    def _group(self, problem: Problem) -> None:
        group = self.groups.setdefault(problem.code, ProblemGroup(code=problem.code))
        group.cells.append(
            f"{problem.column}{problem.row}" if problem.column else f"row {problem.row}"
        )
        if len(group.examples) < EXAMPLES:
            group.examples.append(problem)


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises:
        UsageError: it is not there, or is not text.
        MappingError: every mistake in it.
    """
    try:
        return parse_mapping(path.read_text(encoding="utf-8-sig"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(
            f"The mapping {path} cannot be read: {reason}.",
            "Check the name after -m; `importer new-mapping SHEET` writes a first one.",
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundSheet:
    """A sheet with the mapping that reads it, its columns found."""

    sheet: Sheet
    mapping: Mapping
    binding: Binding

    def checked_chunks(self) -> Iterator[tuple[Chunk, list[CheckedRow]]]:
        """Every row of the sheet, checked, chunk by chunk.

        Raises:
            SheetError: the file breaks in the middle; what came before must not be used.
        """
        check, repeats = checker(self.mapping, self.binding), Repeats(self.mapping, self.binding)
        for chunk in self.sheet.chunks():
            table = parse_chunk(chunk, self.mapping, self.binding)
            yield chunk, [repeats.judge(row) for row in check(table)]


def open_bound(path: Path, mapping: Mapping) -> BoundSheet:
    """Open a sheet and find the mapping's columns in it.

    Args:
        path: the file that is read.
        mapping: says where in the file the sheet is.

    Raises:
        UsageError, SheetError: it cannot be read, or is not the mapping's sheet.
    """
    sheet = open_sheet(path, mapping.sheet)
    binding = bind(mapping, sheet.headers, sheet.file, sheet.header_row)
    return BoundSheet(sheet=sheet, mapping=mapping, binding=binding)


def check_sheet(path: Path, mapping: Mapping, bars: Bars | None = None) -> CheckResult:
    """Check a whole sheet; no network, no journal.

    Raises:
        UsageError, SheetError: it cannot be read, or is not the mapping's sheet.
    """
    bound = open_bound(path, mapping)
    sheet = bound.sheet
    result = CheckResult(file=sheet.file, tab=sheet.tab, mapping=mapping.name)
    with (bars or NoBars()).stage("Checking", sheet.total) as advance:
        for chunk, rows in bound.checked_chunks():
            for row in rows:
                result.add(row)
            advance(len(chunk.numbers))
    return result
