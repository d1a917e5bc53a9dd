"""A night as one JSON object, for programs."""

from __future__ import annotations

from typing import Any

from importer.nightly.masked import said_of
from importer.nightly.records import FileReport, JobReport, NightReport
from importer.pipeline.masking import hushed
from importer.reconcile import Reconciliation
from importer.report.figures import plain_sums


def night_object(night: NightReport) -> dict[str, Any]:
    """What `importer nightly` prints; docs/nightly.md explains every key."""
    return {
        "workspace": night.workspace,
        "started_at": night.started_at.isoformat(timespec="seconds"),
        "ended_at": night.ended_at.isoformat(timespec="seconds"),
        "exit_code": night.exit_code,
        "jobs": [_job(one) for one in night.jobs],
        "still_unknown": dict(night.still_unknown),
        "unsent": dict(night.unsent),
        "waiting": {run: str(one.hold) for run, one in night.waiting.items()},
        "still_wrong": {run: one.rows for run, one in night.still_wrong.items()},
        "duplicate": {run: one.actions for run, one in night.duplicate.items()},
        "strays": [str(one.path) for one in night.strays],
        "came_from": night.came_from,
        "notes": list(map(hushed, night.notes)),
    }


def _job(job: JobReport) -> dict[str, Any]:
    return {
        "name": job.name,
        "exit_code": job.exit_code,
        "said": hushed(job.said),
        "files": [_file(one) for one in job.files],
        "resumed": [_file(one) for one in job.resumed],
        "missing": job.missing,
        "unusual": list(map(hushed, job.unusual)),
        "waiting": list(job.waiting),
    }


def _file(file: FileReport) -> dict[str, Any]:
    return {
        "file": file.file,
        "fate": str(file.fate),
        "run": file.run,
        "exit_code": file.exit_code,
        "said": said_of(file),
        **({} if file.books is None else _books(file.books)),
        "archived": str(file.archived) if file.archived else None,
        "reports": str(file.reports) if file.reports else None,
    }


def _books(books: Reconciliation) -> dict[str, Any]:
    return {
        "rows": books.run.rows_read,
        "counts": {str(one): line.count for one, line in books.outcomes.items()},
        "money": {
            str(one): plain_sums(line.money) for one, line in books.outcomes.items() if line.money
        },
        "balances": not books.imbalances,
    }
