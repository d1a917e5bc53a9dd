"""The books: counts and sums by outcome, and the law that they keep. Pure arithmetic."""

from importer.reconcile.chain import Attempt, Root, follow_chain
from importer.reconcile.reasons import NEXT_STEPS, reasons_of
from importer.reconcile.records import Chain, Line, Reason, Reconciliation
from importer.reconcile.run import reconcile
from importer.reconcile.sums import Sums, add_money, add_up

__all__ = [
    "NEXT_STEPS",
    "Attempt",
    "Chain",
    "Line",
    "Reason",
    "Reconciliation",
    "Root",
    "Sums",
    "add_money",
    "add_up",
    "follow_chain",
    "reasons_of",
    "reconcile",
]
