"""What a command loads before it has anything to do: help, and wrong usage, come at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from workplaces import MAPPING, row, write_sheet

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


NEEDED = {"psutil", "pydantic", "sqlalchemy", "tabulate"}
"""What a look into the journal cannot do without."""
MOST = 700
"""Modules of such a look; with sheets, mappings, HTTP and reports they would be twice as many."""


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
        ["resolve", "RUN", "--reason", "seen"],
    ],
    ids=" ".join,
)
def test_help_and_a_wrong_argument_load_next_to_nothing(words: list[str], tmp_path: Path) -> None:
    """In a fresh process, none of the large libraries is loaded."""
    for name in ("there.csv", "there.yaml"):
        (tmp_path / name).write_text("x\n", encoding="utf-8")
    code, modules = loaded_by(words, tmp_path)
    assert code in (0, 2)
    libraries = {name.partition(".")[0] for name in modules}
    assert "click" in libraries
    assert not libraries & HEAVY


@pytest.mark.parametrize(
    ("words", "more"),
    [(["runs"], set()), (["runs", "--json"], set()), (["trace", "RC-0005"], {"babel"})],
    ids=["runs", "runs --json", "trace"],
)
def test_a_look_into_the_journal_loads_no_sheet_and_no_report(
    words: list[str], more: set[str], tmp_path: Path
) -> None:
    """Where nobody reads a sheet, sends or writes, the libraries for that are not waited for."""
    code, modules = loaded_by([*words, "--practice"], tmp_path)
    assert code in (0, 4)
    assert {name.partition(".")[0] for name in modules} & HEAVY <= NEEDED | more
    assert len(modules) < MOST


def test_a_check_loads_no_journal_and_writes_no_workbook(tmp_path: Path) -> None:
    """A plain sheet is checked without a database, a report's libraries or HTTP."""
    sheet, mapping = write_sheet(tmp_path / "payments.csv", [row(1)]), tmp_path / "payments.yaml"
    mapping.write_text(MAPPING, encoding="utf-8")
    code, modules = loaded_by(["check", sheet.name, "-m", mapping.name], tmp_path)
    assert code == 0
    libraries = {name.partition(".")[0] for name in modules}
    assert {"pyarrow", "pydantic"} <= libraries
    assert not libraries & {"httpx", "jinja2", "openpyxl", "pandas", "sqlalchemy"}
    # No terminal asks for a bar, and no variable of the environment is a setting.
    assert not libraries & {"asyncio", "pydantic_settings", "tqdm"}


def test_a_sheet_is_opened_before_what_looks_at_its_rows_is_loaded(tmp_path: Path) -> None:
    """A workbook is given to the process that reads it while no column can be read here yet."""
    program = """
import json, sys
import importer.pipeline.opening
print(json.dumps(sorted(sys.modules)))
"""
    done = fresh(program, [], tmp_path)
    assert done.returncode == 0, done.stderr
    modules: list[str] = json.loads(done.stdout)
    libraries = {name.partition(".")[0] for name in modules}
    assert {"psutil", "pydantic"} <= libraries
    assert not libraries & {"numpy", "pandas", "pyarrow", "sqlalchemy", "tabulate", "tqdm"}


def loaded_by(words: list[str], folder: Path) -> tuple[int, list[str]]:
    """Do a command in a fresh process; its exit code, and every module that it has loaded."""
    done = fresh(TELLS, [json.dumps(words)], folder)
    modules: list[str] = json.loads(done.stderr.splitlines()[-1])
    return done.returncode, modules


def fresh(program: str, words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program in a process that has loaded nothing yet."""
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
