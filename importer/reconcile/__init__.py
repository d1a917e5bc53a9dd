"""The books: counts and sums by outcome, and the law that they keep. Pure arithmetic."""

from importer.reconcile.chain import Attempt, Root, follow_chain
from importer.reconcile.reasons import BEFORE, INCOMPLETE, Explanation, everything_of, explain
from importer.reconcile.records import Chain, Ground, Key, Line, Reason, Reconciliation, Rows
from importer.reconcile.run import reconcile
from importer.reconcile.sums import Sums, add_money, add_up

__all__ = [
    "BEFORE",
    "INCOMPLETE",
    "Attempt",
    "Chain",
    "Explanation",
    "Ground",
    "Key",
    "Line",
    "Reason",
    "Reconciliation",
    "Root",
    "Rows",
    "Sums",
    "add_money",
    "add_up",
    "everything_of",
    "explain",
    "follow_chain",
    "reconcile",
]
