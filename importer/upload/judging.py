"""What is in doubt on a lead, judged by what was read of its timeline and by what is on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from importer.journal import created, doubt
from importer.journal.created import Creation
from importer.journal.doubt import Claim
from importer.journal.reading import known_action_ids
from importer.journal.store import Journal
from importer.protocol import Seen, as_seen
from importer.upload.timeline import Reading
from importer.verdict import Finding, Sight, Sought, settle

NEAR_S: Final = 60.0
"""How far outside its request's time an action may be stamped and still be taken for ours: clocks
that agree to the second, and a CRM that stamps when it stores."""

MARGIN_S: Final = 300.0
"""How far before its request an action must be stamped to be called none of ours. Wider than the
above: between the two, nothing is proved either way."""

UNSURE_S: Final = 172_800.0
"""The same where the CRM's clock was not known at the sending: ours may have been set since. Two
days: a clock that is further ahead lets no certificate pass."""


class Judge:
    """Says what was found; learns by the way whom the CRM shows our own actions to be by.

    Args:
        journal: what is on record.
        timeout_s: the longest that a request may have been on its way.
        delay_s: how much later than that what it carried may be stamped.
    """

    def __init__(self, journal: Journal, *, timeout_s: float, delay_s: float) -> None:
        self._journal = journal
        self._timeout = dt.timedelta(seconds=timeout_s)
        self._delay_s = delay_s
        self._performers: set[str] = set()
        self._blind: set[str] = set()
        self._astray = False
        """The CRM stamps actions by another clock than its answers tell: no time is believed."""

    @property
    def has_learnt(self) -> bool:
        """It is known whom our own actions are shown to be by."""
        return bool(self._performers)

    def learn(self, items: Sequence[Seen]) -> None:
        """See who did what the CRM has answered to have created for us, and how that is stamped.

        What was found on a timeline, or said by a person, may be somebody else's: it teaches none.
        """
        ours = created.answered(self._journal, [item.id for item in items if item.id])
        known = [item for item in items if item.id in ours]
        self._performers |= {item.performer for item in known} - {""}
        self._astray |= any(_is_astray(item, ours[item.id]) for item in known)

    def unseen(self, lead: str, type_: str, items: Sequence[Seen]) -> set[str]:
        """What the CRM has answered to have created on a lead, and does not show there."""
        ids = created.created_on(self._journal, lead).get(type_, set()) - {one.id for one in items}
        return set(created.answered(self._journal, sorted(ids)))

    def distrust(self, type_: str) -> None:
        """No absence of a type is believed from now on: what stands there was not shown."""
        self._blind.add(type_)

    def judge(self, claims: Sequence[Claim], reading: Reading, lead: str) -> list[Finding]:
        """Say of each action in doubt on a lead what was found of it.

        Args:
            claims: all that are in doubt on it.
            reading: of its timeline.
            lead: whose.
        """
        self.learn(reading.items)
        shown = {item.id for item in reading.items}
        ours = created.created_on(self._journal, lead)
        sight = Sight(
            items=reading.items,
            known=known_action_ids(self._journal, [one for one in shown if one]),
            performers=self._performers,
            gaps=reading.gaps,
            late={type_ for type_, ids in ours.items() if ids - shown} | self._blind,
        )
        said = doubt.said_to_be_on(self._journal, lead)
        sought = [self._sought(claim, reading.clock_offset_s) for claim in (*claims, *said)]
        in_doubt = {claim.id for claim in claims}
        return [one for one in settle(sought, sight) if one.id in in_doubt]

    def _sought(self, claim: Claim, seen_offset_s: float | None) -> Sought:
        own = claim.clock_offset_s
        unknown = (None, None)
        begin_s, since_s = unknown if self._astray else _first_moment(claim, seen_offset_s)
        end_s = None
        if begin_s is not None:
            over = (claim.ended_at or claim.sent_at + self._timeout).timestamp() + self._delay_s
            end_s = over + (own if own is not None else seen_offset_s or 0.0) + NEAR_S
        return Sought(
            id=claim.id,
            request=claim.request,
            content=as_seen(claim.entry),
            begin_ms=None if begin_s is None else (begin_s - NEAR_S) * 1000,
            end_ms=None if end_s is None else end_s * 1000,
            since_ms=None if since_s is None else since_s * 1000,
            said=claim.said,
        )


def _is_astray(item: Seen, when: Creation) -> bool:
    """Whether an action of ours is stamped at a time at which it cannot have been created."""
    if item.created_ms is None or when.clock_offset_s is None:
        return False
    stamped = item.created_ms / 1000 - when.clock_offset_s
    earliest, latest = when.sent_at.timestamp() - NEAR_S, when.answered_at.timestamp() + NEAR_S
    return not earliest <= stamped <= latest


def _first_moment(
    claim: Claim, seen_offset_s: float | None
) -> tuple[float, float] | tuple[None, None]:
    """When the first of its requests left, by the CRM's clock, and what is surely older.

    Each by the offset that was told with it: our clock may have been set between two.
    """
    sent = [(claim.sent_at, claim.clock_offset_s)]
    sent += [(one.sent_at, one.clock_offset_s) for one in claim.attempts]
    begins, since = [], []
    for at, own in sent:
        offset_s = seen_offset_s if own is None else own
        if offset_s is None:
            return None, None
        begins.append(at.timestamp() + offset_s)
        since.append(begins[-1] - (UNSURE_S if own is None else MARGIN_S))
    return min(begins), min(since)
