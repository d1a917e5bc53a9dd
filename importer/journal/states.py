"""States of actions, and of runs, that are asked for together."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from importer.model import OUTCOME_OF, REPLACED, Outcome, RunState, State


def states_of(outcomes: Collection[Outcome]) -> tuple[State, ...]:
    """Every state that counts as one of these outcomes."""
    return tuple(state for state, outcome in OUTCOME_OF.items() if outcome in outcomes)


DOUBTFUL_STATES: Final = (State.SENDING, State.UNKNOWN)
"""States in which nobody knows whether an action stands on a timeline."""
LIVE_STATES: Final = (State.SENDING, State.CREATED, State.UNKNOWN)
"""States in which an action may stand on a timeline: at most one per identity and occurrence."""
REPLACED_STATES: Final = states_of(REPLACED)
"""States that a later attempt of the same row replaces."""

OPEN_RUNS: Final = (RunState.READY, RunState.SENDING, RunState.STOPPED)
"""Runs that may still send what they have staged."""
NEVER_RAN: Final = (RunState.REFUSED, RunState.PLANNING)
"""Runs that have changed nothing, and so have taken nothing up."""
