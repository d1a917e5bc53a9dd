"""How two texts are compared: by what a person reads, not by how it was typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable
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
LONGEST: Final = 2000
"""Characters of a text that are compared: the CRM may answer with a whole page."""
SHOWN: Final = 160
"""Characters of somebody else's words in a sentence of ours."""

_QUOTED: Final = re.compile(
    r"""(?<!\w)'[^']*+'(?!\w)|"[^"]*+"|`[^`]*+`|“[^”]*+”|‘[^’]*+’|«[^»]*+»"""  # noqa: RUF001 - quotes
)
_QUOTES: Final = {"'": "'", '"': '"', "`": "`", "“": "”", "‘": "’", "«": "»"}  # noqa: RUF001 - quotes
_MONTHS: Final = (
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    "Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
)
_DATE: Final = re.compile(rf"\b\d{{1,2}} (?:{_MONTHS}) \d{{4}}\b")
_ADDRESS: Final = re.compile(r"(?<![\w.+%-])[\w.+%-]++@[\w-]++(?:\.[\w-]++)*+")
"""Looked for where a word begins, and never twice, so that it takes no longer than the text."""
_WORD: Final = re.compile(r"[₹$€£]?[+-]?\w+(?:-\w+)*%?")
"""A word, or an id such as `RC-0034`, or a number with what belongs to it."""
_DIGIT_OR_ID: Final = re.compile(r"\d|^[0-9A-Fa-f]{12,}$")
_SEVERAL: Final = re.compile(r"…(?:[\s,;:/.+-]*…)+")
_FEWEST_LETTERS: Final = 3
"""Of a value that is one plain word: a shorter one is more likely a word of the sentence."""
_PART: Final = re.compile(r"[^\W\d_]+")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ENDS: Final = ".!?:;।"
"""What a new sentence may stand behind."""


def shortened(text: str) -> str:
    """Somebody else's words, for a sentence of ours: on one line, and no longer than `SHOWN`."""
    line = readable(text[: 4 * SHOWN])
    return line if len(line) <= SHOWN else f"{line[:SHOWN].rstrip()}{ANYTHING}"


def alike(text: str, values: Iterable[str] = (), words: Container[str] = ()) -> str:
    """What a text has in common with those that differ in names, ids and numbers only.

    Every plain word stays; `…` stands for quoted pieces, numbers, dates, ids, addresses, for the
    values that are given, and for what is beyond `LONGEST`. Folding a folded text changes nothing.

    A cell may hold a word of the sentence itself, and two sentences that say different things must
    never be one. So a value stays where nothing but words are in it that the sentence may have of
    its own: names of columns and fields; and a single word of letters stays where it is short, or
    without a capital, or begins a sentence, in which every word has one.

    Args:
        text: what was said.
        values: what it was said about, to be taken out where it stands as a word of its own.
        words: what the sentence may have of its own, as `plain_words` gives it.
    """
    if len(text) > LONGEST:
        text = f"{text[: LONGEST - 1]}{ANYTHING}"
    known = {one for one in map(str.strip, values) if one and one in text}
    for value in sorted(known, key=lambda one: (-len(one), one)):
        if not _is_of_the_sentence(value, words):
            text = _without(text, value)
    return _alike(text)


@lru_cache(maxsize=256)
def plain_words(names: tuple[str, ...]) -> frozenset[str]:
    """The words in names of columns and fields, folded: of `payer_email`, both and the whole.

    Kept for a few lists of names, since each is asked for with every action.
    """
    found = set[str]()
    for name in names:
        parts = _PART.findall(_HUMP.sub(" ", name))
        found.update(map(fold, [*parts, "".join(parts)]))
    return frozenset(found)


def pieces(says: str) -> tuple[str, ...]:
    """What a person copied from a text to know others like it by: folded, between what differs.

    Quotation marks around the whole are the person's own.

    Returns:
        The pieces in their order; none where no plain word is in them, since these would be found
        in every text.
    """
    says = says.strip().replace("...", ANYTHING)
    inner = says[1:-1]
    closing = _QUOTES.get(says[:1], "")
    if closing and says.endswith(closing) and not {says[0], closing} & {*inner}:
        says = inner
    folded = fold(alike(says)).strip(f" .{ANYTHING}").split(ANYTHING)
    found = tuple(piece.strip() for piece in folded if piece.strip())
    return found if any(map(_PART.search, found)) else ()


@lru_cache(maxsize=1024)
def _alike(text: str) -> str:
    """Kept for the texts seen last, of which none is longer than `LONGEST`.

    The same remark comes with thousands of rows, four times each; what is kept is only what would
    be found again.
    """
    while (folded := _folded_once(text)) != text:
        text = folded
    return text


def _folded_once(text: str) -> str:
    folded = _QUOTED.sub(ANYTHING, text)
    if "@" in folded:
        folded = _ADDRESS.sub(ANYTHING, folded)
    folded = _WORD.sub(_what_stays, _DATE.sub(ANYTHING, folded))
    return _SEVERAL.sub(ANYTHING, folded)


def _what_stays(word: re.Match[str]) -> str:
    return ANYTHING if _DIGIT_OR_ID.search(word.group()) else word.group()


def _is_of_the_sentence(value: str, words: Container[str]) -> bool:
    if value.isalpha() and (len(value) < _FEWEST_LETTERS or value.islower()):
        return True
    parts = _PART.findall(value)
    return bool(parts) and all(fold(part) in words for part in parts)


def _without(text: str, value: str) -> str:
    """The text with `…` for a value where it stands as a word; no pattern, as each is its own."""
    parts = text.split(value)
    found = parts[0]
    for before, after in pairwise(parts):
        inside = _is_word(before[-1:]) or _is_word(after[:1])
        stays = inside or (value.isalpha() and _begins(found))
        found += (value if stays else ANYTHING) + after
    return found


def _begins(before: str) -> bool:
    """Whether a sentence begins behind this."""
    before = before.rstrip()
    return not before or before[-1] in _ENDS


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
