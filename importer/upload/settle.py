"""What is in doubt, settled: when to look at whose timeline, and what the journal makes of it."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from importer.journal import created, doubt
from importer.journal.doubt import Claim
from importer.journal.store import Journal
from importer.upload.decisions import Decisions, Settled
from importer.upload.gate import Gate
from importer.upload.judging import Judge
from importer.upload.timeline import Reader, Timelines
from importer.verdict import Absent, Open, Present

__all__ = ["SettleRules", "Settled", "Settling"]

_TEACHERS: Final = 3
"""Leads that are looked at until one shows whom our actions are by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleRules:
    """When an absence is believed: at two looks."""

    delay_s: float
    """Seconds from a request's end, and from the settling's begin, to the first of them."""
    between_s: float
    """Seconds from the first to the second."""


class _Kind(IntEnum):
    """Looks at one lead, in their order."""

    EARLY = 0
    """Finds what is there; an absence means nothing yet."""
    FIRST = 1
    SECOND = 2


@dataclass(order=True, slots=True)
class _Turn:
    """A look that is due."""

    at: float
    """By the gate's clock, which nobody can set."""
    number: int
    """The lead's, in sheet order: of two looks due at once the earlier lead's goes first."""
    kind: _Kind = field(compare=False)
    lead: str = field(compare=False)
    absent: frozenset[int] = field(compare=False, default=frozenset())
    """What the look before did not find."""


@dataclass(frozen=True, slots=True)
class _Round:
    """What every look of one settling shares."""

    reader: Reader
    wire: Timelines
    decisions: Decisions


