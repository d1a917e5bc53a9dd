"""How the journal's columns hold what SQLite has no type for: aware times, money, plain data."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Dialect, String, Text
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[dt.datetime]):
    """An aware time as ISO 8601 text in UTC: sortable, readable, the same on every database."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse a naive time; write the others in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone must not reach the journal")
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:  # noqa: ANN401, ARG002 - SQLAlchemy's signature
        """Read the text back as an aware time."""
        return None if value is None else dt.datetime.fromisoformat(value)


class Exact(TypeDecorator[Decimal]):
    """A Decimal, kept as its plain text: SQLite's own numbers are floats."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Write `1234.50` as `1234.50`."""
        return None if value is None else format(value, "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ANN401, ARG002 - SQLAlchemy's signature
        """Read the digits back."""
        return None if value is None else Decimal(value)


_EMPTY: Mapping[str | None, Callable[[], Any]] = {
    None: lambda: None,
    "null": lambda: None,
    "[]": list,
    "{}": dict,
}
"""Most cells of these columns say nothing, and a parser is slow to find that out."""


class Json(TypeDecorator[Any]):
    """Plain data as JSON text with sorted keys, so that equal data are equal bytes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ANN401, ARG002 - SQLAlchemy's signature
        """Write sorted, compact JSON."""
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002 - SQLAlchemy's signature
        """Read it back."""
        return _EMPTY[value]() if value in _EMPTY else json.loads(value)
