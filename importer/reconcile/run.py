"""The books of one run, and the law that they keep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from typing import Self

from importer.created import Created, Told
from importer.model import PAYMENT, ActionRecord, Outcome, Ruling, RunRecord
from importer.reconcile.doubts import Doubts
from importer.reconcile.plain import Kind, Plain
from importer.reconcile.reasons import Guide, Reasons
from importer.reconcile.records import Chain, Line, Reconciliation
from importer.reconcile.rows import RowCounts
from importer.reconcile.standing import stands_otherwise
from importer.reconcile.sums import add_up
from importer.reconcile.tally import Tally
from importer.reconcile.waiting import Places, Together, Wait, wait_of


def reconcile(
    run: RunRecord,
    books: Books,
    *,
    rows_kept: int,
    chain: Chain,
    contradictions: Iterable[str] = (),
) -> Reconciliation:
    """Close the books of one run.

    Args:
        run: what the reader and the planner counted.
        books: into which every action went that the journal holds.
        rows_kept: rows with actions, as the journal's rows say.
        chain: the books of the whole chain.
        contradictions: what the store's records say against each other, as sentences.

    Returns:
        The reconciliation; its `imbalances` name every side that does not agree.
    """
    counts = books.counts()
    return Reconciliation(
        run=run,
        rows_with_actions=counts.row_counts.all,
        rows=counts.row_counts.record(),
        outcomes={outcome: counts.outcomes[outcome].line() for outcome in Outcome},
        by_action={key: _lines(tallies) for key, tallies in counts.by_action.items()},
        by_status={}
        if PAYMENT in counts.without_status
        else {key: _lines(tallies) for key, tallies in sorted(counts.by_status.items())},
        incomplete=counts.incomplete,
        given_up_of=_lines(counts.given_up),
        taken_up_of=_lines(counts.taken_up),
        left_of=_lines(counts.left),
        taken_up_by=_in_turn(counts.takers, chain),
        corrected_since=counts.corrected_since.line(),
        waived_before=counts.waived_before,
        given_up_now=counts.given_up_now,
        unreadable=counts.unreadable,
        reasons=counts.reasons.largest_first(),
        steps=counts.reasons.steps(),
        waits={wait: counts.waits[wait].record() for wait in Wait if wait in counts.waits},
        together=tuple(counts.together.names),
        doubts=counts.doubts.record(),
        imbalances=(*_imbalances(run, counts, rows_kept, chain), *contradictions),
        chain=chain,
    )


_Tallies = defaultdict[Outcome, Tally]


def _tallies() -> _Tallies:
    return defaultdict(Tally)


def _lines(tallies: _Tallies) -> dict[Outcome, Line]:
    return {outcome: tallies[outcome].line() for outcome in Outcome if outcome in tallies}


class Books:
    """Counts and sums while the actions of a run go by, in sheet order.

    Args:
        guide: how the reasons are read.
    """

    def __init__(self, guide: Guide) -> None:
        self._counts = Counts(guide)
        self._plain = Plain()

    @classmethod
    def of(cls, actions: Iterable[Told], guide: Guide) -> Self:
        """All of them at once."""
        books = cls(guide)
        for action in actions:
            books.add(action)
        return books

    def add(self, action: Told) -> None:
        """Count one action in every place that it belongs to."""
        if isinstance(action, Created):
            if self._plain.add(action):
                self._counts.meet(action.name, action.type)
            self._counts.note_id(action.action_id)
        else:
            self._counts.add(action)
        self._counts.row_counts.add(action)

    def counts(self) -> Counts:
        """Everything that was counted so far."""
        for kind in self._plain.take():
            self._counts.add_kind(kind)
        return self._counts


class Counts:
    """What the books come to.

    Args:
        guide: how the reasons are read.
    """

    def __init__(self, guide: Guide) -> None:
        self.outcomes = _tallies()
        self.by_action: defaultdict[tuple[str, str], _Tallies] = defaultdict(_tallies)
        self.by_status: defaultdict[str, _Tallies] = defaultdict(_tallies)
        self.without_status = set[str]()
        """Types of the actions that have none."""
        self.given_up = _tallies()
        self.taken_up = _tallies()
        self.takers = set[str]()
        self.left = _tallies()
        self.corrected_since = Tally()
        self.waived_before = 0
        self.given_up_now = 0
        self.incomplete = 0
        self.unreadable = 0
        self.without_id = 0
        self.ids_twice = set[str]()
        """The CRM's ids that stand for more than one action."""
        self._ids = set[str]()
        self.row_counts = RowCounts()
        self.reasons = Reasons(guide)
        self.waits = defaultdict[Wait, Places](Places)
        self.together = Together()
        self.doubts = Doubts()

    def meet(self, name: str, type_: str) -> None:
        """Give actions like this their place among the others: they stand as they came."""
        self.by_action[name, type_]

    def note_id(self, action_id: str) -> None:
        """Look whether the CRM has given an id before."""
        (self.ids_twice if action_id in self._ids else self._ids).add(action_id)

    def add_kind(self, kind: Kind) -> None:
        """Count what was created, with nothing more to say of it, but for its rows and ids."""
        by_type = self.by_action[kind.name, kind.type]
        places = [self.outcomes, by_type, self.left]
        if kind.status:
            places.append(self.by_status[kind.status])
        else:
            self.without_status.add(kind.type)
        for tallies in places:
            tallies[Outcome.CREATED].add_all(kind.count, kind.sums())

    def add(self, action: ActionRecord) -> None:
        """Count one action everywhere but in its row."""
        self.outcomes[action.outcome].add(action.money)
        self.by_action[action.name, action.type][action.outcome].add(action.money)
        if action.status:
            self.by_status[action.status][action.outcome].add(action.money)
        else:
            self.without_status.add(action.type)
        self._tally_of(action)[action.outcome].add(action.money)
        if stands_otherwise(action):
            self.corrected_since.add(action.earlier.money if action.earlier else None)
        if action.given_up:
            self.waived_before += action.given_up_before
            self.given_up_now += not action.given_up_before
        self.incomplete += action.incomplete
        self.unreadable += action.outcome is Outcome.INVALID
        if action.outcome is Outcome.CREATED and action.action_id:
            self.note_id(action.action_id)
        elif action.outcome is Outcome.CREATED:
            self.without_id += all(one.ruling is not Ruling.CREATED for one in action.decisions)
        self.reasons.add(action)
        if (wait := wait_of(action)) is not None:
            self.waits[wait].add(action.row)
            if action.outcome is Outcome.UNKNOWN:
                self.together.add(action)
                self.doubts.add(action.row, action.name, wait)

    def _tally_of(self, action: ActionRecord) -> _Tallies:
        """Where it is counted by whether anybody waits for it."""
        if action.taken_up:
            self.takers.add(action.taker)
            return self.taken_up
        return self.given_up if action.given_up else self.left


