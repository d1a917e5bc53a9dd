"""The rows of a run by what is left to do about them: each row in exactly one count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from importer.created import Created, Told
from importer.model import ActionRecord, Outcome
from importer.reconcile.records import INSIDE, Rows
from importer.reconcile.standing import stands_otherwise


@dataclass(slots=True)
class RowCounts:
    """The counts, while the actions go by, row by row."""

    all: int = 0
    """Rows that were taken in."""
    _counts: dict[str, int] = field(default_factory=dict)
    _row: int | None = None
    _created: int = 0
    """Actions of that row of which there is nothing to say but that they were created."""
    _others: list[ActionRecord] = field(default_factory=list)

    def add(self, action: Told) -> None:
        """Take in the next action, in sheet order."""
        if action.row != self._row:
            self._close()
            self._row = action.row
            self.all += 1
        if isinstance(action, Created):
            self._created += 1
        else:
            self._others.append(action)

    def record(self) -> Rows:
        """The counts of all rows that were taken in."""
        self._close()
        return Rows(**self._counts)

    def _close(self) -> None:
        """Count the row that has just ended."""
        if self._row is not None:
            for name in _counts_of(self._created, self._others) if self._others else ["done"]:
                self._counts[name] = self._counts.get(name, 0) + 1
        self._row, self._created, self._others = None, 0, []


def _counts_of(created: int, actions: Sequence[ActionRecord]) -> Sequence[str]:
    inside = [one for one in actions if one.outcome in INSIDE]
    left = {one.outcome for one in actions if one.outcome not in INSIDE and not one.is_over}
    if left - {Outcome.UNSENT}:
        kind = "waiting"
    elif left:
        kind = "unsent"
    elif any(one.taken_up for one in actions):
        kind = "taken_up"
    else:
        kind = "done" if len(inside) == len(actions) else "given_up"
    doubt = ["in_doubt"] if Outcome.UNKNOWN in left else []
    partly = ["partly"] if (inside or created) and kind != "done" else []
    incomplete = ["incomplete"] if any(one.incomplete for one in inside) else []
    otherwise = ["otherwise"] if any(map(stands_otherwise, inside)) else []
    return [kind, *doubt, *otherwise, *partly, *incomplete]
