"""Reading a lead's timeline back: what is asked, and what stands there.

Source: docs.telecrm.in, sync-api/actions/search and sync-api/leads/get. The documents show items
with a type alone; what live items were seen to carry is read where it is there.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from importer.protocol.answer import ErrorAnswer, Unreadable, read_error, unreadable
from importer.protocol.body import OddBodyError, parse_object

_NUMBER: Final = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_EARLIEST_MS: Final = 946_684_800_000
"""The year 2000: no action is older."""
_WIDEST: Final = 60
"""Digits up to which a number is written out; beyond, `1E+99` must do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An action as it stands on a timeline, in one form whatever the CRM's spelling is."""

    id: str
    """"" where the CRM shows none."""
    type: str
    """`PAYMENT`, or a code without `ACTION_`."""
    amount: Decimal | None = None
    """None where the CRM shows none that can be read."""
    currency: str = ""
    status: str = ""
    fields: Mapping[str, str] | None = None
    """Field → value as text, blanks left out; None where the CRM shows no fields at all."""
    created_ms: int | None = None
    """When the CRM stamped it, by its own clock: milliseconds since 1970 (UTC); None where it
    shows no moment that can be relied on."""
    performer: str = ""
    """Who did it, as the CRM writes it: an e-mail address, or a word; "" where it shows nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One page of a timeline, newest first."""

    seen: tuple[Seen, ...]
    total: int | None
    """Actions on all pages; None where the CRM does not say."""


def search_body(type_: str) -> bytes:
    """The body of an action search for one type; `skip` and `limit` go into the query.

    No time window is asked for: whether its bounds are inclusive, and by whose clock, is not
    documented, and an absence is proved by nothing less than every item of the type.
    """
    return json.dumps({"type": type_}, separators=(",", ":")).encode()


def read_timeline(status: int, body: bytes) -> Timeline | ErrorAnswer | Unreadable:
    """Read the answer to an action search or to a lead with its actions; never raises."""
    try:
        found = parse_object(body)
        error = read_error(status, found)
        return error if error is not None else _read_page(found)
    except (OddBodyError, RecursionError) as odd:
        return unreadable(odd, body)


def as_seen(entry: str) -> Seen:
    """An entry as we send it, in the form in which a timeline is read: equals compare as equal.

    Raises:
        ValueError: the text is not one of our entries.
    """
    return _read_seen(parse_object(entry.encode()))


def _read_page(found: Mapping[str, object]) -> Timeline:
    entries = found.get("data", found.get("actions"))
    if not isinstance(entries, list):
        raise OddBodyError("it has no list of actions")
    total = found.get("total_count")
    return Timeline(
        seen=tuple(_read_seen(entry) for entry in entries),
        total=total if isinstance(total, int) and total >= len(entries) else None,
    )


def _read_seen(entry: object) -> Seen:
    if not isinstance(entry, dict):
        raise OddBodyError("an action in it is not an object")
    fields = entry.get("fields")
    return Seen(
        id=_text(entry.get("id", entry.get("_id"))),
        type=_type(entry.get("type")),
        amount=_amount(entry.get("amount")),
        currency=_text(entry.get("currency")),
        status=_text(entry.get("status")),
        fields=_fields(fields) if isinstance(fields, dict) else None,
        created_ms=_created(entry.get("creationTimestamp", entry.get("created_on"))),
        performer=_text(entry.get("employeeid", entry.get("performed_by"))),
    )


def _type(found: object) -> str:
    text = str(found) if _is_whole(found) else _text(found)
    if not text:
        raise OddBodyError("an action in it has no type")
    return text.removeprefix("ACTION_")


def _text(found: object) -> str:
    return found if isinstance(found, str) else ""


def _amount(found: object) -> Decimal | None:
    text = _value(found) if isinstance(found, int | Decimal) else _text(found).strip()
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _created(found: object) -> int | None:
    """Milliseconds, or ISO 8601 with its zone; anything else would be a guess."""
    stamp = _iso_ms(found) if isinstance(found, str) else found
    if not (isinstance(stamp, int) and _is_whole(stamp)):
        return None
    # Seconds read as milliseconds lie in January 1970: a new action would pass for an old one.
    return stamp if stamp >= _EARLIEST_MS else None


def _iso_ms(found: str) -> int | None:
    try:
        moment = dt.datetime.fromisoformat(found)
        return None if moment.tzinfo is None else (moment - _EPOCH) // dt.timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return None


def _is_whole(found: object) -> bool:
    return isinstance(found, int) and not isinstance(found, bool)


def _fields(found: Mapping[str, object]) -> Mapping[str, str]:
    written = {name: _value(value) for name, value in found.items() if value is not None}
    return {name: text for name, text in written.items() if text}


def _value(found: object) -> str:
    match found:
        case str():
            return found
        case bool():
            return "true" if found else "false"
        case int() | Decimal():
            return _plain(Decimal(found))
        case _:
            return json.dumps(found, ensure_ascii=False, sort_keys=True, default=str)


def _plain(number: Decimal) -> str:
    """`5000`, `5000.0` and `5E+3` as one text. Not `normalize()`: it would round at 28 digits."""
    if abs(number.adjusted()) > _WIDEST or len(number.as_tuple().digits) > _WIDEST:
        return str(number)
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
