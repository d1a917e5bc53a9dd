"""What a custom action's field takes, by its type; whatever it would drop is a Flaw here.

Source: docs.telecrm.in, concepts/field-types. A value that does not fit its field is dropped by the
CRM, and the action is stored without it; a label that a dropdown does not have becomes a new option
of the workspace. So both are found before anything is sent.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Final

from importer.folding import fold, nearest, qualifies
from importer.model import Flaw, Kind, Value
from importer.values.amount import CENTS
from importer.values.cell import quote
from importer.values.contact import parse_email, parse_phone
from importer.values.source_text import as_source_text


class FieldType(StrEnum):
    """What the CRM takes for a field of a custom action."""

    TEXT = "text"
    EMAIL = "email"
    """Also for a team member, who is known by an address."""
    PHONE = "phone"
    NUMBER = "number"
    DATE = "date"
    DROPDOWN = "dropdown"
    """Also for a status or a lost reason, which is one of the workspace's labels too."""
    TAGS = "tags"
    MONEY = "money"
    WEBSITE = "website"
    """Also for a media link."""
    RATING = "rating"


FieldValue = str | Decimal | dt.date | tuple[str, ...]
"""A text (money is one), a number, a moment, or tags."""
FieldReader = Callable[[Value], FieldValue | Flaw | None]
"""Typed value → what the field takes, None where nothing is left, or why it takes none of it."""

RATINGS: Final = range(1, 6)
EXACT_DIGITS: Final = 15
"""Significant digits that every reader of JSON keeps (RFC 8259, section 6: binary64)."""
_ALIKE: Final = 0.7
"""How much alike a label and its misspelling are, for a hint."""
_SHOWN: Final = 8
"""Labels that a hint names; more would bury the sentence."""

_PLAIN: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_LAST_LABEL = r"(?:[^\W\d_]{2,63}|xn--[a-z0-9-]{1,59})"
_WEBSITE: Final = re.compile(
    rf"(https?)://((?:{_LABEL}\.)+{_LAST_LABEL}(?::[0-9]{{1,5}})?(?:[/?#][^\s<>\"]*)?)",
    re.IGNORECASE,
)


def field_reader(kind: FieldType, options: Sequence[str], separator: str) -> FieldReader:
    """Make the function that fits values into a field.

    Args:
        kind: the field's type.
        options: the labels that a dropdown has, or that tags may be; none: tags of any text.
        separator: what stands between the tags of one text; "": a text is one tag.
    """
    match kind:
        case FieldType.DROPDOWN:
            return partial(_label, _Labels(options, "option", code="dropdown-unknown"))
        case FieldType.TAGS:
            return partial(_tags, _Labels(options, "tag", code="tag-unknown"), separator)
        case _:
            return _READERS[kind]


class _Labels:
    """The labels of a field, found whatever their capitals and spaces."""

    def __init__(self, labels: Sequence[str], noun: str, *, code: str) -> None:
        self._labels, self._noun, self._code = labels, noun, code
        self._own = {fold(label): label for label in labels}

    def __bool__(self) -> bool:
        return bool(self._own)

    def find(self, text: str) -> str | Flaw:
        """Return the field's own spelling of a label."""
        return self._own.get(fold(text)) or self._unknown(text)

    def _unknown(self, text: str) -> Flaw:
        known = (label for label in self._labels if not qualifies(text, label))
        meant = nearest(text, known, cutoff=_ALIKE)
        shown = ", ".join(self._labels[:_SHOWN]) + (", …" if len(self._labels) > _SHOWN else "")
        return Flaw(
            code=self._code,
            message=f"{quote(text)} is no {self._noun} of this field.",
            hint=(f"Did you mean {meant}? " if meant else "")
            + f"Write one of {shown}; or add this one in the CRM and in the mapping's `options`.",
        )


def _label(labels: _Labels, value: Value) -> str | Flaw | None:
    text = as_source_text(value)
    return labels.find(text) if text else None


