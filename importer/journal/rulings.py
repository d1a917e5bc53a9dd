"""What people decide of actions, with a reason, for ever on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError

from importer.errors import JournalError, UsageError
from importer.journal.batching import make_batches
from importer.journal.meant import meant_actions
from importer.journal.moving import move
from importer.journal.refuted import doubt_beside, sought_in_vain
from importer.journal.releasing import (
    free_origin,
    next_occurrence,
    not_yet,
    refuse_rivals,
    still_here,
)
from importer.journal.ruled import Decided, record_ruling
from importer.journal.schema import actions
from importer.journal.store import Journal
from importer.model import RELEASABLE, Ruling, State
from importer.verdict.details import SEEN_THERE

__all__ = ["Decided", "release", "resolve_created", "resolve_not_created"]


def resolve_created(  # noqa: PLR0913 - which actions, and who says what of them
    journal: Journal,
    run: str,
    of_rows: frozenset[int] | None,
    name: str | None,
    *,
    action_id: str = "",
    seen: bool = False,
    by: str,
    reason: str,
) -> Decided:
    """Record that what is UNKNOWN stands on the timeline. Nothing takes that back.

    Where two looks had not found it, they prove nothing of the others of its request either.

    Args:
        journal: the journal.
        run: the run's id.
        of_rows: row numbers as Excel shows them; None: all that fit.
        name: of the action in the mapping; None: all.
        action_id: what the CRM calls the one action that is meant; "" where nobody knows.
        seen: the person has seen there what two looks have not found.
        by: the account of the operating system.
        reason: why the person thinks so.

    Raises:
        UsageError: there is nothing to decide, a row is not of the run, the reason is blank, or
            the id cannot be that of this action; or two looks have not found one of them, and
            the person has neither seen it there nor named its id.
    """
    found = _of_state(journal, run, of_rows, name, reason=reason, state=State.UNKNOWN)
    action_id = action_id.strip()
    if action_id and len(found) > 1:
        raise UsageError(
            f"{len(found)} actions are meant, and an action id belongs to exactly one.",
            "Name one row, and one action of it by its name in the mapping.",
        )
    _refuse_known_id(journal, action_id)
    if not (seen or action_id):
        _refuse_sought_in_vain(found)
    in_vain = sought_in_vain(found)
    refuting = {one.id for one in in_vain}
    with journal.transaction() as connection:
        for one in found:
            detail = SEEN_THERE if one.id in refuting else ""
            _move(journal, one, State.CREATED, action_id=action_id, remarks=[], detail=detail)
        doubted = doubt_beside(journal, connection, run, in_vain)
        decided = record_ruling(journal, run, found, Ruling.CREATED, by=by, reason=reason)
    return replace(decided, doubted=doubted)


def resolve_not_created(  # noqa: PLR0913 - which actions, and who says what of them
    journal: Journal,
    run: str,
    of_rows: frozenset[int] | None,
    name: str | None,
    *,
    by: str,
    reason: str,
) -> Decided:
    """Record that what is UNKNOWN does not stand on the timeline; resume may send it again.

    Args and errors as for `resolve_created`.
    """
    found = _of_state(journal, run, of_rows, name, reason=reason, state=State.UNKNOWN)
    with journal.transaction():
        for one in found:
            _move(journal, one, State.STAGED, remarks=[], detail="", looked_up=False)
        return record_ruling(journal, run, found, Ruling.NOT_CREATED, by=by, reason=reason)


def release(  # noqa: PLR0913 - which actions, and who says what of them
    journal: Journal,
    run: str,
    of_rows: frozenset[int] | None,
    *,
    by: str,
    reason: str,
    limit: int,
) -> Decided:
    """Let DUPLICATE actions be sent all the same, as further ones of their identity.

    Args and errors as for `resolve_created`; `limit` is the most that one request may hold.

    Raises:
        UsageError: also where the earlier action is in doubt or is still to be sent, or where a
            later run has taken the row up.
    """
    held = _of_state(journal, run, of_rows, None, reason=reason, state=State.DUPLICATE)
    held = still_here(journal, run, held, all_meant=of_rows is not None)
    blocked = [one for one in held if one.earlier["reason"] not in RELEASABLE]
    found = [one for one in held if one.earlier["reason"] in RELEASABLE]
    if blocked and (of_rows is not None or not found):
        raise not_yet(journal, blocked)
    refuse_rivals(journal, run, found)
    with journal.transaction():
        for one in found:
            _move(
                journal,
                one,
                State.STAGED,
                occurrence=next_occurrence(journal, one.identity),
                origin=free_origin(journal, one),
                # `holder` stays: it answers for no other action of this run.
                earlier=None,
                given_up=False,
                batch=None,
            )
        make_batches(journal, run, limit)
        return record_ruling(journal, run, found, Ruling.RELEASED, by=by, reason=reason)


_NOTHING: Final = {
    State.UNKNOWN: ("is UNKNOWN", "Only what is in doubt can be resolved"),
    State.DUPLICATE: ("is DUPLICATE", "Only what is held can be released"),
}


def _of_state(  # noqa: PLR0913 - every decision asks for the same
    journal: Journal,
    run: str,
    of_rows: frozenset[int] | None,
    name: str | None,
    *,
    reason: str,
    state: State,
) -> Sequence[Row[Any]]:
    what, only = _NOTHING[state]
    among = "" if of_rows is None and name is None else " of what is meant"
    otherwise = UsageError(
        f"Nothing{among} {what} in the run {run}.",
        f"{only}: the run's report shows the rows and the names of their actions.",
    )
    return meant_actions(journal, run, [state], of_rows, name, reason=reason, otherwise=otherwise)


def _refuse_known_id(journal: Journal, action_id: str) -> None:
    known = select(actions.c.run, actions.c.row).where(
        actions.c.action_id == action_id, actions.c.state == State.CREATED
    )
    if action_id and (found := journal.read(known)):
        raise UsageError(
            f"The action id {action_id} belongs to row {found[0].row} of the run {found[0].run} "
            "already.",
            "Look at the timeline again: each action there has an id of its own.",
        )


def _refuse_sought_in_vain(found: Sequence[Row[Any]]) -> None:
    """What is said to be created is never sent: a word too quickly said would lose a payment."""
    rows = sorted({one.row for one in sought_in_vain(found)})
    if rows:
        of_rows = f"row{'' if len(rows) == 1 else 's'} {', '.join(map(str, rows))}"
        raise UsageError(
            f"Two looks at the timeline have not found what {of_rows} sent, and nothing takes back "
            "that it was created: it would never be sent. Nothing was decided.",
            "Look there yourself. If it stands there, say so of these rows alone, and add "
            "--seen, or its --action-id. If it does not, say --not-created.",
        )


def _move(journal: Journal, one: Row[Any], state: State, **values: Any) -> None:  # noqa: ANN401 - column values
    try:
        with journal.transaction() as connection:
            move(connection, [one.id], State(one.state), state=state, **values)
    except IntegrityError as error:
        raise JournalError(
            f"The action of row {one.row} cannot become {state}: another one has its key.",
            "Nothing was decided. Please report this.",
        ) from error
