"""What a person may ask about: a reference, the address of a cell, an id, a value of the sheet."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from itertools import product
from typing import Final

from importer import model
from importer.journal.finding import Amount
from importer.report.inert import visible
from importer.values import as_source_text, parse_amount, parse_date, parse_number


class Kind(StrEnum):
    """What the words that somebody asked with were found to be."""

    REFERENCE = "reference"
    """`20261122-k7f3/17`: a run and a row."""
    CELL = "cell"
    """`payments.xlsx › Payments!F17`, or one of its plainer spellings."""
    ACTION_ID = "action id"
    """The CRM's."""
    LEAD = "lead id"
    VALUE = "value"
    """A source value, such as a receipt number."""


_REFERENCE: Final = re.compile(r"(\d{8}-[a-z0-9]{4})/(\d{1,7})")
_CELL: Final = re.compile(
    r"(?P<place>.+?)\s*[!›>\s]\s*(?:row\s*)?[A-Z]{0,3}(?P<row>[1-9][0-9]{0,6})",
    re.DOTALL | re.IGNORECASE,
)
_HEX: Final = re.compile(r"[0-9A-Fa-f]+(-[0-9A-Fa-f]+)*")
_LEADING_ZERO: Final = re.compile(r"-?0[0-9]")
"""What a receipt number may begin with; 0017 is another one than 17."""
_COMMA_DECIMALS: Final = re.compile(r".*,[0-9]{1,2}")
_DIGITS: Final = re.compile(r"[0-9](?:.*[0-9])?", re.DOTALL)
_ARROW: Final = re.compile(r"\s*[›>]\s*")
_SPACE: Final = re.compile(r"\s+")


def reference_of(what: str) -> tuple[str, int] | None:
    """(run, row) of a reference: `20261122-k7f3/17`; None where it is none."""
    found = _REFERENCE.fullmatch(what)
    return (found[1], int(found[2])) if found else None


def cell_of(what: str) -> tuple[str, int] | None:
    """(file and tab, row) of the address of a cell or a row; None where it can be none.

    The first is to be looked up among `spellings`: names of files and tabs may hold any of the
    marks that stand between them.
    """
    found = _CELL.fullmatch(what.strip())
    return (_folded(found["place"]), int(found["row"])) if found else None


def spellings(file: str, tab: str | None) -> frozenset[str]:
    """Every way to write a file with its tab, to be compared with what `cell_of` returns.

    A tab may be left out, stand alone, or stand in quotes as Excel writes them: `'Ann''s tab'`. The
    names may be written as the reports show them.
    """
    files = {file, visible(file)}
    if tab is None:
        return frozenset(map(_folded, files))
    doubled = tab.replace("'", "''")
    tabs = {tab, visible(tab), f"'{tab}'", f"'{doubled}'", f'"{tab}"'}
    both = {f"{one}{mark}{other}" for one, mark, other in product(files, "›! ", tabs)}
    return frozenset(map(_folded, files | tabs | both))


def ids_of(what: str) -> tuple[str, ...]:
    """The ways in which an id may be kept: as it is written, and a hexadecimal one in low case."""
    folded = what.lower() if _HEX.fullmatch(what) else what
    return tuple(dict.fromkeys((what, folded)))


def values_of(what: str) -> tuple[str, ...]:
    """The ways in which the journal may keep a value that a person reads in a sheet.

    As it stands there; as an id; as a number, `1,25,000.50` being `125000.5`; as a day,
    `23/04/2026` being `2026-04-23`. What is a day in two ways is none.
    """
    text = unicodedata.normalize("NFC", what)
    typed = (_number(text), parse_date(text, model.Kind.TEXT, format=None, zone="UTC"))
    read = (as_source_text(one) for one in typed if isinstance(one, Decimal | dt.datetime))
    return tuple(dict.fromkeys((*ids_of(text), *read)))


def is_amount(cell: str, amount: Amount) -> bool:
    """Whether a cell that nobody could read says this amount, with whatever beside it."""
    digits = _DIGITS.search(cell)
    if digits is None or _number(digits[0]) != amount.number.copy_abs():
        return False
    marked = amount_of(cell) if amount.currencies else None
    return marked is None or not marked.currencies or bool(marked.currencies & amount.currencies)


def amount_of(what: str) -> Amount | None:
    """The amount that a person may have read in a sheet or a report; None where it can be none.

    As the reports print it, `₹2,25,595.00` or `AED 1,250.00`, or as cells do: `Rs. 500/-`.
    """
    text = unicodedata.normalize("NFC", what)
    if (plain := _number(text)) is not None:
        return Amount(number=plain, currencies=frozenset())
    read = {
        currency: number
        for currency in model.Currency
        if (number := _marked(text, currency)) is not None
    }
    numbers = set(read.values())
    return Amount(number=numbers.pop(), currencies=frozenset(read)) if len(numbers) == 1 else None


def _marked(text: str, currency: model.Currency) -> Decimal | None:
    return _first(
        parse_amount(text, model.Kind.TEXT, locale=locale, currency=currency)
        for locale in _locales(text)
    )


def _number(text: str) -> Decimal | None:
    if _LEADING_ZERO.match(text):
        return None
    locales = _locales(text)
    return _first(parse_number(text, model.Kind.TEXT, locale=locale) for locale in locales)


def _locales(text: str) -> tuple[str | None, ...]:
    found = _DIGITS.search(text)
    commas = found is not None and _COMMA_DECIMALS.fullmatch(found[0])
    return ("de_DE", "fr_FR") if commas else (None, "en_IN", "en_US")


def _first(read: Iterable[Decimal | model.Flaw | None]) -> Decimal | None:
    return next((one for one in read if isinstance(one, Decimal)), None)


def _folded(text: str) -> str:
    """One spelling of what looks the same: a Mac's file names, spaces, capitals, folders."""
    composed = _ARROW.sub("›", unicodedata.normalize("NFC", text))
    name = re.split(r"[/\\]", composed)[-1]
    return _SPACE.sub(" ", name).strip().casefold()
