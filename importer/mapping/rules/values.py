"""What the keys of a condition or a value mean together, by the type of its column."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Final

from importer.errors import Mistake
from importer.folding import fold
from importer.mapping.constants import typed_constant
from importer.mapping.model import ColumnSpec, ColumnType
from importer.mapping.nodes import Keyed
from importer.mapping.rules.parts import Part, column_type, columns, comparisons, value_parts
from importer.mapping.template import template_columns
from importer.model import Value
from importer.values import is_zone

_MEASURED: Final = ("amount", "number", "date")


def patterns_compile(root: Keyed) -> Iterator[Mistake]:
    """`matches` is a pattern of Python's `re`, with one meaning."""
    for part in comparisons(root):
        pattern = part.text("matches")
        problem = None if pattern is None else _pattern_problem(pattern)
        if problem is not None:
            yield Mistake(
                line=part.line("matches"),
                message=f"{part.place}`{pattern}` is no pattern: {problem}.",
                hint="Put a \\ before each of . * + ? ( ) [ ] { } that stands for itself.",
            )


def limits_can_be_measured(root: Keyed) -> Iterator[Mistake]:
    """`above` and `below` compare amounts, numbers and dates with one of their kind."""
    for part in comparisons(root):
        for key in ("above", "below"):
            limit, kind = part.text(key), column_type(root, part.text("column") or "")
            if limit is None or kind is None:
                continue
            if kind not in _MEASURED:
                yield Mistake(
                    line=part.line(key),
                    message=f"{part.place}`{key}` cannot compare a column of type {kind}.",
                    hint=f"It compares columns of type {', '.join(_MEASURED)}.",
                )
            else:
                yield from _constant_fits(root, part, key, "column")


def defaults_fit(root: Keyed) -> Iterator[Mistake]:
    """A default is a value of the column's type, or one that the map knows."""
    for path, part in value_parts(root):
        default = part.text("default")
        if default is None or path == "currency":  # which has its own rule
            continue
        match part.node.entries.get("map"):
            case None:
                yield from _constant_fits(root, part, "default", "from")
            case Keyed(entries=entries) if fold(default) not in map(fold, entries):
                yield Mistake(
                    line=part.line("default"),
                    message=f"{part.place}The default `{default}` is not in the `map`.",
                    hint="A blank cell becomes the default before the map is looked up: "
                    "write one of the map's keys.",
                )


def maps_are_clear(root: Keyed) -> Iterator[Mistake]:
    """A map reads a text column, each value once; `otherwise` goes with a map."""
    for _, part in value_parts(root):
        match part.node.entries.get("map"):
            case Keyed() as node:
                yield from _map_keys(part.place, node)
                yield from _map_column(root, part)
            case None if "otherwise" in part.node.entries and "from" in part.node.entries:
                yield Mistake(
                    line=part.line("otherwise"),
                    message=f"{part.place}`otherwise` goes with a `map`, and there is none.",
                    hint="Remove it, or write the `map`.",
                )


def templates_are_closed(root: Keyed) -> Iterator[Mistake]:
    """Braces of a template come in pairs with a column between them."""
    for _, part in value_parts(root):
        try:
            template_columns(part.text("text") or "")
        except ValueError as error:
            yield Mistake(
                line=part.line("text"),
                message=f"{part.place}In this text, {error}.",
                hint="Write {column} for a cell, and {{ or }} for a brace.",
            )


def constant_of(root: Keyed, name: str, text: str) -> Value:
    """A constant of the mapping as a value of the column of this name; None: no such column.

    Raises:
        ValueError: it is none, with a sentence that says how it is written.
    """
    spec = _spec(root, name)
    return None if spec is None else typed_constant(text, spec)


def _pattern_problem(pattern: str) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError, Warning) as error:
            return str(error)
    return None


def _constant_fits(root: Keyed, part: Part, key: str, column_key: str) -> Iterator[Mistake]:
    """A constant of the mapping is one of the type of the column that the part names."""
    name, text = part.text(column_key) or "", part.text(key) or ""
    try:
        constant_of(root, name, text)
    except ValueError as error:
        yield Mistake(
            line=part.line(key),
            message=f"{part.place}`{text}` is not a value of type {column_type(root, name)}.",
            hint=str(error),
        )


def _spec(root: Keyed, name: str) -> ColumnSpec | None:
    """As much of a column's record as a constant needs."""
    column = columns(root).get(name)
    kind, zone = (column.text("type"), column.text("zone")) if column else (None, None)
    if kind not in tuple(ColumnType):
        return None
    known = zone if zone is not None and is_zone(zone) else None
    return ColumnSpec(name=name, headers=(), type=ColumnType(kind), zone=known)


def _map_keys(place: str, node: Keyed) -> Iterator[Mistake]:
    seen: dict[str, str] = {}
    for key in node.entries:
        first = seen.setdefault(fold(key), key)
        if not key.strip():
            message = f"{place}A `map` has no entry for a blank cell."
            yield Mistake(line=node.lines[key], message=message, hint="Write `default` beside it.")
        elif first != key:
            yield Mistake(
                line=node.lines[key],
                message=f"{place}`{key}` and `{first}` are the same value.",
                hint="Capitals and spaces do not count; keep one of them.",
            )


def _map_column(root: Keyed, part: Part) -> Iterator[Mistake]:
    name = part.text("from")
    kind = None if name is None else column_type(root, name)
    if kind not in {None, "text"}:
        yield Mistake(
            line=part.line("map"),
            message=f"{part.place}A `map` reads texts, and the column `{name}` is of type {kind}.",
            hint="Declare a column of the same header with `type: text` for it.",
        )
