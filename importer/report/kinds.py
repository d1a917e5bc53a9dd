"""A cell of the user's sheet, written again as what it was: a text, a number, a date, a truth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from importer.model import Kind
from importer.report import looks
from importer.report.cells import FIRST_SAFE_DATE, Cell, Look, Style, moment, number, text, truth
from importer.shapes import PLAIN_NUMBER, ColumnShape


class Palette:
    """The styles that the kinds need, all of them sound or all of them faulty.

    Args:
        style: gives the style of a look.
        variant: makes the look of such a cell from that of a sound one.
    """

    def __init__(self, style: Callable[[Look], Style], variant: Callable[[Look], Look]) -> None:
        self._style = style
        self._variant = variant
        self._formats: dict[str, Style] = {}
        self.text = style(variant(looks.TEXT))
        self.general = style(variant(looks.GENERAL))
        self.date = style(variant(looks.DATE))
        self.date_and_time = style(variant(looks.DATE_AND_TIME))

    def of(self, code: str, otherwise: Style) -> Style:
        """Return the style of a number format; "" takes the other one."""
        if not code:
            return otherwise
        if code not in self._formats:
            look = replace(looks.GENERAL, format=code)
            self._formats[code] = self._style(self._variant(look))
        return self._formats[code]

    def of_blank(self, kind: Kind, shape: ColumnShape) -> Style:
        """Return the style of a blank cell in a column that mostly holds this kind."""
        match kind:
            case Kind.NUMBER | Kind.BOOL:
                return self.of(shape.number, self.general)
            case Kind.DATE:
                return self.of(shape.date, self.date)
            case Kind.DRESSED:
                return self.of(shape.number, self.text)
            case Kind.TEXT | Kind.ERROR | Kind.COVERED:
                return self.text
            case _:
                assert_never(kind)


def cell_of(value: str, kind: Kind, shape: ColumnShape, palette: Palette) -> Cell:
    """Return a cell that is read as the same value of the same kind; as text where none can be."""
    value, kind, code = shape.written(value, kind)
    match kind:
        case Kind.NUMBER if PLAIN_NUMBER.fullmatch(value):
            return number(value, palette.of(code, palette.general))
        case Kind.BOOL if value in ("TRUE", "FALSE"):
            return truth(value == "TRUE", palette.general)
        case Kind.DATE:
            return _date(value, code, palette)
        case _:
            return text(value, palette.text)


def _date(value: str, code: str, palette: Palette) -> Cell:
    try:
        time = dt.datetime.fromisoformat(value)
    except ValueError:
        return text(value, palette.text)
    if time.tzinfo or time < FIRST_SAFE_DATE:
        return text(value, palette.text)
    usual = palette.date_and_time if "T" in value else palette.date
    return moment(time, palette.of(code, usual))
