"""Settling what is in doubt: a real journal, the real practice CRM, and wires that play tricks."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import math
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select
from workplaces import MAPPING, Desk, Row, desk, row

from importer.crm import Crm
from importer.journal import reading, sending
from importer.journal.doubt import Claim
from importer.journal.left import entries_to_send
from importer.journal.schema import requests
from importer.journal.store import Journal
from importer.model import PAYMENT, Outcome
from importer.pipeline.planning import plan_run
from importer.pipeline.reporting import reconcile_run
from importer.pipeline.workplace import Workplace, open_workplace
from importer.sandbox import Fault, Operation, Rule, Toggles, lead_id
from importer.sandbox.records import StoredAction
from importer.sandbox.toggles import AmountEcho, ReadType, Shape, UnknownCode
from importer.secret import Token
from importer.settings import PRACTICE_TOKEN
from importer.upload import EndKind, Gate, Sending
from importer.upload.pace import Pace
from importer.upload.settle import Settled, SettleRules, Settling
from importer.upload.timeline import Timelines
from importer.upload.turns import Turns
from importer.upload.waits import Patience
from importer.verdict import Exchange, Progress
from importer.verdict.details import NOT_FOUND

RULES = SettleRules(delay_s=120.0, between_s=30.0)
NOTES = MAPPING.replace(
    """  - name: payment
    type: PAYMENT
    amount: {from: amount}
    currency: INR
    status: {from: state, map: {Paid: COMPLETED, Bounced: FAILED}, otherwise: problem}
