"""The runs that started from one sheet, counted by root row: never by adding runs up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from importer.model import ActionRecord, Currency, Outcome, RunRecord
from importer.reconcile.records import Chain
from importer.reconcile.sums import Sums, add_money, add_up, difference

Root = tuple[str, int]
"""Root run and root row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One run of a chain."""

    actions: Iterable[ActionRecord]
    """In sheet order."""
    roots: Mapping[int, Root]
    """Row → the row at the root of its chain, for every row of the run, skipped ones too."""


def follow_chain(runs: Sequence[RunRecord], attempts: Iterable[Attempt]) -> Chain:
    """Count a chain by root row: the latest attempt says what became of it.

    Args:
        runs: the runs of the chain, oldest first.
        attempts: one for each of them, in the same order.
    """
    first: dict[Root, _Fate] = {}
    latest: dict[Root, _Fate] = {}
    for attempt in attempts:
        fates = {root: _Fate() for root in attempt.roots.values()}
        for action in attempt.actions:
            fates[attempt.roots[action.row]].add(action)
        for root, fate in fates.items():
            if fate.actions or root in latest:
                first.setdefault(root, fate)
                latest[root] = fate
    return Chain(
        runs=tuple(run.id for run in runs),
        rows=len(latest),
        open_rows=sum(fate.is_open for fate in latest.values()),
        planned=add_up(fate.all for fate in first.values()),
        corrections=add_up(difference(latest[root].all, first[root].all) for root in latest),
        done=add_up(fate.done for fate in latest.values()),
        open=add_up(fate.open for fate in latest.values()),
    )


@dataclass(slots=True)
class _Fate:
    """What one attempt made of one row."""

    actions: int = 0
    is_open: bool = False
    done: dict[Currency, Decimal] = field(default_factory=dict)
    open: dict[Currency, Decimal] = field(default_factory=dict)

    def add(self, action: ActionRecord) -> None:
        settled = action.outcome in (Outcome.CREATED, Outcome.ALREADY)
        self.actions += 1
        self.is_open |= not settled
        if action.money is not None:
            add_money(self.done if settled else self.open, action.money)

    @property
    def all(self) -> Sums:
        return add_up((self.done, self.open))
