"""How two texts are compared: by what a person reads, not by how it was typed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
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
