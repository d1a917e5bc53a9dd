"""What an answer's `Retry-After` and `Date` headers say (RFC 9110, 10.2.3 and 6.6.1)."""

from __future__ import annotations

import datetime as dt
import re
from email.utils import parsedate_to_datetime
from typing import Final

_SECONDS: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


def seconds_to_wait(retry_after: str | None, *, date: str | None, now: dt.datetime) -> float | None:
    """How long the CRM asks to wait: seconds or an HTTP date, as seconds from now, never below 0.

    Args:
        retry_after: the `Retry-After` header; None where there is none.
        date: the `Date` header: a date is counted from it, so that our own clock may be wrong.
        now: our own clock, aware; used where there is no `Date`.

    Returns:
        None where the CRM asks for nothing, or for nothing that can be read.
    """
    text = (retry_after or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    until = _read_date(text)
    if until is None:
        return None
    return max(0.0, (until - (_read_date(date or "") or now)).total_seconds())


def clock_offset(date: str | None, now: dt.datetime) -> float | None:
    """Seconds by which the CRM's clock is ahead of ours (it tells whole seconds); None: unknown."""
    told = _read_date(date or "")
    return None if told is None else (told - now).total_seconds()


def _read_date(text: str) -> dt.datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
