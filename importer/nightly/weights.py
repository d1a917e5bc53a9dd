"""How urgent a matter of a night is, and the word that its subject begins with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, auto
from typing import Final


class Weight(IntEnum):
    """How urgent a matter is, and what is to be done about it; the first is the most urgent."""

    FAILED = auto()
    UNBALANCED = auto()
    DOUBT = auto()
    STOPPED = auto()
    NO_NIGHT = auto()
    REFUSED = auto()
    UNTOLD = auto()
    NO_FILE = auto()
    APPROVAL = auto()
    LATER = auto()
    TO_CORRECT = auto()
    WRONG_BEFORE = auto()
    UNSENT_BEFORE = auto()
    NOTHING_NEW = auto()
    UNUSUAL = auto()
    MOVED = auto()
    NOT_READY = auto()
    STRAY = auto()
    NOT_ALL = auto()
    LEFT = auto()
    GIVEN_UP = auto()


_WORD: Final = {
    Weight.FAILED: "CALL US",
    Weight.UNBALANCED: "CALL US",
    Weight.DOUBT: "IN DOUBT",
    Weight.STOPPED: "STOPPED",
    Weight.NO_NIGHT: "NOT RUN",
    Weight.REFUSED: "NOT RUN",
    Weight.UNTOLD: "NOT TOLD",
    Weight.NO_FILE: "NO FILE",
    Weight.APPROVAL: "APPROVE",
    Weight.LATER: "NOT DONE",
    Weight.TO_CORRECT: "TO DO",
    Weight.WRONG_BEFORE: "TO DO",
    Weight.UNSENT_BEFORE: "NOT SENT",
    Weight.NOTHING_NEW: "NOTHING NEW",
    Weight.UNUSUAL: "LOOK",
    Weight.MOVED: "LOOK",
    Weight.NOT_READY: "NOT YET",
    Weight.STRAY: "NOT TAKEN",
    Weight.NOT_ALL: "NOT ALL IN",
    Weight.LEFT: "NOT YET",
    Weight.GIVEN_UP: "NOT ALL IN",
}
"""What a subject begins with, so that a list of mails can be read down its left side."""

NOBODYS: Final = frozenset({Weight.LEFT, Weight.GIVEN_UP})
"""Of which nobody has anything to do: it goes on by itself, or it is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One thing that somebody has to know."""

    weight: Weight
    text: str
    """Without a full stop."""

    def __str__(self) -> str:
        return f"{_WORD[self.weight]}: {self.text}"
