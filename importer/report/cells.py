"""The cells of a workbook as the XML of its sheets (ECMA-376 part 1, 18.3.1.4)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, NamedTuple

from importer.report.inert import for_sheet_xml, is_harmless, runs_as_formula

MOST_CHARACTERS: Final = 32_767
"""UTF-16 units of a cell's text (Excel specifications and limits)."""

EXACT_DIGITS: Final = 15
"""Digits that Excel keeps of a number."""

FIRST_SAFE_DATE: Final = dt.datetime(1900, 3, 1)  # noqa: DTZ001 - a sheet's dates have no zone
"""Before it Excel counts a 29 February 1900 that never was."""

_DAY_0: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - the same

_CUT: Final = " … (cut)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a cell looks."""

    format: str = "General"
    """Excel's number format; `@` keeps what a person types there as text."""
    fill: str = ""
    """Colour as `RRGGBB`; "" for none."""
    color: str = ""
    bold: bool = False
    size: int = 11
    wrap: bool = False
    right: bool = False
    indent: int = 0
    quoted: bool = False
    """Marked as by a typed `'`: what stands here is text, whatever it begins with."""


class Style(NamedTuple):
    """A look as the workbook knows it."""

    plain: int
    quoted: int
    """The same look, for a text that would otherwise run as a formula when it is edited."""


class Cell(NamedTuple):
    """One cell, ready to be written behind its address."""

    style: int
    xml: str
    """What follows the `s` attribute."""


def blank(style: Style) -> Cell:
    """Return an empty cell that has a look."""
    return Cell(style.plain, "/>")


def text(value: str, style: Style) -> Cell:
    """Return a cell that holds the text as text; empty where the text is."""
    if is_harmless(value) and 2 * len(value) <= MOST_CHARACTERS:
        return Cell(style.plain, f' t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>')
    if not value:
        return blank(style)
    if not fits(value):
        value = cut(value)
    index = style.quoted if runs_as_formula(value) else style.plain
    escaped = for_sheet_xml(value)
    return Cell(index, f' t="inlineStr"><is><t xml:space="preserve">{escaped}</t></is></c>')


def number(digits: str, style: Style) -> Cell:
    """Return a cell that holds a number.

    Args:
        digits: the number as XML wants it, `-1234.50`; written as it is, never as a float.
        style: how it looks.
    """
    return Cell(style.plain, f' t="n"><v>{digits}</v></c>')


def is_exact(digits: str) -> bool:
    """Whether Excel keeps all digits of a number."""
    if len(digits) <= EXACT_DIGITS:
        return True
    return len(digits.lstrip("-").replace(".", "").lstrip("0")) <= EXACT_DIGITS


def exact(digits: str, style: Style, otherwise: Style) -> Cell:
    """Return a cell that holds a number, or its digits as text where Excel would round it."""
    return number(digits, style) if is_exact(digits) else text(digits, otherwise)


def computed(formula: str, digits: str, style: Style) -> Cell:
    """Return a cell that computes a number, and shows its digits until it is computed again.

    Args:
        formula: our own words, never a text of the sheet.
        digits: what it comes to.
        style: how it looks.
    """
    return Cell(style.plain, f"><f>{for_sheet_xml(formula)}</f><v>{digits}</v></c>")


def compared(formula: str, value: bool, style: Style) -> Cell:  # noqa: FBT001 - as in `truth`
    """Return a cell that computes TRUE or FALSE, and shows the value until then."""
    return Cell(style.plain, f' t="b"><f>{for_sheet_xml(formula)}</f><v>{int(value)}</v></c>')


def truth(value: bool, style: Style) -> Cell:  # noqa: FBT001 - it is the cell's value
    """Return a cell that holds TRUE or FALSE."""
    return Cell(style.plain, f' t="b"><v>{int(value)}</v></c>')


def moment(value: dt.datetime, style: Style) -> Cell:
    """Return a cell that holds a date, or a date and a time, from `FIRST_SAFE_DATE` on."""
    days = (value - _DAY_0) / dt.timedelta(days=1)
    return number(f"{days:.15g}", style)


def fits(value: str) -> bool:
    """Whether a cell can hold the whole text."""
    if len(value) * 2 <= MOST_CHARACTERS:
        return True
    return len(value.encode("utf-16-le", "surrogatepass")) // 2 <= MOST_CHARACTERS


def cut(value: str) -> str:
    """Return what a cell can hold of a text that is too long, with a word that it was cut."""
    units = value.encode("utf-16-le", "surrogatepass")[: (MOST_CHARACTERS - len(_CUT)) * 2]
    return units.decode("utf-16-le", "ignore") + _CUT
