"""The exit code of a run, from its books and how its sending ended."""

from __future__ import annotations

from importer.model import Outcome, RunState
from importer.pipeline.exits import Exit
from importer.reconcile import Reconciliation
from importer.report.words import NOT_IN
from importer.upload import Ending, EndKind


def exit_code(reconciliation: Reconciliation, ending: Ending) -> int:
    """The most urgent thing that is true of a run.

    In this order: interrupted (128 + the signal), the books do not balance, something is in doubt,
    a rule stopped it, later is safe, something was not created or not wholly.
    """
    later = ending.kind in {EndKind.UNREACHABLE, EndKind.OUT_OF_TIME}
    # What a person has given up needs no resume; what was given up before is nothing to do at all.
    left = reconciliation.unsent > 0
    rules = (
        (ending.kind is EndKind.INTERRUPTED, 128 + ending.signal),
        (bool(reconciliation.imbalances), Exit.UNBALANCED),
        (reconciliation.waiting(Outcome.UNKNOWN) > 0, Exit.IN_DOUBT),
        (reconciliation.run.state is RunState.REFUSED, Exit.SHEET),
        (ending.kind is EndKind.STOPPED or (left and not later), Exit.STOPPED),
        (later, Exit.LATER),
        (reconciliation.waiting(*NOT_IN) > 0, Exit.INCOMPLETE),
        # What a later run has taken up waits there; 0 would say that it is in.
        (bool(reconciliation.taken_up.count and reconciliation.chain.open_rows), Exit.INCOMPLETE),
        (reconciliation.given_up_now > 0, Exit.INCOMPLETE),
        (reconciliation.incomplete > 0, Exit.INCOMPLETE),
    )
    return next((code for holds, code in rules if holds), Exit.DONE)
