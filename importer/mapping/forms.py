"""The parts of a mapping file that are written in another shape than their record has."""

from __future__ import annotations

import re
from collections.abc import Mapping as ReadOnly
from typing import Annotated, Final
from zoneinfo import available_timezones

from pydantic import BeforeValidator, Field

from importer.folding import fold, nearest
from importer.mapping.model import ActionSpec, ColumnSpec, ColumnType, Identity, SkipRule
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
            "Build it from d dd, m mm mmm, yy yyyy, h hh, mi, ss: `dd/mm/yyyy`.",
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
    find: Annotated[Texts, Field(min_length=1)] | None = None


class SheetForm(Record):
    """Where in a file the sheet is."""

    tab: Text | None = None
    header: HeaderForm | None = None
    delimiter: Annotated[str, reading(_delimiter)] | None = None
    encoding: Annotated[str, reading(_encoding)] | None = None
    hidden_rows: Annotated[HiddenRows, one_of(("read", "skip"), "value of `{key}`")] | None = None

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

    header: Annotated[Texts, Field(min_length=1)]
    type: Annotated[ColumnType, one_of(ColumnType, "column type")]
    format: Annotated[str, reading(_format)] | None = None
    zone: Annotated[str, reading(_zone)] | None = None
    locale: Annotated[str, reading(_locale)] | None = None
    currency: Annotated[Currency, one_of(Currency, "currency of a PAYMENT")] | None = None
    length: Annotated[int, reading(_length)] | None = None
    required: YesNo = False

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
        )


class MappingForm(Record):
    """The whole file."""

    mapping: Annotated[str, reading(_version)]
    sheet: SheetForm = SheetForm()
    skip: Annotated[tuple[SkipRule, ...], BeforeValidator(_rules)] = ()
    columns: Annotated[ReadOnly[str, ColumnForm], Field(min_length=1)]
    lead: Text
    identity: Identity | None = None
    actions: Annotated[tuple[ActionSpec, ...], Field(min_length=1)]
