"""Rows that are the same in every column that the mapping reads: reported, never dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from importer.mapping import Mapping
from importer.model import CheckedRow, Note, Ready, Table
from importer.validate.repeats import FirstRow

_SHOWN: Final = 3


class IdenticalRows:
    """Counts them, and keeps the first few pairs.

    Where the mapping says `equal_rows: problem`, the second of them is INVALID and needs no note.
    """

    def __init__(self, mapping: Mapping, first: FirstRow) -> None:
        identity = mapping.identity
        self._first = None if identity and identity.equal_rows == "problem" else first
        self._count = 0
        self._pairs: list[str] = []

    def see(self, _table: Table, rows: Sequence[CheckedRow]) -> None:
        """Compare the rows of a table with all before them."""
        if self._first is None:
            return
        for row in rows:
            if isinstance(row, Ready):
                first = self._first(row.fingerprint, row.row)
                if first != row.row:
                    self._count += 1
                    self._pairs.append(f"{first} and {row.row}")
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
