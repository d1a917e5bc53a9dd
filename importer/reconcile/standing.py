"""What stands in the CRM otherwise than its sheet says: it went in from a corrected row."""

from __future__ import annotations

from importer.model import ActionRecord, Outcome


def stands_otherwise(action: ActionRecord) -> bool:
    """Whether an action that is in since an earlier run has other values there: lead, amount …."""
    earlier = action.earlier if action.outcome is Outcome.ALREADY else None
    if earlier is None:
        return False
    return bool(earlier.changes) or earlier.money not in {None, action.money}