""",
    "",
)
"""Receipts alone: nothing of it is money."""


@dataclass
class Office:
    """A desk whose journal is open; whoever waits here makes its clock go on."""

    desk: Desk
    workplace: Workplace
    ahead: dt.timedelta = dt.timedelta()
    """How much has been waited."""
    wrong: dt.timedelta = dt.timedelta()
    """By how much somebody has set the clock wrong."""
    rests: list[float] = field(default_factory=list)

    @property
    def journal(self) -> Journal:
        """The workspace's journal."""
        return self.workplace.journal

    async def rest(self, seconds: float) -> None:
        """Let the time pass."""
        self.rests.append(seconds)
        self.ahead += dt.timedelta(seconds=seconds)

    def rested(self) -> list[int]:
        """How long each rest was, up to ten seconds: a busy machine has used up a part of it."""
        return [10 * math.ceil(one / 10) for one in self.rests]

    def gate(self) -> Gate:
        """A gate at which nobody waits for real."""
        return Gate(
            Pace(None, 1, lambda: 0.0),
            clock=lambda: time.monotonic() + self.ahead.total_seconds(),
            sleep=self.rest,
        )

    def open_wire(self) -> Crm:
        """A line to the practice CRM."""
        workspace = self.desk.settings.workspace
        return Crm(
            base_url=workspace.base_url,
            enterprise_id=workspace.enterprise_id,
            token=Token(PRACTICE_TOKEN),
            now=self.journal.clock,
        )

    def send(self, *rows: Row) -> str:
        """Plan a run and send it, without settling anything."""
        run = plan_run(self.workplace, self.desk.sheet(*rows), self.desk.mapping)
        self.send_on(run)
        return run

    def introduce(self) -> None:
        """Have something created first: it shows whom the CRM takes us for."""
        self.send(row(9))

    def stored(self) -> list[StoredAction]:
        """What arrived on all other leads, in order."""
        return [one for one in self.desk.crm.actions if one.lead != lead_id(9)]

    def send_on(self, run: str) -> None:
        """Send what is staged."""
        sender = Sending(self.journal, run, self.gate(), jitter=float)
        asyncio.run(sender.send(self.open_wire, 1))

    def settle(
        self,
        run: str,
        *,
        wire: Timelines | None = None,
        resend: bool = False,
        gate: Gate | None = None,
    ) -> Settled:
        """Settle a run, over the real wire or a scripted one."""

        @asynccontextmanager
        async def open_scripted() -> AsyncIterator[Timelines]:
            assert wire is not None
            yield wire

        settling = Settling(
            self.journal,
            gate or self.gate(),
            rules=RULES,
            may_resend=lambda claim: resend or claim.type != PAYMENT,
            timeout_s=60.0,
        )
        return asyncio.run(settling.settle(open_scripted if wire else self.open_wire, run))

    def counts(self, run: str) -> dict[str, int]:
        """Outcome → actions, without zeros."""
        lines = reconcile_run(self.workplace, run).outcomes
        return {str(one): line.count for one, line in lines.items() if line.count}

    def details(self, run: str, outcome: Outcome) -> set[str]:
        """The sentences of a run's actions of one outcome."""
        records = reading.action_records(self.journal, run)
        return {one.detail for one in records if one.outcome is outcome}

    def reads(self) -> int:
        """Requests on record that carried no batch."""
        found = self.journal.read(select(requests.c.id).where(requests.c.batch.is_(None)))
        return len(found)

    def break_line(self, fault: Fault, **measures: object) -> None:
        """Let one request for the first lead end in this way."""
        rule = Rule(fault=fault, lead=lead_id(1), times=1, **measures)  # type: ignore[arg-type]  # as a test gives them
        self.desk.crm.faults.set([rule])


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office with a CRM that answers."""
    with opened(tmp_path) as one:
        yield one


def opened(folder: Path, mapping: str = MAPPING) -> OpenOffice:
    """Open an office in a folder."""
    return OpenOffice(folder, mapping)


class OpenOffice:
    """An office while its doors are open."""

    def __init__(self, folder: Path, mapping: str) -> None:
        self._parts = desk(folder, mapping)

    def __enter__(self) -> Office:
        here = self._parts.__enter__()
        self._work = open_workplace(here.settings)
        office = Office(desk=here, workplace=self._work.__enter__())
        office.journal.clock = lambda: dt.datetime.now(dt.UTC) + office.ahead + office.wrong
        return office

    def __exit__(self, *_error: object) -> None:
        self._work.__exit__(None, None, None)
        self._parts.__exit__(None, None, None)


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.CUT_ANSWER, Fault.ERROR_AFTER])
def test_what_was_stored_is_found_at_once(office: Office, fault: Fault) -> None:
    """A lost answer to a request that was stored costs one request for each type, and no wait."""
    office.break_line(fault)
    run = office.send(row(1), row(2))
    assert office.counts(run) == {"CREATED": 2, "UNKNOWN": 2}
    assert office.settle(run) == Settled(created=2)
    assert office.counts(run) == {"CREATED": 4}
    assert office.rests == []
    assert office.reads() == 3, "one for each type, and one to learn who we are"
    ids = {one.action_id for one in reading.action_records(office.journal, run)}
    assert ids == {action.id for action in office.desk.crm.actions}


@pytest.mark.parametrize("resend", [True, False])
def test_what_was_not_stored_is_sent_again_where_that_is_allowed(
    office: Office,
    resend: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """After two looks, what is absent goes back to the queue; money only if somebody said so."""
    office.break_line(Fault.DROP_BEFORE)
    run = office.send(row(1))
    settled = office.settle(run, resend=resend)
    assert settled == (Settled(staged=2) if resend else Settled(staged=1, unknown=1))
    assert office.rested() == [120, 30]
    assert office.reads() <= 3 * 2 + 2, "three looks at two types, and the whole lead at last"
    office.send_on(run)
    if resend:
        assert office.counts(run) == {"CREATED": 2}
    else:
        assert office.counts(run) == {"UNKNOWN": 1, "UNSENT": 1}, "the lead waits for a person"
        (said,) = office.details(run, Outcome.UNKNOWN)
        assert said == NOT_FOUND
    assert len(office.desk.arrived()) == (2 if resend else 0)


def test_a_part_that_was_stored_is_told_from_the_rest(office: Office) -> None:
    """Of a request that was stored in part, that part is CREATED and only the rest sent again."""
    office.introduce()
    office.break_line(Fault.PARTIAL_COMMIT, count=3)
    run = office.send(row(1), row(1, receipt="R-2"), row(1, receipt="R-3", amount="7"))
    assert office.settle(run, resend=True) == Settled(created=3, staged=3)
    office.send_on(run)
    assert office.counts(run) == {"CREATED": 6}
    assert [action.type for action in office.stored()] == ["PAYMENT", "1003"] * 3


def test_a_request_whose_answer_was_lost_is_never_sent_again(office: Office) -> None:
    """What a 200 that was cut off left out is IGNORED: the CRM took the request without it."""
    office.introduce()
    office.desk.crm.faults.set([Rule(fault=Fault.CUT_ANSWER, times=1)])
    run = office.send(row(1, note="no address"))
    assert office.settle(run, resend=True) == Settled(created=1, ignored=1)
    (said,) = office.details(run, Outcome.IGNORED)
    assert said == "The CRM accepted the request without it; the answer was lost."


def test_a_commit_that_shows_late_is_waited_for(office: Office) -> None:
    """What lists show only after the delay is found at the first look that counts."""
    office.introduce()
    office.desk.crm.faults.set(
        [
            Rule(fault=Fault.DROP_AFTER, times=1),
            Rule(fault=Fault.DELAYED_VISIBILITY, times=1, looks=2),
        ]
    )
    run = office.send(row(1))
    assert office.settle(run, resend=True) == Settled(created=2)
    assert office.rested() == [120]


def test_a_commit_between_two_looks_makes_nothing_absent(office: Office) -> None:
    """Where something comes late to a timeline, what is missing beside it stays UNKNOWN."""
    office.introduce()
    office.desk.crm.faults.set(
        [
            Rule(fault=Fault.PARTIAL_COMMIT, times=1, count=1),
            Rule(fault=Fault.DELAYED_VISIBILITY, times=1, looks=4),
        ]
    )
    twins = row(1), row(1, receipt="R-2")
    run = office.send(*twins)
    assert office.settle(run, resend=True) == Settled(created=1, staged=2, unknown=1)
    (said,) = office.details(run, Outcome.UNKNOWN)
    assert "late" in said


def test_a_commit_that_shows_after_it_was_given_up_is_found_all_the_same(tmp_path: Path) -> None:
    """What an earlier attempt stored is found when a later one is settled, however long after."""
    with opened(tmp_path, NOTES) as office:
        office.introduce()
        office.desk.crm.faults.set(
            [
                Rule(fault=Fault.DROP_AFTER, times=1),
                Rule(fault=Fault.DELAYED_VISIBILITY, times=1, looks=5),
            ]
        )
        run = office.send(row(1))
        assert office.settle(run) == Settled(staged=1)
        office.ahead += dt.timedelta(hours=1)
        office.desk.crm.toggles = Toggles(clock_skew_seconds=office.ahead.total_seconds())
        office.break_line(Fault.DROP_BEFORE)
        office.send_on(run)
        assert office.settle(run) == Settled(created=1)
        assert len(office.stored()) == 1


def test_a_clock_that_jumps_shortens_no_delay(office: Office) -> None:
    """Set forward by hours after the request, our clock does not make the delay seem over."""
    office.break_line(Fault.DROP_BEFORE)
    run = office.send(row(1))
    office.wrong = dt.timedelta(hours=3)
    assert office.settle(run, resend=True) == Settled(staged=2)
    assert office.rested() == [120, 30]


def test_each_attempt_is_placed_by_its_own_clock(office: Office) -> None:
    """First sent by a clock that was wrong, and again by a right one, it is found at its time."""
    lost = Rule(fault=Fault.DROP_AFTER, lead=lead_id(1), times=1)
    late = Rule(fault=Fault.DELAYED_VISIBILITY, lead=lead_id(1), times=1, looks=9)
    office.desk.crm.faults.set([lost, late])
    office.wrong = dt.timedelta(hours=2)
    run = office.send(row(9), row(1))
    assert office.settle(run, resend=True) == Settled(staged=2)
    office.wrong, office.ahead = dt.timedelta(), office.ahead + dt.timedelta(hours=1)
    office.desk.crm.toggles = Toggles(clock_skew_seconds=office.ahead.total_seconds())
    office.break_line(Fault.DROP_BEFORE)
    office.send_on(run)
    assert office.settle(run) == Settled(created=2)
    assert len(office.stored()) == 2


def test_one_look_is_not_two(office: Office) -> None:
    """What the second look misses, and the first could not look for, stays UNKNOWN."""
    office.break_line(Fault.DROP_BEFORE)
    run = office.send(row(1))
    wire = ScriptedWire(
        search=lambda _lead, type_, _skip: (
            REFUSED if type_ == "PAYMENT" and len(wire.looks) < 8 else page([], 0)
        ),
        whole=lambda _skip: REFUSED if len(wire.looks) < 8 else listed([]),
    )
    assert office.settle(run, wire=wire, resend=True) == Settled(staged=1, unknown=1)
    assert wire.looks == ["1003 0", "PAYMENT 0", "* 0"] * 3


def test_a_foreign_twin_is_not_taken_for_ours(office: Office) -> None:
    """Once it is known who we are, a colleague's equal payment settles nothing, and hides none."""
    office.send(row(2))
    office.desk.crm.faults.set(
        [Rule(fault=Fault.DROP_BEFORE, times=1), Rule(fault=Fault.FOREIGN_TWIN, times=1, count=2)]
    )
    lost = office.send(row(1), row(2))
    assert office.settle(lost, resend=True) == Settled(unknown=2)
    office.desk.crm.faults.set(
        [Rule(fault=Fault.DROP_AFTER, times=1), Rule(fault=Fault.FOREIGN_TWIN, times=1, count=2)]
    )
    stored = office.send(row(3))
    assert office.settle(stored, resend=True) == Settled(created=2)


