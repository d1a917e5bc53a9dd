"""The jobs of the night: inbox, mapping, archive, and whether the hours fit."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median_low
from typing import Final

from importer.errors import ImporterError, MappingError
from importer.model import RunRecord
from importer.pipeline.doctor.finding import Finding, broken, ok, warning, wrong
from importer.pipeline.doctor.places import check_folder, is_there
from importer.pipeline.opening import read_mapping
from importer.settings import Job

_ENOUGH: Final = 3
"""Runs of a mapping, from which on there is something usual about their hour."""
_LATEST: Final = 10


def check_job(job: Job, runs: Sequence[RunRecord]) -> Iterator[Finding]:
    """Everything that a job needs.

    Args:
        job: the job.
        runs: of the workspace, oldest first; empty where the journal is not there.
    """
    check = f"job {job.name}"
    yield _inbox(check, job.inbox)
    yield from check_folder(f"{check}: archive", job.archive, "`archive` of the job")
    if not is_there(job.mapping):
        said = f"The file {job.mapping} is not there."
        yield wrong(f"{check}: mapping", said, "Write it there, or correct `mapping` of the job.")
        return
    try:
        mapping = read_mapping(job.mapping, "`mapping` of this job under [[jobs]]")
    except MappingError as error:
        first = error.mistakes[0]
        yield wrong(
            f"{check}: mapping",
            f"{error.message} Line {first.line}: {first.message}",
            first.hint or error.hint,
        )
    except ImporterError as error:
        yield broken(f"{check}: mapping", error)
    else:
        yield ok(f"{check}: mapping", f"{job.mapping} is in order.")
        yield from _hours(check, job, [run for run in runs if run.mapping == mapping.name])


def _inbox(check: str, inbox: Path) -> Finding:
    folder, check = inbox.parent, f"{check}: inbox"
    if not is_there(folder):
        return wrong(check, f"The folder {folder} is not there.", "Make it, or correct `inbox`.")
    # A file is taken by a new name: that is a matter of its folder, not of the file.
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return wrong(
            check,
            f"This account may not take files out of {folder}.",
            "Let it read and write that folder: files are moved out of it.",
        )
    waiting = sum(path.is_file() for path in folder.glob(inbox.name))
    files = "1 file lies" if waiting == 1 else f"{waiting:,} files lie"
    return ok(check, f"{files} in {folder}.")


def _hours(check: str, job: Job, runs: Sequence[RunRecord]) -> Iterator[Finding]:
    """A file that may come after the night's start is taken a day later, and called missing."""
    if not job.expected_days or job.expected_by is None or len(runs) < _ENOUGH:
        return
    begun = [run.started_at.astimezone(job.timezone) for run in runs[-_LATEST:]]
    usual = median_low(dt.time(one.hour, one.minute) for one in begun)
    if usual < job.expected_by:
        yield warning(
            f"{check}: hours",
            f"Files may come until {job.expected_by:%H:%M} {job.zone}, and its runs usually start "
            f"at {usual:%H:%M}: what comes in between waits for a day.",
            "Start the night later, or write an earlier `expected_by`.",
        )
