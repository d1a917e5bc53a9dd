"""A text as the letters that a person compares it by: without case, accents, and what separates.

`José O’Brien`, `jose obrien` and `JOSE-O'BRIEN` are one name; `९८७` and `987` one number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

_LETTER, _DIGIT, _MARK, _ALONE, _OTHER = "LDMA "
_UNJOINED: Final = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Japanese
    (0x3400, 0x9FFF),  # Chinese
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
"""Scripts that write no space between words, so that a word may begin and end anywhere."""
_UNSEEN: Final = "\u00ad\u0640\u200b\u200c\u200d\u2060\ufeff"
"""Stand inside a word and are no letters of it."""
_PLAIN: Final = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ı": "i",  # noqa: RUF001 - the letter that is meant
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
    }
)
"""Letters that Unicode takes for no letter with a mark, and people do."""
_WORD: Final = re.compile(r"L[LM]*|D[DM]*|AM*")
_ASCII_WORD: Final = re.compile(r"[A-Za-z]+|[0-9]+")
_HEX: Final = re.compile(r"(?<![0-9A-Za-z])(?=[0-9]*[A-Fa-f])[0-9A-Fa-f]{16,}(?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class Word:
    """A word, a number, or one sign of a script without spaces."""

    start: int
    end: int
    """Half-open, in the text that it was found in."""
    letters: str
    """As it is compared; never ""."""


def words_of(text: str) -> Sequence[Word]:
    """The words and numbers of a text in their order; an id of hexadecimal digits is one word."""
    ids = {found.start(): found.end() for found in _HEX.finditer(text)}
    if text.isascii():
        spans = [found.span() for found in _ASCII_WORD.finditer(text)]
    else:
        spans = [found.span() for found in _WORD.finditer("".join(map(_kind, text)))]
    found, at = list[Word](), 0
    for start, end in spans:
        if start < at:
            continue
        at = ids.get(start, end)
        if letters := letters_of(text[start:at]):
            found.append(Word(start, at, letters))
    return found


def letters_of(text: str) -> str:
    """A text as it is compared: letters, digits and nothing that only dresses them."""
    return text.lower() if text.isascii() else "".join(map(_letters, text))


def digits_of(text: str) -> str:
    """The digits of a text, of whatever script, as 0 to 9."""
    return letters_of("".join(filter(str.isdecimal, text)))


def is_alone(character: str) -> bool:
    """Whether it is of a script that writes no space between words."""
    return _kind(character) == _ALONE


@cache
def _kind(character: str) -> str:
    category = unicodedata.category(character)
    if category.startswith("M") or character in _UNSEEN:
        return _MARK
    if any(first <= ord(character) <= last for first, last in _UNJOINED):
        return _ALONE if category.startswith("L") else _digit_or(character)
    return _LETTER if category.startswith("L") else _digit_or(character)


def _digit_or(character: str) -> str:
    return _OTHER if unicodedata.decimal(character, None) is None else _DIGIT


@cache
def _letters(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    spread = unicodedata.normalize("NFKD", character.casefold()).casefold().translate(_PLAIN)
    return "".join(one for one in spread if _kind(one) in {_LETTER, _ALONE, _DIGIT})
