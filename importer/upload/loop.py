"""The loop of the senders: each takes the next lead and serves its batches in order."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, assert_never

from importer.crm import Flight
from importer.journal import sending
from importer.journal.reading import known_action_ids
from importer.journal.sending import BatchToSend
from importer.journal.store import Journal
from importer.protocol import encode, read_answer
from importer.upload.fates import evidence_of, fates_of
from importer.upload.gate import Ending, EndKind, Gate
from importer.upload.readback import Timelines, stored_nothing
from importer.verdict import (
    Exchange,
    NotSent,
    Progress,
    ReadBack,
    Recorded,
    Refused,
    RefusedMaybe,
    StopRun,
    Unknown,
    Verdict,
    Wait,
    judge,
)

BACK_OFF_S: Sequence[float] = (0.5, 1.0, 2.0)
"""Pauses before a request that never left is tried again; after the last one the run stops."""

THROTTLE_BACK_OFF_S: Sequence[float] = (2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0)
"""Pauses of all senders when the CRM asks to slow down without saying for how long."""


class Wire(Timelines, Protocol):
    """One sender's line to the CRM."""

    async def create_actions(self, lead: str, body: bytes, flight: Flight) -> Exchange:
        """Send one batch; never raises for what the network or the CRM does."""
        ...


class Sending:
    """One run's sending.

    Args:
        journal: where intents and outcomes go.
        run: the run's id; its batches are ready.
        gate: shared by all senders.
        jitter: stretches a pause; passed in, so that tests never wait.
        advance: told how many actions are done.
    """

    def __init__(
        self,
        journal: Journal,
        run: str,
        gate: Gate,
        *,
        jitter: Callable[[float], float],
        advance: Callable[[int], object] = lambda _more: None,
    ) -> None:
        self._journal = journal
        self._run = run
        self._gate = gate
        self._jitter = jitter
        self._advance = advance
        self._answered = False

    async def send(
        self, open_wire: Callable[[], AbstractAsyncContextManager[Wire]], senders: int
    ) -> None:
        """Send everything that is staged, with so many senders at once."""
        leads = sending.leads_to_send(self._journal, self._run)
        async with asyncio.TaskGroup() as group:
            for _ in range(senders):
                group.create_task(self._serve_leads(open_wire, leads))

    async def _serve_leads(
        self,
        open_wire: Callable[[], AbstractAsyncContextManager[Wire]],
        leads: Iterator[tuple[str, list[int]]],
    ) -> None:
        async with open_wire() as wire:
            for _, batches in leads:
                for batch in batches:
                    if not await self._deliver(wire, batch):
                        break
                if self._gate.stopping:
                    return

    async def _deliver(self, wire: Wire, batch_id: int) -> bool:
        """Bring one batch to its end; True when the lead's next one may go."""
        pauses, slow_downs = iter(BACK_OFF_S), iter(THROTTLE_BACK_OFF_S)
        while await self._gate.permit():
            batch = sending.load_batch(self._journal, batch_id)
            if not batch.actions:
                return True
            verdict = await self._attempt(wire, batch)
            match verdict:
                case None:
                    continue
                case Recorded() | Refused():
                    return True
                case ReadBack() | RefusedMaybe() | Unknown():
                    # In doubt: what follows on this lead's timeline waits until it is settled.
                    return False
                case StopRun():
                    self._gate.stop(_stopped(verdict.message, verdict.remedy))
                case NotSent():
                    await self._back_off(next(pauses, None), verdict)
                case Wait():
                    self._slow_down(next(slow_downs, None), verdict)
                case _:
                    assert_never(verdict)
        return False

    async def _attempt(self, wire: Wire, batch: BatchToSend) -> Verdict | None:
        """Claim, send and record; None when another run turned out to hold one of the keys."""
        body = encode([action.entry for action in batch.actions])
        request = sending.claim(self._journal, batch, hashlib.sha256(body).hexdigest())
        if request is None:
            return None
        sent_at, flight = self._journal.clock(), Flight()
        try:
            exchange = await wire.create_actions(batch.lead, body, flight)
        except BaseException:
            # Stopped in mid-flight: the journal is told how far it got before anybody else is.
            self._conclude(batch, request, flight.exchange())
            raise
        verdict = self._conclude(batch, request, exchange)
        # Without the CRM's clock nobody knows which of the timeline's actions are new.
        if isinstance(verdict, RefusedMaybe) and exchange.clock_offset_s is not None:
            offset = dt.timedelta(seconds=exchange.clock_offset_s)
            return await self._look(wire, batch, verdict, sent_at + offset)
        return verdict

    def _conclude(self, batch: BatchToSend, request: int, exchange: Exchange) -> Verdict:
        """Record what the request's end proves."""
        count = len(batch.actions)
        answer = (
            read_answer(exchange.status, exchange.body, count, batch.lead)
            if exchange.progress is Progress.ANSWERED and exchange.status is not None
            else None
        )
        verdict = judge(exchange, answer, items=count, has_payment=batch.has_payment)
        if isinstance(verdict, Recorded) and self._knows_any(verdict):
            verdict = ReadBack(reason="The answer gives an action id that an earlier action has.")
        fates = fates_of(verdict, batch)
        sending.record(self._journal, request, batch, fates, evidence_of(verdict, exchange))
        self._answered |= exchange.progress is not Progress.NOT_STARTED
        if not isinstance(verdict, StopRun | NotSent | Wait):
            self._advance(count)
        return verdict

    def _knows_any(self, verdict: Recorded) -> bool:
        ids = [item.action_id for item in verdict.items if item.action_id]
        return bool(known_action_ids(self._journal, ids))

    async def _look(
        self, wire: Wire, batch: BatchToSend, verdict: RefusedMaybe, since: dt.datetime
    ) -> Verdict:
        """Read back once whether a refused request stored anything; if not, it is REFUSED."""
        clean = await stored_nothing(
            wire, self._journal, batch, since=since, permit=self._gate.permit
        )
        if not clean:
            return verdict
        sending.settle_refused(self._journal, batch, f"{verdict.code}: {verdict.message}")
        return Refused(code=verdict.code, message=verdict.message)

    async def _back_off(self, pause: float | None, verdict: NotSent) -> None:
        if pause is not None:
            await self._gate.rest(self._jitter(pause))
        elif self._answered:
            self._gate.stop(_stopped(f"The CRM is out of reach. {verdict.reason}", _LATER))
        else:
            self._gate.stop(Ending(kind=EndKind.UNREACHABLE, reason=verdict.reason, remedy=_LATER))

    def _slow_down(self, pause: float | None, verdict: Wait) -> None:
        if pause is None:
            self._gate.stop(_stopped(verdict.reason, _LATER))
        else:
            self._gate.slow_down(
                self._jitter(pause) if verdict.seconds is None else verdict.seconds
            )


_LATER = "Resume the run when the CRM answers again."


def _stopped(reason: str, remedy: str) -> Ending:
    return Ending(kind=EndKind.STOPPED, reason=reason, remedy=remedy)
