"""A long run's report: every file of 100,000 rows, in memory that does not grow with them.

It takes half a minute, most of it for the workbook.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="Windows does not say what a process held at most")

ROWS = 100_000
GROWTH = 40
"""Megabytes that ten times the rows may take more: comments, and what the page calls kinds."""

WRITE = """
import resource, sys
from pathlib import Path
from tests.report.long import long_run
from importer.report.write import write_reports
written = write_reports(Path(sys.argv[1]), long_run(int(sys.argv[2])))
print(written.failures.rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def write(folder: Path, rows: int) -> tuple[int, float]:
    """Write a report in a process of its own; its rows to correct, and the megabytes it held."""
    done = subprocess.run(
        [sys.executable, "-c", WRITE, folder, str(rows)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "tests"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    failing, held = map(int, done.stdout.split())
    return failing, held / (2**20 if sys.platform == "darwin" else 2**10)


def test_a_long_run_s_report_takes_no_more_memory(tmp_path: Path) -> None:
    """All files of 100,000 rows are written in the memory of 10,000, and each holds every row."""
    _, few = write(tmp_path / "few", ROWS // 10)
    failing, many = write(tmp_path / "many", ROWS)
    print(f"{ROWS // 10:,} rows: {few:.0f} MB; {ROWS:,} rows: {many:.0f} MB")  # noqa: T201 - for `pytest -s`
    assert many <= few + GROWTH
    assert failing == ROWS // 20
    made = {path.name for path in (tmp_path / "many").iterdir() if not path.name.startswith(".")}
    figures = {f"reconciliation.{ending}" for ending in ("html", "xlsx", "csv", "json")}
    assert made == figures | {"failures.xlsx", "failures.csv"}
    for name, lines in (("reconciliation.csv", ROWS), ("failures.csv", failing)):
        path = tmp_path / "many" / name
        with path.open(encoding="utf-8-sig", newline="") as file:
            assert sum(1 for _ in csv.reader(file)) == lines + 1
