"""All runs of a workspace, with what is open of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from importer.journal.overview import Open, open_by_run
from importer.journal.reading import runs_of
from importer.lock import is_at_work
from importer.model import RunRecord, RunState
from importer.pipeline.workplace import Workplace

_NOTHING = Open()
_GONE = "Its process ended without a word."


def list_runs(workplace: Workplace) -> Sequence[tuple[RunRecord, Open]]:
    """Every run with what is open of it, oldest first.

    One that says that it is sending, while no process is at work, is shown as stopped.
    """
    found, left = runs_of(workplace.journal), open_by_run(workplace.journal)
    sending = any(run.state is RunState.SENDING for run in found)
    if sending and not is_at_work(workplace.settings.journal.path):
        found = [_stopped(run) if run.state is RunState.SENDING else run for run in found]
    return [(run, left.get(run.id, _NOTHING)) for run in found]


def _stopped(run: RunRecord) -> RunRecord:
    return replace(run, state=RunState.STOPPED, reason=_GONE)
