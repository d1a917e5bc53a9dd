"""The loop, over a wire that says what a test wants; the journal is real, the time virtual."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError
from test_commits import count_commits
from virtual_time import now, run_virtually
from workplaces import Desk, desk, row

from importer.crm import Flight
from importer.errors import JournalError
from importer.journal import reading, sending
from importer.journal.schema import actions, requests
from importer.journal.sending import Evidence, Fate
from importer.journal.store import Journal
from importer.model import State
from importer.pipeline.planning import plan_run
from importer.pipeline.reporting import reconcile_run
from importer.pipeline.workplace import Workplace, open_workplace
from importer.sandbox import lead_id
from importer.upload import Ending, EndKind, Gate, Sending
from importer.upload.pace import Pace
from importer.upload.stops import StopRules
from importer.verdict import Assumptions, Exchange, Progress


def answered(status: int, body: object, *, retry_after_s: float | None = None) -> Exchange:
    """A complete answer."""
    return Exchange(
        progress=Progress.ANSWERED,
        status=status,
        body=json.dumps(body).encode(),
        retry_after_s=retry_after_s,
    )


def refused(status: int, code: str, *, retry_after_s: float | None = None) -> Exchange:
    """An error for a whole request."""
    error = {"error": {"code": code, "message": "No."}}
    return answered(status, error, retry_after_s=retry_after_s)


def created(lead: str, ids: Sequence[str]) -> Exchange:
    """200: all of them created."""
    items = [{"action_id": one, "status": "CREATED"} for one in ids]
    return answered(200, {"lead_id": lead, "actions": items, "remarks": []})


def all_created(lead: str, count: int) -> Exchange:
    """200, with ids that nothing else has: no lead has two requests in these tests."""
    return created(lead, [f"{lead}-{number}" for number in range(count)])


LOST = Exchange(progress=Progress.STARTED, error="the line broke")
UNREACHED = Exchange(progress=Progress.NOT_STARTED, error="connection refused")


@dataclass
class ScriptedWire:
    """Answers what a test tells it to."""

    create: Callable[[str, int], Exchange] = all_created
    """Lead and number of actions → answer."""
    takes_s: float = 0.0
    """Between a request's first byte and its answer."""
    asked: list[str] = field(default_factory=list)
    """The lead of each request."""

    async def create_actions(self, lead: str, body: bytes, flight: Flight) -> Exchange:
        """Answer a batch."""
        self.asked.append(lead)
        flight.take_off(bytes)
        await flight.trace("http11.send_request_headers.started", {})
        await asyncio.sleep(self.takes_s)
        return self.create(lead, len(json.loads(body)["actions"]))


@dataclass
class Office:
    """A desk whose journal is open, without a CRM behind it."""

    desk: Desk
    workplace: Workplace

    @property
    def journal(self) -> Journal:
        """The workspace's journal."""
        return self.workplace.journal

    def plan(self, *leads: int, receipts: str = "R") -> str:
        """Stage a run with one row for each of these leads."""
        rows = (row(one, receipt=f"{receipts}-{at}") for at, one in enumerate(leads))
        return plan_run(self.workplace, self.desk.sheet(*rows), self.desk.mapping)

    def counts(self, run: str) -> dict[str, int]:
        """Outcome → actions, without zeros."""
        lines = reconcile_run(self.workplace, run).outcomes
        return {str(one): line.count for one, line in lines.items() if line.count}

    def send(
        self,
        run: str,
        wire: ScriptedWire,
        senders: int = 1,
        first: int | None = None,
        **words: Any,  # noqa: ANN401 - the words of `Sending`
    ) -> Ending:
        """Send a run over the wire, on a clock that nobody waits for."""

        async def deliver() -> Ending:
            gate = new_gate(words.pop("deadline_s", None))
            await self.sending(run, gate, **words).send(opener(wire), senders, first)
            return gate.ending

        return run_virtually(deliver())

    def sending(self, run: str, gate: Gate, **words: Any) -> Sending:  # noqa: ANN401 - the same
        """A run's sending without jitter."""
        return Sending(self.journal, run, gate, jitter=float, **words)


def new_gate(deadline_s: float | None = None) -> Gate:
    """A gate on the virtual clock."""
    return Gate(Pace(None, 1, now), deadline_s, now)


