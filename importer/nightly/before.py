"""What earlier nights and people have left open, of runs that a night has not told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from importer.journal.overview import Open, OpenRows, open_by_run
from importer.journal.reading import uncounted_runs
from importer.model import RunRecord
from importer.nightly.records import StillHeld, StillWrong, Waiting
from importer.nightly.waiting_rows import waiting_rows
from importer.pipeline.approving import why_held
from importer.pipeline.holding import hold_of
from importer.pipeline.workplace import Workplace
from importer.reconcile import Places
from importer.report.commands import rows_typed
from importer.report.source import FAILURES, FAILURES_CSV


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What is open of other runs."""

    unknown: Mapping[str, int] = field(default_factory=dict)
    """Run → actions in doubt."""
    unsent: Mapping[str, int] = field(default_factory=dict)
    """Run → actions UNSENT, of runs that can be resumed."""
    waiting: Mapping[str, Waiting] = field(default_factory=dict)
    """Run → why its plan is not sent, of those that somebody has to decide on."""
    wrong: Mapping[str, StillWrong] = field(default_factory=dict)
    """Run → its rows to correct that no later run has again."""
    duplicate: Mapping[str, StillHeld] = field(default_factory=dict)
    """Run → what it holds as DUPLICATE, and no later run has again."""

    @classmethod
    def of(cls, workplace: Workplace, touched: AbstractSet[str]) -> Before:
        """Look at every run but those whose books the night tells."""
        found = open_by_run(workplace.journal)
        left = {run: one for run, one in found.items() if run not in touched}
        waiting = dict(_waiting(workplace, left))
        return cls(
            unknown={run: one.unknown for run, one in left.items() if one.unknown},
            unsent={
                run: one.unsent for run, one in left.items() if one.unsent and run not in waiting
            },
            waiting=waiting,
            wrong=dict(_wrong(workplace, touched)),
            duplicate=dict(_held(workplace, touched)),
        )


def _waiting(workplace: Workplace, left: Mapping[str, Open]) -> Iterator[tuple[str, Waiting]]:
    for run, one in left.items():
        hold = hold_of(workplace, run) if one.unsent else None
        if hold is not None:
            ending = why_held(workplace, run, hold)
            yield run, Waiting(hold=hold, said=f"{ending.reason} {ending.remedy}")


def _wrong(workplace: Workplace, but: AbstractSet[str]) -> Iterator[tuple[str, StillWrong]]:
    for run, record, found in _told_here(workplace, "to_correct", but):
        file = record.mapping_file
        yield (
            run,
            StillWrong(
                file=record.file,
                rows=len(found.rows),
                typed=_typed(found),
                money=found.money,
                mapping=workplace.settings.folder / file if file else None,
                job=record.job,
                failures=_failures(workplace, run),
                read_since=found.read_since,
            ),
        )


def _held(workplace: Workplace, but: AbstractSet[str]) -> Iterator[tuple[str, StillHeld]]:
    for run, record, found in _told_here(workplace, "duplicate", but):
        held = StillHeld(
            file=record.file, actions=found.actions, typed=_typed(found), money=found.money
        )
        yield run, held


def _told_here(
    workplace: Workplace, name: Literal["to_correct", "duplicate"], but: AbstractSet[str]
) -> Iterator[tuple[str, RunRecord, OpenRows]]:
    waiting = waiting_rows(workplace, name)
    records = uncounted_runs(workplace.journal, waiting.keys() - but)
    for run, record in sorted(records.items()):
        yield run, record, waiting[run]


def _typed(found: OpenRows) -> str:
    places = Places()
    for row in found.rows:
        places.add(row)
    return rows_typed(places.record())


def _failures(workplace: Workplace, run: str) -> Path | None:
    folder = workplace.reports_of(run)
    files = (folder / name for name in (FAILURES, FAILURES_CSV))
    return next(filter(Path.is_file, files), None)
