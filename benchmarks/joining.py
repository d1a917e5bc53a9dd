"""Runs that were made one after the other, put together: one table, with the ratios of each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.rounds import Measurements


def read_run(file: Path) -> Measurements:
    """What a run has written by `--json`.

    Raises:
        ValueError: it is no such file.
    """
    told = json.loads(file.read_text(encoding="utf-8"))
    try:
        found = Measurements(missing=told["missing"], broken=told["broken"])
        found.samples.update(told["samples"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"{file} is no run of the benchmarks") from error
    return found


def together(runs: Sequence[Measurements]) -> Measurements:
    """All rounds of all runs."""
    found = Measurements()
    for run in runs:
        for task, samples in run.samples.items():
            found.samples[task].extend(samples)
        found.missing |= run.missing
        found.broken |= run.broken
    return found
