"""Sources: where a value of an action comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from importer.mapping.record import Record, each_once
from importer.mapping.shapes import OneSource, Text, Texts, one_of, reading, slip, source_kind
from importer.mapping.template import template_columns
from importer.values import FieldType

SEPARATORS: Final = {"comma": ",", "semicolon": ";", "pipe": "|", "line": "\n"}
"""What stands between tags: word → mark; `line` is a line break inside the cell."""


def _separator(text: str) -> str:
    mark = SEPARATORS.get(text, text)
    if len(mark) != 1 or mark.isalnum() or mark == '"':
        raise slip(
            f"`{text}` is no separator.",
            "Write comma, semicolon, pipe or line (a line break in the cell).",
        )
    return mark


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


class ForField(Record):
    """A value that may say what a custom action's field takes."""

    type: Annotated[FieldType | None, one_of(FieldType, "field type")] = None
    """The field's type in the CRM; without it, the type of the column decides."""
    options: Texts | None = None
    """The labels that the field has in the CRM: of a dropdown all of them, or of tags."""
    separator: Annotated[str, reading(_separator)] | None = None
    """What stands between two tags: comma, semicolon, pipe, line, or the character itself."""


class From(ForField):
    """A column's value. Order: read, blank or default, map, type."""

    column: Text = Field(alias="from")
    """The declared column."""
    map: Annotated[Mapping[str, Text], Field(min_length=1)] | None = None
    """What the sheet says: what the CRM is told. Capitals and spaces of the keys do not count."""
    default: Text | None = None
    """What a blank cell stands for; a number as `1500.50`, a date as `2026-04-03`."""
    otherwise: Annotated[WayOut | None, one_of(("problem", "skip_action"), "value of `{key}`")] = (
        None
    )
    """Where `map` has no entry: the row is INVALID (without this, too), or has no such action."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads: one."""
        return (self.column,)


class Template(ForField):
    """A text with the cells of columns in it."""

    text: Text
    """Names of columns in braces: `Visited by {by}: {remarks}`; `{{` and `}}` are braces."""

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
