"""A network that is made up: requests travel, arrive late or never, and answers break.

What has left travels on when its sender dies: a kill takes back nothing that is under way.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from random import Random

from virtual_time import VirtualLoop

from importer.crm import Flight
from importer.protocol import clock_offset, search_body, seconds_to_wait
from importer.sandbox.app import API
from importer.sandbox.faults import Operation
from importer.sandbox.moments import http_date
from importer.sandbox.perform import CREATE, Deed, perform
from importer.sandbox.records import Call, Delivery, Reply
from importer.sandbox.state import PracticeCrm
from importer.sandbox.strikes import Faults, Plan
from importer.sandbox.wire import PIECES
from importer.verdict import Exchange

TIMEOUT_S = 60.0
_SEARCH = API["POST", "/lead/{lead}/action/search"]
_LEAD = API["GET", "/lead/{lead}"]

LATE = "late"
"""A request that arrives long after its sender has given up."""
REFUSED = "connection-refused"


class RememberedFaults(Faults):
    """Knows what it did to the latest request."""

    latest = Plan()

    def choose(self, operation: Operation, lead: str) -> Plan:
        """What strikes this request."""
        self.latest = super().choose(operation, lead)
        return self.latest


class Network:
    """The practice CRM behind wires that take time and break.

    Args:
        crm: whose `perform` answers.
        loop: makes the time.
        random: draws latencies and what only a network can do.
        odd: the share of requests whose connection is refused, and of those that arrive only
            after their sender's deadline.
    """

    def __init__(
        self, crm: PracticeCrm, loop: VirtualLoop, random: Random, *, odd: float = 0.0
    ) -> None:
        self._crm = crm
        self._loop = loop
        self._random = random
        self._odd = odd
        self._faults = RememberedFaults()
        crm.faults = self._faults
        self.struck: defaultdict[str, set[str]] = defaultdict(set)
        """SHA-256 of a create's body → what went wrong with it, in all its attempts."""
        self.faults: Counter[str] = Counter()
        """Each fault by name."""
        self.requests = 0
        self.met = 0
        """Requests that met a fault."""

    async def create_actions(self, lead: str, body: bytes, flight: Flight) -> Exchange:
        """One batch, as `Crm.create_actions`."""
        return await self._exchange(CREATE, lead, {}, body, flight)

    async def search_actions(self, lead: str, type_: str, *, skip: int, limit: int) -> Exchange:
        """A page of one type, as `Crm.search_actions`."""
        query = {"skip": str(skip), "limit": str(limit)}
        return await self._exchange(_SEARCH, lead, query, search_body(type_), Flight())

    async def lead_with_actions(self, lead: str, *, skip: int, limit: int) -> Exchange:
        """A page of all types, as `Crm.lead_with_actions`."""
        query = {"includeActions": "true", "skip": str(skip), "limit": str(limit)}
        return await self._exchange(_LEAD, lead, query, b"", Flight())

    async def _exchange(
        self, deed: Deed, lead: str, query: Mapping[str, str], body: bytes, flight: Flight
    ) -> Exchange:
        self.requests += 1
        flight.take_off(bytes)
        await flight.trace("connection.connect_tcp.started", {})
        await asyncio.sleep(self._random.uniform(0.01, 0.1))
        if self._random.random() < self._odd:
            self._note(REFUSED, body)
            flight.fail("connection refused")
            return flight.exchange()
        await flight.trace("http11.send_request_headers.started", {})
        try:
            async with asyncio.timeout(TIMEOUT_S):
                reply = await self._travel(deed, self._call(deed, lead, query, body))
                await self._deliver(reply, flight)
        except TimeoutError:
            flight.fail(f"no complete answer within {TIMEOUT_S:g} s")
        return flight.exchange()

    def _call(self, deed: Deed, lead: str, query: Mapping[str, str], body: bytes) -> Call:
        return Call(
            method="GET" if deed is _LEAD else "POST",
            path=f"/lead/{lead}",
            params={"enterprise": self._crm.enterprise_id, "lead": lead},
            query=query,
            body=body,
            token="practice-token",
        )

    async def _travel(self, deed: Deed, call: Call) -> Reply:
        """The request arrives by itself, whatever has become of its sender."""
        answer: asyncio.Future[Reply] = self._loop.create_future()
        late = self._random.random() < self._odd
        if late:
            self._note(LATE, call.body)
        wait = self._random.uniform(TIMEOUT_S, 1.5 * TIMEOUT_S) if late else 0.0
        self._loop.call_later(
            wait + self._random.uniform(0.02, 0.4), self._arrive, deed, call, answer
        )
        return await answer

    def _arrive(self, deed: Deed, call: Call, answer: asyncio.Future[Reply]) -> None:
        self._faults.latest = Plan()
        reply = perform(self._crm, deed, call)
        struck = list(filter(None, str(self._faults.latest).split("+")))
        self.met += bool(struck)
        for fault in struck:
            self._note(fault, call.body)
        if not answer.done():
            answer.set_result(reply)

    def _note(self, fault: str, body: bytes) -> None:
        self.faults[fault] += 1
        self.struck[hashlib.sha256(body).hexdigest()].add(fault)

    async def _deliver(self, reply: Reply, flight: Flight) -> None:
        """What a client meets of an answer."""
        await asyncio.sleep(self._random.uniform(0.01, 0.1))
        match reply.delivery:
            case Delivery.DROPPED:
                flight.fail("the connection was closed without an answer")
            case Delivery.RESET:
                flight.fail("the connection was reset")
            case Delivery.HANGING:
                await self._loop.create_future()
            case Delivery.CUT:
                self._head(reply, flight)
                flight.receive(reply.body[: len(reply.body) // 2])
                flight.fail("the answer was cut off")
            case Delivery.DRIPPED | Delivery.WHOLE:
                self._head(reply, flight)
                await asyncio.sleep(reply.pause * PIECES)
                flight.receive(reply.body)
                flight.land()

    def _head(self, reply: Reply, flight: Flight) -> None:
        now, date = self._loop.now(), http_date(self._crm.now())
        flight.head(
            reply.status,
            retry_after_s=seconds_to_wait(
                dict(reply.headers).get("retry-after"), date=date, now=now
            ),
            clock_offset_s=clock_offset(date, now),
        )
