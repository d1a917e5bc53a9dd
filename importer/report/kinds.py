"""A cell of the user's sheet, written again as what it was: a text, a number, a date, a truth."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final, NamedTuple, assert_never

from importer.model import Kind
from importer.report.cells import FIRST_SAFE_DATE, Cell, Style, moment, number, text, truth

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]+)?")
"""Below 1e15, from where on Excel shows, and its files mean, rounded digits; and without the zeros
that only a format showed."""


class Palette(NamedTuple):
    """The styles that the kinds need, all of them sound or all of them faulty."""

    text: Style
    general: Style
    date: Style
    date_and_time: Style

    def of_blank(self, kind: Kind) -> Style:
        """Return the style of a blank cell in a column that mostly holds this kind."""
        match kind:
            case Kind.NUMBER | Kind.BOOL:
                return self.general
            case Kind.DATE:
                return self.date
            case Kind.TEXT | Kind.DRESSED | Kind.ERROR | Kind.COVERED:
                return self.text
            case _:
                assert_never(kind)


def cell_of(value: str, kind: Kind, palette: Palette) -> Cell:
    """Return a cell of the same kind with the same value; as text where that cannot be."""
    match kind:
        case Kind.NUMBER if _NUMBER.fullmatch(value):
            return number(value, palette.general)
        case Kind.BOOL if value in ("TRUE", "FALSE"):
            return truth(value == "TRUE", palette.general)
        case Kind.DATE:
            return _date(value, palette)
        case _:
            return text(value, palette.text)


def _date(value: str, palette: Palette) -> Cell:
    try:
        time = dt.datetime.fromisoformat(value)
    except ValueError:
        return text(value, palette.text)
    if time.tzinfo or time < FIRST_SAFE_DATE:
        return text(value, palette.text)
    return moment(time, palette.date_and_time if "T" in value else palette.date)
