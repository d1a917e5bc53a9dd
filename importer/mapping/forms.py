"""The parts of a mapping file that are written in another shape than their record has."""

from __future__ import annotations

import re
from collections.abc import Mapping as ReadOnly
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import available_timezones

from pydantic import BeforeValidator, Discriminator, Field, Tag

from importer.folding import fold, nearest
from importer.mapping.leads import Country, LeadsFile
from importer.mapping.model import ActionSpec, ColumnSpec, ColumnType, Identity, SkipRule, Trailer
from importer.mapping.record import Record
from importer.mapping.shapes import Text, Texts, YesNo, one_of, reading, slip
from importer.model import Currency, HiddenRows, SheetSpec
from importer.values import date_pattern, is_locale, is_zone

VERSION: Final = "1"
"""Of the mapping file's format; the first line of each says it."""

_DELIMITERS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
_LAST_ROW: Final = 1_048_576
"""Rows of an Excel tab."""
_ABBREVIATIONS: Final = {"ist": "Asia/Kolkata"}
"""Folded; other letters stand for too many places to be told one."""
_SAME_PLACE: Final = 0.9
"""How much alike a place and its misspelling are; `Asia/Mumbai` and `Asia/Dubai` are 0.86."""


def _version(text: str) -> str:
    if text != VERSION:
        raise slip(
            f"This importer reads mappings of version {VERSION}; this one says `{text}`.",
            "Write `mapping: 1`, or use the importer that the file was written for.",
        )
    return text


def _row(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,6}", text) or int(text) > _LAST_ROW:
        raise slip(f"`{text}` is no row.", "Write the number that Excel shows: `row: 4`.")
    return int(text)


def _length(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]?", text):
        raise slip(f"`{text}` is no length.", "Write how many characters each has: `length: 8`.")
    return int(text)


def _delimiter(text: str) -> str:
    mark = _DELIMITERS.get(text, text)
    if len(mark) != 1 or mark.isalnum() or mark == '"':
        raise slip(f"`{text}` is no delimiter.", "Write comma, semicolon, tab or pipe.")
    return mark


def _encoding(text: str) -> str:
    try:
        "".encode(text)  # refuses codecs that are no text encoding, such as base64
    except (LookupError, ValueError):
        raise slip(
            f"`{text}` is no encoding.",
            "Write one such as utf-8, cp1252 (Windows, Western Europe) or utf-16.",
        ) from None
    return text


def _format(text: str) -> str:
    try:
        date_pattern(text)
    except ValueError as error:
        raise slip(
            f"`{text}` is no date format: {error}.",
            "Build it from d dd, m mm mmm mmmm, yy yyyy, h hh, mi, ss, am: `dd/mm/yyyy`.",
        ) from None
    return text


def _zone(text: str) -> str:
    if not is_zone(text):
        meant = _ABBREVIATIONS.get(fold(text)) or nearest(text, _places(), cutoff=_SAME_PLACE)
        raise slip(
            f"`{text}` is no time zone.",
            f"Did you mean `{meant}`?" if meant else "Write the place, as in `Asia/Kolkata`.",
        )
    return text


def _places() -> list[str]:
    """Zones by area and city; `Etc/GMT+5` and the like are named by hours, with the sign turned."""
    return [name for name in sorted(available_timezones()) if re.match(r"(?!Etc/)\w+/", name)]


def _locale(text: str) -> str:
    if not is_locale(text):
        raise slip(
            f"`{text}` is no locale.",
            "Write one such as en_IN (1,25,000.50), en_US (125,000.50) or de_DE (125.000,50).",
        )
    return text


def _rules(value: object) -> object:
    """All entries under a key may be commented out."""
    return () if value == "" else value


class HeaderForm(Record):
    """Where the header is: exactly one of the two."""

    row: Annotated[int, reading(_row)] | None = None
    """The row that Excel shows."""
    find: Texts | None = None
    """The header is the first row that holds all of these."""