def test_runs_that_share_a_lead_are_settled_together(office: Office) -> None:
    """Equal payments of two runs are counted together, and the other run is named."""
    office.introduce()
    office.desk.crm.faults.set([Rule(fault=Fault.DROP_AFTER, lead=lead_id(1), times=1)])
    first = office.send(row(1))
    office.desk.crm.faults.set([Rule(fault=Fault.DROP_AFTER, lead=lead_id(1), times=1)])
    second = plan_run(
        office.workplace, office.desk.sheet(row(1, receipt="R-9")), office.desk.mapping
    )
    (batch,) = (one.id for one in _batches(office.journal, second))
    assert office.counts(second) == {"UNSENT": 2}
    body_sent_as_if_nothing_waited(office, second, batch)
    assert office.settle(second) == Settled(created=4, of_other_runs=frozenset({first}))
    assert office.counts(first) == office.counts(second) == {"CREATED": 2}


def _batches(journal: Journal, run: str) -> list[sending.BatchToSend]:
    ids = {entry.batch for entry in entries_to_send(journal, run)}
    return [sending.load_batch(journal, one) for one in sorted(ids)]


def body_sent_as_if_nothing_waited(office: Office, run: str, batch: int) -> None:
    """Send a batch although its lead has something in doubt."""

    async def deliver() -> None:
        async with office.open_wire() as wire:
            sender = Sending(office.journal, run, office.gate(), jitter=float)
            turns = Turns(iter([("", [batch])]), lambda: Patience(900, float))
            await sender._serve(wire, turns)  # noqa: SLF001 - the loop itself would let it wait

    asyncio.run(deliver())


