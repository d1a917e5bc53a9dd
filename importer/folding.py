"""How two texts are compared: by what a person reads, not by how it was typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from typing import Final

_UNSEEN: Final = dict.fromkeys(
    code
    for code in (*range(0xA0), 0x200B, 0x2060, 0xFEFF)
    if unicodedata.category(chr(code)) in {"Cc", "Cf"} and not chr(code).isspace()
)
"""Controls and marks without width, picked up on the way; joiners of Indic scripts stay."""


def readable(text: str) -> str:
    """What a person reads of a text: on one line, with single spaces."""
    return " ".join(text.translate(_UNSEEN).split())


def tidy(text: str) -> str:
    """NFC, trimmed: how a text is compared where capitals and inner spaces count."""
    return unicodedata.normalize("NFC", text.translate(_UNSEEN)).strip()


def fold(text: str) -> str:
    """NFC, trimmed, whitespace folded to single spaces, capitals folded.

    Whitespace is Unicode's: line breaks and no-break spaces too.
    """
    shown = unicodedata.normalize("NFD", readable(text))
    return unicodedata.normalize("NFC", shown.casefold())


ANYTHING: Final = "…"
"""Stands for what differs from row to row."""

_QUOTED: Final = re.compile(
    r"""(?<!\w)'[^']*'(?!\w)|"[^"]*"|`[^`]*`|“[^”]*”|‘[^’]*’|«[^»]*»"""  # noqa: RUF001 - quotes
)
_MONTHS: Final = (
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    "Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
)
_DATE: Final = re.compile(rf"\b\d{{1,2}} (?:{_MONTHS}) \d{{4}}\b")
_ADDRESS: Final = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)*")
_WORD: Final = re.compile(r"[₹$€£]?[+-]?\w+(?:-\w+)*%?")
"""A word, or an id such as `RC-0034`, or a number with what belongs to it."""
_DIGIT_OR_ID: Final = re.compile(r"\d|^[0-9A-Fa-f]{12,}$")
_SEVERAL: Final = re.compile(r"…(?:[\s,;:/.+-]*…)+")
_FEWEST_LETTERS: Final = 3
"""Of a value that is one plain word: a shorter one is more likely a word of the sentence."""


def alike(text: str, values: Iterable[str] = ()) -> str:
    """What a text has in common with those that differ in names, ids and numbers only.

    Every plain word stays; `…` stands for quoted pieces, numbers, dates, ids, addresses, and for
    the values that are given. Folding a folded text changes nothing.

    Args:
        text: what was said.
        values: what it was said about, to be taken out where it stands as a word of its own.
    """
    known = {one for one in map(str.strip, values) if one and one in text}
    for value in sorted(known, key=lambda one: (-len(one), one)):
        if len(value) >= _FEWEST_LETTERS or not value.isalpha():
            text = _without(text, value)
    return _alike(text)


@lru_cache(maxsize=4096)
def _alike(text: str) -> str:
    folded = _QUOTED.sub(ANYTHING, text)
    if "@" in folded:
        folded = _ADDRESS.sub(ANYTHING, folded)
    folded = _WORD.sub(_what_stays, _DATE.sub(ANYTHING, folded))
    folded = _SEVERAL.sub(ANYTHING, folded)
    return folded if folded == text else _alike(folded)


def _what_stays(word: re.Match[str]) -> str:
    return ANYTHING if _DIGIT_OR_ID.search(word.group()) else word.group()


def _without(text: str, value: str) -> str:
    """The text with `…` for a value where it stands as a word; no pattern, as each is its own."""
    pieces = text.split(value)
    found = pieces[0]
    for before, after in pairwise(pieces):
        inside = _is_word(before[-1:]) or _is_word(after[:1])
        found += (value if inside else ANYTHING) + after
    return found


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def nearest(word: str, words: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The one of `words` that somebody most likely meant; None where nothing is near.

    Args:
        word: what was written.
        words: what could have been meant.
        cutoff: how much alike the two are at least, as `difflib` measures it: 1 is equal.
    """
    by_fold = {fold(candidate): candidate for candidate in words}
    close = get_close_matches(fold(word), by_fold, n=1, cutoff=cutoff)
    return by_fold[close[0]] if close else None


def qualifies(text: str, other: str) -> bool:
    """Whether one is the other with something before it: `Unpaid` is no misspelling of `Paid`."""
    one, two = fold(text), fold(other)
    return one.endswith(two) or two.endswith(one)


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """`Did you mean `header`?`, or "" where nothing is near."""
    meant = nearest(word, words)
    return f"Did you mean `{meant}`?" if meant else ""


def choices(word: str, words: Iterable[str]) -> str:
    """A hint for a word that is none of `words`: the one that was meant, and all of them."""
    known = tuple(words)
    return f"{did_you_mean(word, known)} It is one of {', '.join(known)}.".strip()
