"""Where an action's value comes from in the sheet, and what stands there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from importer.mapping import ColumnSpec, From, Source
from importer.model import Flaw, Table, Value
from importer.resolve import SKIP_ACTION, Columns, Flawed, Skip, compile_source
from importer.validate.problems import WHOLE_ROW

T = TypeVar("T")

Part = Callable[[Table, int], T | Flawed | Skip]
"""(table, index of a row in it) → one value of an action, or why there is none."""


def place_of(source: Source) -> str:
    """Return the declared column that a source is judged at; `WHOLE_ROW` for a constant."""
    return next(iter(source.columns), WHOLE_ROW)


def column_of(source: Source, columns: Columns) -> ColumnSpec | None:
    """Return the column whose typed value a source hands on unchanged, if it does."""
    return columns[source.column] if isinstance(source, From) and source.map is None else None


def compile_part(source: Source, columns: Columns, read: Callable[[Value], T | Flaw]) -> Part[T]:
    """Make the function that gives one value of an action for a row.

    Args:
        source: where the value comes from.
        columns: the mapping's declared columns.
        read: typed value, None where blank → what the action needs, or why it is not that.
    """
    resolve, place = compile_source(source, columns), place_of(source)

    def part(table: Table, index: int) -> T | Flawed | Skip:
        value = resolve(table, index)
        if isinstance(value, (Flawed, Skip)):
            return value
        result = read(value)
        return Flawed(((place, result),)) if isinstance(result, Flaw) else result

    return part


def merge(parts: Iterable[object]) -> Flawed | Skip:
    """Put the reasons of several parts together; a wish to skip the action outweighs every flaw."""
    cells: list[tuple[str, Flaw]] = []
    for part in parts:
        if isinstance(part, Skip):
            return SKIP_ACTION
        if isinstance(part, Flawed):
            cells.extend(part.cells)
    return Flawed(tuple(cells))
