"""Sources of a mapping as functions of a row."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, assert_never

from importer.folding import fold, nearest, qualifies
from importer.mapping import (
    ColumnSpec,
    Constant,
    From,
    Source,
    Template,
    template_pieces,
    typed_constant,
)
from importer.model import Flaw, Table, Value
from importer.resolve.results import REMEMBERED, SKIP_ACTION, Columns, Flawed, Skip

Resolved = Value | Flawed | Skip
"""A value (None where blank), cells that could not be read, or `SKIP_ACTION`."""
Resolve = Callable[[Table, int], Resolved]

_MISSPELT: Final = 0.7
"""How much alike a key and its misspelling are: money hangs on it, so `Part paid` is not `Paid`."""
_SHOWN: Final = 8
"""Keys of a map that a hint names; more would bury the sentence."""


def compile_source(source: Source, columns: Columns) -> Resolve:
    """Make the function that gives a source's value for a row.

    Order: read → blank or default → map. A blank without a default is None, also where there is a
    map. A template gives the texts as seen, trimmed; None where all of its columns are blank.
    """
    match source:
        case Constant():
            text = source.text
            return lambda _table, _index: text
        case From(map=None):
            return _from_column(source, columns[source.column])
        case From():
            return _from_map(source)
        case Template():
            return _from_template(source)
        case _:
            assert_never(source)


def _from_column(source: From, spec: ColumnSpec) -> Resolve:
    column = source.column
    default = None if source.default is None else typed_constant(source.default, spec)

    def resolve(table: Table, index: int) -> Resolved:
        value = table.values[column][index]
        if isinstance(value, Flaw):
            return Flawed(((column, value),))
        return default if value is None else value

    return resolve


def _from_map(source: From) -> Resolve:
    column, default = source.column, source.default
    targets = {fold(key): target for key, target in (source.map or {}).items()}

    @lru_cache(REMEMBERED)
    def look_up(text: str) -> str | Flawed | Skip:
        found = targets.get(fold(text))
        if found is None:
            return SKIP_ACTION if source.otherwise == "skip_action" else _not_in_map(source, text)
        return found

    def resolve(table: Table, index: int) -> Resolved:
        value = table.values[column][index]
        if isinstance(value, Flaw):
            return Flawed(((column, value),))
        text = default if value is None else str(value)
        return None if text is None else look_up(text)

    return resolve


def _not_in_map(source: From, text: str) -> Flawed:
    keys = list(source.map or {})
    shown = ", ".join(keys[:_SHOWN]) + (", …" if len(keys) > _SHOWN else "")
    meant = nearest(text, [key for key in keys if not qualifies(text, key)], cutoff=_MISSPELT)
    flaw = Flaw(
        code="value-not-in-map",
        message="The mapping does not say what this value stands for.",
        hint=(f"Did you mean {meant}? " if meant else "")
        + f"Write one of the values that it knows ({shown}), or add this one to its `map`.",
    )
    return Flawed(((source.column, flaw),))


def _from_template(source: Template) -> Resolve:
    pieces = tuple(template_pieces(source.text))
    columns = source.columns

    def resolve(table: Table, index: int) -> Resolved:
        read = [(name, table.values[name][index]) for name in columns]
        flawed = tuple((name, value) for name, value in read if isinstance(value, Flaw))
        if flawed:
            return Flawed(flawed)
        if columns and all(value is None for _, value in read):
            return None
        return "".join(
            literal or table.texts[name][index].strip() for literal, name in pieces
        ).strip()

    return resolve
