"""Random exports, workbooks, stops and doubts over one journal: nothing twice, nothing lost."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from importer.batches import digest
from importer.errors import UsageError
from importer.journal.again import match_again
from importer.journal.closing import close
from importer.journal.overview import Open, open_by_run
from importer.journal.planning import (
    Learned,
    NewRun,
    PlanRules,
    PlanTotals,
    begin_run,
    finish_plan,
    matching_of,
)
from importer.journal.reading import action_records, runs_of
from importer.journal.roots import roots_of_rows
from importer.journal.rulings import release, resolve_created, resolve_not_created
from importer.journal.sending import (
    BatchToSend,
    Evidence,
    Fate,
    claim,
    leads_to_send,
    load_batch,
    record,
    set_run_state,
)
from importer.journal.staging import PlannedRow, stage
from importer.journal.store import Journal, open_journal
from importer.model import (
    PASSING,
    PAYMENT,
    ActionRecord,
    CheckedRow,
    Currency,
    Draft,
    Invalid,
    Money,
    Outcome,
    Ready,
    RunState,
    State,
)
from importer.reconcile import INSIDE, Attempt, follow_chain

FAILED = (Outcome.INVALID, Outcome.IGNORED, Outcome.REFUSED)
NOBODY = "nobody"
"""A lead that does not exist."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A row of the source system: one payment, as somebody typed it."""

    payment: int
    """Which payment it truly is; no importer can see that."""
    receipt: str
    lead: str
    readable: bool = True
    """Whether its amount can be read."""

    def checked(self, number: int, *, repeats: bool) -> CheckedRow:
        """The row as the checks leave it."""
        look = digest(self.receipt, self.lead, self.readable)
        identity = (self.lead, "5") if repeats else (self.receipt,)
        if not self.readable:
            return Invalid(row=number, problems=(), fingerprint=look, identity=identity)
        content = {"lead": self.lead, "receipt": self.receipt}
        draft = Draft(
            name="payment",
            type=PAYMENT,
            lead=self.lead,
            entry=f'{{"amount":"5","note":"{self.receipt}"}}',
            money=Money(amount=Decimal(5), currency=Currency.INR),
            content={"receipt": self.receipt} if repeats else content,
        )
        return Ready(row=number, drafts=(draft,), fingerprint=look, identity=identity)


