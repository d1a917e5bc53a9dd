"""How a column looks, by what was found of its cells: its width, and the formats of most of them.

A format is told only where a cell that is written again in it would be read as it was; see
`shapes.ColumnShape`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from importer.model import Kind
from importer.shapes import ColumnShape
from importer.sheets.limits import LAST_COLUMN
from importer.sheets.scan.code import is_passable
from importer.sheets.scan.figure import show_figure
from importer.sheets.scan.format import Format, Nature

WIDEST = 255.0
"""Characters of a column in Excel."""

SHAPED = 1000
"""Columns whose formats are told: a workbook holds some 65,000 ways to look."""

_TRIED = "1234.5"
_SAMPLES = ("7", "-7", "-1234.5", "98765432.25", "0.05")
"""Numbers of which a format has to show each in the same way."""
_GENERAL = "General"


def shapes_of(
    columns: int,
    widths: Iterable[tuple[int, int, float]],
    formats: Counter[tuple[int, Format | None]],
) -> tuple[ColumnShape, ...]:
    """Tell how the columns of a tab look.

    Args:
        columns: how many hold anything.
        widths: first and last column of a group, counted from 0, and its width in characters.
        formats: column and number format, None for General → cells that hold a number.
    """
    columns = min(columns, LAST_COLUMN)  # a tab that has more is refused, later
    wide: dict[int, float] = {}
    for first, last, width in widths:
        known = min(width, WIDEST) if width > 0 else 0.0
        wide |= dict.fromkeys(range(first, min(last + 1, columns)), known)
    cells: dict[int, Counter[Format | None]] = {}
    for (column, form), count in formats.items():
        if column >= SHAPED:
            continue
        cells.setdefault(column, Counter())[form] += count
    return tuple(
        _shape(wide.get(column) or None, cells.get(column, Counter())) for column in range(columns)
    )


def _shape(width: float | None, formats: Counter[Format | None]) -> ColumnShape:
    dates = {form: count for form, count in formats.items() if form and _is_date(form)}
    date = max(dates, key=lambda form: dates[form], default=None)
    numbers = {form: count for form, count in formats.items() if form not in dates}
    number = max(numbers, key=lambda form: numbers[form], default=None)
    shown = _beside(number) if number and _is_told(number) else None
    before, after = shown or ("", "")
    return ColumnShape(
        width=width,
        number=number.code if number and shown is not None else "",
        before=before,
        after=after,
        zero=number is None or shown is None or _shows(number, "0", before, after),
        date=date.code if date and is_passable(date.code) else "",
        times=date is not None and date.shows_time,
    )


def _is_date(form: Format) -> bool:
    return form.nature is Nature.DATED and form.shows_day


def _is_told(form: Format) -> bool:
    known = form.nature in {Nature.PLAIN, Nature.DRESSED} and form.code != _GENERAL
    return known and is_passable(form.code)


def _beside(form: Format) -> tuple[str, str] | None:
    """Find what a format shows before and behind the digits of any number but 0."""
    if form.nature is Nature.PLAIN:
        return "", ""
    before, digits, after = form.show(_TRIED)[0].partition(_TRIED)
    is_same = digits and all(_shows(form, one, before, after) for one in (_TRIED, *_SAMPLES))
    return (before, after) if is_same else None


def _shows(form: Format, digits: str, before: str, after: str) -> bool:
    kind = Kind.DRESSED if before or after else Kind.NUMBER
    shown = f"{before}{digits}{after}", kind
    if any(section.condition for section in form.sections):
        by_each = (show_figure(section, Decimal(digits), digits) for section in form.sections)
        return all(one == shown for one in by_each)
    return form.show(digits) == shown