def test_a_crash_in_mid_flight_is_settled_like_any_doubt(office: Office) -> None:
    """An intent without an outcome is looked for once its longest time and the delay are over."""
    run = plan_run(office.workplace, office.desk.sheet(row(1)), office.desk.mapping)
    (batch,) = _batches(office.journal, run)
    assert sending.claim(office.journal, batch, "0" * 64) is not None
    sending.recover(office.journal)
    assert office.settle(run, resend=True) == Settled(staged=2)
    assert office.rested() == [180, 30]


@pytest.mark.parametrize("stores", [True, False])
def test_a_refused_batch_is_split_to_find_the_culprit(tmp_path: Path, stores: bool) -> None:  # noqa: FBT001 - both readings of an open question
    """Only the bad action of a refused request ends REFUSED; the others arrive once, in order."""
    mapping = MAPPING.replace('type: "1003"', 'type: "1999"')
    with opened(tmp_path, mapping) as office:
        office.introduce()
        office.desk.crm.toggles = Toggles(
            unknown_code=UnknownCode.BAD_REQUEST, bad_request_stores=stores
        )
        run = office.send(row(1), row(1, receipt="R-2", amount="7"))
        assert office.counts(run) == {"UNKNOWN": 4}
        assert office.settle(run) == (Settled(created=2, staged=2) if stores else Settled(staged=4))
        office.send_on(run)
        arrived = [action.body.get("amount") for action in office.stored()]
        assert arrived == ["100.50", "7"]
        assert office.counts(run) == {"CREATED": 2, "REFUSED": 2}
        (said,) = office.details(run, Outcome.REFUSED)
        assert said.startswith("BAD_REQUEST: ")