def _tags(labels: _Labels, separator: str, value: Value) -> tuple[str, ...] | Flaw | None:
    """Each tag once, in the order in which it is first there."""
    text = as_source_text(value)
    parts = map(str.strip, text.split(separator) if separator else [text])
    found: dict[str, str] = {}
    for part in filter(None, parts):
        tag = labels.find(part) if labels else part
        if isinstance(tag, Flaw):
            return tag
        found.setdefault(fold(tag), tag)
    return tuple(found.values()) or None


def _email(value: Value) -> str | Flaw | None:
    return parse_email(as_source_text(value), Kind.TEXT)


def _phone(value: Value) -> str | Flaw | None:
    return parse_phone(as_source_text(value), Kind.TEXT)


def _plain(value: Value) -> Decimal | Flaw | None:
    """Return a number as it is; a text is the mapping's own, and written plainly."""
    if isinstance(value, Decimal):
        return value
    text = as_source_text(value)
    if not text or _PLAIN.fullmatch(text):
        return Decimal(text) if text else None
    return Flaw(
        code="number-not-plain",
        message=f"{quote(text)} is not a plain number.",
        hint="Write digits with a point before decimals, such as 1250 or 1250.50.",
    )


def _number(value: Value) -> Decimal | Flaw | None:
    number = _plain(value)
    if isinstance(number, Decimal) and _significant(number) > EXACT_DIGITS:
        return Flaw(
            code="number-too-precise",
            message=f"The number has more than {EXACT_DIGITS} digits; the CRM would change the "
            "last ones.",
            hint="Shorten it, or send it into a text field: an account or card number is a text.",
        )
    return number


def _significant(number: Decimal) -> int:
    """Count a number's digits without the zeros around them."""
    return len(as_source_text(number).lstrip("-").replace(".", "").strip("0"))


def _date(value: Value) -> FieldValue | Flaw | None:
    """A moment of a date column; texts do not come here, because the mapping sees to it."""
    return value


def _money(value: Value) -> str | Flaw | None:
    number = _plain(value)
    if not isinstance(number, Decimal):
        return number
    whole, point, decimals = as_source_text(number).partition(".")
    if number < 0:
        return Flaw(
            code="money-negative",
            message=f"{whole}{point}{decimals} is less than 0; money fields take no such amount.",
            hint="Write 0 or more, or send it into a number field.",
        )
    if len(decimals) > CENTS:
        return Flaw(
            code="money-too-many-decimals",
            message=f"{whole}{point}{decimals} has more than {CENTS} decimals.",
            hint="Write two at most; it is never rounded on the way.",
        )
    return f"{whole}{point}{decimals.ljust(CENTS, '0')}" if point else whole


def _website(value: Value) -> str | Flaw | None:
    text = as_source_text(value)
    if not text:
        return None
    found = _WEBSITE.fullmatch(text)
    if found:
        return f"{found[1].lower()}://{found[2]}"
    if _WEBSITE.fullmatch(f"https://{text}"):
        return Flaw(
            code="website-without-scheme",
            message=f"{quote(text)} does not begin with https:// or http://.",
            hint=f"If it is the address of a web page, write https://{text}.",
        )
    return Flaw(
        code="website-unreadable",
        message=f"{quote(text)} is not the address of a web page.",
        hint="Write one whole address without spaces, such as https://example.com/page.",
    )


def _rating(value: Value) -> Decimal | Flaw | None:
    number = _plain(value)
    if number is None or number in RATINGS:
        return number
    return Flaw(
        code="rating-not-1-to-5",
        message=f"{quote(as_source_text(value))} is not a rating from 1 to 5.",
        hint="Write one of the whole numbers 1, 2, 3, 4 and 5.",
    )


_READERS: Final[Mapping[FieldType, FieldReader]] = {
    FieldType.TEXT: as_source_text,
    FieldType.EMAIL: _email,
    FieldType.PHONE: _phone,
    FieldType.NUMBER: _number,
    FieldType.DATE: _date,
    FieldType.MONEY: _money,
    FieldType.WEBSITE: _website,
    FieldType.RATING: _rating,
}
"""The types whose fields need nothing but their type."""