class Settling:
    """Settles what is in doubt by reading timelines back.

    Each lead is looked at at once, which is when most doubts end: what is there is there. What is
    not there is looked for twice more. So a lead costs one request for each
    type in doubt, and at most three, where there is a page of each; two more for the whole lead
    where the last look finds nothing of a type (see `timeline.Reader` for longer timelines). One
    more in all tells who our own actions are shown to be by.

    Args:
        journal: what is in doubt, and where the looks and decisions go.
        gate: grants each request, and waits.
        rules: when an absence is believed.
        may_resend: whether one that is proven absent may be sent again.
        timeout_s: the longest that a request may have been on its way.
        longest_wait_s: what a look waits at the CRM's wish; beyond it the gate is stopped.
        advance: told how many actions of the run are settled.
    """

    def __init__(  # noqa: PLR0913 - keywords; each is a fact of its own
        self,
        journal: Journal,
        gate: Gate,
        *,
        rules: SettleRules,
        may_resend: Callable[[Claim], bool],
        timeout_s: float,
        longest_wait_s: float = 900.0,
        advance: Callable[[int], object] = lambda _more: None,
    ) -> None:
        self._journal = journal
        self._gate = gate
        self._rules = rules
        self._may_resend = may_resend
        self._timeout = dt.timedelta(seconds=timeout_s)
        self._longest_wait_s = longest_wait_s
        self._advance = advance
        self._judge = Judge(journal, timeout_s=timeout_s, delay_s=rules.delay_s)
        self._silent: dict[tuple[str, str], set[str]] = {}
        """Lead and type → what was created there and not shown at once: it may have been late."""
        self._began = 0.0

    async def settle(
        self,
        open_wire: Callable[[], AbstractAsyncContextManager[Timelines]],
        run: str,
        leads: Sequence[str] | None = None,
    ) -> Settled:
        """Settle everything in doubt on the leads of what a run has in doubt.

        Args:
            open_wire: opens a line to read by.
            run: the run.
            leads: look at these alone; None: all of them.

        Returns:
            What was settled by the time that the gate stopped, or all.
        """
        decisions = Decisions(self._journal, run, self._may_resend, self._advance)
        leads = doubt.leads_in_doubt(self._journal, run) if leads is None else leads
        self._began = self._gate.clock()
        if leads:
            reader = Reader(self._journal, self._gate, run, self._longest_wait_s)
            async with open_wire() as wire:
                await self._learn(reader, wire)
                await self._look_at_all(_Round(reader, wire, decisions), leads)
        return decisions.settled(doubt.count_on(self._journal, leads))

    async def _learn(self, reader: Reader, wire: Timelines) -> None:
        """See whom the CRM shows as the one who did what is known to be ours."""
        for lead, type_ in created.latest_created(self._journal, _TEACHERS):
            # By both roads: where one shows what we have created, an absence may be believed.
            reading = await reader.read(wire, lead, [type_], sure=True)
            if reading is not None:
                self._judge.learn(reading.items)
                if unseen := self._judge.unseen(lead, type_, reading.items):
                    self._silent[lead, type_] = unseen
            if self._judge.has_learnt or self._gate.stopping:
                return

    async def _learn_again(self, looks: _Round) -> None:
        """Distrust a type of which the CRM still hides what it has created: the delay is over."""
        silent, self._silent = self._silent, {}
        for (lead, type_), unseen in silent.items():
            reading = await looks.reader.read(looks.wire, lead, [type_], sure=True)
            if reading is not None and unseen - {item.id for item in reading.items}:
                self._judge.distrust(type_)

    async def _look_at_all(self, looks: _Round, leads: Sequence[str]) -> None:
        turns = [
            _Turn(at=self._began, number=number, kind=_Kind.EARLY, lead=lead)
            for number, lead in enumerate(leads)
        ]
        while turns:
            turn = heapq.heappop(turns)
            wait = turn.at - self._gate.clock()
            if wait > 0 and not await self._gate.rest(wait):
                return
            following = await self._look(looks, turn)
            if self._gate.stopping:
                return
            if following is not None:
                heapq.heappush(turns, following)

    def _over(self, claims: Sequence[Claim]) -> float:
        """When an absence on their lead begins to mean something, by the gate's clock.

        Our own clock tells how long ago a request of an earlier process ended; if somebody has set
        it since, that is wrong. So the delay is waited for here in any case.
        """
        now = self._journal.clock()
        ends = (claim.ended_at or claim.sent_at + self._timeout for claim in claims)
        # Whatever the clock was when it was sent, it is not on its way for longer than this.
        ended = min(max(ends), now + self._timeout)
        left_s = (ended - now).total_seconds() + self._rules.delay_s
        return max(self._began + self._rules.delay_s, self._gate.clock() + left_s)

    async def _look(self, looks: _Round, turn: _Turn) -> _Turn | None:
        """Look at a lead, and settle what that settles; returns its next turn."""
        claims = doubt.claims_of(self._journal, turn.lead)
        types = sorted({claim.type for claim in claims})
        sure = turn.kind is _Kind.SECOND
        if sure:
            await self._learn_again(looks)
        reading = await looks.reader.read(looks.wire, turn.lead, types, sure=sure)
        if reading is None:
            return None
        findings = self._judge.judge(claims, reading, turn.lead)
        by_id = {claim.id: claim for claim in claims}
        present = {one.id: one for one in findings if isinstance(one, Present)}
        absent = [by_id[one.id] for one in findings if isinstance(one, Absent)]
        for id_, found in present.items():
            looks.decisions.create(by_id[id_], found)
        if turn.kind is _Kind.EARLY:
            left = [claim for claim in claims if claim.id not in present]
            return self._next_turn(turn, _Kind.FIRST, self._over(left)) if left else None
        for one in findings:
            if isinstance(one, Open):
                claim = by_id[one.id]
                whole = claim.type not in reading.gaps
                looks.decisions.keep([claim], one.reason, looked_up=whole)
        if turn.kind is _Kind.SECOND:
            moving = {by_id[id_].type for id_ in present}
            looks.decisions.conclude(absent, turn.absent, moving)
        elif absent:
            at = self._gate.clock() + self._rules.between_s
            return self._next_turn(turn, _Kind.SECOND, at, absent)
        return None

    def _next_turn(
        self, turn: _Turn, kind: _Kind, at: float, absent: Iterable[Claim] = ()
    ) -> _Turn:
        ids = frozenset(claim.id for claim in absent)
        return _Turn(at=at, number=turn.number, kind=kind, lead=turn.lead, absent=ids)
