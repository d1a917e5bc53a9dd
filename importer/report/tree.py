"""The runs of a sheet as a tree: each beneath the one whose failures workbook it read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from importer.model import RunRecord
from importer.reconcile import Chain
from importer.report.inert import visible


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One run, and what was made of its failures workbook."""

    run: RunRecord
    place: str
    """`payments.xlsx › Payments`"""
    branches: tuple[Branch, ...]
    """Oldest first."""


def tree_of(chain: Chain) -> tuple[Branch, ...]:
    """Return the runs of a chain as a tree; a run whose parent is not there stands by itself."""
    known = {run.id for run in chain.runs}
    return _beneath("", [(run.parent if run.parent in known else "", run) for run in chain.runs])


def as_of(chain: Chain) -> dt.datetime:
    """Return when the journal last changed for any of its runs."""
    return max(run.changed_at for run in chain.runs)


def place_of(run: RunRecord) -> str:
    """Return the sheet that a run read: `payments.xlsx › Payments`."""
    return visible(f"{run.file} › {run.tab}" if run.tab else run.file)


def _beneath(parent: str, runs: Sequence[tuple[str, RunRecord]]) -> tuple[Branch, ...]:
    return tuple(
        Branch(run=run, place=place_of(run), branches=_beneath(run.id, runs))
        for of, run in runs
        if of == parent
    )
