"""Points in time as the API takes them: epoch milliseconds, or text in the workspace's format."""

from __future__ import annotations

import datetime as dt
import email.utils
from contextlib import suppress

ZONE = dt.timezone(dt.timedelta(hours=5, minutes=30))
"""The practice workspace is in India, which has had this offset all year since 1945."""

FORMATS = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y")
"""The workspace's own: day first. ISO 8601 is not read (docs.telecrm.in, async-api/pitfalls)."""

_LAST = 8_640_000_000_000_000
"""The largest millisecond that a JavaScript date holds."""


def read_moment(value: object) -> int | None:
    """Epoch milliseconds of a JSON value, or None where it is not a point in time."""
    if isinstance(value, str):
        return _read_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if abs(value) <= _LAST and value == int(value) else None


def _read_text(text: str) -> int | None:
    for form in FORMATS:
        with suppress(ValueError, OverflowError):
            moment = dt.datetime.strptime(text, form).replace(tzinfo=ZONE)
            return int(moment.timestamp() * 1000)
    return None


def http_date(seconds: float) -> str:
    """A `Date` header."""
    return email.utils.formatdate(seconds, usegmt=True)


def shown(at: int) -> str:
    """Epoch milliseconds for a person, in the workspace's zone."""
    try:
        return dt.datetime.fromtimestamp(at / 1000, ZONE).strftime("%d %b %Y %H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return f"{at} ms"
