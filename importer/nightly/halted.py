"""Runs that a stop rule or their first leads have stopped: a person looks before more is sent."""

from __future__ import annotations

from importer.journal.answers import count_doubtful
from importer.journal.left import batches_left
from importer.journal.reading import run_of
from importer.nightly.shift import Shift
from importer.pipeline.settling import settle_run
from importer.pipeline.workplace import Workplace
from importer.upload import Ending, EndKind
from importer.upload.stops import AS_PLANNED


def is_halted(workplace: Workplace, run_id: str) -> bool:
    """Whether a rule has stopped a run of which something is left.

    To go on would be to try a spoilt mapping on the next leads, one night after the other.
    """
    journal = workplace.journal
    left = batches_left(journal, run_id) or count_doubtful(journal, run_id)
    return bool(left) and run_of(journal, run_id).halted


def settle_halted(shift: Shift, run_id: str) -> Ending | None:
    """Settle what such a run has in doubt, and send nothing.

    Args:
        shift: the night.
        run_id: the run.

    Returns:
        Why it is left as it is; None where nothing of it is left.

    Raises:
        ImporterError: it cannot be settled.
    """
    workplace = shift.workplace
    if workplace.settings.settle.automatic:
        minutes = shift.minutes_left
        ending, _ = settle_run(workplace, run_id, shift.token, minutes=minutes, bars=shift.bars)
        if ending.kind is EndKind.INTERRUPTED:
            return ending
    if not is_halted(workplace, run_id):
        return None
    reason = run_of(workplace.journal, run_id).reason
    return Ending(kind=EndKind.STOPPED, reason=reason, remedy=AS_PLANNED, halted=True)
