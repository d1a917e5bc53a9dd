"""The end of a run's sending, put on record."""

from __future__ import annotations

from dataclasses import replace

from importer.journal import overview
from importer.journal.answers import count_doubtful
from importer.journal.doubt import NOT_STORED
from importer.journal.left import batches_left
from importer.journal.reading import run_of
from importer.journal.sending import set_run_state
from importer.journal.store import Journal
from importer.model import RunState
from importer.pipeline.workplace import Workplace
from importer.upload import Ending, EndKind


def conclude(workplace: Workplace, run_id: str, ending: Ending) -> Ending:
    """Put the run's end on record: DONE only when nothing is left to send.

    Returns:
        The same; halted as well where a rule was to stop the run when something else did.
    """
    journal = workplace.journal
    ending = _with_halt(workplace, run_id, ending)
    done, left = ending.kind is EndKind.DONE, batches_left(journal, run_id)
    reason = ending.reason
    if done and left:
        reason = _WAITS if count_doubtful(journal, run_id) else _freed(journal, run_id)
    state = RunState.DONE if done and not left else RunState.STOPPED
    set_run_state(journal, run_id, state, reason, halted=ending.halted)
    return ending


def _with_halt(workplace: Workplace, run_id: str, ending: Ending) -> Ending:
    run = run_of(workplace.journal, run_id)
    if ending.halted or not run.halted:
        return ending
    return replace(ending, reason=f"{ending.reason} {run.reason}".strip(), halted=True)


_WAITS = "What is left waits for an action of the same lead that is in doubt."


def _freed(journal: Journal, run_id: str) -> str:
    others = overview.waited_for(journal, run_id)
    if not others:
        return NOT_STORED
    runs = f"the run {others[0]}" if len(others) == 1 else f"the runs {', '.join(others)}"
    return f"What is left waits for an action of the same lead that is in doubt in {runs}."
