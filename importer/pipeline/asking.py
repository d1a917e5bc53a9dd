"""What a person may ask about: a reference, the address of a cell, an id, a value of the sheet."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from itertools import product
from typing import Final

from importer.report.inert import visible


class Kind(StrEnum):
    """What the words that somebody asked with were found to be."""

    REFERENCE = "reference"
    """`20261122-k7f3/17`: a run and a row."""
    CELL = "cell"
    """`payments.xlsx › Payments!F17`, or one of its plainer spellings."""
    ACTION_ID = "action id"
    """The CRM's."""
    LEAD = "lead id"
    VALUE = "value"
    """A source value, such as a receipt number."""


_CELL: Final = re.compile(
    r"(?P<place>.+?)\s*[!›>\s]\s*(?:row\s*)?[A-Z]{0,3}(?P<row>[1-9][0-9]{0,6})",
    re.DOTALL | re.IGNORECASE,
)
_ARROW: Final = re.compile(r"\s*[›>]\s*")
_SPACE: Final = re.compile(r"\s+")


def cell_of(what: str) -> tuple[str, int] | None:
    """(file and tab, row) of the address of a cell or a row; None where it can be none.

    The first is to be looked up among `spellings`: names of files and tabs may hold any of the
    marks that stand between them.
    """
    found = _CELL.fullmatch(what.strip())
    return (_folded(found["place"]), int(found["row"])) if found else None


def spellings(file: str, tab: str | None) -> frozenset[str]:
    """Every way to write a file with its tab, to be compared with what `cell_of` returns.

    A tab may be left out, stand alone, or stand in quotes as Excel writes them: `'Ann''s tab'`. The
    names may be written as the reports show them.
    """
    files = {file, visible(file)}
    if tab is None:
        return frozenset(map(_folded, files))
    doubled = tab.replace("'", "''")
    tabs = {tab, visible(tab), f"'{tab}'", f"'{doubled}'", f'"{tab}"'}
    both = {f"{one}{mark}{other}" for one, mark, other in product(files, "›! ", tabs)}
    return frozenset(map(_folded, files | tabs | both))


def _folded(text: str) -> str:
    """One spelling of what looks the same: a Mac's file names, spaces, capitals, folders."""
    composed = _ARROW.sub("›", unicodedata.normalize("NFC", text))
    name = re.split(r"[/\\]", composed)[-1]
    return _SPACE.sub(" ", name).strip().casefold()
