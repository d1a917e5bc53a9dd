"""What a person decides of actions, under the name of an account of this machine."""

from __future__ import annotations

from importer.journal import reading, rulings
from importer.journal.closing import close
from importer.journal.rulings import Decided
from importer.pipeline.people import account
from importer.pipeline.workplace import Workplace


def resolve_run(  # noqa: PLR0913 - which actions, and what is decided of them
    workplace: Workplace,
    run_id: str,
    rows: frozenset[int] | None,
    name: str | None,
    *,
    created: bool,
    action_id: str,
    seen: bool = False,
    reason: str,
) -> Decided:
    """Say what became of what is UNKNOWN. Nothing takes that back.

    Args:
        workplace: the workspace, opened to work in.
        run_id: the run.
        rows: as Excel numbers them; None: all that are in doubt.
        name: only actions of this name in the mapping; None: all.
        created: it stands on the timeline, or it does not.
        action_id: the CRM's id of the one action that was created; "" where it is not known.
        seen: the person has seen there what two looks have not found.
        reason: why; kept for ever.

    Raises:
        UsageError: there is no such run, nothing of these is in doubt, the reason is blank, or
            something is said to be created that two looks have not found, without `seen` or an id.
    """
    journal, run = workplace.journal, reading.run_of(workplace.journal, run_id).id
    if created:
        return rulings.resolve_created(
            journal, run, rows, name, action_id=action_id, seen=seen, by=account(), reason=reason
        )
    return rulings.resolve_not_created(journal, run, rows, name, by=account(), reason=reason)


def release_rows(
    workplace: Workplace, run_id: str, rows: frozenset[int], *, reason: str
) -> Decided:
    """Let DUPLICATE rows be sent all the same.

    Raises:
        UsageError: there is no such run, nothing of these is held, it is in doubt or open
            elsewhere, or the reason is blank.
    """
    run = reading.run_of(workplace.journal, run_id).id
    return rulings.release(
        workplace.journal,
        run,
        rows,
        by=account(),
        reason=reason,
        limit=workplace.settings.send.actions_per_request,
    )


def close_rows(
    workplace: Workplace, run_id: str, rows: frozenset[int] | None, *, reason: str
) -> Decided:
    """Give up rows for good, or what a run has not sent.

    Args:
        workplace: the workspace, opened to work in.
        run_id: the run.
        rows: of which nobody waits any more for what was not created; None: whatever is UNSENT is
            not sent by this run any more.
        reason: why; kept for ever.

    Raises:
        UsageError: there is no such run, nothing of these can be given up, or the reason is blank.
    """
    run = reading.run_of(workplace.journal, run_id).id
    return close(workplace.journal, run, rows, by=account(), reason=reason)
