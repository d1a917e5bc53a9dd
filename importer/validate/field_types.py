"""The JSON of a field: by the type that the mapping gives it, else by the type of its column.

Source: docs.telecrm.in, concepts/field-types. A date travels as epoch milliseconds, because a date
as text is read by the workspace's own day and month order, silently.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from importer.mapping import ColumnSpec, ColumnType, Constant, Source
from importer.model import Flaw, Value
from importer.resolve import Columns
from importer.validate.entry import amount_text, epoch_ms, json_of_text, json_text
from importer.validate.money import decimals_flaw
from importer.validate.source import column_of
from importer.values import FieldReader, FieldType, FieldValue, as_source_text, field_reader

Write = Callable[[Value], str | Flaw]
"""Typed value, not blank → its JSON, "" where nothing of it is left, or why it does not fit."""

_OWN: Final = {ColumnType.NUMBER: FieldType.NUMBER, ColumnType.DATE: FieldType.DATE}
"""The types of column that say by themselves what a field takes of them; others give texts."""


def field_writer(source: Source, columns: Columns) -> Write:
    """Choose how a field's value is written.

    Args:
        source: where the value comes from; its `type`, where it has one, is the field's.
        columns: the mapping's declared columns.
    """
    column = column_of(source, columns)
    fit = _reader(source, column)
    is_amount = column is not None and column.type is ColumnType.AMOUNT

    def write(value: Value) -> str | Flaw:
        known = _payable(value, column) if is_amount else value
        fitted = known if isinstance(known, Flaw) else fit(known)
        if isinstance(fitted, Flaw):
            return fitted
        return "" if fitted is None else _json(fitted)

    return write


def _reader(source: Source, column: ColumnSpec | None) -> FieldReader:
    if not isinstance(source, Constant) and source.type is not None:
        return field_reader(source.type, source.options or (), source.separator or "")
    own = FieldType.TEXT if column is None else _OWN.get(column.type, FieldType.TEXT)
    return field_reader(own, (), "")


def _payable(value: Value, column: ColumnSpec | None) -> Value | Flaw:
    """An amount as the API spells it, once it is one of its currency; else the value as it is."""
    if column is None or column.type is not ColumnType.AMOUNT or not isinstance(value, Decimal):
        return value
    flaw = decimals_flaw(value, column.currency) if column.currency else None
    return flaw or amount_text(value, column.currency)


def _json(value: FieldValue) -> str:
    match value:
        case str():
            return json_of_text(value)
        case dt.datetime():
            return str(epoch_ms(value))
        case Decimal():
            return as_source_text(value)
        case _:
            return json_text(value)
