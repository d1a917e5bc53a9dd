"""Statements that are executed often: SQLAlchemy looks at each once, and at no value by itself.

What it does for every execution, and for every value of every row, takes longer than SQLite takes
to store them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import Connection, CursorResult, Dialect, Insert, Select, Update
from sqlalchemy.sql.dml import ReturningInsert

Statement: TypeAlias = Insert | Update | Select[Any] | ReturningInsert[Any]

_Writer: TypeAlias = Callable[[Any], Any] | None
_Place: TypeAlias = tuple[str, Any, _Writer]
"""A parameter, in the order of the text: name, value where none is given, how it is written."""


def execute_many(
    connection: Connection, statement: Insert | Update, many: Sequence[Mapping[str, Any]]
) -> int:
    """Execute a statement once for each of these rows, as `connection.execute` does.

    Args:
        connection: in a transaction.
        statement: an insert of whole rows, or an update.
        many: parameter → value; the same parameters in each. Without any, nothing is done.

    Returns:
        How many rows were written or changed.
    """
    if not many:
        return 0
    text, places = _compile(statement, connection.dialect, tuple(many[0]))
    columns = [_column(place, many) for place in places]
    return connection.exec_driver_sql(text, list(zip(*columns, strict=True))).rowcount


def execute_one(
    connection: Connection, statement: Statement, values: Mapping[str, Any]
) -> CursorResult[Any]:
    """Execute a statement once, as `connection.execute` does.

    Args:
        connection: in a transaction.
        statement: what it selects or returns are numbers and texts, which need no reading.
        values: parameter → value.
    """
    text, places = _compile(statement, connection.dialect, tuple(values))
    row = tuple(_written(values.get(name, usual), write) for name, usual, write in places)
    return connection.exec_driver_sql(text, row)


@lru_cache(maxsize=64)
def _compile(
    statement: Statement, dialect: Dialect, names: tuple[str, ...]
) -> tuple[str, tuple[_Place, ...]]:
    """The statement as the driver takes it, whose parameters have no names."""
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    binds = [compiled.binds[name] for name in compiled.positiontup or ()]
    return str(compiled), tuple(
        (bind.key, bind.effective_value, bind.type.dialect_impl(dialect).bind_processor(dialect))
        for bind in binds
    )


def _column(place: _Place, many: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
    """The values of one parameter as the database's driver takes them."""
    name, usual, write = place
    if name not in many[0]:
        return [_written(usual, write)] * len(many)
    values = [row[name] for row in many]
    return values if write is None else list(map(write, values))


def _written(value: Any, write: _Writer) -> Any:  # noqa: ANN401 - as the driver takes it
    return value if write is None else write(value)
