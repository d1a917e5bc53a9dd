"""How the cells of our workbooks look: calm, and the same in both."""

from __future__ import annotations

from dataclasses import replace
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
WRAPPED: Final = Look(format="@", wrap=True, indent=1)
WRAPPED_HEADER: Final = replace(HEADER, indent=1)
NUMBER_HEADER: Final = replace(HEADER, right=True)
COUNT: Final = Look(format="#,##0")
DATE: Final = Look(format="dd/mm/yyyy")
DATE_AND_TIME: Final = Look(format="dd/mm/yyyy hh:mm:ss")
OWN_HEADER: Final = Look(format="@", bold=True, color=_INK, wrap=True)
"""A header of the sheet itself."""
OURS: Final = Look(format="@", fill=_FAINT, color=_INK, wrap=True, indent=1)
"""A cell that the importer added."""
REFERENCE: Final = Look(format="@", fill=_SHADE, color=_INK, indent=1)

_LAKHS: Final = r"[>=10000000]#\,##\,##\,##0{0};[>=100000]#\,##\,##0{0};#,##0{0}"
"""12,34,567.00: Excel's own grouping knows thousands only."""


def faulty(look: Look) -> Look:
    """Return the look of a cell that has a problem."""
    return replace(look, fill=_RED)


def money(currency: Currency) -> Look:
    """Return the look of an amount of a currency."""
    decimals = f".{'0' * currency.decimals}" if currency.decimals else ""
    pattern = _LAKHS if currency in LAKHS else "#,##0{0}"
    return Look(format=pattern.format(decimals))
