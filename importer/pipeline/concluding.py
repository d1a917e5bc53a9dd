"""The end of a run's sending, put on record."""

from __future__ import annotations

from importer.journal import overview
from importer.journal.answers import count_doubtful
from importer.journal.doubt import NOT_STORED
from importer.journal.left import batches_left
from importer.journal.sending import set_run_state
from importer.journal.store import Journal
from importer.model import RunState
from importer.pipeline.workplace import Workplace
from importer.upload import Ending, EndKind


def conclude(workplace: Workplace, run_id: str, ending: Ending) -> None:
    """Put the run's end on record: DONE only when nothing is left to send."""
    journal, done = workplace.journal, ending.kind is EndKind.DONE
    left = batches_left(journal, run_id)
    reason = ending.reason
    if done and left:
        reason = _WAITS if count_doubtful(journal, run_id) else _freed(journal, run_id)
    state = RunState.DONE if done and not left else RunState.STOPPED
    set_run_state(journal, run_id, state, reason, halted=ending.halted)


_WAITS = "What is left waits for an action of the same lead that is in doubt."


def _freed(journal: Journal, run_id: str) -> str:
    others = overview.waited_for(journal, run_id)
    if not others:
        return NOT_STORED
    runs = f"the run {others[0]}" if len(others) == 1 else f"the runs {', '.join(others)}"
    return f"What is left waits for an action of the same lead that is in doubt in {runs}."
