"""The runs that started from one sheet, counted by root row: never by adding runs up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import groupby

from importer.created import Created, Told, record_of
from importer.model import (
    PASSING,
    RELEASABLE,
    REPLACED,
    ActionRecord,
    Currency,
    Money,
    Outcome,
    Ruling,
    RunRecord,
)
from importer.reconcile.plain import Plain, whole_row
from importer.reconcile.records import INSIDE, Chain
from importer.reconcile.sums import add_money, add_up, nonzero
from importer.reconcile.waiting import Places

Root = tuple[str, int]
"""Root run and root row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One run of a chain."""

    actions: Iterable[Told]
    """In sheet order."""
    roots: Mapping[int, Root] = field(default_factory=dict)
    """Row → the row at the root of its chain, for every row of the run, skipped ones too. Of no
    account for the first run: each of its rows is a root."""


def follow_chain(runs: Sequence[RunRecord], attempts: Sequence[Attempt]) -> Chain:
    """Count a chain by root row: the latest attempt says what became of it.

    What was created is added up once more as it goes by, row or no row, and what was planned is
    held against what the planner of the first run counted: a slip in following the rows shows.
    Only rows that a later run has taken up are kept in memory.

    Args:
        runs: the runs of the chain, oldest first.
        attempts: one for each of them, in the same order.
    """
    count = _Count()
    first, *others = attempts
    again = {root for attempt in others for root in attempt.roots.values()}
    kept: dict[Root, _Row] = {}
    for number, of_row in groupby(first.actions, key=lambda action: action.row):
        root, told = (runs[0].id, number), list(of_row)
        if root not in again and (created := whole_row(told)):
            count.add_whole(created)
            continue
        row = _Row(is_planned=True)
        row.attempt(count.see(told))
        if root in again:
            kept[root] = row
        else:
            count.add(root, row)
    for attempt in others:
        for root, actions in _by_root(count, attempt).items():
            if actions or root in kept:
                kept.setdefault(root, _Row(is_planned=False)).attempt(actions)
    for root, row in kept.items():
        count.add(root, row)
    return count.chain(runs)


def _by_root(count: _Count, attempt: Attempt) -> Mapping[Root, list[ActionRecord]]:
    of_row: dict[Root, list[ActionRecord]] = {root: [] for root in attempt.roots.values()}
    for action in count.see(attempt.actions):
        root = attempt.roots.get(action.row)
        if root is None:
            count.miss(action)
        else:
            of_row[root].append(action)
    return of_row


class _Count:
    """The chain's figures while its rows go by."""

    def __init__(self) -> None:
        self._rows = self._open_rows = 0
        self._open_at: list[str] = []
        self._open_of = defaultdict[tuple[str, Outcome], Places](Places)
        self._sums: dict[str, dict[Currency, Decimal]] = {name: {} for name in (*_LEFT, *_RIGHT)}
        self._whole = Plain()
        self._imbalances: list[str] = []

    def see(self, actions: Iterable[Told]) -> list[ActionRecord]:
        """Add up what was created, whatever row it is of."""
        seen = list(map(record_of, actions))
        for action in seen:
            if action.outcome is Outcome.CREATED and action.money is not None:
                add_money(self._sums["created"], action.money)
        return seen

    def add_whole(self, row: Sequence[Created]) -> None:
        """Count a row of the first run that no other has taken up; see `whole_row`."""
        self._rows += 1
        for one in row:
            self._whole.add(one)

    def miss(self, action: ActionRecord) -> None:
        """Note an action whose row the store does not have."""
        self._imbalances.append(f"There is no row for the action {action.reference}.")

    def add(self, root: Root, row: _Row) -> None:
        """Count a row that no attempt changes any more."""
        self._rows += 1
        if (one := row.open_action()) is not None:
            self._open_rows += 1
            self._open_at += [one.reference] if len(self._open_at) < _MOST_SHOWN else []
            self._open_of[one.reference.rpartition("/")[0], one.outcome].add(one.row)
        for name, money in row.terms():
            add_money(self._sums[name], money)
        for name in row.doubled():
            self._imbalances.append(
                f"The action {name} of row {root[1]} of the run {root[0]} was created twice, and "
                "nobody has released the second one."
            )

    def chain(self, runs: Sequence[RunRecord]) -> Chain:
        """The figures, and what does not agree about them."""
        whole = [kind.sums() for kind in self._whole.take()]
        sums = {
            name: add_up([money, *(whole if name in _WHOLE else ())])
            for name, money in self._sums.items()
        }
        left = add_up(sums[name] for name in _LEFT)
        right = add_up(sums[name] for name in _RIGHT)
        wrong = []
        if nonzero(sums["planned"]) != nonzero(runs[0].planned_money):
            wrong.append("The chain's rows do not come to what its first run planned.")
        if nonzero(left) != nonzero(right):
            wrong.append(
                "The chain's money does not add up: planned + repaired ± corrected + added is not "
                "created + already + given up + open."
            )
        return Chain(
            runs=tuple(runs),
            rows=self._rows,
            open_rows=self._open_rows,
            open_at=tuple(self._open_at),
            open_of={key: places.record() for key, places in self._open_of.items()},
            imbalances=(*wrong, *self._imbalances),
            **{name: nonzero(money) for name, money in sums.items()},
        )