def opener(wire: ScriptedWire) -> Callable[[], AbstractAsyncContextManager[ScriptedWire]]:
    """Opens the same wire for every sender."""

    @asynccontextmanager
    async def open_wire() -> AsyncIterator[ScriptedWire]:
        yield wire

    return open_wire


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office of its own for each test."""
    with desk(tmp_path) as here, open_workplace(here.settings) as workplace:
        yield Office(here, workplace)


def test_an_action_id_that_is_known_is_no_answer(office: Office) -> None:
    """An answer that gives out ids of other actions is not of this request: UNKNOWN."""
    run = office.plan(1, 2)
    wire = ScriptedWire(create=lambda lead, _count: created(lead, ["a1", "a2"]))
    assert office.send(run, wire).kind is EndKind.DONE
    assert office.counts(run) == {"CREATED": 2, "UNKNOWN": 2}


def test_an_outcome_with_a_known_id_is_not_recorded_at_all(office: Office) -> None:
    """The journal says so, and has the whole request as on the wire still."""
    run = office.plan(1)
    ((number,),) = sending.leads_to_send(office.journal, run).values()
    batch = sending.load_batch(office.journal, number)
    request = sending.claim(office.journal, batch, "0" * 64)
    assert request is not None
    twice = [Fate(state=State.CREATED, action_id="a1")] * 2
    evidence = Evidence(verdict="Recorded", status=200)
    assert not sending.record(office.journal, request, batch, twice, evidence)
    assert {one.state for one in office.journal.read(select(actions.c.state))} == {State.SENDING}
    assert office.journal.read(select(requests.c.verdict)) == [(None,)]


def test_a_400_on_several_actions_is_in_doubt(office: Office) -> None:
    """Some of them may have been stored; nothing more is sent to that lead before it is settled."""
    run, wire = office.plan(1), ScriptedWire(create=lambda *_: refused(400, "BAD_REQUEST"))
    assert office.send(run, wire).kind is EndKind.DONE
    assert office.counts(run) == {"UNKNOWN": 2}
    assert len(wire.asked) == 1


def test_open_questions_of_the_api_are_read_as_the_settings_say(office: Office) -> None:
    """A 400 that stores nothing is REFUSED; a 429 that may have stored something is in doubt."""
    run = office.plan(1, 2)
    wire = ScriptedWire(
        create=lambda lead, _: refused(400 if lead == lead_id(1) else 429, "SOME_ERROR")
    )
    assuming = Assumptions(throttled_may_store=True, bad_request_may_store=False)
    office.send(run, wire, assuming=assuming)
    assert office.counts(run) == {"REFUSED": 2, "UNKNOWN": 2}


def test_the_first_leads_can_be_sent_alone(office: Office) -> None:
    """They are the first that have something to send; the others go when they are asked for."""
    run, wire = office.plan(1, 2, 3, 4, 5), ScriptedWire()
    office.send(run, wire, senders=3, first=2)
    assert wire.asked == [lead_id(1), lead_id(2)]
    office.send(run, wire, first=1)
    assert wire.asked[2:] == [lead_id(3)]
    office.send(run, wire)
    assert office.counts(run) == {"CREATED": 10}
    assert len(wire.asked) == 5


def test_a_lead_that_another_run_left_in_doubt_is_held(office: Office) -> None:
    """What follows on its timeline waits, whatever sheet it comes from; others go on."""
    doubtful = office.plan(1)
    office.send(doubtful, ScriptedWire(create=lambda *_: LOST))
    assert office.counts(doubtful) == {"UNKNOWN": 2}
    run, wire = office.plan(1, 2, receipts="S"), ScriptedWire()
    assert office.send(run, wire).kind is EndKind.DONE
    assert wire.asked == [lead_id(2)]
    assert office.counts(run) == {"CREATED": 2, "UNSENT": 2}


def test_what_follows_a_request_in_doubt_waits_also_after_a_resume(tmp_path: Path) -> None:
    """Of a lead's two requests the first is in doubt: the second is held, now and next time."""
    with (
        desk(tmp_path, actions_per_request=2) as here,
        open_workplace(here.settings) as workplace,
    ):
        office = Office(here, workplace)
        run, wire = office.plan(1, 1), ScriptedWire(create=lambda *_: LOST)
        for _ in range(2):
            office.send(run, wire)
            assert office.counts(run) == {"UNKNOWN": 2, "UNSENT": 2}
        assert len(wire.asked) == 1


def test_a_stop_rule_stops_the_run(office: Office) -> None:
    """After three leads in a row that the CRM does not know, nothing more is sent."""
    run = office.plan(1, 2, 3, 4, 5)
    wire = ScriptedWire(create=lambda *_: refused(404, "LEAD_NOT_FOUND"))
    ending = office.send(run, wire, stops=StopRules(failed_in_a_row=3))
    assert ending.kind is EndKind.STOPPED
    assert "3 requests in a row" in ending.reason
    assert "LEAD_NOT_FOUND: No" in ending.reason
    assert office.counts(run) == {"REFUSED": 6, "UNSENT": 4}


