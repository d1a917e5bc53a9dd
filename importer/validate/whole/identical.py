"""Rows that are the same in every column that the mapping reads: reported, never dropped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from importer.mapping import Mapping
from importer.model import CheckedRow, Note, Ready
from importer.validate.judged import Judged
from importer.validate.keys import whole_keys
from importer.validate.repeats import FirstRow, numbers_of

_SHOWN: Final = 3


class IdenticalRows:
    """Counts them, and keeps the first few pairs.

    Where the mapping says `equal_rows: problem`, the second of them is INVALID and needs no note.
    """

    def __init__(self, mapping: Mapping, first: FirstRow) -> None:
        identity = mapping.identity
        self._first = None if identity and identity.equal_rows == "problem" else first
        self._keys = whole_keys(mapping)
        self._count = 0
        self._pairs: list[str] = []

    def see(self, rows: Judged) -> None:
        """Compare the rows of a table with all before them."""
        places = np.flatnonzero(rows.where(_is_ready)) if self._first else ()
        if self._first is None or not len(places):
            return
        numbers = numbers_of(rows, np.asarray(places))
        firsts = self._first(self._keys(rows.table)[places], numbers)
        again = np.flatnonzero(firsts != numbers)
        self._count += len(again)
        for at in again[:_SHOWN].tolist():
            self._pairs.append(f"{firsts[at]} and {numbers[at]}")
        del self._pairs[_SHOWN:]

    def findings(self) -> Iterator[Note]:
        """One note for all of them."""
        if self._count:
            rows = "row is" if self._count == 1 else "rows are"
            others = " and others" if self._count > len(self._pairs) else ""
            yield Note(
                code="rows-identical",
                message=f"{self._count:,} {rows} the same as an earlier row, in every column that "
                f"the mapping reads: {', '.join(self._pairs)}{others}. They are not dropped.",
            )


def _is_ready(row: CheckedRow) -> bool:
    return isinstance(row, Ready)
