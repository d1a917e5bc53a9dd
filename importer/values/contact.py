"""E-mail addresses and phone numbers, as the CRM takes them (docs.telecrm.in, field types)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from importer.model import Flaw, Kind
from importer.values.cell import (
    counted,
    describe,
    foreign_digit,
    hidden_character,
    is_invisible,
    is_scientific,
    open_cell,
    quote,
)
from importer.values.text import turned_into_number

_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
)
_MAX_EMAIL = 254
"""RFC 5321: longest path, without its angle brackets."""

_PHONE = re.compile(r"\(?\+?\(?[0-9][0-9 ().\u00a0\u202f\u2011-]*")
_SHAPES = {Kind.TEXT: _PHONE, Kind.DRESSED: _PHONE, Kind.NUMBER: re.compile(r"[0-9]+")}
_NOT_DIGITS = re.compile(r"[^0-9]")
_DAMAGE: Sequence[tuple[str, re.Pattern[str], str]] = (
    (
        "decimal-tail",
        re.compile(r"\A[^.,]*[.,][0-9]{1,2}\Z"),
        "The phone number ends like a decimal number: a program has read it as one.",
    ),
    (
        "several",
        re.compile(
            r"[0-9]{4}[0-9 ().-]*(?:[/,;&|\n]|\bor\b|\band\b)[^0-9]*[0-9]{4}", re.IGNORECASE
        ),
        "The cell holds more than one phone number.",
    ),
    (
        "extension",
        re.compile(r"[0-9 )](?:x|#|ext?n?\.?|extension)[ .:]*[0-9]{1,6}\Z", re.IGNORECASE),
        "The phone number has an extension, which cannot be kept.",
    ),
    (
        "leading-zero",
        re.compile(r"\(0+\)"),
        "The phone number holds “(0)”, a zero that is dialled inside its country only.",
    ),
)
"""Code, what gives it away, and the sentence."""

_LONGEST = 60
"""Characters of a cell with one phone number, however it is spaced and bracketed."""
_FEWEST, _MOST = 7, 15
"""Digits of a phone number: shorter ones the CRM drops, longer ones E.164 does not have."""

_NATIONAL = 10
"""Digits up to which a number without `+` is a national one, to which the CRM puts its own
country code (docs.telecrm.in, async-api/pitfalls)."""
_TWICE = 2 * _FEWEST
"""Digits from which on there may be two numbers; a `+` before them says that it is one."""


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
    return Flaw(
        code="email-unreadable",
        message=f"{quote(seen)} is not an e-mail address.{_odd_character(seen)}",
        hint="Write one address such as name@example.com, without spaces.",
    )


def _odd_character(seen: str) -> str:
    """Name the first character that no address has and that may look as if it belonged."""
    found = ((at, c) for at, c in enumerate(seen, 1) if not c.isascii() or is_invisible(c))
    at, odd = next(found, (0, ""))
    if not odd:
        return ""
    shown = "" if is_invisible(odd) else f"{quote(odd)}, "
    return f" Character {at} is {shown}{describe(odd)}."


def parse_phone(text: str, kind: Kind) -> str | Flaw | None:
    """Return a phone number in its one form, so that equal numbers are equal; None where blank.

    Digits only: spaces, hyphens, full stops, brackets and a `+` are dropped, as the CRM wants none
    of them. Of up to ten digits the `+` stays: without it `+65 9123 4567` would be taken for an
    Indian number and get another country code. It stays from fourteen digits on, too, where only
    the `+` says that they are one number. A number without a country code stays as it is, since
    the CRM adds its own; one that begins with a zero is refused for the same reason.
    """
    seen = open_cell(text, kind)
    if not isinstance(seen, str):
        return seen
    flaw = _phone_damage(seen)
    if flaw:
        return flaw
    if kind not in _SHAPES or not _SHAPES[kind].fullmatch(seen):
        return _phone_flaw("unreadable", f"{quote(seen)} is not one phone number.")
    digits = _NOT_DIGITS.sub("", seen)
    if digits.startswith("0"):
        return _phone_flaw("leading-zero", f"The phone number starts with {_zeros(digits)}.")
    if not _FEWEST <= len(digits) <= _MOST:
        has = counted(len(digits), "digit")
        return _phone_flaw(
            "wrong-length", f"The phone number has {has} instead of {_FEWEST} to {_MOST}."
        )
    return _one_number(digits, international="+" in seen)


def _one_number(digits: str, *, international: bool) -> str | Flaw:
    """Return the normal form of as many digits as a phone number may have."""
    if international:
        return digits if _NATIONAL < len(digits) < _TWICE else f"+{digits}"
    if len(digits) < _TWICE:
        return digits
    return Flaw(
        code="phone-several",
        message=f"The cell has {len(digits)} digits without a +: they may be two phone numbers.",
        hint="Keep one number in this cell; if it is one, write + and its country code before it.",
    )


def _phone_damage(seen: str) -> Flaw | None:
    """Name what has happened to a phone number, where it is known."""
    if len(seen) > _LONGEST:
        return _phone_flaw("too-long", f"The cell holds {len(seen):,} characters.")
    if is_scientific(seen):
        return turned_into_number("phone")
    for code, pattern, message in _DAMAGE:
        if pattern.search(seen):
            return _phone_flaw(code, message)
    return foreign_digit(seen, "phone number") or hidden_character(seen, "phone number")


def _zeros(digits: str) -> str:
    if digits.startswith("00"):
        return "00, which is dialled to leave a country"
    return "a zero, which is dialled inside a country only"


def _phone_flaw(code: str, message: str) -> Flaw:
    hint = "Write one number with its country code, such as 919876543210."
    return Flaw(code=f"phone-{code}", message=message, hint=hint)