def test_what_waits_behind_a_split_stays_behind_it(tmp_path: Path) -> None:
    """Later batches of the lead go after the split ones, as the sheet has them."""
    with desk(tmp_path, actions_per_request=2) as here, open_workplace(here.settings) as workplace:
        office = Office(desk=here, workplace=workplace)
        here.crm.toggles = Toggles(max_actions=1)
        run = office.send(row(1), row(1, receipt="R-2", amount="7"))
        here.crm.toggles = Toggles()
        assert office.settle(run) == Settled(staged=2)
        office.send_on(run)
        amounts = [action.body.get("amount") for action in here.crm.actions]
        assert amounts == ["100.50", None, "7", None]


@pytest.mark.parametrize(
    "toggles",
    [
        Toggles(amount_echo=AmountEcho.TWO_DECIMALS, read_type=ReadType.BARE),
        Toggles(action_items=Shape.DOCUMENTED),
        Toggles(clock_skew_seconds=86_400.0),
        Toggles(clock_skew_seconds=-86_400.0),
    ],
)
def test_however_the_crm_reads_back_it_is_understood(office: Office, toggles: Toggles) -> None:
    """Amounts, types, shapes and clocks may differ: what stands there is found."""
    office.desk.crm.toggles = toggles
    office.introduce()
    office.break_line(Fault.DROP_AFTER)
    run = office.send(row(1, amount="5,000"))
    assert office.settle(run) == Settled(created=2)
    office.break_line(Fault.DROP_BEFORE)
    again = office.send(row(1, receipt="R-2"))
    assert office.settle(again, resend=True) == Settled(staged=2)


def test_a_closed_door_stops_everything(office: Office) -> None:
    """401 on a look stops the gate with a remedy; what is in doubt stays so."""
    office.break_line(Fault.DROP_AFTER)
    run = office.send(row(1))
    office.desk.crm.toggles = Toggles(licence_expired=True)
    gate = office.gate()
    assert office.settle(run, gate=gate) == Settled(unknown=2)
    assert gate.ending.kind is EndKind.STOPPED
    assert gate.ending.remedy


