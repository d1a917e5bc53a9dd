"""Custom actions: a bare numeric code and its fields, each in the JSON that its type wants.

Field types: docs.telecrm.in, concepts/field-types. A date travels as epoch milliseconds, because
a date as text is read by the workspace's own day and month order, silently.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal

from importer.mapping import ColumnSpec, ColumnType, Source
from importer.model import Flaw, Table, Value
from importer.resolve import Columns, Flawed, Skip
from importer.validate.entry import Build, Entry, amount_text, epoch_ms, json_text
from importer.validate.money import decimals_flaw
from importer.validate.problems import WHOLE_ROW
from importer.validate.source import Part, column_of, compile_part, merge, place_of
from importer.values import as_source_text


def compile_custom(code: str, fields: Mapping[str, Source], columns: Columns) -> Build:
    """Make the function that gives a row's custom action.

    Args:
        code: the bare numeric code.
        fields: API name of a field → where its value comes from.
        columns: the mapping's declared columns.

    A blank field is left out; an action with no field left is a problem, not an empty action.
    """
    parts = tuple(_field(name, source, columns) for name, source in fields.items())
    start = f'{{"type":{json_text(code)},"fields":{{'
    nothing = Flawed(((_first_place(fields), _NO_FIELD),))

    def build(table: Table, index: int) -> Entry | Flawed | Skip:
        given = [part(table, index) for part in parts]
        texts = [text for text in given if isinstance(text, str)]
        if len(texts) < len(given):
            return merge(given)
        shown = ",".join(filter(None, texts))
        return Entry(f"{start}{shown}}}}}", None) if shown else nothing

    return build


_NO_FIELD = Flaw(
    code="action-without-fields",
    message="Every cell that this row's action takes its fields from is blank.",
    hint="Fill in at least one of them, or give the action a `when` in the mapping.",
)


def _first_place(fields: Mapping[str, Source]) -> str:
    places = map(place_of, fields.values())
    return next(filter(None, places), WHOLE_ROW)


def _field(name: str, source: Source, columns: Columns) -> Part[str]:
    """Make the function that gives `"name":value` as JSON, "" where the value is blank."""
    start = f"{json_text(name)}:"
    write = _writer(column_of(source, columns))

    def read(value: Value) -> str | Flaw:
        if value is None or value == "":
            return ""
        text = write(value)
        return text if isinstance(text, Flaw) else start + text

    return compile_part(source, columns, read)


def _writer(column: ColumnSpec | None) -> Callable[[Value], str | Flaw]:
    """Choose how a field's value is written as JSON, by the type of the column it comes from."""
    match column:
        case ColumnSpec(type=ColumnType.AMOUNT):
            return lambda value: _amount(value, column)
        case ColumnSpec(type=ColumnType.NUMBER):
            return as_source_text
        case ColumnSpec(type=ColumnType.DATE):
            return _date
        case _:
            return lambda value: json_text(as_source_text(value))


def _amount(value: Value, column: ColumnSpec) -> str | Flaw:
    if not isinstance(value, Decimal):
        return json_text(as_source_text(value))
    flaw = decimals_flaw(value, column.currency) if column.currency else None
    return flaw or json_text(amount_text(value, column.currency))


def _date(value: Value) -> str:
    return str(epoch_ms(value)) if isinstance(value, dt.datetime) else json_text(value)
