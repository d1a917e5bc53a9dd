"""Which rows are judged alike: those whose cells pass the same tests.

What becomes of a row hangs on few things: which conditions hold, whether each value can be read and
fits where it goes, what a status or a currency is. Each of these is a test of one cell, asked once
for each distinct cell of its column. Rows whose cells answer all tests alike are judged by one of
them; in what they say (leads, amounts, notes) they may differ.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from collections.abc import Mapping as ReadOnly
from decimal import Decimal
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from importer.columns import ByCode, Known, Parsed, Places
from importer.mapping import (
    ActionSpec,
    All,
    AnyOf,
    Blank,
    ColumnType,
    Condition,
    Constant,
    From,
    Mapping,
    Not,
    Source,
    Template,
)
from importer.model import Flaw, Table, Value
from importer.resolve import Flawed, compile_condition
from importer.validate.custom import field_part
from importer.validate.payment import amount_part, currency_part, status_part
from importer.values import CENTS, FieldType, as_source_text

Ask = Callable[[Table, int], Hashable]
"""(table of one column's distinct cells, index of one of them) → its answer to a test."""

_FREE: Final = frozenset(
    {ColumnType.TEXT, ColumnType.ID, ColumnType.LEAD_ID, ColumnType.EMAIL, ColumnType.PHONE}
)
"""Columns whose sound texts all fit into a field of text."""
_FITTING: Final = {(FieldType.EMAIL, ColumnType.EMAIL)}
"""Other fields that all sound cells of a column fit into."""
_FLAWED: Final = "flawed"
_MOST: Final = 1 << 62
"""Signatures that a number can hold."""


class Alike:
    """The tests that a mapping puts to the cells of each column."""

    def __init__(self, mapping: Mapping) -> None:
        self._tests: dict[str, list[Ask]] = {name: [] for name in mapping.columns}
        self._unlike: set[str] = set()
        """Columns of which each distinct cell is a class of its own."""
        self._told_apart: set[str] = set()
        """Columns whose sound texts are not all one class."""
        self._mapping = mapping
        for condition in _conditions(mapping):
            self._on_condition(condition)
        for action in mapping.actions:
            self._on_action(action)

    @property
    def alike(self) -> frozenset[str]:
        """The columns of which all sound texts are one class."""
        return frozenset(self._tests) - self._unlike - self._told_apart

    def classes(self) -> ReadOnly[str, ByCode]:
        """Make, for each column, what tells the classes of its cells."""
        return {name: ByCode(self._class_of(name), 0, np.int64) for name in self._tests}

    def _class_of(self, name: str) -> Callable[[Known, int], int]:
        tests, numbers = self._tests[name], dict[Hashable, int]()

        def class_of(known: Known, code: int) -> int:
            if name in self._unlike:
                return code
            value, table = known.values[code], known.table(name)
            state = _FLAWED if isinstance(value, Flaw) else value is None
            answers = (state, *(ask(table, code) for ask in tests))
            return numbers.setdefault(answers, len(numbers) + 1)

        return class_of

    def _on_condition(self, condition: Condition) -> None:
        match condition:
            case All() | AnyOf():
                for inner in condition.conditions:
                    self._on_condition(inner)
            case Not():
                self._on_condition(condition.condition)
            case _:
                test = compile_condition(condition, self._mapping.columns)
                self._tests[condition.column].append(_answering(test))
                if not isinstance(condition, Blank):
                    self._told_apart.add(condition.column)

    def _on_action(self, action: ActionSpec) -> None:
        columns = self._mapping.columns
        if action.amount is not None and action.currency is not None and action.status is not None:
            self._on_amount(action.amount)
            for source, part in (
                (action.currency, currency_part(action.currency, columns)),
                (action.status, status_part(action.status, columns)),
            ):
                self._on_source(source, _answering(part))
        for name, source in action.fields.items():
            ask = _given(field_part(name, source, columns))
            if not self._is_free(source):
                self._on_source(source, ask)
            elif isinstance(source, From):
                self._tests[source.column].append(ask)

    def _on_source(self, source: Source, ask: Ask) -> None:
        match source:
            case From():
                self._tests[source.column].append(ask)
                self._told_apart.add(source.column)
            case Template():
                self._unlike.update(source.columns)
            case Constant():
                pass

    def _on_amount(self, source: Source) -> None:
        """Amounts of a column differ from row to row; all other ones are a class for each."""
        columns = self._mapping.columns
        part, column = amount_part(source, columns), own_amounts(source, self._mapping)
        if column is None:
            self._on_source(source, _answering(part))
            return
        currency = columns[column].currency
        if currency is None or currency.decimals < CENTS:
            self._told_apart.add(column)

        def ask(table: Table, index: int) -> Hashable:
            amount = part(table, index)
            return _decimals(amount) if isinstance(amount, Decimal) else _answer(amount)

        self._tests[column].append(ask)

    def _is_free(self, source: Source) -> bool:
        """Whether any sound text fits, so that only a blank or flawed cell makes a difference."""
        if isinstance(source, Constant):
            return True
        is_text = source.type in {None, FieldType.TEXT}
        if isinstance(source, Template):
            return is_text
        type_ = self._mapping.columns[source.column].type
        fits = type_ in _FREE if is_text else (source.type, type_) in _FITTING
        return source.map is None and fits


def own_amounts(source: Source | None, mapping: Mapping) -> str | None:
    """Return the column whose amounts a source hands on as they are; None where it does not."""
    if not isinstance(source, From) or source.map is not None:
        return None
    return source.column if mapping.columns[source.column].type is ColumnType.AMOUNT else None


def _conditions(mapping: Mapping) -> Iterator[Condition]:
    yield from (rule.when for rule in mapping.skip)
    if mapping.trailer is not None:
        yield mapping.trailer.when
    yield from (action.when for action in mapping.actions if action.when is not None)


def _answering(part: Callable[[Table, int], object]) -> Ask:
    return lambda table, index: _answer(part(table, index))


def _given(part: Callable[[Table, int], object]) -> Ask:
    """Ask whether a field gets something; what it gets does not matter."""

    def ask(table: Table, index: int) -> Hashable:
        given = part(table, index)
        return bool(given) if isinstance(given, str) else _answer(given)

    return ask


def _answer(found: Any) -> Hashable:  # noqa: ANN401 - whatever a test gives
    """What a row is judged by: of a flaw, that there is one."""
    if isinstance(found, Flawed):
        return _FLAWED
    return type(found), str(found)


def _decimals(amount: Decimal) -> int:
    return len(as_source_text(amount).partition(".")[2])


def likes(
    table: Table, classes: ReadOnly[str, ByCode], names: Sequence[str], places: Places
) -> Iterator[Places]:
    """Yield places of rows that are alike, in the order of their first rows.

    Args:
        table: the rows.
        classes: column → what tells the classes of its cells.
        names: the columns that count.
        places: of the rows that are to be told apart.
    """
    if not len(places):
        return
    _, begins, kind = np.unique(
        _signatures(table, classes, names)[places], return_index=True, return_inverse=True
    )
    by_kind = places[np.argsort(kind, kind="stable")]
    groups = np.split(by_kind, np.cumsum(np.bincount(kind))[:-1])
    yield from (groups[at] for at in np.argsort(begins).tolist())


def firsts(groups: Sequence[Places]) -> Places:
    """Return the first place of each group."""
    return np.array([places[0] for places in groups], np.int64)


def _signatures(
    table: Table, classes: ReadOnly[str, ByCode], names: Sequence[str]
) -> NDArray[np.int64]:
    """Return a number for each row, equal where all of its cells are in the same classes."""
    together = np.zeros(len(table.numbers), np.int64)
    size = 1
    for name in names:
        column = table.values[name]
        found = classes[name].of(column) if isinstance(column, Parsed) else _plainly(column)
        span = int(found.max(initial=0)) + 1
        if size * span > _MOST:
            _, together = np.unique(together, return_inverse=True)
            size = int(together.max(initial=0)) + 1
        together = together * span + found
        size *= span
    return together


def _plainly(column: Sequence[Value | Flaw]) -> NDArray[np.int64]:
    """Tell the classes of a column that is none of the sheet's, such as leads that were found."""
    states = (1 if isinstance(cell, Flaw) else 2 if cell is None else 0 for cell in column)
    return np.fromiter(states, np.int64, len(column))