@dataclass(kw_only=True)
class World:
    """A journal, a source system, and the timelines as only the CRM knows them."""

    journal: Journal
    chance: Random
    repeats: bool
    refusing: bool = True
    """The CRM refuses some of what it could take, and rows name leads that do not exist."""
    source: dict[int, Line] = field(default_factory=dict)
    behind: dict[tuple[str, int], Line] = field(default_factory=dict)
    """Run and row → what stood there."""
    root: dict[tuple[str, int], tuple[str, int]] = field(default_factory=dict)
    """Run and row → the row at the root of its chain."""
    stored: Counter[int] = field(default_factory=Counter)
    """Payment → how often it stands on a timeline."""
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    def append(self) -> None:
        """A payment is made, and typed well or badly."""
        new = next(self.ids)
        well = not self.repeats and self.chance.random() < 0.6
        lead = NOBODY if self.refusing and self.chance.random() < 0.3 else f"lead {new % 2}"
        self.source[new] = Line(
            payment=new,
            receipt="" if self.repeats else f"R-{new}" if well else f"typed {new}",
            lead=lead,
            readable=self.repeats or self.chance.random() < 0.7,
        )

    def right(self, line: Line, *, receipt: bool) -> Line:
        """The row as a person corrects it."""
        number = f"R-{line.payment}" if receipt and not self.repeats else line.receipt
        lead = f"lead {line.payment % 2}"
        return replace(line, receipt=number, lead=lead, readable=True)

    def mend(self) -> None:
        """Somebody corrects a row of the source system, but for the key of what stands already."""
        for payment, line in self.source.items():
            if self.chance.random() < 0.3:
                free = self.chance.random() < 0.5 and not self._begun(payment)
                self.source[payment] = self.right(line, receipt=free)

    def _begun(self, payment: int) -> bool:
        """A row that changes its key at the source while it is on its way is another row."""
        if self.stored[payment]:
            return True
        return any(
            self.behind[run.id, one.row].payment == payment
            for run in runs_of(self.journal)
            for one in action_records(self.journal, run.id)
            if one.outcome in (Outcome.UNSENT, Outcome.UNKNOWN)
        )

    def export(self, *, retry: bool = False) -> str:
        """Some or all rows come in a sheet, in any order."""
        lines = list(self.source.values())
        if not self.repeats:
            lines = [one for one in lines if self.chance.random() < 0.8]
        self.chance.shuffle(lines)
        return self.plan([(line, None) for line in lines], retry=retry)

    def correct(self) -> str | None:
        """Somebody corrects the failures workbook of some run, well or not at all."""
        runs = [run for run in runs_of(self.journal) if self._failures(run.id)]
        if not runs:
            return None
        run = self.chance.choice(runs)
        rows = []
        for one in self._failures(run.id):
            line = self.behind[run.id, one.row]
            if self.chance.random() < 0.7:
                # Who corrects what the source has corrected too, sees the key that it has there.
                known = self.source[line.payment].receipt != line.receipt
                line = self.right(line, receipt=known or self.chance.random() < 0.7)
            rows.append((line, self.root[run.id, one.row]))
        return self.plan(rows, parent=(run.id, run.root))

    def _failures(self, run: str) -> list[ActionRecord]:
        return [one for one in action_records(self.journal, run) if one.outcome in FAILED]

    def plan(
        self,
        lines: Sequence[tuple[Line, tuple[str, int] | None]],
        *,
        parent: tuple[str, str] = ("", ""),
        retry: bool = False,
    ) -> str:
        """Plan a run of these rows."""
        run = f"20261122-{next(self.ids):04}"
        begin_run(self.journal, _new_run(run, *parent))
        planned = []
        for number, (line, root) in enumerate(lines, start=2):
            self.behind[run, number] = line
            self.root[run, number] = root or (run, number)
            checked = line.checked(number, repeats=self.repeats)
            planned.append(PlannedRow(checked=checked, root=self.root[run, number]))
        stage(self.journal, run, planned)
        failed = frozenset({State.IGNORED, State.REFUSED})
        rules = PlanRules(
            repeats=self.repeats, separate=False, limit=3, retry=failed if retry else frozenset()
        )
        totals = PlanTotals(
            rows_read=len(lines), skipped={}, actions=len(lines), money={}, rows_digest=run
        )
        finish_plan(self.journal, run, totals, rules, Learned())
        return run

    def send(self, run: str, *, kind: bool = False) -> None:
        """Send what is staged; it is created, refused or lost at random, and may be stopped."""
        matching = matching_of(self.journal, run, repeats=self.repeats, separate=False)
        match_again(self.journal, run, matching, 3)
        for batches in leads_to_send(self.journal, run).values():
            for batch in batches:
                loaded = load_batch(self.journal, batch)
                if not kind and self.chance.random() < 0.2:
                    set_run_state(self.journal, run, RunState.STOPPED)
                    return
                if loaded.actions and not self._post(run, loaded, kind=kind):
                    break
        left = any(one.outcome is Outcome.UNSENT for one in action_records(self.journal, run))
        set_run_state(self.journal, run, RunState.STOPPED if left else RunState.DONE)

    def _post(self, run: str, batch: BatchToSend, *, kind: bool) -> bool:
        """One request, of which nothing is left in doubt where this is true."""
        request = claim(self.journal, batch, "0" * 64)
        if request is None:
            return True
        lost = not kind and self.chance.random() < 0.2
        fates = []
        rows = self._rows_on_the_wire(run)
        for row in rows:
            line = self.behind[run, row]
            takes = kind or not (self.refusing or lost)
            stored = line.lead != NOBODY and (takes or self.chance.random() < 0.6)
            self.stored[line.payment] += stored
            if lost:
                fates.append(Fate(state=State.UNKNOWN, detail="yes" if stored else "no"))
            elif stored:
                fates.append(Fate(state=State.CREATED, action_id=f"id-{next(self.ids)}"))
            else:
                state = self.chance.choice([State.IGNORED, State.REFUSED])
                fates.append(Fate(state=state, detail="No."))
        record(self.journal, request, batch, fates, Evidence(verdict="x"))
        return not lost

    def _rows_on_the_wire(self, run: str) -> list[int]:
        return [
            one.row
            for one in action_records(self.journal, run)
            if one.outcome is Outcome.UNKNOWN and not one.detail
        ]

    def settle(self) -> None:
        """A person looks at the timelines, and says of everything in doubt what is there."""
        for run in runs_of(self.journal):
            for one in action_records(self.journal, run.id):
                if one.outcome is Outcome.UNKNOWN:
                    resolve = resolve_created if one.detail == "yes" else resolve_not_created
                    resolve(self.journal, run.id, frozenset({one.row}), None, by="a", reason="b")

    def resume(self, *, kind: bool = False) -> None:
        """What was stopped goes on, and what is done is looked at again."""
        for run in runs_of(self.journal):
            self.send(run.id, kind=kind)

    def close(self) -> None:
        """Somebody gives up what a run has left to send."""
        left = [
            run.id
            for run in runs_of(self.journal)
            if any(
                one.outcome is Outcome.UNSENT and not one.given_up
                for one in self.actions_of(run.id)
            )
        ]
        if left:
            close(self.journal, self.chance.choice(left), None, by="a", reason="b")

    def waive(self) -> None:
        """Somebody gives up rows for good of which something was not created."""
        runs = runs_of(self.journal)
        run = self.chance.choice(runs).id if runs else ""
        left = [
            one.row
            for one in (self.actions_of(run) if run else ())
            if one.outcome in (*FAILED, Outcome.UNSENT, Outcome.DUPLICATE) and not one.given_up
        ]
        if left:
            rows = frozenset(self.chance.sample(left, self.chance.randint(1, len(left))))
            with suppress(UsageError):  # a later run has taken all of them up
                close(self.journal, run, rows, by="a", reason="b")

    def take_back(self, run: str) -> None:
        """Somebody releases what was given up, and does not stand on a timeline."""
        rows = [
            one.row
            for one in self.actions_of(run)
            if one.outcome is Outcome.DUPLICATE
            and one.given_up
            and (self.repeats or not self.stored[self.behind[run, one.row].payment])
        ]
        if rows:
            release(self.journal, run, frozenset(rows), by="a", reason="b", limit=3)
            self.send(run, kind=True)

    def actions_of(self, run: str) -> Iterator[ActionRecord]:
        """What the journal has of a run."""
        return action_records(self.journal, run)

    def step(self) -> None:
        """Something happens."""
        match self.chance.randrange(9):
            case 0 | 1:
                self.append()
                self.append()
            case 8:
                self.waive()
            case 2:
                self.mend()
            case 3:
                self.send(self.export(retry=self.chance.random() < 0.2))
            case 4:
                run = self.correct()
                if run is not None:
                    self.send(run)
            case 5:
                self.settle()
            case 7:
                self.close()
            case _:
                self.resume()