def _in_turn(takers: Collection[str], chain: Chain) -> tuple[str, ...]:
    """Runs of the chain, oldest first; one that was planned since the chain was read comes last."""
    age = {run.id: place for place, run in enumerate(chain.runs)}
    return tuple(sorted(takers, key=lambda run: (age.get(run, len(age)), run)))


def _imbalances(run: RunRecord, counts: Counts, rows_kept: int, chain: Chain) -> Iterator[str]:
    skipped, rows = sum(run.skipped.values()), counts.row_counts.all
    if run.rows_read != skipped + rows:
        yield (
            f"{run.rows_read} rows were read, but {skipped} skipped and {rows} with "
            "actions are on record."
        )
    if rows_kept != rows:
        yield f"{rows_kept} rows should have actions, but {rows} have."
    recorded = sum(tally.count for tally in counts.outcomes.values())
    if run.planned_actions != recorded:
        yield f"{run.planned_actions} actions were planned, but {recorded} are on record."
    found = add_up(tally.money for tally in counts.outcomes.values())
    for currency in sorted({*run.planned_money, *found}):
        planned, there = (sums.get(currency, Decimal(0)) for sums in (run.planned_money, found))
        if planned != there:
            yield f"{currency} {planned} was planned, but {currency} {there} is on record."
    if counts.without_id:
        yield f"{counts.without_id} actions are CREATED but have no action id."
    if counts.ids_twice:
        yield f"{len(counts.ids_twice)} action ids stand for more than one action."
    yield from chain.imbalances
