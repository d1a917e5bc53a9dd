"""The books of one run, and the law that they keep."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from importer.model import ActionRecord, Currency, EarlierReason, Money, Outcome, Ruling, RunRecord
from importer.reconcile.reasons import Reasons
from importer.reconcile.records import Chain, Line, Reconciliation
from importer.reconcile.rows import RowCounts
from importer.reconcile.sums import add_money, add_up


def reconcile(
    run: RunRecord,
    actions: Iterable[ActionRecord],
    *,
    rows_kept: int,
    chain: Chain,
    contradictions: Iterable[str] = (),
) -> Reconciliation:
    """Close the books of one run.

    Args:
        run: what the reader and the planner counted.
        actions: what the journal holds, in sheet order; read once.
        rows_kept: rows with actions, as the journal's rows say.
        chain: the books of the whole chain.
        contradictions: what the store's records say against each other, as sentences.

    Returns:
        The reconciliation; its `imbalances` name every side that does not agree.
    """
    books = _Books()
    for action in actions:
        books.add(action)
    return Reconciliation(
        run=run,
        rows_with_actions=books.rows,
        rows=books.row_counts.record(),
        outcomes={
            outcome: Line(count=books.counts[outcome], money=dict(books.money[outcome]))
            for outcome in Outcome
        },
        incomplete=books.incomplete,
        given_up_of={
            outcome: Line(count=count, money=dict(books.given_up_money[outcome]))
            for outcome, count in books.given_up.items()
        },
        corrected_since=Line(count=books.differing, money=add_up([books.differing_money])),
        waived_before=books.waived_before,
        unreadable=books.unreadable,
        reasons=books.reasons.largest_first(),
        imbalances=(*_imbalances(run, books, rows_kept, chain), *contradictions),
        chain=chain,
    )


class _Books:
    """Counts and sums while the actions go by."""

    def __init__(self) -> None:
        self.rows = 0
        self.counts = Counter[Outcome]()
        self.money: defaultdict[Outcome, dict[Currency, Decimal]] = defaultdict(dict)
        self.incomplete = 0
        self.given_up = Counter[Outcome]()
        self.waived_before = 0
        self.differing = 0
        self.differing_money: dict[Currency, Decimal] = {}
        self.given_up_money: defaultdict[Outcome, dict[Currency, Decimal]] = defaultdict(dict)
        self.unreadable = 0
        self.without_id = 0
        self.action_ids = Counter[str]()
        self._row = -1
        self.row_counts = RowCounts()
        self.reasons = Reasons()

    def add(self, action: ActionRecord) -> None:
        """Count one action in every place that it belongs to."""
        self.rows += action.row != self._row
        self._row = action.row
        self.counts[action.outcome] += 1
        if action.money is not None:
            add_money(self.money[action.outcome], action.money)
            if action.given_up:
                add_money(self.given_up_money[action.outcome], action.money)
        if (stands := _stands_otherwise(action)) is not None:
            self.differing += 1
            add_money(self.differing_money, stands)
        if action.given_up:
            self.given_up[action.outcome] += 1
            before = action.earlier is not None and action.earlier.reason is EarlierReason.GIVEN_UP
            self.waived_before += before
        self.incomplete += action.incomplete
        self.unreadable += action.outcome is Outcome.INVALID
        if action.outcome is Outcome.CREATED:
            said = any(one.ruling is Ruling.CREATED for one in action.decisions)
            self.without_id += not action.action_id and not said
            self.action_ids.update([action.action_id] if action.action_id else [])
        self.row_counts.add(action)
        self.reasons.add(action)


def _stands_otherwise(action: ActionRecord) -> Money | None:
    """What stands in the CRM for it, where that is not what the sheet says."""
    earlier = action.earlier if action.outcome is Outcome.ALREADY else None
    money = earlier.money if earlier else None
    return money if money != action.money else None


def _imbalances(run: RunRecord, books: _Books, rows_kept: int, chain: Chain) -> Iterator[str]:
    skipped = sum(run.skipped.values())
    if run.rows_read != skipped + books.rows:
        yield (
            f"{run.rows_read} rows were read, but {skipped} skipped and {books.rows} with "
            "actions are on record."
        )
    if rows_kept != books.rows:
        yield f"{rows_kept} rows should have actions, but {books.rows} have."
    if run.planned_actions != books.counts.total():
        yield (
            f"{run.planned_actions} actions were planned, but {books.counts.total()} are on record."
        )
    found = add_up(books.money.values())
    for currency in sorted({*run.planned_money, *found}):
        planned, recorded = (sums.get(currency, Decimal(0)) for sums in (run.planned_money, found))
        if planned != recorded:
            yield f"{currency} {planned} was planned, but {currency} {recorded} is on record."
    if books.without_id:
        yield f"{books.without_id} actions are CREATED but have no action id."
    twice = sum(count > 1 for count in books.action_ids.values())
    if twice:
        yield f"{twice} action ids stand for more than one action."
    yield from chain.imbalances
