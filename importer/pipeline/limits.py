"""How much of a run one person may send alone."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from importer.journal import approving
from importer.journal.approving import PlanFacts
from importer.journal.reading import run_of
from importer.journal.states import LIVE_STATES
from importer.model import Currency, State
from importer.pipeline.workplace import Workplace
from importer.reconcile import Sums


def limits_of(workplace: Workplace, facts: PlanFacts) -> Sums:
    """Currency → above which a run waits; the lower one of the settings' and the run's own."""
    own = workplace.settings.approve
    return lowest([own.above if own.enforce else {}, facts.above])


def limit_of_chain(workplace: Workplace, root: str) -> Sums:
    """Above which a run waits because it corrects what a job has run, whoever runs it.

    As the settings have it now; where they have the job no more, as it was planned.

    Args:
        workplace: the workspace.
        root: the first run of its chain.
    """
    now = {job.name: job.approve_above for job in workplace.settings.jobs}
    then = approving.limits_of_jobs(workplace.journal, root)
    return lowest([now.get(job, above) for job, above in then.items()])


def canary_of(workplace: Workplace, run_id: str) -> int:
    """Leads to be sent first of a run, as the jobs of its chain say, or else `stop.canary`."""
    theirs = approving.limits_of_jobs(workplace.journal, run_of(workplace.journal, run_id).root)
    jobs = [job for job in workplace.settings.jobs if job.name in theirs]
    said = [job.canary for job in jobs if job.canary is not None]
    return min(filter(None, said), default=0) if said else workplace.settings.stop.canary


def lowest(limits: Iterable[Sums]) -> Sums:
    """The lowest limit of each currency that any of these names."""
    found: dict[Currency, Decimal] = {}
    for one in limits:
        found |= {key: min(amount, found.get(key, amount)) for key, amount in one.items()}
    return found


def over_limit(workplace: Workplace, run_id: str, facts: PlanFacts) -> Sums:
    """What of a run's money goes out without an approval, where that is too much.

    All that the run has sent without one counts with what is still to be sent: a sheet that is
    released in pieces is the same money.
    """
    limits = limits_of(workplace, facts)
    if not limits or not (waiting := to_send_unapproved(workplace, run_id)):
        return {}
    sent = approving.unapproved_money(workplace.journal, run_id, LIVE_STATES)
    whole = {one: amount + sent.get(one, 0) for one, amount in waiting.items()}
    return {one: amount for one, amount in whole.items() if amount > limits.get(one, amount)}


def to_send_unapproved(workplace: Workplace, run_id: str) -> Sums:
    """What of a run's money is still to be sent, and no approval covers."""
    return approving.unapproved_money(workplace.journal, run_id, [State.STAGED])
