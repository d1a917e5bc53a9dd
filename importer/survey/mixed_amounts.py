"""Amounts of one column that are written in two ways: `1,250.00` here and `1.250,00` there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from importer.mapping import ColumnSpec
from importer.model import Kind, Note, Refusal
from importer.values.amount import AMOUNT_PARTS
from importer.values.cell import SPACES, quote

_OTHER: Final[Mapping[str, str]] = {".": ",", ",": "."}
"""Decimal sign → what then stands between groups of digits, if it is no space or apostrophe."""
_GROUPS: Final = rf"[{SPACES}'\u2019]"


def _proof(decimal: str) -> re.Pattern[str]:
    """What only somebody writes whose decimal sign this is.

    Both signs, the other one first and as it groups; the other one twice or more; or one or two
    digits behind this one, which no grouping has. `1.250` and `1,250` prove nothing.
    """
    point, group = re.escape(decimal), re.escape(_OTHER[decimal])
    grouped = rf"[0-9]{{1,3}}(?:{group}[0-9]{{2,3}})*{group}[0-9]{{3}}"
    return re.compile(
        rf"{grouped}{point}[0-9]+"
        rf"|[0-9]{{1,3}}(?:{group}[0-9]{{2,3}})+{group}[0-9]{{3}}"
        rf"|[0-9]+{point}[0-9]{{1,2}}"
        rf"|[0-9]{{1,3}}(?:{_GROUPS}[0-9]{{2,3}})*{_GROUPS}[0-9]{{3}}{point}[0-9]+"
    )


_PROOFS: Final[Mapping[str, re.Pattern[str]]] = {decimal: _proof(decimal) for decimal in _OTHER}
_UNCLEAR: Final = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
"""What is a thousand and more to one person and one and a bit to another."""


class _Seen(NamedTuple):
    row: int
    text: str


class MixedAmounts:
    """Looks for two decimal signs in one column: then nobody knows what `1.250` is there.

    Only texts count: a number of a workbook has no sign of its own.
    """

    def __init__(self, spec: ColumnSpec, letter: str, header: str) -> None:
        del spec  # what the mapping says of the column is not what its cells say
        self._letter, self._header = letter, header
        self._first: dict[str, _Seen] = {}
        """Decimal sign → the first cell that proves it."""
        self._unclear: _Seen | None = None

    @property
    def needless(self) -> str | None:
        """Digits alone; once a sign is proven, also what proves it and nothing else."""
        known = "".join(self._first)
        return rf"^[0-9]+(?:[{known}][0-9]{{1,2}})?$" if known else "^[0-9]+$"

    def see(
        self, numbers: Sequence[int], texts: Sequence[str], kinds: Sequence[Kind] | None
    ) -> None:
        """Look at some more cells."""
        for at, text in enumerate(texts):
            if kinds is None or kinds[at] is Kind.TEXT:
                self._look(numbers[at], text)

    def _look(self, row: int, text: str) -> None:
        wanted = [decimal for decimal in _PROOFS if decimal not in self._first]
        if (not wanted and self._unclear) or ("." not in text and "," not in text):
            return
        parts = AMOUNT_PARTS.fullmatch(text)
        if parts is None:
            return
        digits = parts[2]
        for decimal in wanted:
            if _PROOFS[decimal].fullmatch(digits):
                self._first[decimal] = _Seen(row, text)
        if self._unclear is None and _UNCLEAR.fullmatch(digits):
            self._unclear = _Seen(row, digits)

    def findings(self) -> Iterator[Note | Refusal]:
        """Refuse a column that has both."""
        if len(self._first) < len(_OTHER):
            return
        cells = " and ".join(
            f"in {self._letter}{seen.row} {quote(seen.text.strip())} the decimal sign is “{sign}”"
            for sign, seen in sorted(self._first.items(), key=lambda item: item[1].row)
        )
        yield Refusal(
            code="amounts-mixed",
            message=f"Column {self._letter} ({self._header}) is written in two ways: {cells}. "
            f"{self._doubt()}",
            hint="Find out who wrote which rows, and write all amounts of the column in one way; "
            "best as numbers, without separators.",
        )

    def _doubt(self) -> str:
        if self._unclear is None:
            return "An amount such as 1.250 may then be 1250 or 1.25."
        row, digits = self._unclear
        whole, part = re.split("[.,]", digits)
        return (
            f"What {self._letter}{row} {quote(digits)} is, {whole}{part} or "
            f"{whole}.{part}, cannot be known then."
        )
