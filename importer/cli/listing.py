"""What `runs` prints; no report, sheet or mapping is loaded for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from importer.cli.phrases import table
from importer.journal.overview import Open
from importer.model import Outcome, RunRecord
from importer.report.figures import plain_sums, shown_sums
from importer.report.inert import visible
from importer.report.moments import iso


def say_runs(runs: Sequence[tuple[RunRecord, Open]]) -> None:
    """Print the runs as a table, each with what is open of it."""
    rows = [
        (
            run.id,
            f"{run.started_at.astimezone():%d %b %Y %H:%M}",
            visible(run.file),
            run.mapping,
            run.planned_actions,
            "  ".join(shown_sums(run.planned_money)),
            run.state,
            _open_words(left),
            visible(run.reason),
        )
        for run, left in runs
    ]
    headers = ("run", "started", "sheet", "mapping", "actions", "planned", "state", "open", "why")
    click.echo(table(rows, headers) if rows else "No runs yet.")


def _open_words(left: Open) -> str:
    """`2 UNKNOWN, 3 rows to correct`; nothing where nothing is open."""
    counts = {
        str(Outcome.UNKNOWN): left.unknown,
        str(Outcome.UNSENT): left.unsent,
        "row to correct" if left.to_correct == 1 else "rows to correct": left.to_correct,
        str(Outcome.DUPLICATE): left.duplicate,
    }
    return ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)


def run_object(run: RunRecord, left: Open) -> dict[str, Any]:
    """A run in what `runs --json` prints."""
    return {
        "run": run.id,
        "root": run.root,
        "started_at": iso(run.started_at),
        "file": visible(run.file),
        "mapping": run.mapping,
        "actions": run.planned_actions,
        "money": plain_sums(run.planned_money),
        "state": str(run.state),
        "reason": visible(run.reason),
        "open": asdict(left),
    }
