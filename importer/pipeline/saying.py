"""What rows say of persons, taken out of sentences that may repeat it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from functools import cache, cached_property
from typing import Final

MASKED: Final = "•••"

_SHORTEST: Final = 3
"""Letters of a word that is hidden; shorter ones stand in every sentence."""
# The answers of a CRM may be long and hostile: no pattern here looks at a letter more than a fixed
# number of times.
_UNBROKEN: Final = re.compile(r"[^\s<>(),;:\"“”]++")
"""With an `@` inside it is an e-mail address."""
_LONG_NUMBER: Final = re.compile(
    r"(?<![\w.,-])(?!\d{4}-\d\d-\d\d)\+?(?:\d[\s()-]{0,2}){6,60}\d(?![\w-]|[.,]\d)"
)
"""Seven digits and more, and no date or amount: a phone number, or some in a row, however they are
written."""
_WORD: Final = re.compile(r"\w+")


class Said:
    """Texts to hide, of one lead or of one cell: looked up, however many they are."""

    def __init__(self, texts: Collection[str]) -> None:
        self._texts = frozenset(texts)

    def taken_from(self, sentence: str) -> str:
        """Take the texts out, their words, and whatever looks as if a person had it."""
        if not sentence:
            return sentence
        composed = unicodedata.normalize("NFKC", sentence)
        composed = _UNBROKEN.sub(_without_address, composed)
        composed = "".join(self._without_texts(composed)) if self._whole else composed
        composed = _WORD.sub(self._without_word, composed)
        return _LONG_NUMBER.sub(MASKED, composed)

    def _without_texts(self, sentence: str) -> Iterator[str]:
        """Yield what is left, where the longest text that begins at a place is hidden first."""
        level = _level(sentence)
        begun = at = 0
        while at < len(level):
            lengths = self._lengths.get(level[at : at + _SHORTEST], ())
            found = next((one for one in lengths if level[at : at + one] in self._whole), 0)
            if found:
                yield sentence[begun:at]
                yield MASKED
                begun = at + found
            at += found or 1
        yield sentence[begun:]

    def _without_word(self, word: re.Match[str]) -> str:
        # A word alone: what is hidden of `the bank` leaves `other` as it is.
        return MASKED if _level(word[0]) in self._words else word[0]

    @cached_property
    def _whole(self) -> frozenset[str]:
        texts = (_level(unicodedata.normalize("NFKC", text).strip()) for text in self._texts)
        return frozenset(text for text in texts if len(text) >= _SHORTEST)

    @cached_property
    def _lengths(self) -> Mapping[str, tuple[int, ...]]:
        """First letters → how long the texts are that begin so, the longest first."""
        found: dict[str, set[int]] = {}
        for text in self._whole:
            found.setdefault(text[:_SHORTEST], set()).add(len(text))
        return {begin: tuple(sorted(of, reverse=True)) for begin, of in found.items()}

    @cached_property
    def _words(self) -> frozenset[str]:
        words = (word for text in self._whole for word in _WORD.findall(text))
        return frozenset(word for word in words if len(word) >= _SHORTEST)


def _without_address(unbroken: re.Match[str]) -> str:
    return MASKED if "@" in unbroken[0][1:-1] else unbroken[0]


def _level(text: str) -> str:
    """Return the text in one case, with as many characters as before."""
    if text.isascii():
        return text.lower()
    return "".join(map(_level_one, text))


@cache
def _level_one(character: str) -> str:
    upper = character.upper()
    lower = (upper if len(upper) == 1 else character).lower()
    return lower if len(lower) == 1 else character
