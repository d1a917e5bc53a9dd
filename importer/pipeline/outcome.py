"""The exit code of a run: what a scheduler can rely on."""

from __future__ import annotations

from enum import IntEnum

from importer.model import Outcome, RunState
from importer.reconcile import Reconciliation
from importer.upload import Ending, EndKind


class Exit(IntEnum):
    """Exit codes; the table is in the product's words in README.md."""

    DONE = 0
    INTERNAL = 1
    USAGE = 2
    SHEET = 3
    INCOMPLETE = 4
    IN_DOUBT = 5
    STOPPED = 6
    UNBALANCED = 7
    LATER = 75


def exit_code(reconciliation: Reconciliation, ending: Ending) -> int:
    """The most urgent thing that is true of a run.

    In this order: interrupted (128 + the signal), the books do not balance, something is in doubt,
    a rule stopped it, later is safe, something was not created or not wholly.
    """
    unfinished = (
        Outcome.INVALID,
        Outcome.IGNORED,
        Outcome.REFUSED,
        Outcome.DUPLICATE,
        Outcome.UNSENT,
    )
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
        (reconciliation.waiting(*unfinished) > 0, Exit.INCOMPLETE),
        # What a later run has taken up waits there; 0 would say that it is in.
        (bool(reconciliation.taken_up.count and reconciliation.chain.open_rows), Exit.INCOMPLETE),
        (reconciliation.given_up_now > 0, Exit.INCOMPLETE),
        (reconciliation.incomplete > 0, Exit.INCOMPLETE),
    )
    return next((code for holds, code in rules if holds), Exit.DONE)
