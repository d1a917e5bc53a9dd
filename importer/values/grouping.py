"""Digits with separators: read exactly as a locale writes them, or not at all.

Babel knows how each locale groups (CLDR), but its own parser is too kind for money: it takes
`1e5`, `1_000` and digits of other scripts. So only its tables are used, and the grammar is ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal

from importer.model import Flaw
from importer.values.cell import SPACES, describe, is_scientific, quote

MAX_DIGITS = 15
"""Digits before the point. Excel keeps no more, so a longer one is an account or card number."""

_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_EXAMPLE = Decimal("1250000.75")
_USUAL = ("en_IN", "en_US", "de_DE", "fr_FR", "de_CH")
"""One locale for each usual way of writing, to be named in a hint."""
_MOST_DECIMALS = 2
"""Of a usual amount: `1,250` is hardly one and a quarter."""
_APOSTROPHES = "'\u2019"
_BETWEEN_NUMBERS = re.compile(rf"[^0-9.,_{SPACES}{_APOSTROPHES}\u066b\u066c\uff0c\uff0e]", re.ASCII)
"""What no locale writes inside a number; so there is a number on each of its sides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """How one locale writes a number."""

    pattern: re.Pattern[str]
    group: re.Pattern[str]
    """What stands between groups of digits."""
    decimal: str
    """What stands before the decimals."""
    example: str
    """A number in this locale, to be shown in a hint."""


def is_locale(name: str) -> bool:
    """Tell whether a name such as `en_IN` is a locale whose numbers can be read."""
    try:
        _shape(name)
    except (UnknownLocaleError, LookupError, ValueError):
        return False
    return True


def decimal_sign(locale: str) -> str:
    """Return what stands before the decimals of a locale that can be read: `.` or `,`."""
    return _shape(locale).decimal


def read_digits(digits: str, locale: str | None, noun: str) -> Decimal | Flaw:
    """Return the exact number that a text of digits and separators is.

    Args:
        digits: starts and ends with an ASCII digit; holds no sign and no currency mark.
        locale: how it is written, as in `en_IN`. None: plain digits with at most one `.`.
        noun: `amount` or `number`: how the codes of Flaws begin.

    A grouped number must be grouped exactly as its locale groups and may not begin with zero:
    `0.125` is an eighth somewhere, and never `125`.
    """
    plain = _plain_digits(digits, locale)
    if plain is None:
        return _unreadable(digits, locale, noun)
    if len(plain.partition(".")[0].lstrip("0")) > MAX_DIGITS:
        return too_large(noun)
    return Decimal(plain)


def _plain_digits(digits: str, locale: str | None) -> str | None:
    if locale is None:
        return digits if _PLAIN.fullmatch(digits) else None
    shape = _shape(locale)
    if not shape.pattern.fullmatch(digits):
        return None
    return shape.group.sub("", digits).replace(shape.decimal, ".")


@lru_cache(maxsize=64)
def _shape(name: str) -> _Shape:
    """Build a locale's grammar from CLDR, always for Latin digits.

    Raises:
        UnknownLocaleError: CLDR does not know the locale.
        LookupError: CLDR does not say how it writes Latin digits.
        ValueError: the name is not a locale's name at all.
    """
    locale = Locale.parse(name.replace("-", "_"))
    symbols = locale.number_symbols["latn"]
    primary, secondary = locale.decimal_formats[None].grouping
    group, decimal = _either(symbols["group"]), re.escape(symbols["decimal"])
    grouped = f"[1-9][0-9]{{0,{secondary - 1}}}(?:{group}[0-9]{{{secondary}}})*"
    return _Shape(
        pattern=re.compile(f"(?:[0-9]+|{grouped}{group}[0-9]{{{primary}}})(?:{decimal}[0-9]+)?"),
        group=re.compile(group),
        decimal=symbols["decimal"],
        example=format_decimal(_EXAMPLE, locale=locale, numbering_system="latn"),
    )


def _either(symbol: str) -> str:
    """Let the keyboard's space and apostrophe stand for the typographic ones of CLDR."""
    for alike in (SPACES, _APOSTROPHES):
        if symbol in alike:
            return f"[{alike}]"
    return re.escape(symbol)


def _unreadable(digits: str, locale: str | None, noun: str) -> Flaw:
    if is_scientific(digits):
        return Flaw(
            code=f"{noun}-scientific",
            message=f"{quote(digits)} is written with an exponent, so its exact digits are not "
            "known.",
            hint=f"Format the column as Number in the sheet and write the {noun} in full.",
        )
    if _BETWEEN_NUMBERS.search(digits):
        return Flaw(
            code=f"{noun}-several",
            message=f"{quote(digits)} is more than one number.",
            hint=f"Write one {noun} in this cell; of a calculation, its result.",
        )
    if locale is None:
        return Flaw(
            code=f"{noun}-needs-locale",
            message=f"{quote(digits)} holds separators, and the mapping does not say how this "
            "column writes numbers.",
            hint=f"Add the column's locale to the mapping: {_likely_locales(digits)}.",
        )
    return Flaw(
        code=f"{noun}-grouping",
        message=f"{quote(digits)} is not written as {locale} writes numbers "
        f"(as in {_shape(locale).example}){_odd_separator(digits, locale)}.",
        hint=f"Correct the separators in the cell, write the {noun} without them, or correct the "
        "column's locale in the mapping.",
    )


def _likely_locales(digits: str) -> str:
    """Name the locales that write so, each with an example; the two most usual where none does."""
    found = [name for name in _USUAL if _writes(name, digits)] or _USUAL[:2]
    return " or ".join(f"locale: {name} for {_shape(name).example}" for name in found)


def _writes(name: str, digits: str) -> bool:
    decimals = digits.partition(_shape(name).decimal)[2]
    return len(decimals) <= _MOST_DECIMALS and bool(_shape(name).pattern.fullmatch(digits))


def _odd_separator(digits: str, locale: str) -> str:
    """Name a separator that may look right and is none of the locale's."""
    shape = _shape(locale)
    odd = next(
        (c for c in digits if not (c.isascii() or c == shape.decimal or shape.group.match(c))), None
    )
    return f": it holds {describe(odd)}" if odd else ""


def too_large(noun: str) -> Flaw:
    """Say that a number has more digits than a sheet program can hold."""
    return Flaw(
        code=f"{noun}-too-large",
        message=f"The {noun} has more than {MAX_DIGITS} digits before the point; a sheet program "
        "does not keep that many.",
        hint="Check that this is the right column; account and card numbers look like this.",
    )
