"""A run of the benchmarks on record: as JSON, and as the table in docs/performance.md."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import psutil

from benchmarks.rounds import Measurements
from benchmarks.table import Verdict, as_json, as_text, tasks_as_text

BEGIN: Final = "<!-- The last run: written by `python -m benchmarks --docs`. -->"
END: Final = "<!-- Here it ends. -->"
PEERS: Final = (
    "polars",
    "pandas",
    "pyarrow",
    "openpyxl",
    "pandera",
    "frictionless",
    "requests",
    "dlt",
    "aiohttp",
    "xlsxwriter",
    "click",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One run of the benchmarks."""

    at: dt.datetime
    note: str
    """What somebody who reads it should know of the machine."""
    measurements: Measurements
    verdicts: Sequence[Verdict]
    runs: Sequence[Measurements] = ()
    """Those that were put together; none where this is one."""

    @property
    def rounds(self) -> int:
        """How often everything was measured; what was broken on the way, less often."""
        return max(map(len, self.measurements.samples.values()), default=0)

    def as_json(self) -> str:
        """Everything: every sample of every round, and the table."""
        told = {
            "at": self.at.isoformat(timespec="seconds"),
            "rounds": self.rounds,
            "note": self.note,
            "machine": machine(),
            "versions": versions(),
            "table": as_json(self.verdicts),
            "samples": self.measurements.samples,
            "missing": self.measurements.missing,
            "broken": self.measurements.broken,
        }
        return json.dumps(told, indent=1, ensure_ascii=False) + "\n"

    def as_markdown(self) -> str:
        """The table, with what has to be known of it."""
        peers = ", ".join(f"{name} {number}" for name, number in versions().items())
        rounds = "1 round" if self.rounds == 1 else f"{self.rounds} rounds"
        rounds += f" in {len(self.runs)} runs" if self.runs else ""
        words = [f"{self.at:%d %B %Y}, {rounds}, {machine()}.", self.note, f"Beside it: {peers}."]
        tables = [
            as_text(self.verdicts, "github", [run.samples for run in self.runs]),
            tasks_as_text(self.measurements.samples, "github"),
        ]
        between = "What each process took, its start included, and its children:"
        return f"{' '.join(filter(None, words))}\n\n{tables[0]}\n\n{between}\n\n{tables[1]}\n"


def machine() -> str:
    """What the figures were measured on."""
    memory = psutil.virtual_memory().total / 2**30
    system = f"{platform.system()} on {platform.machine()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GB, {system}, Python {platform.python_version()}"


def versions() -> dict[str, str]:
    """The peers that are installed."""
    found = {}
    for name in PEERS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def put_into(page: str, table: str) -> str:
    """The page with this table in place of the one between its marks.

    Raises:
        ValueError: it has no such marks.
    """
    if page.count(BEGIN) != 1 or page.count(END) != 1:
        raise ValueError(f"The page needs one line {BEGIN} and one line {END}")
    between = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    return between.sub(lambda _: f"{BEGIN}\n\n{table}\n{END}", page)


def write_into(path: Path, table: str) -> None:
    """Put the table into a page on disk."""
    page = put_into(path.read_text(encoding="utf-8"), table)
    path.write_text(page, encoding="utf-8", newline="\n")