class SheetForm(Record):
    """Where in a file the sheet is."""

    tab: Text | None = None
    """The workbook's tab; without it, the first that is not hidden."""
    header: HeaderForm | None = None
    """Where the header is: `{row: 4}` or `{find: [Lead ID, Receipt No]}`; without it, in row 1."""
    delimiter: Annotated[str, reading(_delimiter)] | None = None
    """Of a CSV: comma, semicolon, tab, pipe, or the mark itself; without it, the one that fits."""
    encoding: Annotated[str, reading(_encoding)] | None = None
    """Of a CSV that is neither UTF-8 nor marked: `cp1252` for an older Windows program."""
    hidden_rows: Annotated[HiddenRows, one_of(("read", "skip"), "value of `{key}`")] | None = None
    """What is done with rows that the sheet hides; needed only where there are some."""

    def record(self) -> SheetSpec:
        """The record; without a `header`, it is in row 1."""
        header = self.header or HeaderForm(row=1)
        return SheetSpec(
            tab=self.tab,
            header_row=header.row,
            header_find=header.find or (),
            delimiter=self.delimiter,
            encoding=self.encoding,
            hidden_rows=self.hidden_rows,
        )


class ColumnForm(Record):
    """One column; its name is the key that it stands under."""

    header: Texts
    """The header in the sheet, or a list of headers that it may have."""
    type: Annotated[ColumnType, one_of(ColumnType, "column type")]
    """How its cells are read."""
    format: Annotated[str, reading(_format)] | None = None
    """How a date is written where the cell is a text: `dd/mm/yyyy`, `d-mmm-yy hh:mi`."""
    zone: Annotated[str, reading(_zone)] | None = None
    """Of a date, which needs it: the time zone of the sheet's clock, by its place."""
    locale: Annotated[str, reading(_locale)] | None = None
    """How an amount or number is written: `en_IN` is 1,25,000.50; without it, plain digits."""
    currency: Annotated[Currency, one_of(Currency, "currency of a PAYMENT")] | None = None
    """The currency of a whole column of amounts, unless a PAYMENT takes it from a column."""
    length: Annotated[int, reading(_length)] | None = None
    """How many characters every one of an id has."""
    required: YesNo = False
    """`true`: a blank cell is a problem in every row that is not skipped."""
    personal: YesNo | None = None
    """Whether `report --mask` hides its cells; else all but money, dates and ids of rows."""

    def record(self, name: str) -> ColumnSpec:
        """The record of the column of this name."""
        return ColumnSpec(
            name=name,
            headers=self.header,
            type=self.type,
            format=self.format,
            zone=self.zone,
            locale=self.locale,
            currency=self.currency,
            length=self.length,
            required=self.required,
            personal=self.personal,
        )


class LeadsForm(Record):
    """The leads of a sheet without lead ids: looked up in another file."""

    via: Text
    """The file that says which lead is whose: an export of leads, beside the mapping."""
    match: Text
    """The declared column by which a row finds its lead there: a phone number, an address."""
    id: Texts = ("Lead ID",)
    """The header of that file's column of lead ids, or a list of headers."""
    header: Texts | None = None
    """The header of that file's column to compare with; without it, as in the sheet."""
    sheet: SheetForm = SheetForm()
    """Where in that file the leads are."""
    country: Country | None = None
    """Whose phone numbers are meant where one has no country code."""

    def record(self) -> LeadsFile:
        """The record; its path is as written."""
        return LeadsFile(
            path=Path(self.via),
            sheet=self.sheet.record(),
            id=self.id,
            headers=self.header or (),
            country=self.country,
        )


def lead_kind(value: object) -> str:
    """Name of what `lead` is, decided by its shape."""
    return "LeadsForm" if isinstance(value, dict | LeadsForm) else "Constant"


Lead = Annotated[
    Annotated[Text, Tag("Constant")] | Annotated[LeadsForm, Tag("LeadsForm")],
    Discriminator(lead_kind),
]
"""A declared column of ids, or a file to look them up in."""


class MappingForm(Record):
    """How a row of a sheet becomes actions: the whole file."""

    mapping: Annotated[str, reading(_version)]
    """The version of the format: `1`."""
    sheet: SheetForm = SheetForm()
    """Where in the file the sheet is."""
    skip: Annotated[tuple[SkipRule, ...], BeforeValidator(_rules)] = ()
    """Rows that yield no action, each with its reason; blank rows are always skipped."""
    trailer: Trailer | None = None
    """The sheet's last row, where it adds the rows above it up."""
    columns: Annotated[ReadOnly[str, ColumnForm], Field(min_length=1)]
    """Each column that this mapping knows, under the name that the rest of the file uses."""
    lead: Lead
    """The column of type lead_id that says whose row it is; or a file to look the leads up in."""
    identity: Identity | None = None
    """What makes two rows the same, so that nothing is sent twice; needed with a PAYMENT."""
    actions: Annotated[tuple[ActionSpec, ...], Field(min_length=1)]
    """What a row becomes; at least one."""
