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

from importer.report import write_reports

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


@pytest.mark.parametrize("name", ["reconciliation.html", "reconciliation.csv", "summary.json"])
def test_a_report_is_as_it_was(folder: Path, name: str) -> None:
    """Not a byte of a report changes unseen."""
    found = (folder / name).read_bytes()
    if name.endswith(".html"):
        found = without_assets(found)
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / name).write_bytes(found)
    assert found == (GOLDEN / name).read_bytes()
