"""What must be true of a held action before a person may release it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, func, or_, select

from importer.errors import UsageError
from importer.journal.again import standing_for
from importer.journal.matching import IS_TO_BE_SENT, is_in_the_way, same_content, with_roots
from importer.journal.schema import actions, runs
from importer.journal.states import DOUBTFUL_STATES, LIVE_STATES
from importer.journal.store import Journal
from importer.journal.taken import is_replaceable, taken_up
from importer.model import State
from importer.reconcile import Wait, wait_in_doubt


def still_here(
    journal: Journal, run: str, held: Sequence[Row[Any]], *, all_meant: bool
) -> Sequence[Row[Any]]:
    """Those of some held actions that no later run has taken up: the others wait there.

    Args:
        journal: the journal.
        run: the run's id.
        held: its actions.
        all_meant: a person has named every row.

    Raises:
        UsageError: nothing is left, or not everything of what was named.
    """
    later = taken_up(journal, run, {one.row for one in held if is_replaceable(one)})
    left = [one for one in held if not (one.row in later and is_replaceable(one))]
    if later and (all_meant or not left):
        row, (taker, place) = min(later.items())
        raise UsageError(
            f"Row {row} was taken up by the run {taker}, as its row {place}.",
            f"It is decided there: if it is held, `importer release {taker} --rows {place} "
            '--reason "…"`. Nothing was decided.',
        )
    return left


def refuse_rivals(journal: Journal, run: str, held: Sequence[Row[Any]]) -> None:
    """Refuse to release what another run has booked, or is going to, since these were held."""
    ((before,),) = journal.read(select(runs.c.requests_before).where(runs.c.id == run))
    started = and_(actions.c.state.in_(LIVE_STATES), actions.c.request > before)
    for one in held:
        found = journal.read(
            select(actions, runs.c.file)
            .join(runs, runs.c.id == actions.c.run)
            .where(
                actions.c.identity == one.identity,
                actions.c.run != run,
                # What it is held for, it is held for: that is what the person has looked at.
                actions.c.id != one.holder,
                or_(started, IS_TO_BE_SENT),
            )
        )
        rival = next((other for other in found if same_content(other, one)), None)
        rival = rival or _created_otherwise(journal, one)
        if rival is not None:
            raise UsageError(
                f"Row {one.row} is held, and the run {rival.run} has sent exactly this since, or "
                "is going to.",
                "Look at that run's report: if it is this one, nothing is to be released. If it is "
                "yet another, run the sheet again and release it there.",
            )


def _created_otherwise(journal: Journal, one: Row[Any]) -> Row[Any] | None:
    """What the row of a waived action was created as, or is going to be: corrected, maybe."""
    holder, other = actions.alias("holder"), with_roots()
    found = journal.read(
        other.join(holder, holder.c.origin == actions.c.origin).where(
            holder.c.id == one.holder,
            holder.c.given_up,
            actions.c.id.not_in((one.id, one.holder)),
            or_(actions.c.state.in_(LIVE_STATES), IS_TO_BE_SENT),
        )
    )
    return found[0] if found else None


def not_yet(journal: Journal, blocked: Sequence[Row[Any]]) -> UsageError:
    """Say what stands in the way, as it is by now; what is in doubt before anything else."""
    now = [(one, standing_for(journal, one)) for one in blocked]
    (first, other), *_ = sorted(now, key=lambda pair: pair[1].state not in DOUBTFUL_STATES)
    then = f"Then resume this one, which looks again: `importer resume {first.run}`."
    if other.state in DOUBTFUL_STATES:
        looks = wait_in_doubt(looked_up=other.looked_up, detail=other.detail) is Wait.LOOK
        settle = f"Settle that one first: `importer settle {other.run}`."
        resolve = (
            "Look at the timeline in TeleCRM, and say of that one first what you saw: "
            f'`importer resolve {other.run} --rows {other.row} --reason "…"`, with --created or '
            "--not-created."
        )
        return UsageError(
            f"Row {first.row} is held for an action of the run {other.run} that is in doubt: it "
            "may be on the timeline already.",
            f"{settle if looks else resolve} {then}",
        )
    if is_in_the_way(other) and other.state == State.STAGED:
        return UsageError(
            f"Row {first.row} is held for an action that the run {other.run} is still to send.",
            f"Resume that run: `importer resume {other.run}`. If its rows are not wanted, close "
            f"them there. {then}",
        )
    return UsageError(
        f"Row {first.row} was held for an action of the run {other.run} that was open or in doubt "
        "then, and is not any more.",
        f"Resume this run, which looks again: `importer resume {first.run}`.",
    )


def next_occurrence(journal: Journal, identity: str) -> int:
    """Beyond whatever stands on a timeline, or is going to."""
    states = (*LIVE_STATES, State.STAGED)
    found = journal.read(
        select(func.max(actions.c.occurrence)).where(
            actions.c.identity == identity, actions.c.state.in_(states)
        )
    )
    return int(found[0][0] or 0) + 1


def free_origin(journal: Journal, one: Row[Any]) -> str:
    """Its own, unless another attempt of its row stands on a timeline or is going to."""
    rivals = journal.read(
        select(actions.c.id).where(
            actions.c.origin == one.origin,
            actions.c.id != one.id,
            actions.c.state.in_((*LIVE_STATES, State.STAGED)),
        )
    )
    return f"{one.origin}/released {one.id}" if rivals else str(one.origin)
