"""What is in doubt, settled: when to look at whose timeline, and what the journal makes of it."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from importer.journal import doubt
from importer.journal.doubt import Claim
from importer.journal.reading import known_action_ids
from importer.journal.store import Journal
from importer.protocol import Seen, as_seen
from importer.upload.decisions import Decisions, Settled
from importer.upload.gate import Gate
from importer.upload.timeline import Reader, Reading, Timelines
from importer.verdict import (
    Absent,
    Finding,
    Open,
    Present,
    Sight,
    Sought,
    settle,
)

__all__ = ["SettleRules", "Settled", "Settling"]

NEAR_S: Final = 60.0
"""How far outside its request's time an action may be stamped and still be taken for ours: clocks
that agree to the second, and a CRM that stamps when it stores."""

MARGIN_S: Final = 300.0
"""How far before its request an action must be stamped to be called none of ours. Wider than the
above: between the two, nothing is proved either way."""

UNSURE_S: Final = 172_800.0
"""The same where the CRM's clock was not known at the sending: ours may have been set since. Two
days: a clock that is further ahead lets no certificate pass."""

_TEACHERS: Final = 3
"""Leads that are looked at until one shows whom our actions are by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleRules:
    """When an absence is believed: at two looks."""

    delay_s: float
    """Seconds from a request's end to the first of them."""
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

    at: dt.datetime
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

    Each lead is looked at at once, if its delay is not over, which is when most doubts end: what is
    there is there. What is not there is looked for twice more. So a lead costs one request for each
    type in doubt, and at most three, where there is a page of each; two more for the whole lead
    where the last look finds nothing of a type (see `timeline.Reader` for longer timelines). One
    more in all tells who our own actions are shown to be by.

    Args:
        journal: what is in doubt, and where the looks and decisions go.
        gate: grants each request, and waits.
        rules: when an absence is believed.
        may_resend: whether one that is proven absent may be sent again.
        timeout_s: the longest that a request may have been on its way.
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
        advance: Callable[[int], object] = lambda _more: None,
    ) -> None:
        self._journal = journal
        self._gate = gate
        self._rules = rules
        self._may_resend = may_resend
        self._timeout = dt.timedelta(seconds=timeout_s)
        self._delay = dt.timedelta(seconds=rules.delay_s)
        self._between = dt.timedelta(seconds=rules.between_s)
        self._advance = advance
        self._performers: set[str] | None = None

    async def settle(
        self, open_wire: Callable[[], AbstractAsyncContextManager[Timelines]], run: str
    ) -> Settled:
        """Settle everything in doubt on the leads of what a run has in doubt.

        Returns:
            What was settled by the time that the gate stopped, or all.
        """
        decisions = Decisions(self._journal, run, self._may_resend, self._advance)
        leads = doubt.leads_in_doubt(self._journal, run)
        if leads:
            reader = Reader(self._journal, self._gate, run)
            async with open_wire() as wire:
                await self._learn(reader, wire)
                await self._look_at_all(_Round(reader, wire, decisions), leads)
        left = [claim for lead in leads for claim in doubt.claims_of(self._journal, lead)]
        return decisions.settled(len(left))

    def settle_from(
        self,
        shown: Mapping[str, Sequence[Seen]],
        run: str,
        *,
        performers: Collection[str],
        clock_offset_s: float | None,
    ) -> Settled:
        """Settle what is there, from what somebody else has read; what is not there stays open.

        Args:
            shown: lead → items of its timeline.
            run: the run.
            performers: who our own actions are shown to be by.
            clock_offset_s: seconds by which the CRM's clock was ahead of ours, where the requests
                in doubt did not tell; None where nobody knows.
        """
        decisions = Decisions(self._journal, run, self._may_resend, self._advance)
        self._performers = set(performers)
        for lead, items in shown.items():
            claims = {claim.id: claim for claim in doubt.claims_of(self._journal, lead)}
            reading = Reading(items=tuple(items), gaps={}, clock_offset_s=clock_offset_s)
            for found in self._judge(list(claims.values()), reading, lead):
                if isinstance(found, Present):
                    decisions.create(claims[found.id], found)
        leads = doubt.leads_in_doubt(self._journal, run)
        return decisions.settled(sum(len(doubt.claims_of(self._journal, one)) for one in leads))

    async def _learn(self, reader: Reader, wire: Timelines) -> None:
        """See whom the CRM shows as the one who did what is known to be ours."""
        for lead, type_ in doubt.latest_created(self._journal, _TEACHERS):
            self._performers = self._performers or set()
            reading = await reader.read(wire, lead, [type_])
            if reading is not None:
                self._note_performers(reading, self._known(reading))
            if self._performers or self._gate.stopping:
                return

    async def _look_at_all(self, looks: _Round, leads: Sequence[str]) -> None:
        turns = [self._first_turn(number, lead) for number, lead in enumerate(leads)]
        heapq.heapify(turns)
        while turns:
            turn = heapq.heappop(turns)
            wait = (turn.at - self._journal.clock()).total_seconds()
            if wait > 0 and not await self._gate.rest(wait):
                return
            following = await self._look(looks, turn)
            if self._gate.stopping:
                return
            if following is not None:
                heapq.heappush(turns, following)

    def _first_turn(self, number: int, lead: str) -> _Turn:
        now = self._journal.clock()
        early = self._over(doubt.claims_of(self._journal, lead)) > now
        kind = _Kind.EARLY if early else _Kind.FIRST
        return _Turn(at=now, number=number, kind=kind, lead=lead)

    def _over(self, claims: Sequence[Claim]) -> dt.datetime:
        """When an absence on their lead begins to mean something."""
        ends = (claim.ended_at or claim.sent_at + self._timeout for claim in claims)
        # Whatever the clock was when it was sent, it is not on its way for longer than this.
        longest = self._journal.clock() + self._timeout
        return min(max(ends), longest) + self._delay

    async def _look(self, looks: _Round, turn: _Turn) -> _Turn | None:
        """Look at a lead, and settle what that settles; returns its next turn."""
        claims = doubt.claims_of(self._journal, turn.lead)
        types = sorted({claim.type for claim in claims})
        sure = turn.kind is _Kind.SECOND
        reading = await looks.reader.read(looks.wire, turn.lead, types, sure=sure)
        if reading is None:
            return None
        findings = self._judge(claims, reading, turn.lead)
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
                looks.decisions.keep([by_id[one.id]], one.reason)
        if turn.kind is _Kind.SECOND:
            moving = {by_id[id_].type for id_ in present}
            looks.decisions.conclude(absent, turn.absent, moving)
        elif absent:
            at = self._journal.clock() + self._between
            return self._next_turn(turn, _Kind.SECOND, at, absent)
        return None

    def _next_turn(
        self, turn: _Turn, kind: _Kind, at: dt.datetime, absent: Iterable[Claim] = ()
    ) -> _Turn:
        ids = frozenset(claim.id for claim in absent)
        return _Turn(at=at, number=turn.number, kind=kind, lead=turn.lead, absent=ids)

    def _judge(self, claims: Sequence[Claim], reading: Reading, lead: str) -> list[Finding]:
        known = self._known(reading)
        self._note_performers(reading, known)
        shown = {item.id for item in reading.items}
        created = doubt.created_on(self._journal, lead)
        sight = Sight(
            items=reading.items,
            known=known,
            performers=self._performers,
            gaps=reading.gaps,
            late={type_ for type_, ids in created.items() if ids - shown},
        )
        said = doubt.said_to_be_on(self._journal, lead)
        sought = [self._sought(claim, reading.clock_offset_s) for claim in (*claims, *said)]
        in_doubt = {claim.id for claim in claims}
        return [one for one in settle(sought, sight) if one.id in in_doubt]

    def _known(self, reading: Reading) -> set[str]:
        return known_action_ids(self._journal, [item.id for item in reading.items if item.id])

    def _note_performers(self, reading: Reading, known: set[str]) -> None:
        ours = {item.performer for item in reading.items if item.id in known}
        if ours:
            self._performers = (self._performers or set()) | (ours - {""})

    def _sought(self, claim: Claim, seen_offset_s: float | None) -> Sought:
        own = claim.clock_offset_s
        offset_s = seen_offset_s if own is None else own
        begin_ms = end_ms = since_ms = None
        if offset_s is not None:
            begin = claim.since.timestamp() + offset_s
            end = (claim.ended_at or claim.sent_at + self._timeout) + self._delay
            since_ms = (begin - (UNSURE_S if own is None else MARGIN_S)) * 1000
            begin_ms = (begin - NEAR_S) * 1000
            end_ms = (end.timestamp() + offset_s + NEAR_S) * 1000
        return Sought(
            id=claim.id,
            request=claim.request,
            content=as_seen(claim.entry),
            begin_ms=begin_ms,
            end_ms=end_ms,
            since_ms=since_ms,
            said=claim.said,
        )
