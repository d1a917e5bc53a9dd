"""One statement for many rows, a column at a time.

SQLAlchemy looks at every value of every row by itself, which takes longer than SQLite takes to
store them all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Insert, Update
from sqlalchemy.types import TypeEngine


def execute_many(
    connection: Connection, statement: Insert | Update, many: Sequence[Mapping[str, Any]]
) -> int:
    """Execute a statement once for each of these rows, as `connection.execute` does.

    Args:
        connection: in a transaction.
        statement: an insert of whole rows, or an update whose values are parameters.
        many: parameter → value; the same parameters in each. Without any, nothing is done.

    Returns:
        How many rows were written or changed.
    """
    if not many:
        return 0
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(many[0]))
    if compiled.positiontup is None:  # a database whose parameters have names
        return connection.execute(statement, many).rowcount
    columns = [
        _column(connection, compiled.binds[name].type, [row[name] for row in many])
        for name in compiled.positiontup
    ]
    rows = list(zip(*columns, strict=True))
    return connection.exec_driver_sql(str(compiled), rows).rowcount


def _column(connection: Connection, kind: TypeEngine[Any], values: Sequence[Any]) -> Sequence[Any]:
    """The values as the database's driver takes them."""
    write = kind.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return values if write is None else list(map(write, values))