_MOST_SHOWN = 20
_LEFT = ("planned", "repaired", "corrected", "added")
_RIGHT = ("created", "already", "waived", "open")
_WHOLE = ("planned", "created")
"""What a row adds to that was created as it was planned."""


class _Row:
    """What became of one root row, by action name; the latest attempt counts.

    What was created stays done, whatever a later attempt makes of the row: it is in the CRM. What
    is in doubt, or is still going to be sent, stays open likewise. What is held to be booked
    beside it, or was released to be, is one more.
    """

    def __init__(self, *, is_planned: bool) -> None:
        self._is_planned = is_planned
        """The first run of the chain had actions of it."""
        self._planned: list[Money] | None = None
        self._was_invalid = False
        self._created: list[ActionRecord] = []
        self._already: dict[str, ActionRecord] = {}
        self._current: list[ActionRecord] = []

    def attempt(self, actions: Sequence[ActionRecord]) -> None:
        """Take what one run made of the row; nothing, where it yields no action any more."""
        if self._planned is None:
            self._planned = [one.money for one in actions if one.money is not None]
            self._was_invalid = any(one.outcome is Outcome.INVALID for one in actions)
        self._created += [one for one in actions if one.outcome is Outcome.CREATED]
        done = {one.name for one in self._created}
        for one in actions:
            if one.outcome is Outcome.ALREADY and one.name not in done:
                self._already[one.name] = one
        left = [one for one in actions if one.outcome not in INSIDE]
        for one in left:
            # What stood for an earlier attempt answers for another row by now.
            if _is_pending(one) and not _is_released(one):
                self._already.pop(one.name, None)
        done |= self._already.keys()
        pending = [one for one in self._current if _is_pending(one)]
        names = {one.name for one in pending}
        own = [one for one in left if one.name not in done or _is_beside(one)]
        # What waits for an earlier attempt's turn is that attempt's copy, not one more.
        self._current = [*pending, *(one for one in own if not _is_copy(one, names))]

    def open_action(self) -> ActionRecord | None:
        """The first that is open, as it was tried last; None where nothing of the row is open."""
        return next((one for one in self._current if not one.given_up), None)

    def terms(self) -> Iterator[tuple[str, Money]]:
        """(name of a term of the bridge, money), of everything but what was created."""
        bookings = self._bookings()
        own = [money for of_name in bookings for money in of_name[:1] if money is not None]
        for of_name in bookings:
            yield from (("added", money) for money in of_name[1:] if money is not None)
        if self._is_planned:
            planned = self._planned or ()
            yield from (("planned", money) for money in planned)
            change = "repaired" if self._was_invalid else "corrected"
            yield from ((change, money) for money in own)
            yield from ((change, _negative(money)) for money in planned)
        else:
            yield from (("added", money) for money in own)
        yield from _named("already", map(_standing, self._standing_elsewhere()))
        yield from _named("waived", (one.money for one in self._current if one.given_up))
        yield from _named("open", (one.money for one in self._current if not one.given_up))

    def doubled(self) -> list[str]:
        """Names of which more than one was created that nobody has released."""
        if len(self._created) < 2:
            return []
        of_itself = Counter(one.name for one in self._created if not _is_released(one))
        return [name for name, count in of_itself.items() if count > 1]

    def _bookings(self) -> Iterable[list[Money | None]]:
        """For each name, what each of its bookings is worth: the row's own first."""
        found: dict[str, list[Money | None]] = {}
        for one in sorted(self._created, key=_is_released):
            found.setdefault(one.name, []).append(one.money)
        for one in self._standing_elsewhere():
            found.setdefault(one.name, []).append(_standing(one))
        for one in self._current:
            found.setdefault(one.name, []).append(one.money)
        return found.values()

    def _standing_elsewhere(self) -> list[ActionRecord]:
        """What was created outside the chain; a later attempt may have been created in it."""
        done = {one.name for one in self._created}
        return [one for name, one in self._already.items() if name not in done]


def _is_released(action: ActionRecord) -> bool:
    return any(one.ruling is Ruling.RELEASED for one in action.decisions)


def _is_pending(action: ActionRecord) -> bool:
    """Whether it may stand on the timeline, or is going to, whatever a later attempt says."""
    return not action.given_up and action.outcome not in REPLACED


def _is_copy(action: ActionRecord, pending: Collection[str]) -> bool:
    held = action.earlier is not None and action.earlier.reason in PASSING
    return action.outcome is Outcome.DUPLICATE and held and action.name in pending


def _is_beside(action: ActionRecord) -> bool:
    """Whether it may be booked beside what its row has created already."""
    held = action.earlier is not None and action.earlier.reason in RELEASABLE
    return _is_released(action) or (action.outcome is Outcome.DUPLICATE and held)


def _standing(action: ActionRecord) -> Money | None:
    """What stands in the CRM for it, which a correction may have changed."""
    earlier = action.earlier
    return earlier.money if earlier and earlier.money else action.money


def _named(term: str, many: Iterable[Money | None]) -> Iterator[tuple[str, Money]]:
    return ((term, money) for money in many if money is not None)


def _negative(money: Money) -> Money:
    return replace(money, amount=money.amount.copy_negate())
