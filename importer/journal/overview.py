"""Where all runs stand at a glance: what is open in each, and what one waits for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import Select, func, select

from importer.journal.again import PASSING
from importer.journal.schema import IN_DOUBT, actions, runs
from importer.journal.store import Journal
from importer.journal.taken import NEVER_RAN, is_taken_up
from importer.model import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """What of a run is not at its end: neither given up, nor taken up by a later run."""

    unknown: int = 0
    """Actions, like the next one."""
    unsent: int = 0
    to_correct: int = 0
    """Rows of which something is INVALID, IGNORED or REFUSED: those of its failures workbook."""
    duplicate: int = 0
    """Actions."""

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))


_ACTIONS: Final[Mapping[State, str]] = {
    State.SENDING: "unknown",
    State.UNKNOWN: "unknown",
    State.STAGED: "unsent",
    State.DUPLICATE: "duplicate",
}
_TO_CORRECT: Final = (State.INVALID, State.IGNORED, State.REFUSED)


def open_by_run(journal: Journal) -> Mapping[str, Open]:
    """Run → what is open in it, for runs of which something is."""
    counts = {run: {"to_correct": rows} for run, rows in _rows_to_correct(journal)}
    for run, state, count in _by_state(journal):
        of_run, name = counts.setdefault(run, {}), _ACTIONS[state]
        of_run[name] = of_run.get(name, 0) + count
    return {run: Open(**of_run) for run, of_run in counts.items()}


def held_for_a_time(journal: Journal) -> frozenset[str]:
    """Runs of which something is held for what another one has open or in doubt: it may be free."""
    reason = func.json_extract(actions.c.earlier, "$.reason")
    asked = select(actions.c.run).where(reason.in_(PASSING)).distinct()
    return frozenset(one.run for one in journal.read(_open(asked, (State.DUPLICATE,))))


def waited_for(journal: Journal, run: str) -> list[str]:
    """Other runs that have something in doubt on a lead to which this run still has to send."""
    return [one for one in doubt_before(journal, run) if one != run]


def doubt_before(journal: Journal, run: str) -> list[str]:
    """Runs, this one among them, that have something in doubt on a lead to which it has to send."""
    mine = select(actions.c.lead).where(actions.c.run == run, actions.c.state == State.STAGED)
    asked = select(actions.c.run).where(IN_DOUBT, actions.c.lead.in_(mine)).distinct()
    return sorted(one.run for one in journal.read(asked))


def _by_state(journal: Journal) -> Iterator[tuple[str, State, int]]:
    asked = select(actions.c.run, actions.c.state, func.count().label("n"))
    asked = _open(asked, tuple(_ACTIONS)).group_by(actions.c.run, actions.c.state)
    return ((one.run, State(one.state), one.n) for one in journal.read(asked))


def _rows_to_correct(journal: Journal) -> Iterator[tuple[str, int]]:
    asked = select(actions.c.run, func.count(actions.c.row.distinct()).label("n"))
    asked = _open(asked, _TO_CORRECT).group_by(actions.c.run)
    return ((one.run, one.n) for one in journal.read(asked))


def _open(asked: Select[Any], states: Sequence[State]) -> Select[Any]:
    """Of these states, without what nobody waits for: what was refused as a whole among it."""
    return asked.join(runs, runs.c.id == actions.c.run).where(
        actions.c.state.in_(states),
        runs.c.state.not_in(NEVER_RAN),
        ~actions.c.given_up,
        ~is_taken_up(),
    )
