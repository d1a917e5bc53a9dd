"""Five thousand rows, two hundred faults: each is found at its cell, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import importer
from faults import FAULTS
from faulty_sheets import MAPPING, Place, Seeded, seeded, write_csv, write_xlsx
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.mapping import parse_mapping
from importer.pipeline.check import check_sheet

WRITE = {"csv": write_csv, "xlsx": write_xlsx}


def found(path: Path) -> frozenset[Place]:
    """List the problems of a sheet: code and cell."""
    result = check_sheet(path, parse_mapping(MAPPING, "payments.yaml"))
    return frozenset((code, cell) for code, one in result.groups.items() for cell in one.cells)


def table(sheet: Seeded, problems: frozenset[Place]) -> str:
    """Show how many faults of each kind were seeded and found, and what was found besides."""
    codes = {fault.kind: fault.code for fault in FAULTS}
    lines = [
        f"{count:4} {kind} ({codes.get(kind, kind)})" for kind, count in sorted(sheet.kinds.items())
    ]
    missed = sorted(sheet.expected - problems)
    besides = sorted(problems - sheet.expected)
    hits = len(sheet.expected & problems)
    lines.append(f"{hits} of {len(sheet.expected)} found; missed {missed}; besides {besides}")
    return "\n".join(lines)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_seeded_fault_is_found_and_no_other(tmp_path: Path, suffix: str, seed: int) -> None:
    """Of 200 faults in 5,000 rows, `check` finds each at its cell, under its code, and no other."""
    sheet = seeded(5_000, 200, seed, suffix)
    assert len(sheet.kinds) >= 30
    assert len(sheet.expected) == 200
    problems = found(WRITE[suffix](tmp_path / f"payments.{suffix}", sheet))
    shown = table(sheet, problems)
    print(f"{suffix}, seed {seed}:\n{shown}")  # noqa: T201 - the table that `pytest -s` shows
    assert problems == sheet.expected, shown


@settings(max_examples=8)
@given(seed=st.integers(0, 2**32), suffix=st.sampled_from(["csv", "xlsx"]))
def test_any_seed_will_do(tmp_path_factory: pytest.TempPathFactory, seed: int, suffix: str) -> None:
    """Wherever the faults stand, whatever stands around them, they are what is found."""
    sheet = seeded(400, 80, seed, suffix)
    path = tmp_path_factory.mktemp("seeded") / f"payments.{suffix}"
    problems = found(WRITE[suffix](path, sheet))
    assert problems == sheet.expected, table(sheet, problems)


def test_the_command_says_the_same(tmp_path: Path) -> None:
    """`importer check --json` lists exactly the seeded cells, and ends with 3."""
    sheet = seeded(5_000, 200, 3, "csv")
    path = write_csv(tmp_path / "payments.csv", sheet)
    (tmp_path / "payments.yaml").write_text(MAPPING, encoding="utf-8")
    done = importer("check", path, "-m", "payments.yaml", "--json", cwd=tmp_path)
    problems = json.loads(done.out)["problems"]
    cells = {(code, cell) for code, cells in problems.items() for cell in cells}
    assert (done.code, cells) == (3, set(sheet.expected))


def test_a_sheet_without_faults_has_no_problem(tmp_path: Path) -> None:
    """The sheet that the faults are seeded into is sound, in either format."""
    for suffix, write in WRITE.items():
        assert not found(write(tmp_path / f"payments.{suffix}", seeded(1_000, 0, 4, suffix)))
