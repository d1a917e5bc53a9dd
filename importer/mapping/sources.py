"""Sources: where a value of an action comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from importer.mapping.record import Record, each_once
from importer.mapping.shapes import OneSource, Text, one_of, source_kind
from importer.mapping.template import template_columns

WayOut = Literal["problem", "skip_action"]


class Constant(Record):
    """The same text for every row."""

    text: Text

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads: none."""
        return ()

    @model_validator(mode="before")
    @classmethod
    def _from_scalar(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str) else value


class From(Record):
    """A column's value. Order: read, blank or default, map, type."""

    column: Text = Field(alias="from")
    map: Annotated[Mapping[str, Text], Field(min_length=1)] | None = None
    """What the sheet says → what the CRM is told; keys are compared folded."""
    default: Text | None = None
    """Stands in for a blank cell; written as `typed_constant` reads it."""
    otherwise: Annotated[WayOut | None, one_of(("problem", "skip_action"), "value of `{key}`")] = (
        None
    )
    """When `map` has no entry. None with a `map` means `problem`."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads: one."""
        return (self.column,)


class Template(Record):
    """A text with the cells of columns in it."""

    text: Text
    """`Visited by {by}: {remarks}`; `{{` and `}}` are braces."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads, in their order, each once."""
        return each_once(template_columns(self.text))


Source = Annotated[
    Annotated[Constant, Tag("Constant")]
    | Annotated[From, Tag("From")]
    | Annotated[Template, Tag("Template")],
    Discriminator(source_kind),
    OneSource,
]
