"""The books: counts and sums by outcome, and the law that they keep. Pure arithmetic."""

from importer.reconcile.chain import Attempt, Root, follow_chain
from importer.reconcile.doubts import Doubts
from importer.reconcile.reasons import (
    BEFORE,
    INCOMPLETE,
    REST,
    TO_CORRECT,
    Explanation,
    Guide,
    everything_of,
    explain,
    is_crm_code,
)
from importer.reconcile.records import (
    INSIDE,
    Chain,
    Ground,
    Key,
    Line,
    Reason,
    Reconciliation,
    Rows,
    Shared,
)
from importer.reconcile.run import Books, reconcile
from importer.reconcile.standing import stands_otherwise
from importer.reconcile.sums import Sums, add_money, add_up
from importer.reconcile.waiting import MOST_PIECES, Places, Wait, Waiting, joined, wait_in_doubt

__all__ = [
    "BEFORE",
    "INCOMPLETE",
    "INSIDE",
    "MOST_PIECES",
    "REST",
    "TO_CORRECT",
    "Attempt",
    "Books",
    "Chain",
    "Doubts",
    "Explanation",
    "Ground",
    "Guide",
    "Key",
    "Line",
    "Places",
    "Reason",
    "Reconciliation",
    "Root",
    "Rows",
    "Shared",
    "Sums",
    "Wait",
    "Waiting",
    "add_money",
    "add_up",
    "everything_of",
    "explain",
    "follow_chain",
    "is_crm_code",
    "joined",
    "reconcile",
    "stands_otherwise",
    "wait_in_doubt",
]
