"""When two cells mean the same person: by one normal form of each, and by nothing looser."""

from __future__ import annotations

from collections.abc import Callable

from importer.mapping import ColumnType, Country

Key = Callable[[str, str], str]
"""(typed value of a cell, its text as seen) → its normal form; equal forms are a match."""


def key_for(type_: ColumnType, country: Country | None) -> Key:
    """Return how the cells of a column are compared.

    Args:
        type_: the column's type.
        country: whose phone numbers may be written without their country code.

    An e-mail address is compared without capitals, also before its `@`: RFC 5321 (2.4) lets a host
    tell them apart there, hardly one does, and two leads that differ in them alone are ambiguous.
    A customer number is compared letter for letter.
    """
    match type_:
        case ColumnType.PHONE:
            return lambda value, text: _full_number(value, text, country)
        case ColumnType.EMAIL:
            return lambda value, _: value.casefold()
        case _:
            return lambda value, _: value


def _full_number(value: str, text: str, country: Country | None) -> str:
    """Return a phone number with its country code, as far as it is known.

    Of a number with exactly as many digits as those of the country have, and no `+`, the code is
    known. Where no country is said, numbers are equal where `parse_phone` says so: that one ends
    with another proves nothing.
    """
    if country is None:
        return value
    digits = value.removeprefix("+")
    return digits if "+" in text or len(digits) != country.digits else country.code + digits
