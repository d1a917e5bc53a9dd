"""Identifiers of a column without a declared length: damage that only the other cells show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from importer.mapping import ColumnSpec
from importer.model import Flaw, Kind, Note, Refusal, Value
from importer.values import Parser, parser_for
from importer.values.cell import quote
from importer.values.identifier import (
    AS_TEXT,
    NATIVE_DIGITS,
    rounded_id,
)

WITNESSES: Final = 2
"""Different identifiers that begin with 0 and are equally long, before their length is believed."""

ROUNDED: Final = 5
"""Different long identifiers that end in zeros from the sixteenth digit on, and no other, before
they are taken for rounded: by chance that is one column in 100,000."""


class _Seen(NamedTuple):
    row: int
    text: str


class IdSurvey:
    """Finds out how long the identifiers of a column are, and whether Excel has rounded them.

    Zeros at their beginning are proven lost only where identifiers made of digits begin with 0 and
    all of these are equally long, at least `WITNESSES` different ones, and no other is longer.
    """

    def __init__(self, spec: ColumnSpec, letter: str, header: str) -> None:
        del header  # the letter says enough
        self._read = parser_for(spec)
        self._letter = letter
        self._padded: list[_Seen] = []
        """The first of those that begin with 0, each text once, up to `WITNESSES`."""
        self._varies = False
        """Those that begin with 0 are not all equally long."""
        self._longest = 0
        self._rounded: set[str] = set()
        self._exact = False
        """A long one has another digit than 0 where Excel would have lost it."""

    needless = "[^0-9 ]"
    """Only identifiers made of digits can be damaged so."""

    def see(
        self, numbers: Sequence[int], texts: Sequence[str], kinds: Sequence[Kind] | None
    ) -> None:
        """Look at some more cells."""
        for at, text in enumerate(texts):
            seen = text.strip(" ")
            if not seen.isascii():
                continue
            if kinds is not None and kinds[at] not in {Kind.TEXT, Kind.NUMBER}:
                continue
            if seen.isdecimal():
                self._see_digits(numbers[at], seen)

    def findings(self) -> Iterable[Note | Refusal]:
        """Return nothing: what is damaged is said at its cell."""
        return ()

    def parser(self) -> Parser:
        """Return the reader of the column's cells, which knows what the column has shown."""
        evidence = self._evidence()
        rounded = len(self._rounded) == ROUNDED and not self._exact

        def read(text: str, kind: Kind) -> Value | Flaw:
            value = self._read(text, kind)
            if not isinstance(value, str):
                return value
            if not (value.isascii() and value.isdecimal()):
                return value
            if evidence and len(value) < len(evidence.text):
                return self._zeros_lost(value, evidence)
            return rounded_id() if rounded and _is_rounded(value) else value

        return read

    def _evidence(self) -> _Seen | None:
        """Return an identifier that shows how long they all are, if that is proven."""
        if len(self._padded) < WITNESSES or self._varies:
            return None
        first = self._padded[0]
        return first if self._longest <= len(first.text) else None

    def _see_digits(self, row: int, seen: str) -> None:
        self._longest = max(self._longest, len(seen))
        if len(seen) > NATIVE_DIGITS:
            if not _is_rounded(seen):
                self._exact = True
            elif len(self._rounded) < ROUNDED:
                self._rounded.add(seen)
        if seen[0] != "0" or len(seen) == 1:
            return
        if not self._padded:
            self._padded.append(_Seen(row, seen))
            return
        first = self._padded[0].text
        self._varies = self._varies or len(seen) != len(first)
        if len(self._padded) < WITNESSES and seen != first:
            self._padded.append(_Seen(row, seen))

    def _zeros_lost(self, value: str, evidence: _Seen) -> Flaw:
        return Flaw(
            code="id-zeros-lost",
            message=f"{quote(value)} is shorter than the others and has lost its leading zeros: "
            f"{self._letter}{evidence.row} is {quote(evidence.text)}.",
            hint=f"{AS_TEXT} If these ids really vary in length, declare the column as type: text.",
        )


def _is_rounded(seen: str) -> bool:
    """Whether Excel may have kept fifteen digits of a longer text and put zeros for the others."""
    return len(seen) > NATIVE_DIGITS and not seen[NATIVE_DIGITS:].strip("0")
