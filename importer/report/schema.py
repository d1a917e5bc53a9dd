"""The JSON Schema of `reconciliation.json`, made from the records that it is written from."""

from __future__ import annotations

import json
from typing import Final

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from importer.report.document import Document
from importer.report.summary import Summary

SCHEMA_FILE: Final = "reconciliation.schema.json"
"""The schema's name in `docs/`."""


def report_schema() -> JsonSchemaValue:
    """Return the schema, as JSON (Draft 2020-12).

    It allows keys that it does not name: a later version may add some. What `--json` prints is the
    same object with `exit_code` and `reports`, and without `lines`.
    """
    whole, figures = (
        TypeAdapter(shape).json_schema(schema_generator=_Generator) for shape in (Document, Summary)
    )
    whole["properties"] |= figures["properties"]  # an heir's keys come without their sentences
    return {"$schema": GenerateJsonSchema.schema_dialect, **whole}


def report_schema_text() -> str:
    """Return the schema as the text of its file."""
    return json.dumps(report_schema(), indent=2, ensure_ascii=False) + "\n"


class _Generator(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - pydantic's
        """A key is its own title."""
        return False
