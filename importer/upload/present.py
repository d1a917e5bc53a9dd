"""What is in doubt, settled where somebody else has read that it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from importer.journal import doubt
from importer.journal.store import Journal
from importer.protocol import Seen
from importer.upload.decisions import Decisions, Settled
from importer.upload.judging import Judge
from importer.upload.timeline import Reading
from importer.verdict import Present


def settle_present(
    journal: Journal,
    run: str,
    shown: Mapping[str, Sequence[Seen]],
    *,
    judge: Judge,
    clock_offset_s: float | None,
) -> Settled:
    """Settle what is shown; what is not shown stays in doubt.

    Args:
        journal: what is in doubt, and where the decisions go.
        run: the run.
        shown: lead → items of its timeline.
        judge: has learnt whom our own actions are shown to be by.
        clock_offset_s: seconds by which the CRM's clock was ahead of ours, where the requests in
            doubt did not tell; None where nobody knows.
    """
    # Nothing is called absent here, and so nothing is sent again.
    decisions = Decisions(journal, run, lambda _claim: False, lambda _more: None)
    for lead, items in shown.items():
        claims = {claim.id: claim for claim in doubt.claims_of(journal, lead)}
        reading = Reading(items=tuple(items), gaps={}, clock_offset_s=clock_offset_s)
        for found in judge.judge(list(claims.values()), reading, lead):
            if isinstance(found, Present):
                decisions.create(claims[found.id], found)
    return decisions.settled(doubt.count_on(journal, doubt.leads_in_doubt(journal, run)))
