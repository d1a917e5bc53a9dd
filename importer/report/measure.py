"""One pass over the rows to correct, before the workbook for them is begun."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from importer.model import Kind
from importer.report.source import FailureRow

MOST_OWN_COLUMNS: Final = 16_000
"""Excel has 16,384, and ours come after them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What a workbook has to know of its rows beforehand."""

    rows: int
    lengths: tuple[int, ...]
    """Characters of the longest text of each user column, its header included."""
    kinds: tuple[Kind, ...]
    """What most cells of each user column hold: its blank cells are formatted likewise."""

    @property
    def width(self) -> int:
        """User columns: up to the last that has a header, or a text in any row."""
        return len(self.kinds)


def measure(headers: Sequence[str], rows: Iterable[FailureRow]) -> Measure:
    """Look at every row to correct once."""
    columns = [_Column(length=_length(header)) for header in headers]
    count = 0
    for row in rows:
        count += 1
        kinds = row.kinds or [Kind.TEXT] * len(row.texts)
        for number, (text, kind) in enumerate(zip(row.texts, kinds, strict=True)):
            if text:
                while number >= len(columns):
                    columns.append(_Column())
                columns[number].see(text, kind)
    del columns[MOST_OWN_COLUMNS:]
    while columns and not columns[-1].is_used:
        columns.pop()
    return Measure(
        rows=count,
        lengths=tuple(column.length for column in columns),
        kinds=tuple(column.kind for column in columns),
    )


@dataclass(slots=True)
class _Column:
    length: int = 0
    seen: Counter[Kind] = field(default_factory=Counter)

    def see(self, text: str, kind: Kind) -> None:
        if len(text) > self.length:
            self.length = max(self.length, _length(text))
        self.seen[kind] += 1

    @property
    def is_used(self) -> bool:
        return bool(self.length or self.seen)

    @property
    def kind(self) -> Kind:
        return self.seen.most_common(1)[0][0] if self.seen else Kind.TEXT


def _length(text: str) -> int:
    return max(map(len, text.splitlines()), default=0)