def test_a_correction_is_not_stopped_by_its_failures(office: Office) -> None:
    """A run that corrects a failures workbook may fail again from end to end."""
    run = office.plan(1, 2, 3, 4, 5)
    wire = ScriptedWire(create=lambda *_: refused(404, "LEAD_NOT_FOUND"))
    stops = StopRules(failed_in_a_row=3)
    assert office.send(run, wire, stops=stops, correcting=True).kind is EndKind.DONE
    assert office.counts(run) == {"REFUSED": 10}


def test_a_longer_wait_than_allowed_stops_the_run(office: Office) -> None:
    """The sentence says how long the CRM wants to be left alone, and until when."""
    run = office.plan(1, 2)
    wire = ScriptedWire(create=lambda *_: refused(429, "SLOW_DOWN", retry_after_s=7200))
    ending = office.send(run, wire, longest_wait_s=900)
    assert ending.kind is EndKind.STOPPED
    assert "It wants 2 hours: until " in ending.reason
    assert ending.remedy == "Resume the run after that."
    assert len(wire.asked) == 1
    assert office.counts(run) == {"UNSENT": 4}


def test_a_wait_beyond_every_calendar_stops_the_run(office: Office) -> None:
    """A CRM that asks for a million years gets no date, and no crash."""
    wire = ScriptedWire(create=lambda *_: refused(429, "SLOW_DOWN", retry_after_s=3e13))
    ending = office.send(office.plan(1), wire)
    assert ending.kind is EndKind.STOPPED
    assert "than a calendar holds" in ending.reason


@pytest.mark.parametrize(("asks_s", "tries"), [(300, 4), (1, 9), (None, 9)])
def test_throttling_ends_at_some_time(office: Office, asks_s: float | None, tries: int) -> None:
    """One request is put off so often and so long in all, and then the run stops."""
    wire = ScriptedWire(create=lambda *_: refused(429, "SLOW_DOWN", retry_after_s=asks_s))
    ending = office.send(office.plan(1), wire, longest_wait_s=900)
    assert ending.kind is EndKind.STOPPED
    assert "slow down (429)" in ending.reason
    assert len(wire.asked) == tries


def test_a_pause_holds_every_sender_and_then_all_is_sent(office: Office) -> None:
    """One 429 for a minute: no request leaves in that minute, from nobody."""
    run, left_at = office.plan(1, 2, 3, 4), []

    def create(lead: str, count: int) -> Exchange:
        left_at.append(now())
        first = len(left_at) == 1
        return refused(429, "SLOW_DOWN", retry_after_s=60) if first else all_created(lead, count)

    assert office.send(run, ScriptedWire(create=create), senders=2).kind is EndKind.DONE
    assert office.counts(run) == {"CREATED": 8}
    assert not any(0 < moment < 60 for moment in left_at)


def test_a_busy_crm_is_given_its_rest_even_where_money_is_in_doubt(office: Office) -> None:
    """A 503 with Retry-After on a payment is UNKNOWN, and the next lead waits all the same."""
    run, left_at = office.plan(1, 2), []

    def create(lead: str, count: int) -> Exchange:
        left_at.append(now())
        first = len(left_at) == 1
        return refused(503, "BUSY", retry_after_s=60) if first else all_created(lead, count)

    office.send(run, ScriptedWire(create=create))
    assert office.counts(run) == {"CREATED": 2, "UNKNOWN": 2}
    assert left_at == [0, pytest.approx(60)]


def test_when_the_time_is_over_requests_on_the_wire_finish(office: Office) -> None:
    """Each request takes a minute, and 90 seconds are given: two come to their end, two wait."""
    run, wire = office.plan(1, 2, 3, 4), ScriptedWire(takes_s=60)
    ending = office.send(run, wire, deadline_s=90)
    assert ending.kind is EndKind.OUT_OF_TIME
    assert "1.5 minutes" in ending.reason
    assert office.counts(run) == {"CREATED": 4, "UNSENT": 4}


