"""The loop of the senders: each takes the next lead and serves its batches in order."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Final, Protocol, assert_never

from importer.crm import Flight
from importer.errors import JournalError
from importer.journal import sending
from importer.journal.sending import BatchToSend, Fate
from importer.journal.store import Journal
from importer.journal.together import GIVEN_UP
from importer.protocol import encode
from importer.upload.commits import Commits
from importer.upload.crm_clock import CrmClock
from importer.upload.fates import evidence_of, fates_of, told_of, verdict_of
from importer.upload.gate import Ending, EndKind, Gate
from importer.upload.stops import FIRST_LEADS, StopRules, Watch
from importer.upload.turns import Claimed, Turns
from importer.upload.waits import Patience, words_of
from importer.verdict import (
    Assumptions,
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
)

_USUAL_STOPS: Final = StopRules()
_USUAL_READING: Final = Assumptions()


class Wire(Protocol):
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
        stops: when the run stops by itself; counted from this object's first request on.
        correcting: the run corrects a failures workbook, of which much may fail again.
        assuming: how open questions of the API are read.
        longest_wait_s: seconds that one request may be put off in all by a CRM that asks to wait;
            beyond them the run stops.
    """

    def __init__(  # noqa: PLR0913 - keywords; each is a fact of its own
        self,
        journal: Journal,
        run: str,
        gate: Gate,
        *,
        jitter: Callable[[float], float],
        advance: Callable[[int], object] = lambda _more: None,
        stops: StopRules = _USUAL_STOPS,
        correcting: bool = False,
        assuming: Assumptions = _USUAL_READING,
        longest_wait_s: float = 900.0,
    ) -> None:
        self._journal = journal
        self._commits = Commits(journal)
        self._run = run
        self._gate = gate
        self._jitter = jitter
        self._advance = advance
        self._crm_clock = CrmClock(journal.clock, gate.clock)
        self._watch = Watch(stops, correcting=correcting)
        self._assuming = assuming
        self._longest_wait_s = longest_wait_s
        self._broken: list[Exception] = []
        self._on_trial = False

    async def send(
        self,
        open_wire: Callable[[], AbstractAsyncContextManager[Wire]],
        senders: int,
        first: int | None = None,
    ) -> None:
        """Send what is staged, with so many senders at once.

        Whatever breaks one sender, the others bring the request that they have on the wire to its
        end and on record, before it is raised.

        Args:
            open_wire: opens one sender's line.
            senders: how many.
            first: serve only so many leads, the first that have something to send, as a trial: a
                halt is on record where not everything of them is created; None: all.
        """
        self._on_trial = first is not None
        found = sending.leads_to_send(self._journal, self._run)
        leads = itertools.islice(found.items(), first)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(senders):
                    group.create_task(self._work(open_wire, leads))
        finally:
            if self._broken:
                raise self._broken[0]

    async def _work(
        self,
        open_wire: Callable[[], AbstractAsyncContextManager[Wire]],
        leads: Iterator[tuple[str, list[int]]],
    ) -> None:
        """Serve leads until there are none; an error stops the others after what is in flight."""
        try:
            async with open_wire() as wire:
                await self._serve(wire, Turns(leads, self._patience))
        except Exception as error:  # noqa: BLE001 - raised again by `send`
            self._broken.append(error)
            self._gate.stop(_BROKEN)

    async def _serve(self, wire: Wire, turns: Turns) -> None:
        """One request after the other, each brought to its end and on record."""
        try:
            while claimed := turns.claimed or await self._take(turns):
                await self._attempt(wire, turns, claimed)
        except BaseException as error:
            if isinstance(error, Exception):  # before anything is waited for
                self._gate.stop(_BROKEN)
            # Stopped in mid-flight: the journal is told how far it got before anybody else is.
            if (left := turns.claimed) is not None:
                self._commits.write_now(lambda: self._conclude(left, left.flight.exchange()))
            raise

    async def _take(self, turns: Turns) -> Claimed | None:
        """Claim whose turn it is, behind a permit; None where nothing is left, or may leave."""
        if turns.has_more() and await self._gate.permit():
            while turns.claimed is None and turns.has_more() and not self._gate.stopping:
                turns.claimed = await self._commits.write(lambda: self._claim(turns))
        return turns.claimed

    def _claim(self, turns: Turns) -> Claimed | None:
        """Claim what is still staged of whose turn it is; None where that is nothing, or was."""
        if turns.batch is None or self._gate.is_over():  # since the permit was given
            return None
        batch = sending.load_batch(self._journal, turns.batch)
        if not batch.actions:
            turns.go_on()
            return None
        body = encode([action.entry for action in batch.actions])
        digest = hashlib.sha256(body).hexdigest()
        request = sending.claim(self._journal, batch, digest, self._crm_clock.ahead_s)
        return None if request is None else Claimed(batch=batch, body=body, request=request)

    async def _attempt(self, wire: Wire, turns: Turns, claimed: Claimed) -> None:
        """Send what was claimed, and record its end."""
        exchange = await self._fly(wire, claimed)
        turns.claimed = None  # its end is on record with the next lines, or nothing is
        try:
            end = await self._commits.write(lambda: self._end(turns, claimed, exchange))
        except GIVEN_UP:
            # Nothing of that commit is on disk. What was to follow need not be; the outcome must.
            self._commits.write_now(lambda: self._conclude(claimed, exchange))
            raise
        turns.claimed, verdict = end
        self._tell(claimed.batch, exchange, verdict)
        if isinstance(verdict, NotSent):
            await self._back_off(next(turns.pauses, None), verdict)

    async def _fly(self, wire: Wire, claimed: Claimed) -> Exchange:
        """Send it; unless the run or its sender was stopped since it was claimed."""
        if (task := asyncio.current_task()) is not None and task.cancelling():
            await asyncio.sleep(0)  # cancelled here
        if self._gate.is_over():
            claimed.flight.fail("the run was told to stop before it left")
            return claimed.flight.exchange()
        return await wire.create_actions(claimed.batch.lead, claimed.body, claimed.flight)

    def _end(
        self, turns: Turns, claimed: Claimed, exchange: Exchange
    ) -> tuple[Claimed | None, Verdict]:
        """Record a request's end, and claim what follows: one wait for the disk, not two."""
        verdict = self._conclude(claimed, exchange)
        self._heed(turns, verdict, exchange)
        # What has not left goes again, after a pause.
        may_follow = turns.has_more() and not isinstance(verdict, NotSent)
        return self._claim(turns) if may_follow and self._gate.permit_now() else None, verdict

    def _heed(self, turns: Turns, verdict: Verdict, exchange: Exchange) -> None:
        """Whose turn is next; and no more is claimed where the CRM wants to be left alone."""
        match verdict:
            case Recorded() | Refused():
                turns.go_on()
            case ReadBack() | RefusedMaybe() | Unknown():
                # In doubt: what follows on this lead's timeline waits until it is settled.
                turns.next_lead()
                if isinstance(verdict, Unknown) and exchange.retry_after_s is not None:
                    # In doubt or not, a CRM that asks for a rest is given one.
                    self._slow_down(self._patience(), exchange.retry_after_s, verdict.reason)
            case StopRun():
                self._gate.stop(_stopped(verdict.message, verdict.remedy))
            case Wait():
                self._slow_down(turns.patience, verdict.seconds, verdict.reason)
            case NotSent():
                pass
            case _:
                assert_never(verdict)

    def _patience(self) -> Patience:
        return Patience(self._longest_wait_s, self._jitter)

    def _conclude(self, claimed: Claimed, exchange: Exchange) -> Verdict:
        """Record what the request's end proves, and have the stop rules look at it."""
        batch, request = claimed.batch, claimed.request
        self._crm_clock.note(exchange.clock_offset_s)
        verdict = verdict_of(exchange, batch, self._assuming)
        fates = self._record(batch, request, exchange, verdict)
        if fates is None:
            verdict = ReadBack(reason="The answer gives an action id that an earlier action has.")
            fates = self._record(batch, request, exchange, verdict)
        if fates is None:
            raise JournalError(
                "The journal does not take the outcome of a request.",
                "Nothing more is sent; please report this.",
            )
        if not isinstance(verdict, StopRun | NotSent | Wait):
            self._look_at(batch, fates)
        return verdict

    def _tell(self, batch: BatchToSend, exchange: Exchange, verdict: Verdict) -> None:
        """Tell of what is on disk."""
        if exchange.progress is not Progress.NOT_STARTED:
            self._gate.note_reached()
        if not isinstance(verdict, StopRun | NotSent | Wait):
            self._advance(len(batch.actions))

    def _record(
        self, batch: BatchToSend, request: int, exchange: Exchange, verdict: Verdict
    ) -> Sequence[Fate] | None:
        """The fates as they are on record; None where the journal cannot take them."""
        fates, evidence = fates_of(verdict, batch), evidence_of(verdict, exchange)
        taken = sending.record(self._journal, request, batch, fates, evidence)
        return fates if taken else None

    def _look_at(self, batch: BatchToSend, fates: Sequence[Fate]) -> None:
        """On record with the outcome: a kill that comes next must not hide it from a person."""
        halt = self._watch.see(told_of(batch, fates))
        if halt is not None:
            sending.halt(self._journal, self._run, halt.reason)
            self._gate.stop(replace(_stopped(halt.reason, halt.remedy), halted=True))
        elif self._on_trial and not all(one.is_whole for one in fates):
            sending.halt(self._journal, self._run, FIRST_LEADS.reason)

    async def _back_off(self, pause: float | None, verdict: NotSent) -> None:
        if pause is not None:
            await self._gate.rest(self._jitter(pause))
        elif self._gate.reached:
            self._gate.stop(_stopped(f"The CRM is out of reach. {verdict.reason}", _LATER))
        else:
            self._gate.stop(Ending(kind=EndKind.UNREACHABLE, reason=verdict.reason, remedy=_LATER))

    def _slow_down(self, patience: Patience, asked_s: float | None, reason: str) -> None:
        seconds = patience.next_wait(asked_s)
        if seconds is not None:
            self._gate.slow_down(seconds)
            return
        asked = words_of(asked_s, self._journal.clock())
        self._gate.stop(_stopped(f"{reason} {asked}", "Resume the run after that."))


_LATER = "Resume the run when the CRM answers again."


def _stopped(reason: str, remedy: str) -> Ending:
    return Ending(kind=EndKind.STOPPED, reason=reason, remedy=remedy)


_BROKEN: Final = _stopped(
    "The importer met an error of its own.",
    "Resume the run: what was on the wire is settled before anything is sent.",
)
