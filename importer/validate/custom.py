"""Custom actions: a bare numeric code and its fields, each in the JSON that its type wants."""

from __future__ import annotations

from collections.abc import Mapping

from importer.mapping import Source
from importer.model import Flaw, Table, Value
from importer.resolve import Columns, Flawed, Skip
from importer.validate.entry import Build, Entry, json_text
from importer.validate.field_types import field_writer
from importer.validate.problems import WHOLE_ROW
from importer.validate.source import Part, compile_part, merge, place_of


def compile_custom(code: str, fields: Mapping[str, Source], columns: Columns) -> Build:
    """Make the function that gives a row's custom action.

    Args:
        code: the bare numeric code.
        fields: API name of a field → where its value comes from.
        columns: the mapping's declared columns.

    A blank field is left out; an action with no field left is a problem, not an empty action.
    """
    parts = tuple(field_part(name, source, columns) for name, source in fields.items())
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


def field_part(name: str, source: Source, columns: Columns) -> Part[str]:
    """Make the function that gives `"name":value` as JSON, "" where the value is blank."""
    start = f"{json_text(name)}:"
    write = field_writer(source, columns)

    def read(value: Value) -> str | Flaw:
        text = "" if value is None or value == "" else write(value)
        return start + text if isinstance(text, str) and text else text

    return compile_part(source, columns, read)
