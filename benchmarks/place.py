"""Where a run of the benchmarks works: the sheets, made once, and a folder for each run."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks import sheets

ROOT: Final = Path(__file__).resolve().parents[1]
ENV: Final = {"PYTHONPATH": str(ROOT), "TELECRM_TOKEN": "benchmark"}
"""For every process: peers are found, and the token is where the settings look for it."""
ENTERPRISE: Final = "64f0c0ffee0000000000abcd"

_SETTINGS: Final = """\
[workspace]
base_url = "{root}"
enterprise_id = "{enterprise}"
[journal]
path = "journal/journal.db"
[send]
requests_per_hour = {per_hour}
burst = {burst}
concurrency = {concurrency}
"""


class Place:
    """The folder of the benchmarks.

    Args:
        folder: made where it is missing. Sheets are kept in it for the next run, under a name that
            changes with the program that makes them.
    """

    def __init__(self, folder: Path) -> None:
        digest = hashlib.sha256(Path(sheets.__file__).read_bytes()).hexdigest()[:8]
        self._folder = folder.resolve()
        self._inputs = self._folder / f"sheets-{digest}"
        self._inputs.mkdir(parents=True, exist_ok=True)
        self.mapping = self._inputs / "payments.yaml"
        """The one mapping of all sheets."""
        self.mapping.write_text(sheets.MAPPING, encoding="utf-8")

    def csv(self, rows: int) -> Path:
        """The CSV of so many rows."""
        return self._made(f"payments-{rows}.csv", lambda path: sheets.write_csv(path, rows))

    def xlsx(self, rows: int) -> Path:
        """The workbook of so many rows."""
        return self._made(f"payments-{rows}.xlsx", lambda path: sheets.write_xlsx(path, rows))

    def changed_csv(self, rows: int) -> Path:
        """The same receipts with other amounts."""
        name = f"changed-{rows}.csv"
        return self._made(name, lambda path: sheets.write_csv(path, rows, changed=True))

    def _made(self, name: str, write: Callable[[Path], None]) -> Path:
        path = self._inputs / name
        if not path.exists():
            half = path.with_suffix(f".half{path.suffix}")
            write(half)
            half.replace(path)
        return path

    @contextmanager
    def fresh(self) -> Iterator[Path]:
        """A folder for one run, gone afterwards."""
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=self._folder))
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


def write_settings(
    folder: Path, root: str, *, concurrency: int = 4, per_hour: float = 0, burst: int = 1
) -> None:
    """Write an `importer.toml` for a CRM at this base URL; no limit unless one is given."""
    text = _SETTINGS.format(
        root=root,
        enterprise=ENTERPRISE,
        concurrency=concurrency,
        per_hour=per_hour,
        burst=burst,
    )
    (folder / "importer.toml").write_text(text, encoding="utf-8")


def python(module: str, *words: object) -> list[str]:
    """The command that runs a module with this Python."""
    return [sys.executable, "-m", module, *map(str, words)]


def sync() -> None:
    """Let what earlier tasks wrote reach the disk, so that no later one waits for it."""
    if hasattr(os, "sync"):
        os.sync()
