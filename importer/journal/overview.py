"""Where all runs stand at a glance: what is open in each, and what one waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

from sqlalchemy import func, select

from importer.journal.schema import IN_DOUBT, actions, rows, runs
from importer.journal.store import Journal
from importer.model import RunState, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """How many actions of a run are not at their end."""

    unknown: int = 0
    unsent: int = 0
    """Without what a person gave up."""
    to_correct: int = 0
    """INVALID, IGNORED or REFUSED, and of a row that no later run has taken up."""
    duplicate: int = 0

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))


_COUNTED: Final[Mapping[State, str]] = {
    State.SENDING: "unknown",
    State.UNKNOWN: "unknown",
    State.STAGED: "unsent",
    State.INVALID: "to_correct",
    State.IGNORED: "to_correct",
    State.REFUSED: "to_correct",
    State.DUPLICATE: "duplicate",
}


def open_by_run(journal: Journal) -> Mapping[str, Open]:
    """Run → what is open in it, for runs of which something is."""
    counts: dict[str, dict[str, int]] = {}
    for (run, state), count in (_by_state(journal) | _to_correct(journal)).items():
        of_run = counts.setdefault(run, {})
        name = _COUNTED[state]
        of_run[name] = of_run.get(name, 0) + count
    return {run: Open(**of_run) for run, of_run in counts.items()}


def waited_for(journal: Journal, run: str) -> list[str]:
    """Other runs that have something in doubt on a lead to which this run still has to send."""
    mine = select(actions.c.lead).where(actions.c.run == run, actions.c.state == State.STAGED)
    found = journal.read(
        select(actions.c.run)
        .where(IN_DOUBT, actions.c.run != run, actions.c.lead.in_(mine))
        .distinct()
        .order_by(actions.c.run)
    )
    return [one.run for one in found]


_TO_CORRECT: Final = tuple(state for state, name in _COUNTED.items() if name == "to_correct")
_COUNTS: Final = runs.c.state.not_in((RunState.REFUSED, RunState.PLANNING))
"""What was refused as a whole waits for nobody."""
_OTHERS: Final = tuple(state for state in _COUNTED if state not in _TO_CORRECT)


def _by_state(journal: Journal) -> dict[tuple[str, State], int]:
    found = journal.read(
        select(actions.c.run, actions.c.state, func.count().label("n"))
        .join(runs, runs.c.id == actions.c.run)
        .where(actions.c.state.in_(_OTHERS), _COUNTS, ~actions.c.given_up)
        .group_by(actions.c.run, actions.c.state)
    )
    return {(one.run, State(one.state)): one.n for one in found}


def _to_correct(journal: Journal) -> dict[tuple[str, State], int]:
    own, later, of_later = rows.alias("own"), rows.alias("later"), runs.alias("of_later")
    taken_up = (
        select(later.c.number)
        .join(of_later, of_later.c.id == later.c.run)
        .where(
            later.c.root_run == own.c.root_run,
            later.c.root_row == own.c.root_row,
            of_later.c.seq > runs.c.seq,
        )
        .exists()
    )
    found = journal.read(
        select(actions.c.run, actions.c.state, func.count().label("n"))
        .join(runs, runs.c.id == actions.c.run)
        .join(own, (own.c.run == actions.c.run) & (own.c.number == actions.c.row))
        .where(actions.c.state.in_(_TO_CORRECT), _COUNTS, ~actions.c.given_up, ~taken_up)
        .group_by(actions.c.run, actions.c.state)
    )
    return {(one.run, State(one.state)): one.n for one in found}
