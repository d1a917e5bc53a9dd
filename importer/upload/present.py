"""What is in doubt, settled where somebody else has read that it is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from importer.journal import doubt
from importer.journal.answers import last_clock_offset
from importer.journal.doubt import Claim
from importer.journal.store import Journal
from importer.protocol import Seen, as_seen
from importer.upload.decisions import Decisions, Settled
from importer.upload.judging import Judge
from importer.upload.timeline import Reading
from importer.verdict import Present


def settle_present(
    journal: Journal,
    run: str,
    shown: Mapping[str, Sequence[Seen]],
    *,
    shows: Collection[str],
    judge: Judge,
) -> Settled:
    """Settle what is shown; what is not shown stays in doubt.

    Args:
        journal: what is in doubt, and where the decisions go.
        run: the run.
        shown: lead → items of its timeline.
        shows: names of the fields that can be seen in it. That another one is missing is no sign
            that the CRM has dropped it.
        judge: has learnt whom our own actions are shown to be by.
    """
    # Nothing is called absent here, and so nothing is sent again.
    decisions = Decisions(journal, run, lambda _claim: False, lambda _more: None)
    unjudged = set[str]()
    # Where the requests in doubt did not tell.
    offset_s = last_clock_offset(journal)
    for lead, items in shown.items():
        claims = {claim.id: claim for claim in doubt.claims_of(journal, lead)}
        reading = Reading(items=tuple(items), gaps={}, clock_offset_s=offset_s)
        hidden = {number: _fields_of(claim) - set(shows) for number, claim in claims.items()}
        unjudged.update(*hidden.values())
        for found in judge.judge(list(claims.values()), reading, lead):
            if isinstance(found, Present):
                decisions.create(claims[found.id], found, hidden=hidden[found.id])
    left = doubt.count_on(journal, doubt.leads_in_doubt(journal, run))
    return replace(decisions.settled(left), unjudged=frozenset(unjudged))


def _fields_of(claim: Claim) -> set[str]:
    return set(as_seen(claim.entry).fields or ())
