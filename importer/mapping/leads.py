"""The leads file: where the rows of a sheet without lead ids find their leads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from importer.mapping.record import Record
from importer.mapping.shapes import reading, slip
from importer.model import SheetSpec

LEAD_IDS: Final = "lead id"
"""The column of a table that holds the ids found; its space keeps it apart from declared names."""

_FEWEST, _MOST = 7, 14
"""Digits of a national number: fewer are no phone number, more leave no room for a country code
(E.164: 15 digits in all)."""


def _code(text: str) -> str:
    if not re.fullmatch(r"\+?[1-9][0-9]{0,2}", text):
        raise slip(f"`{text}` is no country code.", "Write its digits: `code: 91` for India.")
    return text.removeprefix("+")


def _digits(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", text) or not _FEWEST <= int(text) <= _MOST:
        raise slip(
            f"`{text}` is no number of digits.",
            "Write how many a number has without its country code: `digits: 10` for India.",
        )
    return int(text)


class Country(Record):
    """Whose phone numbers are meant where one is written without a country code."""

    code: Annotated[str, reading(_code)]
    """Without `+`: `91`."""
    digits: Annotated[int, reading(_digits)]
    """How many a number of this country has after its code. One of another length is not one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadsFile:
    """An export of leads, and what a sheet's rows are looked up by in it."""

    path: Path
    """As the mapping writes it; `read_mapping` puts the mapping's own folder before it."""
    sheet: SheetSpec
    """Where in the file the leads are."""
    id: tuple[str, ...]
    """The headers that the column of lead ids may have."""
    headers: tuple[str, ...]
    """The headers that the other column may have; none: those of the sheet's own column."""
    country: Country | None
