"""Texts that are looked for in sentences, whole and in words, however they are spelt there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Final

from importer.pipeline.masking.words import Word, digits_of, is_alone, words_of

_SHORTEST: Final = 3
"""Letters of a word that is looked for; shorter ones stand in every sentence."""
_SHORTEST_ELSEWHERE: Final = 2
"""The same of a word in another script than ours, in which no sentence of a program stands."""
_LONGEST: Final = 16
"""Words of a text that is looked for as a whole; of a longer one, each word is."""
_NAME: Final = 4
"""Words of which a name has no more."""
_GLUED, _GLUED_ELSEWHERE, _LONGEST_GLUED = 5, 3, 64
"""Letters of what is found within a word too, `Kumars` and `nameKumar`, and at most."""
_PREFIX: Final = 3
_FEWEST_DIGITS: Final = 4
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_PHONE: Final = 7
"""Digits of a telephone number, at least."""
NATIONAL: Final = 10
"""The same without its country's."""
_DIGITS: Final = re.compile(r"\d(?:(?:[^\w,;]|_){0,3}\d)*")
"""Digits with little between them, in which a number that is known may stand."""
_CUT: Final = ("…", "...")
_SMALL: Final = re.compile(
    "am|an|as|at|be|by|do|dr|he|id|if|in|is|it|me|mr|ms|my|no|of|ok|on|or|rs|so|st|to|up|us|we"
)
"""Words of two letters that sentences begin with."""

Span = tuple[int, int]
"""Half-open, in characters."""


class Known:
    """Some texts, learned once and looked up, however many they are.

    Args:
        texts: composed in any way.
        plain: words that are not looked for alone, in lower case.
    """

    def __init__(self, texts: Collection[str], plain: Collection[str] = frozenset()) -> None:
        self._texts = texts
        self._plain = plain

    def __bool__(self) -> bool:
        return bool(self._texts)

    def whole(self, words: Sequence[Word]) -> Iterator[Span]:
        """Where whole texts stand, the longest that begins at each word.

        What separates the words is the sentence's own: `Priya-Sharma`, `priyasharma`.
        """
        for at, first in enumerate(words):
            following = words[at : at + _LONGEST]
            end = 0
            for upto, letters in enumerate(accumulate(one.letters for one in following)):
                if len(letters) > 1 and letters[:_SHORTEST_ELSEWHERE] not in self._begun:
                    break
                if letters in self._whole:
                    end = following[upto].end
            if end:
                yield first.start, end

    def numbers(self, text: str) -> Iterator[Span]:
        """Where a telephone number stands, in whatever groups and digits it is written."""
        known = self._learned.numbers
        for found in _DIGITS.finditer(text) if known else ():
            digits = digits_of(found[0])
            windows = (
                digits[at : at + length]
                for length in self._number_lengths
                for at in range(len(digits) - length + 1)
            )
            if any(one in known for one in windows):
                yield found.span()

    def has_word(self, word: Word, text: str) -> bool:
        """Whether a word of a sentence is one of theirs, also cut short."""
        letters = word.letters
        if letters in self._words or text[word.start : word.end] in self._learned.short:
            return True
        cut = text.startswith(_CUT, word.end) and len(letters) >= _SHORTEST
        return cut and any(one.startswith(letters) for one in self._words)

    def within(self, words: Sequence[Word]) -> Iterator[Span]:
        """The words of a sentence in which a text or a word of one stands, glued to others."""
        letters = "".join(one.letters for one in words)
        owners = [one for one in words for _ in one.letters]
        for at in range(len(letters)):
            for length in self._lengths.get(letters[at : at + _PREFIX], ()):
                found = letters[at : at + length]
                if found in self._glued:
                    yield owners[at].start, owners[at + len(found) - 1].end

    def has_name(self, word: Word) -> bool:
        """Whether a word of a sentence stands in a text that is written as a name is."""
        return word.letters in self._names

    @cached_property
    def _whole(self) -> frozenset[str]:
        return self._worth_finding(self._learned.whole)

    @cached_property
    def _begun(self) -> frozenset[str]:
        return frozenset(text[:_SHORTEST_ELSEWHERE] for text in self._whole)

    @cached_property
    def _words(self) -> frozenset[str]:
        return self._worth_finding(self._learned.words)

    @cached_property
    def _number_lengths(self) -> Collection[int]:
        return {len(one) for one in self._learned.numbers}

    @cached_property
    def _glued(self) -> frozenset[str]:
        return frozenset(
            one
            for one in self._whole | self._words
            if (_GLUED if one.isascii() else _GLUED_ELSEWHERE) <= len(one) <= _LONGEST_GLUED
        )

    @cached_property
    def _lengths(self) -> Mapping[str, Collection[int]]:
        """First letters → how long the texts are that begin so."""
        found: dict[str, set[int]] = {}
        for text in self._glued:
            found.setdefault(text[:_PREFIX], set()).add(len(text))
        return found

    @cached_property
    def _names(self) -> frozenset[str]:
        return self._worth_finding(self._learned.names)

    @cached_property
    def _learned(self) -> _Learned:
        learned = _Learned()
        for text in self._texts:
            learned.add(unicodedata.normalize("NFKC", text))
        return learned

    def _worth_finding(self, words: Iterable[str]) -> frozenset[str]:
        return frozenset(word for word in words if word not in self._plain and _is_long(word))


@dataclass(slots=True)
class _Learned:
    """What is looked for of some texts, once each."""

    whole: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    short: set[str] = field(default_factory=set)
    """`Li`, `Wu`, `MG`: found as they are written."""
    names: set[str] = field(default_factory=set)
    """The words of short texts in which none begins with a small letter."""
    numbers: set[str] = field(default_factory=set)
    """Digits of what may be a telephone number, also without its country's."""

    def add(self, text: str) -> None:
        words = words_of(text)
        letters = [one.letters for one in words]
        self.words.update(letters)
        if len(words) <= _LONGEST:
            self.whole.add("".join(letters))
        self.whole.update(_pairs(text, words))
        if len(words) <= _NAME and not any(text[one.start].islower() for one in words):
            self.names.update(one for one in letters if not one.isdecimal())
        self.short.update(filter(_is_short_name, (text[one.start : one.end] for one in words)))
        for found in _DIGITS.finditer(text):
            digits = digits_of(found[0])
            if len(digits) >= _PHONE:
                self.numbers.update((digits, digits[-NATIONAL:]))


def _pairs(text: str, words: Sequence[Word]) -> Iterator[str]:
    """Two signs in a row of a script without spaces: the least that a name has of it."""
    for one, two in pairwise(words):
        if one.end == two.start and is_alone(text[one.start]) and is_alone(text[two.start]):
            yield one.letters + two.letters


def _is_short_name(word: str) -> bool:
    written = 1 < len(word) < _SHORTEST and word[0].isupper() and word.isalpha()
    return written and not _SMALL.fullmatch(word.lower())


def _is_long(word: str) -> bool:
    if word.isdecimal():
        return len(word) >= _FEWEST_DIGITS and not _YEAR.fullmatch(word)
    return len(word) >= (_SHORTEST if word.isascii() else _SHORTEST_ELSEWHERE)
