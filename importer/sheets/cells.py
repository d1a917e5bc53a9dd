"""A workbook's values as text and kind."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from decimal import Decimal
from typing import assert_never, cast

from importer.model import Kind
from importer.sheets.sheet import Shown

CellValue = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta

LARGEST_PLAIN = 1e15
"""From here on a number has more digits than Excel keeps, so it is shown with an exponent."""
SMALLEST_PLAIN = Decimal("1e-9")
MIDNIGHT = dt.time()


def as_columns(
    rows: Sequence[Sequence[CellValue]],
) -> tuple[list[list[str]], list[list[Kind]]]:
    """Turn rows of equal length into columns of text and columns of kinds."""
    texts: list[list[str]] = []
    kinds: list[list[Kind]] = []
    for column in zip(*rows, strict=True):
        text, kind = _column(column)
        texts.append(text)
        kinds.append(kind)
    return texts, kinds


def _column(values: Sequence[CellValue]) -> tuple[list[str], list[Kind]]:
    """Turn a column. Most hold one type, and texts: to look for that is three times as fast."""
    found = set(map(type, values))
    if found == {str}:
        return list(cast("Sequence[str]", values)), [Kind.TEXT] * len(values)
    if found <= {str, float}:
        return _numbers_and_texts(cast("Sequence[str | float]", values))
    if found <= {str, dt.date, dt.datetime}:
        # A column of dates has few of them; and no two values of these types are equal that show
        # unlike each other, as 1 and 1.0 and True do.
        known = {value: as_shown(value) for value in set(values)}
        shown = [known[value] for value in values]
    else:
        shown = [as_shown(value) for value in values]
    return [text for text, _ in shown], [kind for _, kind in shown]


def _numbers_and_texts(values: Sequence[str | float]) -> tuple[list[str], list[Kind]]:
    texts, kinds = [], []
    for value in values:
        if isinstance(value, str):
            text, kind = value, Kind.TEXT
        elif math.isfinite(value):
            text, kind = number_text(value), Kind.NUMBER
        else:
            text, kind = as_shown(value)
        texts.append(text)
        kinds.append(kind)
    return texts, kinds


def as_shown(value: CellValue) -> Shown:
    """Give a value's text and kind, as `model.Kind` defines them.

    A time of day and a duration are no dates; they are text, as Excel shows them.
    """
    shown: Shown
    match value:
        case str():
            shown = value, Kind.TEXT
        case bool():
            shown = "TRUE" if value else "FALSE", Kind.BOOL
        case float() if not math.isfinite(value):
            shown = "#NUM!", Kind.ERROR
        case float() | int():
            shown = number_text(value), Kind.NUMBER
        case dt.datetime() if value.time() != MIDNIGHT:
            shown = value.isoformat(), Kind.DATE
        case dt.date():
            shown = value.isoformat()[: len("2026-04-03")], Kind.DATE
        case dt.time():
            shown = value.isoformat(), Kind.TEXT
        case dt.timedelta():
            shown = elapsed_text(value.total_seconds()), Kind.TEXT
        case _:
            assert_never(value)
    return shown


def number_text(value: float) -> str:
    """Write a number as the shortest decimal that is exactly it.

    >>> number_text(1234.5), number_text(7.0), number_text(6.03e22)
    ('1234.5', '7', '6.03E+22')
    """
    shortest = repr(value)
    if "e" not in shortest and abs(value) < LARGEST_PLAIN:
        whole = shortest.removesuffix(".0")
        return "0" if whole == "-0" else whole
    exact = Decimal(shortest).normalize()
    if SMALLEST_PLAIN <= abs(exact) < LARGEST_PLAIN:
        return format(exact, "f")
    digits, exponent = format(exact, "E").split("E")
    return f"{digits}E{exponent}"


def elapsed_text(seconds: float) -> str:
    """Write a duration as Excel's `[h]:mm:ss`."""
    whole = round(abs(seconds))
    sign = "-" if seconds < 0 else ""
    return f"{sign}{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
