"""A JSON Schema of the mapping file, made from its records, so that editors complete and check it.

It says what `forms` and the records say: keys, words, which part has which shape. What parts mean
together (a PAYMENT is whole, a column is declared) is left to `parse_mapping`, whose sentences name
the line. Whatever `parse_mapping` accepts, the schema accepts, with one exception: a bare `null`
is a text for the reader and nothing for an editor; put it in quotes.
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Mapping
from itertools import pairwise
from textwrap import dedent
from typing import Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from importer.mapping.forms import ColumnForm, MappingForm, SheetForm
from importer.mapping.model import ActionSpec
from importer.mapping.record import Record
from importer.mapping.sources import Constant, From, Template

SCHEMA_FILE: Final = "mapping.schema.json"
"""The schema's name, beside the mappings that point to it."""

_SCALAR: Final = ["string", "number", "boolean"]
"""What an editor makes of a scalar; the reader takes each as its text."""
_NAME: Final = "^[a-z][a-z0-9_]*$"
_SHARPER: Final[Mapping[tuple[type[Record], str], JsonSchemaValue]] = {
    (MappingForm, "mapping"): {"enum": [1, "1"]},
    (MappingForm, "skip"): {"type": ["array", "null"]},
    (MappingForm, "columns"): {"propertyNames": {"pattern": _NAME}},
    (SheetForm, "delimiter"): {"examples": ["comma", "semicolon", "tab", "pipe"]},
    (SheetForm, "encoding"): {"examples": ["utf-8", "cp1252", "utf-16"]},
    (ColumnForm, "format"): {"examples": ["dd/mm/yyyy", "d-mmm-yy", "dd/mm/yyyy hh:mi"]},
    (ColumnForm, "zone"): {"examples": ["Asia/Kolkata", "Asia/Dubai", "UTC"]},
    (ColumnForm, "locale"): {"examples": ["en_IN", "en_US", "de_DE"]},
    (ActionSpec, "name"): {"pattern": _NAME},
    (ActionSpec, "type"): {"pattern": "^(PAYMENT|[0-9]+)$", "examples": ["PAYMENT", "1003"]},
    (From, "separator"): {"examples": ["comma", "semicolon", "pipe", "line"]},
    (Template, "separator"): {"examples": ["comma", "semicolon", "pipe", "line"]},
}
"""(record, key) → what is known of its value beyond its type."""


def mapping_schema() -> JsonSchemaValue:
    """Return the schema, as JSON (Draft 2020-12)."""
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        **MappingForm.model_json_schema(by_alias=True, schema_generator=_Generator),
    }


def mapping_schema_text() -> str:
    """Return the schema as the text of its file."""
    return json.dumps(mapping_schema(), indent=2) + "\n"


class _Generator(GenerateJsonSchema):
    """Reads a mapping's records as an editor sees the file: texts may look like numbers."""

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:  # noqa: ARG002 - pydantic's
        """Any scalar that is not blank."""
        return {"type": [*_SCALAR], "pattern": r"\S"}

    def int_schema(self, schema: core_schema.IntSchema) -> JsonSchemaValue:  # noqa: ARG002 - pydantic's
        """A whole number, also in quotes."""
        return {"type": ["integer", "string"], "minimum": 1, "pattern": "^[0-9]+$"}

    def bool_schema(self, schema: core_schema.BoolSchema) -> JsonSchemaValue:  # noqa: ARG002 - pydantic's
        """True or false, also in quotes."""
        return {"type": ["boolean", "string"], "pattern": "^(true|false)$"}

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """What may be left out is not written as nothing."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Only a word is shown as a default: other records stand for keys that are left out."""
        told = isinstance(schema.get("default"), str | bool)
        return super().default_schema(schema) if told else self.generate_inner(schema["schema"])

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """A record, each key with the sentence that stands under it in the code."""
        record = schema["cls"]
        if record is Constant:
            return self.str_schema(core_schema.str_schema())
        found = super().model_schema(schema)
        found.pop("title", None)
        said = _sentences(record)
        for name, field in record.model_fields.items():
            key = field.alias or name
            told = {"description": said[name]} if name in said else {}
            found["properties"][key] |= told | _SHARPER.get((record, key), {})
        return found

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Keys of any name."""
        of_any_name = core_schema.dict_schema(
            values_schema=schema["values_schema"], min_length=schema.get("min_length")
        )
        return super().dict_schema(of_any_name)

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        """One of the words."""
        return {"enum": [member.value for member in schema["members"]]}

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - pydantic's
        """A key is its own title."""
        return False


def _sentences(record: type[Record]) -> dict[str, str]:
    """Name of a field → the text under it in its class, the classes that it comes from included."""
    said: dict[str, str] = {}
    for owner in reversed(record.__mro__):
        if issubclass(owner, Record):
            body = ast.parse(dedent(inspect.getsource(owner))).body[0]
            for line, under in pairwise(ast.iter_child_nodes(body)):
                match line, under:
                    case (
                        ast.AnnAssign(target=ast.Name(id=name)),
                        ast.Expr(value=ast.Constant(value=str(text))),
                    ):
                        said[name] = inspect.cleandoc(text)
    return said
