"""Receipt numbers and references: kept letter for letter, and by name the ways sheets damage them.

An identifier decides whether a payment was entered before, so it is never repaired: two readings
of a damaged one may both exist.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from importer.model import SHOWN, Flaw, Kind
from importer.values.cell import (
    counted,
    describe,
    is_invisible,
    is_scientific,
    open_cell,
    quote,
    trim,
)
from importer.values.look_alikes import odd_one

AS_TEXT = (
    "Type it again as it was, every digit of it. Where it is many, ask for the export again with "
    "this column as text: in Excel, format the column as Text before anything is pasted or typed "
    "into it; load a CSV with Data › From Text/CSV and choose Text."
)
"""How an identifier gets through Excel unharmed."""

NATIVE_DIGITS = 15
"""Digits of a number that Excel keeps (Microsoft, Excel specifications and limits)."""

_LONGEST = 200
"""Characters of an identifier; nobody gives out longer ones, and text is often as long."""

_QUOTES = "'`\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u02bc\u00b4\""

_PLAIN = re.compile(r"[0-9A-Za-z]+(?:[-/_ ][0-9A-Za-z]+)*")
"""What nearly every identifier looks like, and no damage does but a rounded number."""

_ROUNDED = re.compile(r"[1-9][0-9]{14}0{3,}")
"""Fifteen digits that Excel has kept, and zeros for at least three that it has not. One such text
in a thousand is an identifier that ends so; fewer zeros prove nothing in one cell."""

_EXPONENT = re.compile(r"[0-9](?:[.,][0-9]+[eE][-+]?|[eE]\+)[0-9]+")
"""How a sheet shows a long number. `1E5` alone may be an identifier."""

_TAIL = re.compile(r"[0-9]+[.,]0{1,2}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}")
_LOST = re.compile("[\ud800-\udfff\ufffd]")


def parse_id(text: str, kind: Kind, *, length: int | None) -> str | Flaw | None:
    """Return an identifier as typed, in NFC; None where the cell is blank.

    Plain spaces around it are dropped: they cannot be seen, no office gives out two numbers that
    differ by them, and a sheet program adds them where it pads a column. One plain space between
    two parts stays (`INV 001`). A NUMBER cell is its digits, with the zeros that its format shows
    before them. Every other deviation is a Flaw that names what happened.

    Args:
        text: the cell's text as seen.
        kind: what the file says that the cell holds.
        length: characters that every identifier of the column has; None where they vary.
    """
    if kind is Kind.DRESSED:
        return _dressed(trim(text))
    opened = open_cell(text, kind)
    if not isinstance(opened, str):
        return opened
    seen = unicodedata.normalize("NFC", text.strip(" "))
    if len(seen) > _LONGEST:
        return _too_long(len(seen))
    flaw = _kind_flaw(seen, kind) if kind is not Kind.TEXT else _text_flaw(seen)
    return flaw or _length_flaw(seen, length) or seen


def _kind_flaw(seen: str, kind: Kind) -> Flaw | None:
    """Name what a sheet program has made of an identifier in a cell that is no text."""
    match kind:
        case Kind.NUMBER if is_scientific(seen) or len(seen.lstrip("0")) > NATIVE_DIGITS:
            return rounded_id()
        case Kind.NUMBER if not (seen.isascii() and seen.isdecimal()):
            return _id_flaw("not-whole", f"The cell holds the number {quote(seen)}, not an id.")
        case Kind.NUMBER:
            return None
        case Kind.DATE:
            return _id_flaw(
                "turned-into-date",
                f"The cell holds the date {quote(seen)}: Excel makes dates of ids such as 3-4 and "
                "MAR1.",
            )
        case _:
            return _id_flaw(
                "wrong-kind",
                f"The cell holds {quote(seen)}, which the sheet does not keep as text.",
            )


def _dressed(seen: str) -> Flaw:
    """Say that a format makes an identifier of a number, and that the file holds the number."""
    number, _, shown = seen.partition(SHOWN)
    holds = f"the number {number[:20]}, which its format shows {shown[:40]}"
    return _id_flaw(
        "shown-by-format",
        f"The cell holds {holds if shown else f'a number that its format shows as {quote(seen)}'}; "
        "the id as it was given out is not in the file.",
    )


def _text_flaw(seen: str) -> Flaw | None:
    if _PLAIN.fullmatch(seen) and not _ROUNDED.fullmatch(seen):
        return None
    return next(filter(None, (check(seen) for check in _CHECKS)), None)


def _number_flaw(seen: str) -> Flaw | None:
    """Name the traces of a program that has read an identifier as a number."""
    if _EXPONENT.fullmatch(seen) or _ROUNDED.fullmatch(seen):
        return rounded_id()
    if _TAIL.fullmatch(seen):
        return _id_flaw(
            "decimal-tail",
            f"{quote(seen)} ends like a decimal number: a program has read the id as a number, and "
            "may have dropped zeros before it.",
        )
    if _GROUPED.fullmatch(seen):
        return _id_flaw(
            "grouped",
            f"{quote(seen)} is written like an amount: a program has read the id as a number, and "
            "may have dropped zeros before it.",
        )
    return None


def rounded_id() -> Flaw:
    """Say that Excel has made a number of a long identifier, and that digits are gone."""
    return _id_flaw(
        "turned-into-number",
        f"Excel has turned this id into a number and kept {NATIVE_DIGITS} digits of it; the others "
        "are lost and cannot be recovered from this file.",
    )


def _quote_flaw(seen: str) -> Flaw | None:
    if seen[0] not in _QUOTES and seen[-1] not in _QUOTES:
        return None
    mark = seen[0] if seen[0] in _QUOTES else seen[-1]
    return Flaw(
        code="id-apostrophe",
        message=f"The id has a stray {describe(mark)} beside it.",
        hint=f"Delete that mark. {AS_TEXT}",
    )


def _unseen_flaw(seen: str) -> Flaw | None:
    lost = _LOST.search(seen)
    if lost:
        return _id_flaw(
            "characters-lost",
            f"Character {lost.start() + 1} of the id was lost when the file was saved.",
        )
    at, char = next(
        ((i, c) for i, c in enumerate(seen, 1) if c != " " and is_invisible(c)), (0, "")
    )
    if char:
        return _type_again(
            "invisible-character", f"Character {at} of the id is invisible: {describe(char)}."
        )
    if "  " in seen:
        place = seen.index("  ") + 1
        return _type_again(
            "two-spaces", f"Characters {place} and {place + 1} of the id are spaces."
        )
    return None


def _look_alike_flaw(seen: str) -> Flaw | None:
    at = odd_one(seen)
    if at is None:
        return None
    return _type_again(
        "look-alike",
        f"Character {at + 1} of the id, {quote(seen[at])}, is {describe(seen[at])}, and only looks "
        "like another one.",
    )


_CHECKS: Sequence[Callable[[str], Flaw | None]] = (
    _number_flaw,
    _quote_flaw,
    _unseen_flaw,
    _look_alike_flaw,
)


def _too_long(characters: int) -> Flaw:
    return Flaw(
        code="id-too-long",
        message=f"The cell holds {characters:,} characters, and an id has {_LONGEST} at most.",
        hint="Check that this is the right column. If it is, declare it as type: text.",
    )


def _length_flaw(seen: str, length: int | None) -> Flaw | None:
    if length is None or len(seen) == length:
        return None
    short = len(seen) < length and seen.isascii() and seen.isdecimal()
    lost = ": it may have lost its leading zeros" if short else ""
    return Flaw(
        code="id-wrong-length",
        message=f"The id has {counted(len(seen), 'character')} instead of {length}{lost}.",
        hint=AS_TEXT if short else "Correct the id, or the column's length in the mapping.",
    )


def _id_flaw(code: str, message: str) -> Flaw:
    return Flaw(code=f"id-{code}", message=message, hint=AS_TEXT)


def _type_again(code: str, message: str) -> Flaw:
    return Flaw(
        code=f"id-{code}",
        message=message,
        hint="Type the id again in this cell. If it is really written so, declare the column as "
        "type: text in the mapping.",
    )
