"""Statements that are executed often: SQLAlchemy looks at each once, and at no value by itself.

What it does for every execution, and for every value of every row, takes longer than SQLite takes
to store them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias, cast

from sqlalchemy import Connection, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
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
    cursor = _cursor(connection)
    rows = list(zip(*columns, strict=True))
    try:
        cursor.executemany(text, rows)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _known(connection, text, rows, error) from error
    return int(cursor.rowcount)


def execute_one(
    connection: Connection, statement: Statement, values: Mapping[str, Any]
) -> Sequence[tuple[Any, ...]]:
    """Execute a statement once, as `connection.execute` does.

    Args:
        connection: in a transaction.
        statement: what it selects or returns are numbers and texts, which need no reading.
        values: parameter → value.

    Returns:
        What it selects or returns, as the driver gives it.
    """
    text, places = _compile(statement, connection.dialect, tuple(values))
    row = tuple(_written(values.get(name, usual), write) for name, usual, write in places)
    return execute_text(connection, text, row)


def execute_text(
    connection: Connection, text: str, row: tuple[Any, ...] = ()
) -> Sequence[tuple[Any, ...]]:
    """Hand a statement to the driver; the rest as `execute_one`."""
    cursor = _cursor(connection)
    try:
        return cast("Sequence[tuple[Any, ...]]", cursor.execute(text, row).fetchall())
    except connection.dialect.loaded_dbapi.Error as error:
        raise _known(connection, text, row, error) from error


def _cursor(connection: Connection) -> Any:  # noqa: ANN401 - of the driver
    # What SQLAlchemy builds around each execution costs half of what SQLite does in it.
    if not connection.in_transaction():
        raise RuntimeError("a change outside of a transaction would be on disk by itself")
    return connection.connection.cursor()


def _known(connection: Connection, text: str, given: Any, error: Exception) -> Exception:  # noqa: ANN401 - rows
    """The driver's error as SQLAlchemy tells of it."""
    dialect = connection.dialect
    return DBAPIError.instance(text, given, error, dialect.loaded_dbapi.Error, dialect=dialect)


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
