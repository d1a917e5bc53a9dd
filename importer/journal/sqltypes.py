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


def _read_exact(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


class Exact(TypeDecorator[Decimal]):
    """A Decimal, kept as its plain text: SQLite's own numbers are floats."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Write `1234.50` as `1234.50`."""
        return None if value is None else format(value, "f")

    def result_processor(
        self,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
        coltype: object,  # noqa: ARG002 - the same
    ) -> Callable[[Any], Decimal | None]:
        """Read the digits back; without SQLAlchemy's own steps, which cost more than most do."""
        return _read_exact


_EMPTY: Mapping[str | None, Callable[[], Any]] = {
    None: lambda: None,
    "null": lambda: None,
    "[]": list,
    "{}": dict,
}
"""Most cells of these columns say nothing, and a parser is slow to find that out."""


_NOTHING: Mapping[type, str] = {type(None): "null", list: "[]", dict: "{}"}
_DECODE = json.JSONDecoder().decode
_ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def _write_json(value: Any) -> str:  # noqa: ANN401 - plain data
    if not value and type(value) in _NOTHING:
        return _NOTHING[type(value)]
    return _ENCODE(value)


def _read_json(value: str | None) -> Any:  # noqa: ANN401 - plain data
    return _EMPTY[value]() if value is None or value in _EMPTY else _DECODE(value)


class Json(TypeDecorator[Any]):
    """Plain data as JSON text with sorted keys, so that equal data are equal bytes."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str]:  # noqa: ARG002 - SQLAlchemy's signature
        """Write sorted, compact JSON; without SQLAlchemy's own steps, as `Exact`."""
        return _write_json

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002 - SQLAlchemy's signature
        """Read it back."""
        return _read_json