def _who_waits(here: World) -> None:
    """Hold the chains against the runs' reports: what is open waits in one of them, and once."""
    left = open_by_run(here.journal)
    every = runs_of(here.journal)
    for run in every:
        counted, waiting = left.get(run.id, Open()), list(_waiting(here, run.id))
        by_outcome = Counter(one.outcome for one in waiting)
        assert counted.unknown == by_outcome[Outcome.UNKNOWN]
        assert counted.unsent == by_outcome[Outcome.UNSENT]
        assert counted.duplicate == by_outcome[Outcome.DUPLICATE]
        assert counted.to_correct == len({one.row for one in waiting if one.outcome in FAILED})
    for root in {run.root for run in every}:
        runs = [run for run in every if run.root == root]
        attempts = [
            Attempt(actions=here.actions_of(run.id), roots=roots_of_rows(here.journal, run.id))
            for run in runs
        ]
        chain = follow_chain(runs, attempts)
        places: dict[tuple[tuple[str, int], str], list[str]] = {}
        for run in runs:
            for one in _waiting(here, run.id):
                if one.earlier is None or one.earlier.reason not in PASSING:
                    key = (here.root[run.id, one.row], one.name)
                    places.setdefault(key, []).append(run.id)
        assert all(len(found) == 1 for found in places.values()), places
        assert {row for row, _ in places} <= {
            here.root[run, row] for run, row in map(_place, chain.open_at)
        }
        asked = {one.reference for run in runs for one in _waiting(here, run.id)}
        assert set(chain.open_at) <= asked


