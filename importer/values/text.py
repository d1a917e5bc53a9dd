"""Free text: kept as it is, unless the file shows that something of it was lost."""

from __future__ import annotations

import re

from importer.model import Flaw, Kind
from importer.values.cell import describe, is_scientific, open_cell

_LOST = re.compile("[\ud800-\udfff\ufffd]")
"""Halves of a pair and the replacement character: what a wrong encoding leaves behind."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Control characters other than tab and line breaks."""

CELL_HOLDS = 32_766
"""UTF-16 units, one less than the most that a workbook's cell takes (Excel specifications): a cut
may fall into the middle of a character."""

_EXCEL_SHOWS = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]{2,3}")
"""How Excel shows, and saves into a CSV, a number that is too long for its cell."""


def parse_text(text: str, kind: Kind) -> str | Flaw | None:
    """Return the text in NFC, trimmed at its ends; None where it is blank.

    A native number is taken as its digits, with the zeros and words that its format shows around
    them (`000123`, `5 kg`), unless it is so long that Excel lost some of them. A
    native date is refused: its text would be our way of writing it, not the sheet's, and Excel
    makes dates of references such as `3-4`.
    """
    seen = open_cell(text, kind)
    if not isinstance(seen, str):
        return seen
    if _EXCEL_SHOWS.fullmatch(seen) or (kind is Kind.NUMBER and is_scientific(seen)):
        return turned_into_number("text")
    if kind is Kind.DATE:
        return Flaw(
            code="text-turned-into-date",
            message="The cell holds a date where the mapping reads text.",
            hint="Declare the column as type: date in the mapping, or format the cell as Text in "
            "Excel and type its text again.",
        )
    return _damage(seen) or seen


def _damage(seen: str) -> Flaw | None:
    if _LOST.search(seen):
        return Flaw(
            code="text-characters-lost",
            message="Some characters of the text were lost when the file was saved.",
            hint="Export the sheet again as CSV UTF-8, or as a workbook.",
        )
    if len(seen) > CELL_HOLDS // 2 and len(seen.encode("utf-16-le", "replace")) // 2 >= CELL_HOLDS:
        return Flaw(
            code="text-cut",
            message="The text is as long as a cell can be, so its end has probably been cut off.",
            hint="Shorten it in this cell, or export the sheet again as CSV UTF-8.",
        )
    control = _CONTROL.search(seen)
    if control:
        return Flaw(
            code="text-control-character",
            message=f"The text holds an invisible {describe(control.group())}.",
            hint="Type the text again in this cell.",
        )
    return None


def turned_into_number(noun: str) -> Flaw:
    """Say that Excel made a number of a long text, and that its digits are gone."""
    return Flaw(
        code=f"{noun}-turned-into-number",
        message="Excel has turned this value into a rounded number; the digits that it dropped "
        "cannot be recovered from this file.",
        hint="Ask for the export again with this column formatted as Text.",
    )
