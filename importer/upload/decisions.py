"""What a look at a timeline has proved, brought into the journal and counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, assert_never

from importer.journal import doubt
from importer.journal.doubt import Claim
from importer.journal.store import Journal
from importer.model import Remark, State
from importer.verdict import Present, ReadBack, RefusedMaybe
from importer.verdict.details import NOT_FOUND, REFUTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of the actions that were in doubt."""

    created: int = 0
    ignored: int = 0
    staged: int = 0
    """To be sent again."""
    unknown: int = 0
    """Still in doubt, with a sentence why."""
    of_other_runs: frozenset[str] = frozenset()
    """Other runs whose actions stand on the same leads, and were settled with them."""
    unjudged: frozenset[str] = frozenset()
    """Fields of these actions that could not be seen where it was looked."""


class _Fate(Enum):
    """What becomes of an action that was absent at both looks."""

    IGNORED = auto()
    SPLIT = auto()
    """One of its request spoilt it: each goes alone from now on."""
    UNSENT = auto()
    ASK = auto()
    """Nobody allowed it to be sent again: it waits for a person."""
    REFUTED = auto()
    """A person has seen what looks had not found of its request: it waits for a person, too."""
    LATE = auto()
    """It was not absent at both, or the timeline was still moving."""


class Decisions:
    """One settling's decisions, each on record when its method returns.

    Args:
        journal: where they go.
        run: the run that is settled.
        may_resend: whether one that is proven absent may be sent again.
        advance: told how many actions of the run are settled.
    """

    def __init__(
        self,
        journal: Journal,
        run: str,
        may_resend: Callable[[Claim], bool],
        advance: Callable[[int], object],
    ) -> None:
        self._journal = journal
        self._run = run
        self._may_resend = may_resend
        self._advance = advance
        self._done: Counter[State] = Counter()
        self._touched: set[str] = set()

    def settled(self, left: int) -> Settled:
        """What was decided; so many actions are still in doubt."""
        return Settled(
            created=self._done[State.CREATED],
            ignored=self._done[State.IGNORED],
            staged=self._done[State.STAGED],
            unknown=left,
            of_other_runs=frozenset(self._touched - {self._run}),
        )

    def create(self, claim: Claim, found: Present, hidden: Collection[str] = ()) -> None:
        """It stands on the timeline; of fields that could not be seen there, nothing is known."""
        lost = (name for name in found.missing if name not in hidden)
        remarks = [Remark(path=f"fields.{name}", text=_NOT_SHOWN) for name in lost]
        detail = _FOUND_IN_PART.format(", ".join(sorted(hidden))) if hidden else _FOUND
        doubt.settle_created(self._journal, claim, found.action_id, remarks, detail)
        self._count(State.CREATED, [claim])

    def keep(self, claims: Sequence[Claim], reason: str, *, looked_up: bool = True) -> None:
        """They stay UNKNOWN, and this is why; whether another look would tell no more."""
        if claims:
            doubt.settle_as(self._journal, claims, State.UNKNOWN, reason, looked_up=looked_up)

    def conclude(
        self, absent: Sequence[Claim], before: Collection[int], moving: Collection[str]
    ) -> None:
        """Decide what becomes of those that the second look has not found.

        Args:
            absent: the actions.
            before: ids of those that the first look had not found either.
            moving: types of which something came to the timeline between the looks.
        """
        fates: dict[_Fate, list[Claim]] = defaultdict(list)
        for claim in absent:
            twice = claim.id in before and claim.type not in moving
            fates[self._fate(claim) if twice else _Fate.LATE].append(claim)
        for fate, claims in fates.items():
            self._apply(fate, claims)

    def _fate(self, claim: Claim) -> _Fate:
        """What an absence means, by what the request's end had proved."""
        if claim.refuted:
            return _Fate.REFUTED
        if claim.verdict == ReadBack.__name__:
            return _Fate.IGNORED
        if claim.verdict == RefusedMaybe.__name__:
            return _Fate.SPLIT
        if self._may_resend(claim):
            return _Fate.UNSENT
        return _Fate.ASK

    def _apply(self, fate: _Fate, claims: Sequence[Claim]) -> None:
        journal = self._journal
        match fate:
            case _Fate.IGNORED:
                doubt.settle_as(journal, claims, State.IGNORED, _LEFT_OUT)
                self._count(State.IGNORED, claims)
            case _Fate.SPLIT:
                doubt.settle_split(journal, claims)
                self._count(State.STAGED, claims)
            case _Fate.UNSENT:
                doubt.settle_as(journal, claims, State.STAGED)
                self._count(State.STAGED, claims)
            case _Fate.ASK:
                self.keep(claims, NOT_FOUND)
            case _Fate.REFUTED:
                self.keep(claims, REFUTED)
            case _Fate.LATE:
                self.keep(claims, _LATE, looked_up=False)
            case _:
                assert_never(fate)

    def _count(self, state: State, claims: Sequence[Claim]) -> None:
        self._done[state] += len(claims)
        self._touched |= {claim.run for claim in claims}
        self._advance(sum(claim.run == self._run for claim in claims))


_FOUND: Final = "Found on the timeline when it was read back."
_FOUND_IN_PART: Final = (
    "Found on the timeline by an export without the column {}: whether that part was stored is not "
    "known."
)
_NOT_SHOWN: Final = "It was sent, and the timeline does not show it."
_LEFT_OUT: Final = "The CRM accepted the request without it; the answer was lost."
_LATE: Final = "It is not on the timeline, where another came late: settle again in a while."
