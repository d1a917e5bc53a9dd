"""The one text of a typed value: what identities and contents are compared by."""

from __future__ import annotations

import datetime as dt
import unicodedata
from decimal import Decimal

from importer.model import Value


def as_source_text(value: Value) -> str:
    """Return a value as text, equal for equal values however the sheet wrote them.

    A decimal is plain and without trailing zeros (`1234.5`), a date is ISO 8601 (`2026-04-03`,
    with its time where that is not midnight) on the column's own wall clock, a text is NFC. Blank
    is "". A time that occurs twice, as clocks go back, shows its offset in its second coming.
    """
    match value:
        case None:
            return ""
        case str():
            return str(value) if value.isascii() else unicodedata.normalize("NFC", value)
        case Decimal():
            return _plain(value)
        case dt.datetime(fold=1):
            return value.isoformat()
        case dt.datetime():
            wall = value.replace(tzinfo=None)
            return wall.isoformat() if wall.time() != dt.time.min else wall.date().isoformat()
        case dt.date():
            return value.isoformat()


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
