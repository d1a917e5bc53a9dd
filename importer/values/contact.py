"""E-mail addresses and phone numbers, as the CRM takes them (docs.telecrm.in, field types)."""

from __future__ import annotations

import re

from importer.model import Flaw, Kind
from importer.values.cell import describe, is_scientific, open_cell, quote
from importer.values.text import turned_into_number

_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
)
_MAX_EMAIL = 254
"""RFC 5321: longest path, without its angle brackets."""

_PHONE = re.compile(r"\+?[0-9][0-9 ().\u00a0\u202f\u2011-]*")
_NOT_DIGITS = re.compile(r"[^0-9]")
_FEWEST, _MOST = 7, 15
"""Digits of a phone number: shorter ones the CRM drops, longer ones E.164 does not have."""


def parse_email(text: str, kind: Kind) -> str | Flaw | None:
    """Return one e-mail address of the shape `local@domain.tld`, as typed; None where blank."""
    seen = open_cell(text, kind)
    if not isinstance(seen, str):
        return seen
    if kind is Kind.TEXT and len(seen) <= _MAX_EMAIL and _EMAIL.fullmatch(seen):
        return seen
    if seen.count("@") > 1:
        return Flaw(
            code="email-several",
            message="The cell holds more than one e-mail address.",
            hint="Keep one address in this cell.",
        )
    odd = next((char for char in seen if not char.isascii()), None)
    reason = f" It holds {quote(odd)}, {describe(odd)}." if odd else ""
    return Flaw(
        code="email-unreadable",
        message=f"{quote(seen)} is not an e-mail address.{reason}",
        hint="Write one address such as name@example.com, without spaces.",
    )


def parse_phone(text: str, kind: Kind) -> str | Flaw | None:
    """Return a phone number as digits, with its leading `+` if there is one; None where blank.

    Spaces, hyphens, full stops and brackets between digits are dropped: the CRM wants none. A
    leading zero is refused, because the CRM puts its own country code before such a number.
    """
    seen = open_cell(text, kind)
    if not isinstance(seen, str):
        return seen
    if is_scientific(seen):
        return turned_into_number("phone")
    if kind not in {Kind.TEXT, Kind.NUMBER} or not _PHONE.fullmatch(seen):
        return _phone_flaw("phone-unreadable", f"{quote(seen)} is not one phone number.")
    digits = _NOT_DIGITS.sub("", seen)
    if digits.startswith("0"):
        return _phone_flaw("phone-leading-zero", "The phone number starts with a zero.")
    if not _FEWEST <= len(digits) <= _MOST:
        message = f"The phone number has {len(digits)} digits instead of {_FEWEST} to {_MOST}."
        return _phone_flaw("phone-wrong-length", message)
    return f"+{digits}" if seen.startswith("+") else digits


def _phone_flaw(code: str, message: str) -> Flaw:
    hint = "Write one number with its country code, such as 919876543210."
    return Flaw(code=code, message=message, hint=hint)
