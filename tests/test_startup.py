"""What a command loads before it has anything to do: help, and wrong usage, come at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    *("babel", "httpx", "jinja2", "numpy", "openpyxl", "pandas", "psutil", "pyarrow", "pydantic"),
    *("python_calamine", "rich", "ruamel", "sqlalchemy", "starlette", "tabulate", "tqdm"),
    "uvicorn",
}
"""Each of them takes longer to load than click and all of our own words do."""

TELLS = """
import atexit, json, sys
atexit.register(lambda: print("\\n" + json.dumps(sorted(sys.modules)), file=sys.stderr))
sys.argv = ["importer", *json.loads(sys.argv[1])]
from importer.cli import main
main()
"""


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["--version"],
        ["run", "--help"],
        ["nightly", "--help"],
        ["run", "--nosuch"],
        ["run"],
        ["nosuch"],
        ["check", "none.csv", "-m", "none.yaml"],
        ["run", "none.csv", "-m", "none.yaml", "--practice"],
        ["run", "there.csv", "-m", "none.yaml", "--practice"],
        ["run", "there.csv", "-m", "there.yaml", "--expect-total", "rupees"],
    ],
    ids=" ".join,
)
def test_help_and_a_wrong_argument_load_next_to_nothing(words: list[str], tmp_path: Path) -> None:
    """In a fresh process, none of the large libraries is loaded."""
    for name in ("there.csv", "there.yaml"):
        (tmp_path / name).write_text("x\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", TELLS, json.dumps(words)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode in (0, 2)
    loaded = {name.partition(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}
    assert "click" in loaded
    assert not loaded & HEAVY
