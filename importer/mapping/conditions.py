"""Conditions: which rows are skipped, and which yield an action."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, Tag

from importer.mapping.record import Record, each_once
from importer.mapping.shapes import OneCondition, Text, Texts, YesNo, condition_kind


class OnCell(Record):
    """A condition on the cell of one column."""

    column: Text
    """The declared column whose cell is looked at."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads: one."""
        return (self.column,)


class Is(OnCell):
    """The cell says this, whatever its capitals and spaces."""

    value: Text = Field(alias="is")
    """What the cell says, whatever its capitals and spaces."""


class In(OnCell):
    """The cell says one of these, whatever its capitals and spaces."""

    values: Texts = Field(alias="in")
    """The cell says one of these, whatever its capitals and spaces."""


class Blank(OnCell):
    """The cell is blank, or (`false`) is not."""

    blank: YesNo
    """`true`: the cell is blank; `false`: it is not."""


class Matches(OnCell):
    """The pattern (Python's `re`) is found somewhere in the cell's trimmed text."""

    pattern: Text = Field(alias="matches")
    """A pattern (Python's `re`) that is found in the cell; `(?i)`: whatever its capitals."""


class Above(OnCell):
    """The cell's amount, number or date is greater than the limit; a blank cell is not."""

    limit: Text = Field(alias="above")
    """`1500.50` or `2026-04-03`, whatever the sheet does; the cell is greater."""


class Below(OnCell):
    """The cell's amount, number or date is less than the limit; a blank cell is not."""

    limit: Text = Field(alias="below")
    """`1500.50` or `2026-04-03`, whatever the sheet does; the cell is less, or earlier."""


class All(Record):
    """Every one of these holds."""

    conditions: tuple[Condition, ...] = Field(alias="all", min_length=1)
    """Conditions that hold together."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that they read, each once."""
        return each_once(name for inner in self.conditions for name in inner.columns)


class AnyOf(Record):
    """At least one of these holds."""

    conditions: tuple[Condition, ...] = Field(alias="any", min_length=1)
    """Conditions of which one is enough."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that they read, each once."""
        return each_once(name for inner in self.conditions for name in inner.columns)


class Not(Record):
    """This does not hold."""

    condition: Condition = Field(alias="not")
    """The condition that does not hold."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads."""
        return self.condition.columns


Condition = Annotated[
    Annotated[Is, Tag("Is")]
    | Annotated[In, Tag("In")]
    | Annotated[Blank, Tag("Blank")]
    | Annotated[Matches, Tag("Matches")]
    | Annotated[Above, Tag("Above")]
    | Annotated[Below, Tag("Below")]
    | Annotated[All, Tag("All")]
    | Annotated[AnyOf, Tag("AnyOf")]
    | Annotated[Not, Tag("Not")],
    Discriminator(condition_kind),
    OneCondition,
]