def test_a_look_that_fails_is_tried_again(office: Office) -> None:
    """A broken line and a 429 cost a pause each, and a CRM that stays broken leaves it UNKNOWN."""
    office.introduce()
    office.break_line(Fault.DROP_AFTER)
    run = office.send(row(1))
    office.desk.crm.faults.set([Rule(fault=Fault.DROP_BEFORE, on=Operation.READ)])
    assert office.settle(run) == Settled(unknown=2)
    (said,) = office.details(run, Outcome.UNKNOWN)
    assert said.startswith("The lead's timeline could not be read")
    office.desk.crm.faults.set(
        [
            Rule(fault=Fault.CUT_ANSWER, on=Operation.READ, nth=1),
            Rule(fault=Fault.TOO_MANY_REQUESTS, on=Operation.READ, nth=2, retry_after=0),
        ]
    )
    assert office.settle(run) == Settled(created=2)


def test_a_stop_leaves_what_is_not_settled_yet(office: Office) -> None:
    """A gate that has stopped lets no look through; nothing is lost."""
    office.break_line(Fault.DROP_AFTER)
    run = office.send(row(1))
    gate = office.gate()
    gate.stop(gate.ending)
    assert office.settle(run, gate=gate) == Settled(unknown=2)
    assert office.reads() == 0


@dataclass
class ScriptedWire:
    """Answers looks as a test tells it to."""

    search: Callable[[str, str, int], Exchange]
    """Lead, type and `skip` → answer."""
    whole: Callable[[int], Exchange]
    """`skip` → answer of the lead with its actions."""
    looks: list[str] = field(default_factory=list)

    async def search_actions(self, lead: str, type_: str, *, skip: int, limit: int) -> Exchange:
        """A page of one type."""
        assert limit == 100
        self.looks.append(f"{type_} {skip}")
        return self.search(lead, type_, skip)

    async def lead_with_actions(self, lead: str, *, skip: int, limit: int) -> Exchange:  # noqa: ARG002 - the protocol's words
        """A page of all types."""
        self.looks.append(f"* {skip}")
        return self.whole(skip)


def answered(status: int, body: object, *, offset_s: float | None = 0.0) -> Exchange:
    """A complete answer."""
    return Exchange(
        progress=Progress.ANSWERED,
        status=status,
        body=json.dumps(body).encode(),
        clock_offset_s=offset_s,
    )


def page(items: Sequence[object], total: int, *, offset_s: float | None = 0.0) -> Exchange:
    """A page of a search."""
    return answered(200, {"data": items, "total_count": total}, offset_s=offset_s)


def listed(items: Sequence[object]) -> Exchange:
    """A page of a lead with its actions."""
    return answered(200, {"fields": {}, "actions": items})


REFUSED = answered(400, {"error": {"code": "BAD_REQUEST", "message": "Invalid filter"}})


def old(id_: str, type_: str = "1003") -> dict[str, object]:
    """An action of long ago."""
    return {"id": id_, "type": type_, "creationTimestamp": 1_500_000_000_000, "fields": {}}


@pytest.fixture
def receipts(tmp_path: Path) -> Iterator[tuple[Office, str]]:
    """An office and its run: one receipt in doubt, which was not stored."""
    with opened(tmp_path, NOTES) as office:
        office.break_line(Fault.DROP_BEFORE)
        run = office.send(row(1))
        assert office.counts(run) == {"UNKNOWN": 1}
        yield office, run


def thousand(skip: int, total: int = 250) -> list[dict[str, object]]:
    """A page of many old actions."""
    return [old(f"o{at}") for at in range(skip, min(skip + 100, total))]