def test_a_crm_that_goes_away_between_two_sends_is_no_crm_that_never_was(office: Office) -> None:
    """A gate remembers for all who pass it that the CRM was there."""
    run = office.plan(1, 2)

    async def deliver() -> tuple[EndKind, EndKind]:
        gate, never = new_gate(), new_gate()
        away = opener(ScriptedWire(create=lambda *_: UNREACHED))
        await office.sending(run, never).send(away, 1)
        await office.sending(run, gate).send(opener(ScriptedWire()), 1, first=1)
        await office.sending(run, gate).send(away, 1)
        return never.ending.kind, gate.ending.kind

    assert run_virtually(deliver()) == (EndKind.UNREACHABLE, EndKind.STOPPED)
    assert office.counts(run) == {"CREATED": 2, "UNSENT": 2}


def test_what_is_on_the_wire_when_it_is_cancelled_is_on_record(office: Office) -> None:
    """Three requests in mid-flight are in doubt; the fourth, whose turn had not come, is UNSENT."""
    run, wire = office.plan(1, 2, 3, 4), ScriptedWire(takes_s=60)

    async def deliver() -> None:
        work = asyncio.create_task(office.sending(run, new_gate()).send(opener(wire), 3))
        await asyncio.sleep(30)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    run_virtually(deliver())
    assert len(wire.asked) == 3
    assert office.counts(run) == {"UNKNOWN": 6, "UNSENT": 2}
    verdicts = office.journal.read(select(requests.c.verdict, requests.c.answered_at))
    assert [(one.verdict, one.answered_at is None) for one in verdicts] == [("Unknown", False)] * 3


def test_an_outcome_and_the_next_intent_are_one_commit(office: Office) -> None:
    """Between two requests of a sender there is one wait for the disk."""
    run, said = office.plan(1, 2, 3), count_commits(office.journal)
    with_intent = list[int]()

    def create(lead: str, count: int) -> Exchange:
        with_intent.append(len(said))
        return all_created(lead, count)

    office.send(run, ScriptedWire(create=create))
    before = with_intent[0]
    assert with_intent == [before, before + 1, before + 2]
    assert office.counts(run) == {"CREATED": 6}


def refuses_the_token(lead: str, count: int) -> Exchange:
    """Lead 2 is the one at which the CRM no longer knows the token."""
    return refused(401, "UNAUTHORIZED") if lead == lead_id(2) else all_created(lead, count)


def test_what_was_claimed_when_the_run_stops_does_not_leave(office: Office) -> None:
    """The third lead's intent is on disk with the answer beside which the token is refused."""
    run, wire = office.plan(1, 2, 3, 4), ScriptedWire(create=refuses_the_token, takes_s=1)
    assert office.send(run, wire, senders=2).kind is EndKind.STOPPED
    assert wire.asked == [lead_id(1), lead_id(2)]
    assert office.counts(run) == {"CREATED": 2, "UNSENT": 6}
    found = office.journal.read(select(requests.c.verdict).order_by(requests.c.id))
    assert [one.verdict for one in found] == ["Recorded", "StopRun", "NotSent"]
    assert reading.run_of(office.journal, run).requests_sent == 2


def cancel_me(_more: int) -> None:
    """Whoever tells of progress is cancelled by it."""
    task = asyncio.current_task()
    assert task is not None
    task.cancel()


def break_off(_more: int) -> None:
    """The screen is gone."""
    raise BrokenPipeError


@pytest.mark.parametrize("advance", [cancel_me, break_off])
def test_what_was_claimed_and_has_not_left_is_unsent(
    office: Office, advance: Callable[[int], None]
) -> None:
    """Stopped between a commit and the request whose intent is in it: nothing is in doubt."""
    run, wire = office.plan(1, 2, 3), ScriptedWire()
    with suppress(BrokenPipeError, asyncio.CancelledError):
        office.send(run, wire, advance=advance)
    assert wire.asked == [lead_id(1)]
    assert office.counts(run) == {"CREATED": 2, "UNSENT": 4}
    found = office.journal.read(select(requests.c.verdict).order_by(requests.c.id))
    assert [one.verdict for one in found] == ["Recorded", "NotSent"]


def test_one_permit_lasts_until_something_is_claimed(office: Office) -> None:
    """Under a limit, leads of which nothing is left to send hold up nobody."""
    run, left_at = office.plan(1, 2, 3, 4), list[float]()

    def create(lead: str, count: int) -> Exchange:
        left_at.append(now())
        return all_created(lead, count)

    @asynccontextmanager
    async def open_wire() -> AsyncIterator[ScriptedWire]:
        others = actions.c.lead.in_([lead_id(one) for one in (1, 2, 3)])
        with office.journal.transaction() as connection:
            connection.execute(update(actions).where(others).values(state=State.REFUSED))
        yield ScriptedWire(create=create)

    async def deliver() -> None:
        gate = Gate(Pace(1, 1, now, asyncio.sleep), None, now)
        await office.sending(run, gate).send(open_wire, 1)

    run_virtually(deliver())
    assert left_at == [0]
    assert office.counts(run) == {"CREATED": 2, "REFUSED": 6}