def _waiting(here: World, run: str) -> Iterator[ActionRecord]:
    found = here.actions_of(run)
    return (one for one in found if one.outcome not in INSIDE and not one.is_over)


def _place(reference: str) -> tuple[str, int]:
    run, _, row = reference.rpartition("/")
    return run, int(row)


def _new_run(run: str, parent: str, root: str) -> NewRun:
    return NewRun(
        id=run,
        parent=parent,
        root=root or run,
        file="payments.csv",
        file_sha256="0" * 64,
        tab=None,
        header_row=1,
        headers=(),
        mapping="payments",
        mapping_text="",
        mapping_sha256="0" * 64,
        keys={"identity": {"receipt": "text"}, "actions": {"payment": PAYMENT}},
        targets={},
    )


@contextmanager
def world(chance: Random, *, repeats: bool) -> Iterator[World]:
    """A workspace in which nothing has happened yet."""
    seconds = count()

    def clock() -> dt.datetime:
        return dt.datetime(2026, 11, 22, tzinfo=dt.UTC) + dt.timedelta(seconds=next(seconds))

    with (
        tempfile.TemporaryDirectory() as folder,
        open_journal(Path(folder) / "journal.db", "practice", clock=clock) as journal,
    ):
        yield World(journal=journal, chance=chance, repeats=repeats)


def _in_the_end(here: World) -> None:
    """Everything is settled, resumed, corrected, exported once more, and no waiver stands."""
    here.settle()
    here.resume(kind=True)
    for payment, line in here.source.items():
        here.source[payment] = here.right(line, receipt=not here.stored[payment])
    lines: Iterable[Line] = here.source.values()
    last = here.plan([(line, None) for line in lines], retry=True)
    here.send(last, kind=True)
    here.take_back(last)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**9), st.integers(4, 25))
def test_a_payment_with_a_receipt_stands_once_in_the_end(seed: int, steps: int) -> None:
    """Whatever is edited, corrected, stopped or in doubt: never twice; once when all is done."""
    with world(Random(seed), repeats=False) as here:  # noqa: S311 - no secret hangs on it
        for _ in range(steps):
            here.step()
            assert max(here.stored.values(), default=0) <= 1
        _in_the_end(here)
        assert here.stored == Counter(here.source.keys())


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**9), steps=st.integers(4, 20), repeats=st.booleans())
def test_what_is_open_waits_in_exactly_one_report(seed: int, steps: int, *, repeats: bool) -> None:
    """However often a row is corrected and run again, its chain and one run ask about it."""
    with world(Random(seed), repeats=repeats) as here:  # noqa: S311 - no secret hangs on it
        for _ in range(steps):
            here.step()
            _who_waits(here)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**9), st.integers(4, 20))
def test_equal_payments_are_as_many_in_the_end(seed: int, steps: int) -> None:
    """Rows that nobody can tell apart are created as often as they stand in the exports."""
    with world(Random(seed), repeats=True) as here:  # noqa: S311 - no secret hangs on it
        for _ in range(steps):
            here.step()
            assert here.stored.total() <= len(here.source)
        _in_the_end(here)
        assert here.stored.total() == len(here.source)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**9), st.integers(4, 15))
def test_no_equal_payment_is_lost_without_a_further_export(seed: int, steps: int) -> None:
    """Stopped, in doubt, held for each other: once all runs went on, the longest export is there.

    However the runs took turns, and whichever of them is resumed first in the end.
    """
    with world(Random(seed), repeats=True) as here:  # noqa: S311 - no secret hangs on it
        here.refusing = False
        longest = 0
        for _ in range(steps):
            match here.chance.randrange(6):
                case 0 | 1:
                    here.append()
                case 2 | 3:
                    run, longest = here.export(), len(here.source)
                    if here.chance.random() < 0.7:
                        here.send(run)
                case 4:
                    here.settle()
                case _:
                    here.resume()
        here.settle()
        runs = [run.id for run in runs_of(here.journal)]
        here.chance.shuffle(runs)
        for run in (*runs, *runs):
            here.send(run, kind=True)
        assert here.stored.total() == longest
