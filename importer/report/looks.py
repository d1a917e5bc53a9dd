"""How the cells of our workbooks look: calm, and the same in both."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Final

from importer.model import Currency
from importer.report.cells import Look
from importer.report.figures import LAKHS

_INK: Final = "1F2933"
_SHADE: Final = "E8ECF1"
_FAINT: Final = "F4F6F8"
_RED: Final = "F8D0CC"

TITLE: Final = Look(bold=True, size=14, color=_INK)
SECTION: Final = Look(bold=True, size=12, color=_INK)
HEADER: Final = Look(format="@", bold=True, fill=_SHADE, color=_INK, wrap=True)
GENERAL: Final = Look()
TEXT: Final = Look(format="@")
"""A column of text: what a person types there stays text."""
INDENTED: Final = Look(format="@", indent=1)
"""The same, apart from a number to its left."""
WRAPPED: Final = Look(format="@", wrap=True, indent=1)
WRAPPED_HEADER: Final = replace(HEADER, indent=1)
NUMBER_HEADER: Final = replace(HEADER, right=True)
COUNT: Final = Look(format="#,##0")
BOLD: Final = Look(format="@", bold=True)
CHECK: Final = Look(format='"TRUE";"TRUE";"FALSE"', bold=True, right=True)
"""TRUE or FALSE: LibreOffice takes the format of what is compared where a cell has none."""
DIGITS: Final = Look(format="@", right=True)
"""An amount with more digits than a number can have."""
DATE: Final = Look(format="dd/mm/yyyy")
DATE_AND_TIME: Final = Look(format="dd/mm/yyyy hh:mm:ss")
OWN_HEADER: Final = Look(format="@", bold=True, color=_INK, wrap=True)
"""A header of the sheet itself."""
OURS: Final = Look(format="@", fill=_FAINT, color=_INK, wrap=True, indent=1)
"""A cell that the importer added."""
REFERENCE: Final = Look(format="@", fill=_SHADE, color=_INK, indent=1)


def faulty(look: Look) -> Look:
    """Return the look of a cell that has a problem."""
    return replace(look, fill=_RED)


def money(digits: str, currency: Currency) -> Look:
    """Return the look of an amount that is written with these digits: `-1234567.50`.

    The groups of lakhs stand in the format as they are, one format for each length of a number:
    Excel's own grouping knows thousands only, LibreOffice has another word for lakhs, and formats
    that choose by conditions lose the minus of what they do not name. A format without conditions
    keeps it, in both programs.
    """
    whole, _, fraction = digits.lstrip("-").partition(".")
    return _grouped(max(0, len(whole) - 4) // 2 if currency in LAKHS else 0, len(fraction))


@cache
def _grouped(lakhs: int, decimals: int) -> Look:
    groups = r"\,##" * lakhs + r"\,##0" if lakhs else ",##0"
    return Look(format=f"#{groups}.{'0' * decimals}" if decimals else f"#{groups}")