def test_an_outcome_does_not_hang_on_the_intent_that_follows(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database gives up the commit that holds both; what the CRM answered is on record."""
    run, claim, claimed = office.plan(1, 2), sending.claim, list[int]()

    def claim_once(*words: Any) -> int | None:  # noqa: ANN401 - the words of `claim`
        claimed.append(1)
        if len(claimed) > 1:
            raise OperationalError("INSERT", None, OSError("disk full"))
        return claim(*words)

    monkeypatch.setattr(sending, "claim", claim_once)
    with pytest.raises(OperationalError):
        office.send(run, ScriptedWire())
    assert office.counts(run) == {"CREATED": 2, "UNSENT": 2}


def test_while_a_request_is_put_off_nothing_is_on_its_way(office: Office) -> None:
    """In each pause after a request that never left, a crash would leave nothing in doubt."""
    run, seen = office.plan(1), list[set[str]]()

    async def look(_seconds: float) -> None:
        seen.append({one.state for one in office.journal.read(select(actions.c.state))})

    async def deliver() -> None:
        gate = Gate(Pace(None, 1, now), None, now, sleep=look)
        away = opener(ScriptedWire(create=lambda *_: UNREACHED))
        await office.sending(run, gate).send(away, 1)

    run_virtually(deliver())
    assert seen == [{State.STAGED}] * 3


def test_a_sender_that_breaks_stops_the_others_before_its_line_is_closed(office: Office) -> None:
    """To close a line may take seconds, in which the others would go on to send."""
    run, wire = office.plan(1, 2, 3, 4, 5, 6), ScriptedWire(takes_s=1)

    @asynccontextmanager
    async def open_wire() -> AsyncIterator[ScriptedWire]:
        try:
            yield wire
        finally:
            await asyncio.sleep(5)

    async def deliver() -> None:
        await office.sending(run, new_gate(), advance=break_off).send(open_wire, 2)

    with pytest.raises(BrokenPipeError):
        run_virtually(deliver())
    assert len(wire.asked) == 2
    assert office.counts(run) == {"CREATED": 4, "UNSENT": 8}


def test_a_sender_that_breaks_lets_the_others_finish(office: Office) -> None:
    """Its error is raised when what the others had on the wire is on record; no more is sent."""
    run = office.plan(1, 2, 3, 4)

    def create(lead: str, count: int) -> Exchange:
        if lead == lead_id(1):
            with office.journal.transaction() as connection:
                gone = update(actions).where(actions.c.lead == lead).values(state=State.REFUSED)
                connection.execute(gone)
        return all_created(lead, count)

    @dataclass
    class LeadOneIsFaster(ScriptedWire):
        async def create_actions(self, lead: str, body: bytes, flight: Flight) -> Exchange:
            self.takes_s = 1 if lead == lead_id(1) else 60
            return await super().create_actions(lead, body, flight)

    wire = LeadOneIsFaster(create=create)
    with pytest.raises(JournalError, match="0 of 2 actions in the state sending"):
        office.send(run, wire, senders=3)
    assert len(wire.asked) == 3
    assert office.counts(run) == {"CREATED": 4, "REFUSED": 2, "UNSENT": 2}


def test_a_journal_that_takes_no_outcome_is_an_error(office: Office) -> None:
    """What cannot be put on record in any way stops the sending, and stays in doubt."""
    run = office.plan(1, 2)
    with office.journal.transaction() as connection:
        connection.execute(
            text(
                "CREATE TRIGGER stubborn BEFORE UPDATE ON requests "
                "BEGIN SELECT RAISE(ABORT, 'stubborn'); END"
            )
        )
    with pytest.raises(JournalError, match="does not take the outcome"):
        office.send(run, ScriptedWire())
    assert office.counts(run) == {"UNKNOWN": 2, "UNSENT": 2}


def test_a_line_that_cannot_be_opened_is_an_error(office: Office) -> None:
    """Nothing is sent, and the error is raised as it is."""
    run = office.plan(1)

    @asynccontextmanager
    async def open_wire() -> AsyncIterator[ScriptedWire]:
        raise JournalError("No line.", "Mend it.")
        yield ScriptedWire()

    async def deliver() -> None:
        await office.sending(run, new_gate()).send(open_wire, 2)

    with pytest.raises(JournalError, match="No line"):
        run_virtually(deliver())
    assert office.counts(run) == {"UNSENT": 2}
