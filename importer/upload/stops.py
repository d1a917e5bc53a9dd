"""When a run stops by itself: much failed, much in doubt, one remark on nearly all. Pure.

A mapping that does not fit the CRM spoils every row alike, and each row that was sent cannot be
taken back: the sooner somebody looks, the less there is to clean up.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from importer.folding import alike, fold, shortened
from importer.model import Outcome, Remark

FEWEST: Final = 20
"""Actions of one name before a remark can be said to be on nearly all of them."""

_FAILED: Final = frozenset({Outcome.IGNORED, Outcome.REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRules:
    """When a run stops. A share of 1 never stops it; counts are 1 or more."""

    failed_share: float = 0.5
    """Of the last actions: more than this share was ignored or refused."""
    unknown_share: float = 0.2
    """Of the last actions: more than this share is in doubt."""
    same_remark_share: float = 0.8
    """Of the last actions of one name: more than this share bears the same remark."""
    after_actions: int = 50
    """The shares are looked at after so many actions, of the last so many."""
    failed_in_a_row: int = 25
    """Requests in a row of which every action was ignored or refused."""
    unknown_in_a_row: int = 10
    """Requests in a row that are in doubt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of one action of a request."""

    name: str
    """The action's name in the mapping."""
    outcome: Outcome
    remarks: tuple[Remark, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """Why the run stops, and what to do."""

    reason: str
    remedy: str


@dataclass(slots=True)
class _Same:
    """The remarks on the last actions of one name."""

    latest: deque[frozenset[tuple[str, str]]]
    words: dict[tuple[str, str], str] = field(default_factory=dict)
    """Folded → as the CRM last wrote it."""


class Watch:
    """Is told of every request's end, and says when the run is to stop.

    Args:
        rules: when.
        correcting: the run corrects a failures workbook, of which much may fail again: only
            requests in doubt, in a row, stop it.
    """

    def __init__(self, rules: StopRules, *, correcting: bool = False) -> None:
        self._rules = rules
        self._correcting = correcting
        self._latest: deque[Told] = deque(maxlen=rules.after_actions)
        self._same: dict[str, _Same] = {}
        self._failed_in_a_row = 0
        self._unknown_in_a_row = 0

    def see(self, told: Sequence[Told]) -> Halt | None:
        """Take note of one request's actions; the first rule that is broken, or None."""
        self._count_rows(told)
        self._latest.extend(told)
        for one in told:
            self._note_remarks(one)
        halt = self._doubt_in_a_row(told)
        if halt is not None or self._correcting:
            return halt
        return self._failures_in_a_row(told) or self._shares() or self._one_remark(told)

    def _count_rows(self, told: Sequence[Told]) -> None:
        doubtful = any(one.outcome is Outcome.UNKNOWN for one in told)
        failed = all(one.outcome in _FAILED for one in told)
        self._unknown_in_a_row = self._unknown_in_a_row + 1 if doubtful else 0
        self._failed_in_a_row = self._failed_in_a_row + 1 if failed else 0

    def _doubt_in_a_row(self, told: Sequence[Told]) -> Halt | None:
        if self._unknown_in_a_row < self._rules.unknown_in_a_row:
            return None
        count = self._unknown_in_a_row
        what = f"{count} requests in a row ended" if count > 1 else "A request ended"
        return Halt(reason=f"{what} in doubt{_mostly(told, {Outcome.UNKNOWN})}.", remedy=_DOUBT)

    def _failures_in_a_row(self, told: Sequence[Told]) -> Halt | None:
        if self._failed_in_a_row < self._rules.failed_in_a_row:
            return None
        count = self._failed_in_a_row
        what = f"{count} requests in a row were" if count > 1 else "A request was"
        said = _mostly(told, _FAILED)
        return Halt(reason=f"{what} wholly ignored or refused{said}.", remedy=_FAILURES)

    def _shares(self) -> Halt | None:
        total = len(self._latest)
        if total < self._rules.after_actions:
            return None
        if all(one.outcome is Outcome.CREATED for one in self._latest):
            return None  # as nearly always
        failed = sum(one.outcome in _FAILED for one in self._latest)
        if failed > self._rules.failed_share * total:
            what = f"{failed} of the last {total} actions were ignored or refused"
            return Halt(reason=f"{what}{_mostly(self._latest, _FAILED)}.", remedy=_FAILURES)
        unknown = sum(one.outcome is Outcome.UNKNOWN for one in self._latest)
        if unknown > self._rules.unknown_share * total:
            what = f"{unknown} of the last {total} actions are in doubt"
            said = _mostly(self._latest, {Outcome.UNKNOWN})
            return Halt(reason=f"{what}{said}.", remedy=_DOUBT)
        return None

    def _note_remarks(self, told: Told) -> None:
        if told.name not in self._same:
            window = max(FEWEST, self._rules.after_actions)
            self._same[told.name] = _Same(latest=deque(maxlen=window))
        same = self._same[told.name]
        folded = {(one.path, _alike(one.text)): _shown(one) for one in told.remarks}
        same.latest.append(frozenset(folded))
        if not (folded or same.words):
            return  # as nearly always: nothing was said, and nothing is to be forgotten
        known = set().union(*same.latest)
        same.words = {key: words for key, words in (same.words | folded).items() if key in known}

    def _one_remark(self, told: Sequence[Told]) -> Halt | None:
        for name in dict.fromkeys(one.name for one in told):
            same = self._same[name]
            if not same.words:
                continue
            total = len(same.latest)
            counts = Counter(key for keys in same.latest for key in keys)
            for key, count in counts.most_common(1):
                if total >= FEWEST and count > self._rules.same_remark_share * total:
                    what = f"The CRM says the same of {count} of the last {total} actions `{name}`"
                    return Halt(reason=f"{what}: {_ended(same.words[key])}", remedy=_REMARK)
        return None


_DOUBT: Final = (
    "See whether the CRM works as usual. Then resume the run, which reads back what is in "
    "doubt before it sends more."
)
AS_PLANNED: Final = (
    "Resume sends what was planned, unchanged: if the CRM was put right, resume the run; if the "
    "mapping or the sheet was wrong, close it, then run the sheet with the corrected mapping."
)
"""What a person must know before going on after the CRM did not take what was sent."""
FIRST_LEADS: Final = Halt(
    reason="Of the leads that were sent first, not everything was created as planned.",
    remedy=f"Look at their answers in the report. {AS_PLANNED}",
)
"""Of a run whose first leads are sent as a trial."""
_FAILURES: Final = (
    "Compare the mapping with the CRM's settings: the leads, the action's code, its fields. "
    f"{AS_PLANNED}"
)
_REMARK: Final = (
    f"Compare the field in the mapping with the one in the CRM's settings. {AS_PLANNED} To put up "
    "with the remark, raise `same_remark_share` under [stop] to 1 and resume."
)


def _mostly(told: Iterable[Told], outcomes: Iterable[Outcome]) -> str:
    """`; mostly: “…”`: what is said most often of the actions that ended so, or ""."""
    among = frozenset(outcomes)
    said = [words for one in told if one.outcome in among for words in _words(one)]
    if not said:
        return ""
    ((most, _),) = Counter(_alike(words) for words in said).most_common(1)
    shown = next(words for words in reversed(said) if _alike(words) == most)
    return f"; mostly: “{shown.rstrip('.')}”"


def _words(told: Told) -> Sequence[str]:
    words = [_shown(one) for one in told.remarks] or [shortened(told.detail)]
    return [one for one in words if one]


def _alike(text: str) -> str:
    """A remark without what differs from row to row: quoted values, numbers, ids, addresses."""
    return fold(alike(text))


def _shown(remark: Remark) -> str:
    return shortened(": ".join(part for part in (remark.path, remark.text) if part))


def _ended(words: str) -> str:
    return f"“{words.rstrip('.')}”."
