"""The end of a run's sending, put on record."""

from __future__ import annotations

from importer.journal import reading
from importer.journal.answers import count_doubtful
from importer.journal.sending import set_run_state
from importer.model import RunState
from importer.pipeline.workplace import Workplace
from importer.upload import Ending, EndKind


def conclude(workplace: Workplace, run_id: str, ending: Ending) -> None:
    """Put the run's end on record: DONE only when nothing is left to send."""
    journal, done = workplace.journal, ending.kind is EndKind.DONE
    left = reading.batches_left(journal, run_id)
    reason = ending.reason
    if done and left:
        reason = _WAITS if count_doubtful(journal, run_id) else _FREED
    state = RunState.DONE if done and not left else RunState.STOPPED
    set_run_state(journal, run_id, state, reason)


_WAITS = "What is left waits for an action of the same lead that is in doubt."
_FREED = "What is left was found not to have been stored, or waits for another run."
