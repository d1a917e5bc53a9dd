"""Whether a value fits a custom action's field (docs.telecrm.in, concepts/field-types)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from importer.sandbox.moments import read_moment
from importer.sandbox.records import FieldSchema, FieldType

COUNTRY_CODE = "91"
"""The workspace's default: a number of ten digits gets it."""

_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+", re.ASCII)
_NUMERIC = re.compile(r"[0-9]{1,20}(\.[0-9]{1,10})?", re.ASCII)
_URL = re.compile(r"https?://[^\s/]+\S*", re.ASCII)
_PHONE_NOISE = str.maketrans("", "", " -()")


def is_numeric(value: object) -> bool:
    """Whether this is a numeric string: digits, and a fraction after a point."""
    return isinstance(value, str) and _NUMERIC.fullmatch(value) is not None


def fit(value: object, schema: FieldSchema) -> object:
    """The value as the workspace stores it, or None where it does not fit its field."""
    return _FITS[schema.type](value)


def misfit(name: str, kind: FieldType) -> str:
    """What the CRM remarks about a value that does not fit: `Email is invalid`."""
    label = name.replace("_", " ").capitalize()
    return f"{label} must be between 1 and 5" if kind is FieldType.RATING else f"{label} is invalid"


def _text(value: object) -> object:
    return value if isinstance(value, str) else None


def _email(value: object) -> object:
    return value if isinstance(value, str) and _EMAIL.fullmatch(value) else None


def _phone(value: object) -> object:
    if not isinstance(value, str):
        return None
    digits = value.translate(_PHONE_NOISE).removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return None
    if len(digits) == 10:
        return COUNTRY_CODE + digits
    return digits if 10 < len(digits) <= 15 else None


def _number(value: object) -> object:
    """A JSON number; `1e999` parses to infinity and is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if isinstance(value, int) or math.isfinite(value) else None


def _label(value: object) -> object:
    """Any label: an unknown one becomes a new option (docs.telecrm.in, enterprise/examples)."""
    return value if isinstance(value, str) and value.strip() else None


def _rating(value: object) -> object:
    return value if type(value) is int and 1 <= value <= 5 else None


def _money(value: object) -> object:
    return value if is_numeric(value) else None


def _tags(value: object) -> object:
    fits = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return value if fits else None


def _url(value: object) -> object:
    return value if isinstance(value, str) and _URL.fullmatch(value) else None


_FITS: Mapping[FieldType, Callable[[object], object]] = {
    FieldType.TEXT: _text,
    FieldType.EMAIL: _email,
    FieldType.PHONE: _phone,
    FieldType.NUMBER: _number,
    FieldType.DATE: read_moment,
    FieldType.DROPDOWN: _label,
    FieldType.RATING: _rating,
    FieldType.MONEY: _money,
    FieldType.TAGS: _tags,
    FieldType.WEBSITE: _url,
    FieldType.MEDIALINK: _url,
}
