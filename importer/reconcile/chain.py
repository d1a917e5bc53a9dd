"""The runs that started from one sheet, counted by root row: never by adding runs up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    rows: dict[Root, _Row] = {}
    for attempt in attempts:
        of_row: dict[Root, list[ActionRecord]] = {root: [] for root in attempt.roots.values()}
        for action in attempt.actions:
            of_row[attempt.roots[action.row]].append(action)
        for root, actions in of_row.items():
            if actions or root in rows:
                rows.setdefault(root, _Row()).attempt(actions)
    fates = rows.values()
    return Chain(
        runs=tuple(run.id for run in runs),
        rows=len(rows),
        open_rows=sum(bool(row.open) for row in fates),
        planned=add_up(row.planned for row in fates),
        corrections=add_up(difference(row.money, row.planned) for row in fates),
        done=add_up(_money(row.done.values()) for row in fates),
        waived=add_up(_money(row.waived.values()) for row in fates),
        open=add_up(_money(row.open.values()) for row in fates),
    )


class _Row:
    """What became of one root row, by action name; the latest attempt counts.

    What was created stays done, whatever a later attempt makes of the row: it is in the CRM.
    """

    def __init__(self) -> None:
        self.planned: Sums = {}
        self.done: dict[str, ActionRecord] = {}
        self.waived: dict[str, ActionRecord] = {}
        self.open: dict[str, ActionRecord] = {}
        self._fresh = True

    def attempt(self, actions: Sequence[ActionRecord]) -> None:
        """Take what one run made of the row; nothing, where it yields no action any more."""
        if self._fresh:
            self.planned, self._fresh = _money(actions), False
        self.done |= {one.name: one for one in actions if one.outcome in _SETTLED}
        left = [one for one in actions if one.name not in self.done]
        self.waived = {one.name: one for one in left if one.given_up}
        self.open = {one.name: one for one in left if not one.given_up}

    @property
    def money(self) -> Sums:
        return _money([*self.done.values(), *self.waived.values(), *self.open.values()])


_SETTLED = (Outcome.CREATED, Outcome.ALREADY)


def _money(actions: Iterable[ActionRecord]) -> Sums:
    sums: dict[Currency, Decimal] = {}
    for action in actions:
        if action.money is not None:
            add_money(sums, action.money)
    return sums
