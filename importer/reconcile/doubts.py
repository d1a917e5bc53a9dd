"""Which actions are in doubt, by name: where a row alone does not say which of its own is meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from importer.reconcile.waiting import Places, Wait, Waiting


@dataclass(slots=True)
class Doubts:
    """Remembers actions in doubt by what they wait for and by name, while they go by in order."""

    _places: defaultdict[tuple[Wait, str], Places] = field(
        default_factory=lambda: defaultdict(Places)
    )
    _row: int = -1
    _of_row: set[Wait] = field(default_factory=set)
    _mixed: bool = False

    def add(self, row: int, name: str, wait: Wait) -> None:
        """Take in one that is in doubt; those of a row come one after the other."""
        if row != self._row:
            self._row, self._of_row = row, set()
        self._of_row.add(wait)
        self._mixed |= len(self._of_row) > 1
        self._places[wait, name].add(row)

    def record(self) -> Mapping[tuple[Wait, str], Waiting]:
        """All of them, if a row has several that wait for different things; else none."""
        return {key: one.record() for key, one in self._places.items()} if self._mixed else {}
