"""Conditions of a mapping as tests of a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import assert_never

from importer.folding import fold, tidy
from importer.mapping import (
    Above,
    All,
    AnyOf,
    Below,
    Blank,
    ColumnSpec,
    Condition,
    In,
    Is,
    Matches,
    Not,
    typed_constant,
)
from importer.model import Flaw, Table, Value
from importer.resolve.results import REMEMBERED, Columns, Flawed

Test = Callable[[Table, int], bool | Flawed]


def compile_condition(condition: Condition | None, columns: Columns) -> Test:
    """Make the test that tells whether a condition holds for a row; None always holds.

    `is`, `in` and `matches` look at the text as seen: a damaged cell that says the text says it
    ("Grand total" in a date column); one that does not is Flawed, not False. `blank`, `above` and
    `below` need the typed value. `all` is False as soon as one is False, `any` True as soon as one
    is True, whatever the others' cells hold; so a flaw counts only where the result hangs on it.
    """
    match condition:
        case None:
            return lambda _table, _index: True
        case Is() | In() | Matches():
            return _on_text(condition.column, _saying(condition))
        case Blank():
            return _on_blank(condition.column, wanted=condition.blank)
        case Above() | Below():
            return _on_limit(condition, columns[condition.column])
        case All() | AnyOf():
            tests = [compile_condition(inner, columns) for inner in condition.conditions]
            return _joined(tests, decisive=isinstance(condition, AnyOf))
        case Not():
            return _negated(compile_condition(condition.condition, columns))
        case _:
            assert_never(condition)


def _saying(condition: Is | In | Matches) -> Callable[[str], bool]:
    """Whether a text says what the condition asks for."""
    match condition:
        case Matches():
            pattern = re.compile(condition.pattern)
            return lambda text: pattern.search(tidy(text)) is not None
        case Is():
            wanted = frozenset({fold(condition.value)})
        case In():
            wanted = frozenset(map(fold, condition.values))
    return lambda text: fold(text) in wanted


def _on_text(column: str, says: Callable[[str], bool]) -> Test:
    remembered = lru_cache(REMEMBERED)(says)

    def test(table: Table, index: int) -> bool | Flawed:
        if remembered(table.texts[column][index]):
            return True
        value = table.values[column][index]
        return Flawed(((column, value),)) if isinstance(value, Flaw) else False

    return test


def _on_blank(column: str, *, wanted: bool) -> Test:
    def test(table: Table, index: int) -> bool | Flawed:
        value = table.values[column][index]
        if isinstance(value, Flaw):
            return Flawed(((column, value),))
        return (value is None) is wanted

    return test


def _on_limit(condition: Above | Below, spec: ColumnSpec) -> Test:
    column = condition.column
    limit = typed_constant(condition.limit, spec)
    sign = 1 if isinstance(condition, Above) else -1

    def test(table: Table, index: int) -> bool | Flawed:
        value = table.values[column][index]
        if isinstance(value, Flaw):
            return Flawed(((column, value),))
        return value is not None and _order(value, limit) == sign

    return test


def _order(value: Value, limit: Value) -> int:
    """-1, 0 or 1: how two values of one column's type stand to each other."""
    return (value > limit) - (value < limit)  # type: ignore[operator]  # one type


def _joined(tests: Sequence[Test], *, decisive: bool) -> Test:
    """`any` where True is decisive, `all` where False is."""

    def test(table: Table, index: int) -> bool | Flawed:
        flawed: dict[str, Flaw] = {}
        for one in tests:
            verdict = one(table, index)
            if isinstance(verdict, Flawed):
                flawed.update(verdict.cells)
            elif verdict is decisive:
                return decisive
        return Flawed(tuple(flawed.items())) if flawed else not decisive

    return test


def _negated(inner: Test) -> Test:
    def test(table: Table, index: int) -> bool | Flawed:
        verdict = inner(table, index)
        return verdict if isinstance(verdict, Flawed) else not verdict

    return test
