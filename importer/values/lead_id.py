"""Lead ids: 24 hexadecimal characters, and by name the ways in which sheets damage them."""

from __future__ import annotations

import re
import unicodedata

from importer.model import Flaw, Kind
from importer.values.cell import counted, describe, is_invisible, is_scientific, open_cell, quote

LENGTH = 24
"""Characters of an id (a MongoDB ObjectId; docs.telecrm.in, sync-api/actions/create)."""

_ID = re.compile(r"[0-9a-fA-F]{24}")
_ROUNDED = re.compile(r"[0-9]{15}0{9}")
"""An all-digit id that Excel has kept 15 digits of and shows in full."""

_APOSTROPHES = "'`\u2018\u2019\u02bc\u00b4\""
_TYPED_FOR = {"O": "0", "o": "0", "l": "1", "I": "1", "i": "1", "S": "5", "s": "5"}
"""Letters that are not hexadecimal → the digit that they are mistaken for."""

_ASK_AGAIN = "Copy the lead's id from the CRM into this cell again."


def parse_lead_id(text: str, kind: Kind) -> str | Flaw | None:
    """Return the id in lower case; None where the cell is blank.

    Plain spaces around it are dropped and capitals are lowered, since neither can change which
    lead is meant. Every other deviation is a Flaw that names the character: a damaged id may be
    the id of another lead.
    """
    seen = text.strip(" ")
    if kind is Kind.TEXT and _ID.fullmatch(seen) and not _ROUNDED.fullmatch(seen):
        return seen.lower()
    opened = open_cell(text, kind)
    if not isinstance(opened, str):
        return opened
    if kind is Kind.NUMBER or is_scientific(seen) or _ROUNDED.fullmatch(seen):
        return _turned_into_number()
    if kind is not Kind.TEXT:
        return Flaw(
            code="lead-id-wrong-kind",
            message=f"The cell holds {quote(seen)}, which the sheet does not keep as text.",
            hint="Format the column as Text and copy the lead's id from the CRM again.",
        )
    return _damage(seen)


def _turned_into_number() -> Flaw:
    return Flaw(
        code="lead-id-turned-into-number",
        message="Excel has turned this lead id into a number; the digits that it dropped are lost "
        "and cannot be recovered from this file.",
        hint="Ask for the export again with this column formatted as Text.",
    )


def _damage(seen: str) -> Flaw:
    """Name the first character that does not belong, else the length."""
    if seen[0] in _APOSTROPHES or seen[-1] in _APOSTROPHES:
        return Flaw(
            code="lead-id-apostrophe",
            message="The lead id has an apostrophe or quotation mark beside it.",
            hint="Delete that mark; the id itself is 24 characters, 0 to 9 and a to f.",
        )
    for place, char in enumerate(seen, start=1):
        if char not in "0123456789abcdefABCDEF":
            return _odd_character(char, place)
    return Flaw(
        code="lead-id-wrong-length",
        message=f"The lead id has {counted(len(seen), 'character')} instead of {LENGTH}.",
        hint=_ASK_AGAIN,
    )


def _odd_character(char: str, place: int) -> Flaw:
    if is_invisible(char):
        return Flaw(
            code="lead-id-invisible-character",
            message=f"Character {place} of the lead id is invisible: {describe(char)}.",
            hint=_ASK_AGAIN,
        )
    if not char.isascii() and unicodedata.category(char)[0] in "LN":
        return Flaw(
            code="lead-id-look-alike",
            message=f"Character {place} of the lead id only looks right: it is "
            f"{quote(char)}, {describe(char)}.",
            hint=_ASK_AGAIN,
        )
    meant = _TYPED_FOR.get(char)
    return Flaw(
        code="lead-id-wrong-character",
        message=f"Character {place} of the lead id is {quote(char)}, and an id has only 0 to 9 "
        "and a to f.",
        hint=f"It may stand for {meant}. {_ASK_AGAIN}" if meant else _ASK_AGAIN,
    )
