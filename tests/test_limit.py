"""The limit as the CRM meets it: when requests leave, over restarts and slow connections too."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import update
from test_upload import Office, ScriptedWire, opener
from virtual_time import START, now, run_virtually
from wire_server import PATIENCE_S, Line, WireServer, answering, created, http
from workplaces import desk, row

from benchmarks.limits import excess
from importer.crm import Crm, Flight
from importer.crm.client import KEPT_S
from importer.journal import sending
from importer.journal.answers import left_ago
from importer.journal.doubt import Look, begin_look, end_look
from importer.journal.schema import requests
from importer.pipeline.workplace import open_workplace
from importer.protocol import encode
from importer.secret import Token
from importer.upload import Gate
from importer.upload.pace import Pace
from importer.verdict import Exchange, Progress

RATE, BURST = 8.0, 32
"""Requests a second; and how many may come at once. In halves of halves, which add up exactly."""
LEAD = "603d2b2f9b1e8a001c8e4f5c"
GOOD = http(200, created(LEAD, "a1"))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office of its own for each test."""
    with desk(tmp_path) as here, open_workplace(here.settings) as workplace:
        yield Office(here, workplace)


# Over a restart


@dataclass
class LateWire(ScriptedWire):
    """Lets requests leave some time after they were put on record."""

    late_s: float = 0.0
    left: list[float] = field(default_factory=list)
    """When each left."""

    async def create_actions(self, lead: str, body: bytes, flight: Flight) -> Exchange:
        """Open a connection first, which takes its time."""
        await asyncio.sleep(self.late_s)
        self.left.append(now())
        return await super().create_actions(lead, body, flight)


async def send_for(office: Office, run: str, wire: LateWire, seconds: float | None) -> None:
    """What a process sends in so much time, knowing of the past what is in the journal."""
    pace = Pace(RATE * 3600, BURST, now)
    pace.spent(left_ago(office.journal, pace.memory_s))
    gate = Gate(pace, seconds, now)
    await office.sending(run, gate).send(opener(wire), 16)


@pytest.mark.parametrize("late_s", [0.0, 0.125, 0.5])
def test_what_left_late_counts_from_then_after_a_restart(office: Office, late_s: float) -> None:
    """However long after their records the requests of one process left, the next keeps on."""
    run = office.plan(*range(1, 121))
    wire = LateWire(late_s=late_s)

    async def two_processes() -> None:
        office.journal.clock = lambda: START + dt.timedelta(seconds=now())
        await send_for(office, run, wire, 3)
        wire.late_s = 0
        await send_for(office, run, wire, None)

    run_virtually(two_processes())
    assert len(wire.left) == 120
    assert excess(wire.left, rate=RATE, burst=BURST) <= 0
    assert wire.left[-1] == pytest.approx((120 - BURST) / RATE, abs=late_s + 1 / RATE)


def test_a_request_without_an_answer_counts_as_just_now_for_a_day(office: Office) -> None:
    """Nobody knows when it left, or whether; after a day it has left long ago."""
    run, began = office.plan(1), office.journal.clock()
    ((number,),) = sending.leads_to_send(office.journal, run).values()
    sending.claim(office.journal, sending.load_batch(office.journal, number), "0" * 64)
    office.journal.clock = lambda: began + dt.timedelta(hours=23)
    assert left_ago(office.journal, 1) == [0]
    office.journal.clock = lambda: began + dt.timedelta(hours=25)
    assert left_ago(office.journal, 1) == []
    assert left_ago(office.journal, 25 * 3600) == [0]


def test_a_look_counts_from_its_record_and_after_its_answer_from_that(office: Office) -> None:
    """A look that a kill cut off is counted too; one that was answered left before its answer."""
    run, began = office.plan(1), office.journal.clock()
    office.journal.clock = lambda: began
    request = begin_look(office.journal, run)
    assert left_ago(office.journal, 1) == [0]
    look = Look(status=200, answer="", clock_offset_s=None)
    end_look(office.journal, request, look)
    office.journal.clock = lambda: began + dt.timedelta(seconds=3)
    assert left_ago(office.journal, 4) == [3]
    assert left_ago(office.journal, 2) == []


def test_what_was_answered_in_the_future_counts(office: Office) -> None:
    """A clock that was set back hides nothing that left before."""
    run, now_ = office.plan(1), office.journal.clock()
    end_look(
        office.journal,
        begin_look(office.journal, run),
        Look(status=200, answer="", clock_offset_s=None),
    )
    with office.journal.transaction() as connection:
        connection.execute(update(requests).values(answered_at=now_ + dt.timedelta(hours=1)))
    office.journal.clock = lambda: now_
    assert left_ago(office.journal, 1) == [-3600]


# At the connection


def crm_at(url: str, leave: Callable[[], Awaitable[object]], timeout_s: float = PATIENCE_S) -> Crm:
    """A client whose requests wait for something before they leave."""
    return Crm(
        base_url=url, enterprise_id="ent1", token=Token("t"), timeout_s=timeout_s, leave=leave
    )


