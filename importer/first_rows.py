"""Which row had something first: in memory while the rows are few, then on disk.

A sheet of five million rows has as many receipts; a set of them would not fit where the importer
is meant to run. The disk's part is a database of SQLite's that has no name and ends with the run.
"""

from __future__ import annotations

import sqlite3
from typing import Final, Self

MOST_IN_MEMORY: Final = 200_000
"""About 30 MB of Python objects."""


class FirstRows:
    """Remembers, for each digest, the row that had it first; a context that gives the disk back."""

    def __init__(self, most_in_memory: int = MOST_IN_MEMORY) -> None:
        self._most = most_in_memory
        self._recent: dict[bytes, int] = {}
        self._older: sqlite3.Connection | None = None

    def of(self, digest: str, row: int) -> int:
        """The first row that had this digest: an earlier one, or `row` itself.

        Args:
            digest: hexadecimal.
            row: its number; rows come in their order.
        """
        key = bytes.fromhex(digest)
        first = self._recent.get(key) or self._on_disk(key)
        if first is not None:
            return first
        self._recent[key] = row
        if len(self._recent) >= self._most:
            self._move_to_disk()
        return row

    def _on_disk(self, key: bytes) -> int | None:
        if self._older is None:
            return None
        found = self._older.execute("SELECT row FROM first WHERE digest = ?", (key,)).fetchone()
        return None if found is None else int(found[0])

    def _move_to_disk(self) -> None:
        if self._older is None:
            self._older = sqlite3.connect("")
            self._older.execute("PRAGMA synchronous = OFF")
            self._older.execute(
                "CREATE TABLE first (digest BLOB PRIMARY KEY, row INTEGER) WITHOUT ROWID"
            )
        with self._older:
            # Sorted, so that neighbours in the tree are written together.
            self._older.executemany("INSERT INTO first VALUES (?, ?)", sorted(self._recent.items()))
        self._recent.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._older is not None:
            self._older.close()
