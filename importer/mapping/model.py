"""A mapping as records: how a row becomes actions.

Actions, conditions, sources and identity are read straight from the YAML file; an alias names the
key where the file's word is not an attribute's (`from`, `is`, `in`, `not`). Nothing here looks at
data: `importer.resolve` evaluates conditions and sources for a row.
"""

from __future__ import annotations

from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from importer.mapping.conditions import Condition
from importer.mapping.leads import LEAD_IDS, LeadsFile
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
    """How a date is written: `dd/mm/yyyy`, `d-mmm-yy hh:mi`. None: as the whole column proves."""
    zone: str | None = None
    """IANA zone of a date's wall clock: `Asia/Kolkata`. Always given for a date."""
    locale: str | None = None
    """How an amount or number is written: `en_IN`. None: plain digits with at most one `.`."""
    currency: Currency | None = None
    """Of an amount. None where the actions take the currency from a column."""
    length: int | None = None
    """Characters that every one of an id has; None where the mapping does not say."""
    required: bool = False
    """True: a blank cell is a problem, even where no action uses the column."""
    personal: bool | None = None
    """Whether a copy for sharing hides its cells; None: as its type and the identity suggest."""


class ActionSpec(Record):
    """One action that a row may yield."""

    name: Text
    """A part of the action's key: an action that was ever sent keeps its name."""
    type: Text
    """`PAYMENT`, or a custom action's bare numeric code: `1003`."""
    when: Condition | None = None
    """Which rows yield it; without it, every row that is not skipped."""
    amount: Source | None = None
    """Of a PAYMENT: a column of type amount, or a constant greater than 0."""
    currency: Source | None = None
    """Of a PAYMENT: a constant, or a column of type currency or text."""
    status: Source | None = None
    """Of a PAYMENT, which has all three of these; nothing else has any of them."""
    fields: ReadOnly[str, Source] = Field(default_factory=dict)
    """Of a custom action, at least one: the field's API name in the CRM: its value."""
    on_unknown: Annotated[OnUnknown, one_of(("ask", "verify_then_resend"), "value of `{key}`")] = (
        "ask"
    )
    """What is done with one whose fate nobody knew, once it is proven absent: a person decides, or
    it is sent again. Where it is not said, a PAYMENT waits and a custom action is sent again."""

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

    columns: Texts
    """The columns that tell rows apart: a receipt number; or lead, day and project together."""
    equal_rows: Annotated[EqualRows, one_of(("problem", "repeats"), "value of `{key}`")]
    """`problem`: a second row with the same identity is INVALID; `repeats`: they are numbered."""
    exports: Annotated[Exports, one_of(("cumulative", "separate"), "value of `{key}`")] = (
        "cumulative"
    )
    """Whether the next export holds the rows of this one too, or (`separate`) new ones only."""


class SkipRule(Record):
    """Rows that yield no action, and the word that they are counted under."""

    reason: Text
    """The word that these rows are counted under."""
    when: Condition
    """The condition that these rows fulfil."""


class Trailer(Record):
    """The sheet's last row, which says what the rows above it come to."""

    when: Condition
    """The condition that this row fulfils."""
    total: Text | None = None
    """The declared column of amounts whose cell in this row is the sum of those above."""
    rows: Text | None = None
    """The declared column whose cell in this row holds the number of rows above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A whole mapping, checked: every column that it names is declared, every pattern compiles."""

    name: str
    """The file's name without its ending."""
    sheet: SheetSpec
    skip: tuple[SkipRule, ...]
    trailer: Trailer | None
    """None where the sheet has none to be compared with."""
    columns: ReadOnly[str, ColumnSpec]
    """Name → column, in the file's order."""
    lead: str
    """The declared column that says whose row it is."""
    via: LeadsFile | None
    """Where its cells are looked up; None where they are the leads' ids themselves."""
    identity: Identity | None
    """None only where no action is a PAYMENT: then all declared columns together."""
    actions: tuple[ActionSpec, ...]
    text: str
    """The file's text, as it was read."""
    sha256: str
    """Of that text in UTF-8."""
    file: Path | None = None
    """Where it was read from, absolute; None: from no file."""

    @property
    def lead_ids(self) -> str:
        """The column of a table that holds the leads' ids: `lead`, or where they were found."""
        return LEAD_IDS if self.via else self.lead