async def exchange_by(crm: Crm) -> Exchange:
    """One batch."""
    return await crm.create_actions(LEAD, encode(["{}"]))


def test_a_request_waits_on_its_open_connection_for_as_long_as_it_takes() -> None:
    """Nothing of it is sent meanwhile, and the time that it is given stands still."""
    timeout_s = 0.5
    seen: list[tuple[int, int]] = []

    async def send(server: WireServer) -> Exchange:
        async def leave() -> None:
            await asyncio.sleep(timeout_s + 0.1)
            seen.append((server.connections, len(server.heads)))

        async with crm_at(server.url, leave, timeout_s) as crm:
            return await exchange_by(crm)

    with WireServer(answering(GOOD)) as server:
        assert asyncio.run(send(server)).status == 200
    assert seen == [(1, 0)]


def test_a_used_connection_is_not_held() -> None:
    """One that the CRM closes while a request waits for its turn does not put it in doubt."""
    over, closed = threading.Event(), threading.Event()

    def answer_once(line: Line) -> None:
        line.read_request()
        line.send(GOOD)
        over.wait(PATIENCE_S)
        line.close()
        closed.set()

    async def send(server: WireServer) -> list[Exchange]:
        async def leave() -> None:
            if server.requests:
                over.set()
                await asyncio.to_thread(closed.wait, PATIENCE_S)

        async with crm_at(server.url, leave) as crm:
            return [await exchange_by(crm), await exchange_by(crm)]

    with WireServer(answer_once, answering(GOOD)) as server:
        assert [one.status for one in asyncio.run(send(server))] == [200, 200]
        assert server.connections == 2


def test_a_request_that_is_cancelled_while_it_waits_was_not_sent() -> None:
    """The CRM has seen a connection, and no byte of the request."""

    async def send(server: WireServer) -> Exchange:
        flight, waiting = Flight(), asyncio.Event()

        async def leave() -> None:
            waiting.set()
            await asyncio.Event().wait()

        async with crm_at(server.url, leave) as crm:
            task = asyncio.create_task(crm.create_actions(LEAD, encode(["{}"]), flight))
            await waiting.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        return flight.exchange()

    with WireServer(answering(GOOD)) as server:
        assert asyncio.run(send(server)).progress is Progress.NOT_STARTED
        assert server.heads == []


def test_a_connection_is_not_held_until_the_crm_closes_it() -> None:
    """Where its turn is far off, a request waits without one: no doubt, and it leaves once."""
    closed = threading.Event()

    def impatient(line: Line) -> None:
        time.sleep(KEPT_S + 0.3)
        line.close()
        closed.set()

    waits: list[str] = []

    async def send(server: WireServer) -> Exchange:
        async def leave() -> None:
            waits.append("begun")
            if len(waits) == 1:
                await asyncio.Event().wait()
            await asyncio.to_thread(closed.wait, PATIENCE_S)

        async with crm_at(server.url, leave) as crm:
            return await exchange_by(crm)

    with WireServer(impatient, answering(GOOD)) as server:
        assert asyncio.run(send(server)).status == 200
        assert (server.connections, len(server.heads)) == (2, 1)
    assert waits == ["begun", "begun"]


@pytest.mark.parametrize(
    "first",
    [
        GOOD.replace(b"\r\n", b"\r\nConnection: close\r\n", 1),
        GOOD.replace(b"HTTP/1.1", b"HTTP/1.0", 1),
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
    ],
)
def test_a_request_whose_connection_is_gone_waits_on_a_new_one(first: bytes) -> None:
    """Behind an answer that closes it, or that was cut off, its turn counts from an open one."""
    seen: list[tuple[int, int]] = []

    def answer_and_close(line: Line) -> None:
        line.read_request()
        line.send(first)
        line.close()

    async def send(server: WireServer) -> None:
        async def leave() -> None:
            for _ in range(200):  # the server may see a connection later than we do
                if server.connections > len(seen):
                    break
                await asyncio.sleep(0.02)
            seen.append((server.connections, len(server.heads)))

        async with crm_at(server.url, leave) as crm:
            await exchange_by(crm)
            assert (await exchange_by(crm)).status == 200

    with WireServer(answer_and_close, answering(GOOD)) as server:
        asyncio.run(send(server))
    assert seen == [(1, 0), (2, 1)]


def test_every_request_of_a_run_waits_for_its_turn_to_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever sends for a run has its gate at the connection."""
    turns: list[Gate] = []

    async def leave(gate: Gate) -> None:
        turns.append(gate)

    monkeypatch.setattr(Gate, "leave", leave)
    with desk(tmp_path) as here:
        here.run(here.sheet(row(1), row(2), row(3)))
        assert len(turns) == len(here.crm.requests) > 0
