"""Surveys, which need a pass over the sheet of their own, and watchers, which come along.

Both look at one column, cell by cell, and keep counts and a few examples only: what they hold
does not grow with the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as ReadOnly
from typing import Final, Protocol

from importer.columns import Places, without
from importer.folding import readable
from importer.mapping import Binding, ColumnSpec, ColumnType, Mapping
from importer.model import Chunk, Kind, Note, Refusal
from importer.survey.dates import DateSurvey, date_reader
from importer.survey.ids import IdSurvey
from importer.survey.mixed_amounts import MixedAmounts
from importer.survey.swapped_dates import SwappedDates
from importer.values import Parser
from importer.values.date_order import Order


class Watcher(Protocol):
    """Looks at every cell of one column. Made with its declaration, its letter and its header."""

    @property
    def needless(self) -> str | None:
        """A pattern (of RE2) that is found in texts alone which tell nothing more by now."""

    def see(
        self, numbers: Sequence[int], texts: Sequence[str], kinds: Sequence[Kind] | None
    ) -> None:
        """Look at some more cells: their rows, their texts and, unless all are TEXT, kinds."""

    def findings(self) -> Iterable[Note | Refusal]:
        """Say what was found, once every cell was seen."""


class ColumnSurvey(Watcher, Protocol):
    """Looks at every cell of one column before the first of them can be read."""

    def parser(self) -> Parser:
        """Return how the column's cells are read, as all of them together decide."""


SURVEYS: Final[ReadOnly[ColumnType, Callable[[ColumnSpec, str, str], ColumnSurvey]]] = {
    ColumnType.DATE: DateSurvey,
    ColumnType.ID: IdSurvey,
}
"""What finds out how a column is written where the mapping does not say: see `survey_of`."""

WATCHERS: Final[ReadOnly[ColumnType, Callable[[ColumnSpec, str, str], Watcher]]] = {
    ColumnType.DATE: SwappedDates,
    ColumnType.AMOUNT: MixedAmounts,
}
"""What looks for damage in a column, whatever the mapping says."""


NOTHING_DECIDED: Final[ReadOnly[str, str]] = {}


class Watchers:
    """The watchers of a sheet's columns."""

    def __init__(self, mapping: Mapping, binding: Binding) -> None:
        self._columns = [
            (binding.columns[name], WATCHERS[spec.type](spec, *_shown(binding, name)))
            for name, spec in mapping.columns.items()
            if spec.type in WATCHERS
        ]

    def see(self, chunk: Chunk, rows: Places) -> None:
        """Look at some more rows: those of a chunk with these places in it."""
        for place, watcher in self._columns:
            _see(watcher, chunk, place, rows)

    def findings(self) -> Iterator[Note | Refusal]:
        """Say what was found, column by column in the mapping's order."""
        for _, watcher in self._columns:
            yield from watcher.findings()


class Survey:
    """The surveys of a sheet's columns; see `survey_of`."""

    def __init__(self, columns: ReadOnly[str, ColumnSurvey], binding: Binding) -> None:
        self._columns = columns
        self._places = binding.columns

    def see(self, chunk: Chunk, rows: Places) -> None:
        """Look at some more rows: those of a chunk with these places in it."""
        for name, survey in self._columns.items():
            _see(survey, chunk, self._places[name], rows)

    def parsers(self) -> ReadOnly[str, Parser]:
        """Declared column → how its cells are read, for `importer.columns.parse_chunk`."""
        return {name: survey.parser() for name, survey in self._columns.items()}

    def decisions(self) -> ReadOnly[str, str]:
        """Declared column → what was decided of it, where a run on its failures must do the same.

        A few rows of a sheet no longer prove what the whole sheet proved.
        """
        return {
            name: survey.order
            for name, survey in self._columns.items()
            if isinstance(survey, DateSurvey) and survey.order is not None
        }

    def findings(self) -> Iterator[Note | Refusal]:
        """Say what was found, column by column in the mapping's order."""
        for survey in self._columns.values():
            yield from survey.findings()


def survey_of(
    mapping: Mapping,
    binding: Binding,
    decided: ReadOnly[str, str] = NOTHING_DECIDED,
    *,
    partial: bool = False,
) -> Survey | None:
    """Make the survey that a sheet needs before it is read; None where it needs none.

    A column that says its `format` or its `length` is read as the mapping says.

    Args:
        mapping: declares how each column is read.
        binding: where each declared column is in the sheet.
        decided: of the run that a failures workbook came from: its columns are not asked again.
        partial: the sheet is such a workbook, and identifiers are not asked: a few of them would
            look as if they proved what the whole sheet disproves.
    """
    columns = {
        name: SURVEYS[spec.type](spec, *_shown(binding, name))
        for name, spec in mapping.columns.items()
        if spec.type in SURVEYS
        and _is_open(spec)
        and name not in decided
        and not (partial and spec.type == ColumnType.ID)
    }
    return Survey(columns, binding) if columns else None


def decided_parsers(mapping: Mapping, decided: ReadOnly[str, str]) -> ReadOnly[str, Parser]:
    """Declared column → how its cells are read, by what an earlier run's `decisions` were."""
    return {
        name: date_reader(spec, (Order(decided[name]),))
        for name, spec in mapping.columns.items()
        if name in decided and spec.type == ColumnType.DATE and _is_open(spec)
    }


def _is_open(spec: ColumnSpec) -> bool:
    """Whether the mapping leaves it to the column how it is written."""
    return spec.format is None and spec.length is None


def _shown(binding: Binding, name: str) -> tuple[str, str]:
    """Letter and header of a declared column, as a person sees them."""
    return binding.letter(name), readable(binding.headers[binding.columns[name]])


def _see(watcher: Watcher, chunk: Chunk, place: int, rows: Places) -> None:
    kinds = None if chunk.kinds is None else chunk.kinds[place]
    numbers, texts = chunk.numbers, chunk.columns[place]
    if watcher.needless and (kinds is None or kinds.count(Kind.TEXT) == len(kinds)):
        rows = without(texts, rows, watcher.needless)
    if len(rows) < len(numbers):
        at = rows.tolist()
        numbers, texts = [numbers[one] for one in at], [texts[one] for one in at]
        kinds = None if kinds is None else [kinds[one] for one in at]
    watcher.see(numbers, texts, kinds)
