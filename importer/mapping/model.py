"""A mapping as records: how a row becomes actions.

Actions, conditions, sources and identity are read straight from the YAML file; an alias names the
key where the file's word is not an attribute's (`from`, `is`, `in`, `not`). Nothing here looks at
data: `importer.resolve` evaluates conditions and sources for a row.
"""

from __future__ import annotations

from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from importer.mapping.conditions import Condition
from importer.mapping.record import Record, each_once
from importer.mapping.shapes import Text, Texts, one_of
from importer.mapping.sources import Source
from importer.model import Currency, SheetSpec

OnUnknown = Literal["ask", "verify_then_resend"]
EqualRows = Literal["problem", "repeats"]
Exports = Literal["cumulative", "separate"]


class ColumnType(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    ID = "id"
    LEAD_ID = "lead_id"
    AMOUNT = "amount"
    CURRENCY = "currency"
    NUMBER = "number"
    DATE = "date"
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSpec:
    """One declared column."""

    name: str
    """The name that the rest of the mapping uses."""
    headers: tuple[str, ...]
    """The headers that it may have in the sheet; one of them must be there."""
    type: ColumnType
    format: str | None = None
    """How a date is written: `dd/mm/yyyy`, `d-mmm-yy hh:mi`. Always given for a date."""
    zone: str | None = None
    """IANA zone of a date's wall clock: `Asia/Kolkata`. Always given for a date."""
    locale: str | None = None
    """How an amount or number is written: `en_IN`. None: plain, or commas that leave no doubt."""
    currency: Currency | None = None
    """Of an amount. None where the actions take the currency from a column."""
    length: int | None = None
    """Characters that every one of an id has; None where the mapping does not say."""
    required: bool = False
    """True: a blank cell is a problem, even where no action uses the column."""


class ActionSpec(Record):
    """One action that a row may yield."""

    name: Text
    """A part of the action's key: an action that was ever sent keeps its name."""
    type: Text
    """`PAYMENT`, or a custom action's bare numeric code: `1003`."""
    when: Condition | None = None
    """None: every row that is not skipped."""
    amount: Source | None = None
    currency: Source | None = None
    status: Source | None = None
    """These three belong to a PAYMENT, which has all of them, and to nothing else."""
    fields: ReadOnly[str, Source] = Field(default_factory=dict)
    """API name of a custom action's field → its value; at least one for a custom action."""
    on_unknown: Annotated[OnUnknown, one_of(("ask", "verify_then_resend"), "value of `{key}`")] = (
        "ask"
    )
    """What may be done with one that nobody knows the fate of and that is proven absent."""

    @property
    def sources(self) -> dict[str, Source]:
        """Path inside the entry (`amount`, `fields.note`) → where its value comes from."""
        own = {"amount": self.amount, "currency": self.currency, "status": self.status}
        given = {path: source for path, source in own.items() if source is not None}
        return given | {f"fields.{name}": source for name, source in self.fields.items()}

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that its sources and its condition read, each once."""
        reads = [source.columns for source in self.sources.values()]
        reads.append(self.when.columns if self.when else ())
        return each_once(name for names in reads for name in names)


class Identity(Record):
    """What makes two rows the same."""

    columns: Annotated[Texts, Field(min_length=1)]
    equal_rows: Annotated[EqualRows, one_of(("problem", "repeats"), "value of `{key}`")]
    """`problem`: a second row with the same identity is INVALID; `repeats`: they are numbered."""
    exports: Annotated[Exports, one_of(("cumulative", "separate"), "value of `{key}`")] = (
        "cumulative"
    )
    """Whether the next export holds the rows of this one too."""


class SkipRule(Record):
    """Rows that yield no action, and the word that they are counted under."""

    reason: Text
    when: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A whole mapping, checked: every column that it names is declared, every pattern compiles."""

    name: str
    """The file's name without its ending."""
    sheet: SheetSpec
    skip: tuple[SkipRule, ...]
    columns: ReadOnly[str, ColumnSpec]
    """Name → column, in the file's order."""
    lead: str
    """The declared column that holds the lead's id."""
    identity: Identity | None
    """None only where no action is a PAYMENT: then all declared columns together."""
    actions: tuple[ActionSpec, ...]
    text: str
    """The file's text, as it was read."""
    sha256: str
    """Of that text in UTF-8."""
