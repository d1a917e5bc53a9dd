"""What a person has to decide or to find out, and at which rows: for the commands to be typed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from importer.model import ActionRecord, EarlierReason, Outcome, Ruling
from importer.verdict.details import NOT_FOUND

MOST_PIECES: Final = 10
"""Of `5,7-9` there are two; more are not typed by anybody."""


Piece = tuple[int, int]
"""The first and the last of some rows without a gap."""


class Wait(StrEnum):
    """What an action waits for that is neither in nor over; each is in one of these at most."""

    LOOK = "a look"
    """It is in doubt, and its lead's timeline is still to be looked at."""
    WORD = "a word"
    """It is in doubt, and its lead's timeline was looked at and could not tell."""
    VAIN = "a word on what was not found"
    """It is in doubt, and two looks at its lead's timeline have not found it."""
    OTHER_DOUBT = "another's doubt"
    """It is held for another run's action that is in doubt."""
    OTHER_TURN = "another's turn"
    """It is held for what another run is still to send."""
    COMPARISON = "a comparison"
    """It is held beside something that stands in the CRM."""
    TURN = "its turn"
    """It is UNSENT."""
    SAID = "its turn again"
    """It is UNSENT since a person has said so: released, or said not to stand on the timeline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits for the same: actions, or rows of a chain."""

    count: int
    pieces: tuple[Piece, ...]
    """The rows, in their order; () where they are in more than `MOST_PIECES`."""


_HELD: Final = {EarlierReason.IN_DOUBT: Wait.OTHER_DOUBT, EarlierReason.OPEN: Wait.OTHER_TURN}
_SAID: Final = (Ruling.RELEASED, Ruling.NOT_CREATED)


def wait_of(action: ActionRecord) -> Wait | None:
    """What an action waits for in its run; None where that is nothing, or a corrected cell."""
    if action.is_over:
        return None
    match action.outcome:
        case Outcome.UNKNOWN:
            return wait_in_doubt(looked_up=action.looked_up, detail=action.detail)
        case Outcome.DUPLICATE:
            reason = action.earlier.reason if action.earlier else None
            return Wait.COMPARISON if reason is None else _HELD.get(reason, Wait.COMPARISON)
        case Outcome.UNSENT:
            said = action.decisions and action.decisions[-1].ruling in _SAID
            return Wait.SAID if said else Wait.TURN
        case _:
            return None


def wait_in_doubt(*, looked_up: bool, detail: str) -> Wait:
    """What an action in doubt waits for.

    Args:
        looked_up: its lead's timeline was looked at, and another look would not tell more.
        detail: the sentence on record about it.
    """
    if not looked_up:
        return Wait.LOOK
    return Wait.VAIN if detail == NOT_FOUND else Wait.WORD


@dataclass(slots=True)
class Places:
    """Counts actions or rows, and remembers the rows' numbers while they are few."""

    count: int = 0
    _pieces: tuple[Piece, ...] = ()
    _too_many: bool = False

    def add(self, row: int) -> None:
        """Count one; its row may be there already."""
        self.count += 1
        if not self._too_many:
            # A few pieces at the most, and sorted but for one: joining them costs nothing.
            self._pieces = joined([*self._pieces, (row, row)])
            self._too_many = len(self._pieces) > MOST_PIECES

    def record(self) -> Waiting:
        """How many there are, and where."""
        return Waiting(count=self.count, pieces=() if self._too_many else self._pieces)


@dataclass(slots=True)
class Together:
    """Remembers the names of actions in doubt of which a row has several."""

    names: dict[str, None] = field(default_factory=dict)
    """In the order in which they were found."""
    _row: int = -1
    _of_row: list[str] = field(default_factory=list)

    def add(self, action: ActionRecord) -> None:
        """Look at one that is in doubt; those of a row come one after the other."""
        if action.row != self._row:
            self._row, self._of_row = action.row, []
        self._of_row.append(action.name)
        if len(self._of_row) > 1:
            self.names |= dict.fromkeys(self._of_row)


def joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Rows in as few pieces as they are in, in their order."""
    found: list[Piece] = []
    for first, last in sorted(pieces):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return tuple(found)
