"""The books: counts and sums by outcome, and the law that they keep. Pure arithmetic."""

from importer.reconcile.chain import Attempt, Root, follow_chain
from importer.reconcile.reasons import (
    BEFORE,
    INCOMPLETE,
    TO_CORRECT,
    Explanation,
    Guide,
    everything_of,
    explain,
    is_crm_code,
)
from importer.reconcile.records import (
    Chain,
    Ground,
    Key,
    Line,
    Reason,
    Reconciliation,
    Rows,
    Shared,
)
from importer.reconcile.run import reconcile
from importer.reconcile.sums import Sums, add_money, add_up

__all__ = [
    "BEFORE",
    "INCOMPLETE",
    "TO_CORRECT",
    "Attempt",
    "Chain",
    "Explanation",
    "Ground",
    "Guide",
    "Key",
    "Line",
    "Reason",
    "Reconciliation",
    "Root",
    "Rows",
    "Shared",
    "Sums",
    "add_money",
    "add_up",
    "everything_of",
    "explain",
    "follow_chain",
    "is_crm_code",
    "reconcile",
]