@pytest.mark.parametrize(
    ("search", "whole", "absent"),
    [
        (lambda skip: page(thousand(skip), 250), lambda _skip: REFUSED, True),
        (lambda skip: page(thousand(skip, 200), 200), lambda _skip: REFUSED, True),
        (lambda _skip: page(thousand(0), 250), lambda _skip: REFUSED, False),
        (lambda skip: page(thousand(skip), 240), lambda _skip: REFUSED, False),
        (lambda skip: page([old(f"o{skip}")], 3), lambda _skip: REFUSED, True),
        (lambda skip: page([old(f"o{skip}")], 3 + skip), lambda _skip: REFUSED, False),
        (lambda skip: page(thousand(skip, 150), 100), lambda _skip: REFUSED, False),
        (lambda skip: page(thousand(skip, 2), 2 if skip else 3), lambda _skip: REFUSED, False),
        (lambda _skip: page([], 1), lambda _skip: REFUSED, False),
        (lambda _skip: page([], 0), lambda _skip: REFUSED, False),
        (lambda _skip: page([], 0), lambda skip: listed(thousand(skip)), True),
        (lambda _skip: page([], 0), lambda _skip: listed(thousand(0)), False),
        (lambda _skip: page([], 0), lambda _skip: listed([]), True),
        (lambda _skip: REFUSED, lambda skip: listed(thousand(skip)), True),
        (lambda _skip: answered(200, {"data": [old("o1")]}), lambda _skip: REFUSED, False),
        (lambda _skip: page([{"type": "1003"}], 1), lambda skip: listed(thousand(skip)), True),
        (lambda _skip: page([{"type": "1003"}], 1), lambda _skip: REFUSED, False),
        (lambda _skip: page([], 0), lambda _skip: listed([{"type": "1003", "fields": {}}]), False),
        (lambda _skip: page([{"type": "1003"}], 1), lambda _skip: listed([]), False),
        (lambda _skip: page([{"type": "1003"}], 1), lambda skip: listed(thousand(skip, 1)), True),
        (
            lambda _skip: page([{"type": "1003"}] * 2, 2),
            lambda skip: listed(thousand(skip, 1)),
            False,
        ),
        (lambda _skip: page([], 1), lambda _skip: listed([]), False),
        (lambda skip: page(thousand(skip, 2), 3), lambda _skip: listed([]), False),
        (
            lambda _skip: page([old("p1", "2")], 1),
            lambda skip: listed([] if skip else [old("p1", "2")]),
            True,
        ),
    ],
)
def test_an_absence_needs_every_page(
    receipts: tuple[Office, str],
    search: Callable[[int], Exchange],
    whole: Callable[[int], Exchange],
    absent: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Whichever road shows the whole timeline is believed; half a road is none."""
    office, run = receipts
    wire = ScriptedWire(search=lambda _lead, _type, skip: search(skip), whole=whole)
    assert office.settle(run, wire=wire) == (Settled(staged=1) if absent else Settled(unknown=1))


def a_crm_that_shows_nothing_proves_nothing(office: Office, run: str) -> None:
    """Settle a run by timelines that are all blank, which prove nothing; then by the real ones."""
    wire = ScriptedWire(search=lambda *_asked: page([], 0), whole=lambda _skip: listed([]))
    assert office.settle(run, wire=wire) == Settled(unknown=1)
    (said,) = office.details(run, Outcome.UNKNOWN)
    assert "neither are others" in said
    assert office.settle(run) == Settled(staged=1), "the real one shows them"


def test_a_list_that_lacks_what_was_created_proves_no_absence(tmp_path: Path) -> None:
    """Where the CRM does not show what it has created before, nothing is called absent."""
    with opened(tmp_path, NOTES) as office:
        office.send(row(1))
        office.break_line(Fault.DROP_BEFORE)
        run = office.send(row(1, receipt="R-2"))
        a_crm_that_shows_nothing_proves_nothing(office, run)


def test_a_crm_that_hides_what_it_created_elsewhere_proves_no_absence(tmp_path: Path) -> None:
    """Where another lead lacks what was created there, even after the delay, nothing is absent."""
    with opened(tmp_path, NOTES) as office:
        office.introduce()
        office.break_line(Fault.DROP_BEFORE)
        run = office.send(row(1))
        a_crm_that_shows_nothing_proves_nothing(office, run)


def test_what_was_created_elsewhere_may_show_late(tmp_path: Path) -> None:
    """What another lead shows once the delay is over forbids no absence."""
    with opened(tmp_path, NOTES) as office:
        office.introduce()
        office.break_line(Fault.DROP_BEFORE)
        run = office.send(row(1))
        (created,) = office.desk.crm.actions

        def search(lead: str, _type: str, _skip: int) -> Exchange:
            late = lead == lead_id(9) and sum(office.rests) > RULES.delay_s
            return page([old(created.id)], 1) if late else page([], 0)

        wire = ScriptedWire(search=search, whole=lambda _skip: listed([]))
        assert office.settle(run, wire=wire) == Settled(staged=1)


@pytest.mark.parametrize("offset_s", [0.0, None])
def test_without_the_crm_s_clock_an_old_action_is_in_the_way(
    tmp_path: Path, offset_s: float | None
) -> None:
    """Old actions are explained by their time only where the CRM tells what time it is."""
    with opened(tmp_path, NOTES) as office:
        run = plan_run(office.workplace, office.desk.sheet(row(1)), office.desk.mapping)
        (batch,) = _batches(office.journal, run)
        assert sending.claim(office.journal, batch, "0" * 64) is not None
        sending.recover(office.journal)
        wire = ScriptedWire(
            search=lambda _lead, _type, _skip: page([old("o1")], 1, offset_s=offset_s),
            whole=lambda _skip: REFUSED,
        )
        settled = office.settle(run, wire=wire)
        assert settled == (Settled(unknown=1) if offset_s is None else Settled(staged=1))


def test_a_crm_that_wants_hours_stops_the_settling(receipts: tuple[Office, str]) -> None:
    """A wait that is longer than a person's patience ends the run, with the time in its words."""
    office, run = receipts
    hours = Exchange(progress=Progress.ANSWERED, status=429, body=b"{}", retry_after_s=7200.0)
    wire = ScriptedWire(search=lambda *_asked: hours, whole=lambda _skip: hours)
    gate = office.gate()
    assert office.settle(run, wire=wire, gate=gate) == Settled(unknown=1)
    assert "2 hours" in gate.ending.reason
    assert wire.looks == ["1003 0"]


def test_looks_at_several_leads_share_their_waits(tmp_path: Path) -> None:
    """Three leads in doubt wait for one delay and one pause between looks, not for three."""
    with opened(tmp_path, NOTES) as office:
        office.desk.crm.faults.set([Rule(fault=Fault.DROP_BEFORE)])
        run = office.send(*(row(number) for number in range(1, 4)))
        office.desk.crm.faults.set([])
        assert office.settle(run) == Settled(staged=3)
        assert sum(office.rests) < 155
        office.send_on(run)
        assert office.counts(run) == {"CREATED": 3}


def test_the_policy_is_asked_of_each_action(office: Office) -> None:
    """Whether it may be sent again is asked of each that is absent, by its run and its name."""
    office.break_line(Fault.DROP_BEFORE)
    run, asked = office.send(row(1)), []

    def may_resend(claim: Claim) -> bool:
        asked.append((claim.run, claim.name))
        return True

    told: list[int] = []
    settling = Settling(
        office.journal,
        office.gate(),
        rules=RULES,
        may_resend=may_resend,
        timeout_s=60.0,
        advance=told.append,
    )
    assert asyncio.run(settling.settle(office.open_wire, run)) == Settled(staged=2)
    assert asked == [(run, "payment"), (run, "receipt")]
    assert sum(told) == 2


def test_stamps_by_another_clock_explain_nothing(office: Office) -> None:
    """Where our own actions are stamped at impossible times, no item is too old to be ours."""
    before = office.send(row(9))
    assert office.counts(before) == {"CREATED": 2}
    office.break_line(Fault.DROP_AFTER)
    run = office.send(row(1))
    for action in office.desk.crm.actions:
        # The CRM's database stands seven minutes behind its web server.
        object.__setattr__(action, "at", action.at - 420_000)
    assert office.settle(run, resend=True) == Settled(created=1, unknown=1)
    assert "time does not prove" in " ".join(office.details(run, Outcome.UNKNOWN))
