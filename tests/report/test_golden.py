"""The reports of one run in which every outcome occurs, compared with what they were before.

A change that is meant is taken over by `GOLDEN=write python -m pytest tests/report/test_golden.py`;
then look at the difference of `tests/report/golden/` before it is committed. The page stands there
without its style and script, which have tests of their own.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from importer.report.write import write_reports

from .books import RUN, every_outcome

GOLDEN = Path(__file__).with_name("golden")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with all reports."""
    path = tmp_path_factory.mktemp("golden") / "reports" / RUN.id
    write_reports(path, every_outcome())
    return path


def without_assets(page: bytes) -> bytes:
    """Return the page without style, script and their hashes."""
    page = re.sub(rb"(<style>|<script>).*?(</style>|</script>)", rb"\1\2", page, flags=re.DOTALL)
    return re.sub(rb"sha256-[A-Za-z0-9+/=]+", b"sha256-", page)


def summary_tab(path: Path) -> bytes:
    """Return the workbook's first tab as text: every cell, and of a formula what is stored too."""
    formulas, values = (
        load_workbook(path, data_only=stored)["Summary"].iter_rows() for stored in (False, True)
    )
    lines = []
    for row, stored in zip(formulas, values, strict=True):
        for cell, value in zip(row, stored, strict=True):
            if cell.value is not None:
                by = f" by {cell.value}" if cell.data_type == "f" else ""
                lines.append(f"{cell.coordinate} {value.value!r}{by} [{cell.number_format}]\n")
    return "".join(lines).encode()


@pytest.mark.parametrize("kind", ["html", "csv", "json", "xlsx"])
def test_a_report_is_as_it_was(folder: Path, kind: str) -> None:
    """Not a byte of a report, and not a cell of the workbook's summary, changes unseen."""
    path = folder / f"reconciliation.{kind}"
    name = "summary.txt" if kind == "xlsx" else path.name
    found = summary_tab(path) if kind == "xlsx" else path.read_bytes()
    if kind == "html":
        found = without_assets(found)
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / name).write_bytes(found)
    assert found == (GOLDEN / name).read_bytes()
