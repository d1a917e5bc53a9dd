"""What rows say of persons, taken out of sentences that may repeat it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from importer.pipeline.masking.known import Known, Span
from importer.pipeline.masking.words import words_of

MASKED: Final = "•••"

# The answers of a CRM may be long and hostile: no pattern here looks at a letter more than a fixed
# number of times.
_UNBROKEN: Final = re.compile(r"[^\s<>(),;:\"“”]++")
"""With an `@` inside it is an e-mail address."""
_LONG_NUMBER: Final = re.compile(
    r"(?<![\w.,-])(?!\d{4}-\d\d-\d\d)\+?(?:\d[\s()-]{0,2}){6,60}\d(?![\w-]|[.,]\d)"
)
"""Seven digits and more, and no date or amount: a phone number, or some in a row, however they are
written."""
_BETWEEN: Final = re.compile(r"[ .'’_-]{0,2}")
"""What belongs to a name of which both sides are hidden."""


class Said:
    """Texts to hide.

    Args:
        texts: what the rows of one lead say, or one cell: whole texts and every word of them go.
        others: what all rows of the sheet say: of these, whole texts and the words of names.
        plain: words that tell nobody anything: headers and names of fields, in lower case.
    """

    def __init__(
        self,
        texts: Collection[str],
        others: Known | None = None,
        plain: Collection[str] = frozenset(),
    ) -> None:
        self._own = Known(texts, plain)
        self._others = others or Known(())

    def taken_from(self, sentence: str) -> str:
        """Take the texts out, their words, and whatever looks as if a person had it."""
        if not sentence:
            return sentence
        composed = unicodedata.normalize("NFKC", sentence)
        composed = _UNBROKEN.sub(_without_address, composed)
        return _LONG_NUMBER.sub(MASKED, self.known_taken_from(composed))

    def known_taken_from(self, name: str) -> str:
        """Take the texts out and nothing else: of the name of a file, which may have a date."""
        if not self._own and not self._others:
            return name
        composed = unicodedata.normalize("NFKC", name)
        return _hidden(composed, self._spans(composed))

    def _spans(self, text: str) -> Iterator[Span]:
        words = words_of(text)
        for known in (self._own, self._others):
            yield from known.whole(words)
            yield from known.numbers(text)
        yield from self._own.within(words)
        for one in words:
            if self._own.has_word(one, text) or self._others.has_name(one):
                yield one.start, one.end


def _without_address(unbroken: re.Match[str]) -> str:
    return MASKED if "@" in unbroken[0][1:-1] else unbroken[0]


def _hidden(text: str, spans: Iterable[Span]) -> str:
    parts, at = list[str](), 0
    for start, end in _joined(text, sorted(spans)):
        parts += text[at:start], MASKED
        at = end
    return "".join((*parts, text[at:]))


def _joined(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """One for all that belongs together."""
    if not spans:
        return
    begun, ended = spans[0]
    for start, end in spans[1:]:
        if start > ended and not _BETWEEN.fullmatch(text, ended, start):
            yield begun, ended
            begun, ended = start, end
        ended = max(ended, end)
    yield begun, ended
