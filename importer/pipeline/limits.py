"""How much of a run one person may send alone."""

from __future__ import annotations

from importer.journal import approving
from importer.journal.approving import PlanFacts
from importer.journal.states import LIVE_STATES
from importer.model import State
from importer.pipeline.workplace import Workplace
from importer.reconcile import Sums


def limits_of(workplace: Workplace, facts: PlanFacts) -> Sums:
    """Currency → above which a run waits; the lower one of the settings' and the run's own."""
    own = workplace.settings.approve
    limits = dict(own.above) if own.enforce else {}
    for currency, amount in facts.above.items():
        limits[currency] = min(amount, limits.get(currency, amount))
    return limits


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
