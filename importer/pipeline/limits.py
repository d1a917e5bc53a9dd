"""How much of a run one person may send alone."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from importer.journal import approving
from importer.journal.approving import PlanFacts
from importer.model import Currency
from importer.pipeline.workplace import Workplace

Sums = Mapping[Currency, Decimal]


def limits_of(workplace: Workplace, facts: PlanFacts) -> Sums:
    """Currency → above which a run waits; the lower one of the settings' and the run's own."""
    own = workplace.settings.approve
    limits = dict(own.above) if own.enforce else {}
    for currency, amount in facts.above.items():
        limits[currency] = min(amount, limits.get(currency, amount))
    return limits


def over_limit(workplace: Workplace, run_id: str, facts: PlanFacts) -> Sums:
    """What of a run's money is too much without an approval, and has none."""
    limits = limits_of(workplace, facts)
    if not limits:
        return {}
    money = approving.unapproved_money(workplace.journal, run_id)
    return {one: amount for one, amount in money.items() if amount > limits.get(one, amount)}
