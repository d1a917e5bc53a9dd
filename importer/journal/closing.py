"""What a person gives up: the rest of a run, or rows for good."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Row, select

from importer.errors import UsageError
from importer.journal.again import standing_for
from importer.journal.attempts import doubt_again
from importer.journal.matching import is_in_the_way
from importer.journal.meant import meant_actions
from importer.journal.moving import move
from importer.journal.paging import Place, placed
from importer.journal.roots import of_same_root, row_of
from importer.journal.ruled import Decided, record_ruling
from importer.journal.schema import actions, rows
from importer.journal.states import DOUBTFUL_STATES, REPLACED_STATES
from importer.journal.store import Journal
from importer.journal.taken import is_replaceable, taken_up
from importer.model import PASSING, Ruling, State
from importer.reconcile import Wait, wait_in_doubt

_MOST_SAID: Final = 10
_LEFT_STATES: Final = (*REPLACED_STATES, *DOUBTFUL_STATES, State.STAGED)
"""Of what can be given up, or is to be settled before."""
_STANDS: Final = (State.CREATED, State.ALREADY)


def close(
    journal: Journal, run: str, of_rows: frozenset[int] | None, *, by: str, reason: str
) -> Decided:
    """Give up rows for good, or the rest of a run.

    Of rows, nobody waits any more for what was not created, and a later sheet that holds them
    unchanged does not send them either. The rest of a run is what is UNSENT: the run does not send
    it any more, and another sheet may.

    What was sent, and was not found on the timeline since, may stand there by now: it is not given
    up but in doubt again, whatever else is meant. Where rows are named, nothing of them is given up
    before that is settled.

    Args:
        journal: the journal.
        run: the run's id.
        of_rows: row numbers as Excel shows them; None: the rest of the run.
        by: the account of the operating system.
        reason: why the person thinks so.

    Raises:
        UsageError: a row is not of the run, is in doubt, or was taken up by a later run; nothing
            is left to be given up, or the reason is blank.
    """
    with journal.transaction() as connection:
        if of_rows is None:
            meant, ruling = _unsent(journal, run, reason), Ruling.CLOSED
        else:
            meant, ruling = _not_created(journal, run, of_rows, reason), Ruling.WAIVED
        sought = doubt_again(journal, run, of_rows)
        found = [one for one in meant if one.id not in sought]
        if sought and of_rows is not None:
            found = []
        for one in found:
            before = State(one.state)
            # What failed stays what it is; only that nobody waits for it any more.
            after = State.CLOSED if before is State.STAGED else before
            move(connection, [one.id], before, state=after, given_up=True)
        decided = record_ruling(journal, run, found, ruling, by=by, reason=reason)
    return replace(decided, sought=len(sought))


def _unsent(journal: Journal, run: str, reason: str) -> Sequence[Row[Any]]:
    otherwise = UsageError(
        f"Nothing is UNSENT in the run {run}.",
        "To give up rows of which something was not created, name them: --rows 5,7-9.",
    )
    return meant_actions(journal, run, [State.STAGED], reason=reason, otherwise=otherwise)


def _not_created(
    journal: Journal, run: str, of_rows: frozenset[int], reason: str
) -> Sequence[Row[Any]]:
    """What can be given up of the rows: something of each, or nothing of any."""
    otherwise = UsageError(
        f"Nothing of what is meant is left to be given up in the run {run}.",
        "What is CREATED or ALREADY stands on the timeline: the run's report shows the rows.",
    )
    found = meant_actions(journal, run, _LEFT_STATES, of_rows, reason=reason, otherwise=otherwise)
    later = taken_up(journal, run, of_rows)
    # What failed, or is held, counts as its latest attempt says, wherever that was.
    left = [
        one for one in found if not one.given_up and not (one.row in later and is_replaceable(one))
    ]
    said = [
        *_waiting_elsewhere(journal, left),
        *_under_way(journal, run, of_rows),
        *_gone(journal, of_rows - {one.row for one in left}, later),
    ]
    if said:
        more = f"; and {len(said) - _MOST_SAID} more" if len(said) > _MOST_SAID else ""
        raise UsageError(
            f"Not every row can be given up: {'; '.join(said[:_MOST_SAID])}{more}.",
            "Nothing was decided. Do first what stands in brackets, and leave the others out.",
        )
    return left


def _waiting_elsewhere(journal: Journal, left: Sequence[Row[Any]]) -> list[str]:
    """What is held for another run's turn is that run's to give up: this is a copy of it.

    Unless nothing stands there any more: then it is this run's own.
    """
    copies = {
        one.row: one.earlier["run"]
        for one in left
        if one.state == State.DUPLICATE
        and one.earlier["reason"] in PASSING
        and is_in_the_way(standing_for(journal, one))
    }
    return [
        f"row {row} waits for the run {other} (`importer resume {other}`, or close it there)"
        for row, other in sorted(copies.items())
    ]


def _under_way(journal: Journal, run: str, of_rows: frozenset[int]) -> list[str]:
    """Rows of which something is in doubt, or another run of the chain is still to send."""
    own, same = rows.alias("own"), rows.alias("same")
    found = journal.read(
        select(own.c.number, actions)
        .join(same, of_same_root(own, same))
        .join(actions, row_of(actions, same))
        .where(
            own.c.run == run,
            actions.c.state.in_((*DOUBTFUL_STATES, State.STAGED)),
            (actions.c.state != State.STAGED) | (actions.c.run != run),
        )
        .order_by(own.c.number, actions.c.run)
    )
    said = (f"row {one.number} {_doing(one)}" for one in found if one.number in of_rows)
    return list(dict.fromkeys(said))


def _doing(one: Row[Any]) -> str:
    """What an action is doing, and what ends that."""
    if one.state == State.STAGED:
        return f"is still to be sent (`importer resume {one.run}`)"
    if wait_in_doubt(looked_up=one.looked_up, detail=one.detail) is Wait.LOOK:
        return f"is in doubt (`importer settle {one.run}`)"
    return (
        "is in doubt, and only a person can say what became of it "
        f'(`importer resolve {one.run} --rows {one.row} --reason "…"`, with --created or '
        "--not-created)"
    )


def _gone(journal: Journal, nothing: frozenset[int], later: Mapping[int, Place]) -> list[str]:
    """Rows of which nothing is left here to be given up, and where it may be."""
    states = _states_at(journal, [later[row] for row in nothing & later.keys()])
    said = [
        f"row {row} {_taken(later[row], states[later[row]])}"
        for row in sorted(nothing & later.keys())
    ]
    left = nothing - later.keys()
    return [*said, *(f"row {row} has nothing left to be given up" for row in sorted(left))]


def _taken(place: Place, states: set[State]) -> str:
    """What became of a row that a later run has taken up."""
    run, row = place
    if not states.isdisjoint(_LEFT_STATES):
        return f'was taken up by the run {run} (`importer close {run} --rows {row} --reason "…"`)'
    if not states.isdisjoint(_STANDS):
        return f"is in the CRM already, as row {row} of the run {run}"
    return f"was taken up by the run {run}, and its row {row} there has nothing left to be given up"


def _states_at(journal: Journal, places: Collection[Place]) -> Mapping[Place, set[State]]:
    """Place → the states of its actions that nobody has given up."""
    asked = select(actions.c.run, actions.c.row, actions.c.state).where(~actions.c.given_up)
    found: dict[Place, set[State]] = {place: set() for place in places}
    for one in placed(journal, places, asked, actions.c.run, actions.c.row):
        found[one.run, one.row].add(State(one.state))
    return found
