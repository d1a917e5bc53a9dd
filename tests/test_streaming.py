"""A sheet of any length is read and checked in the same memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

READERS = Path(__file__).parent / "sheets"

MAPPING = """\
mapping: 1
columns:
  lead:    {header: Lead ID, type: lead_id}
  receipt: {header: Receipt No, type: text}
  amount:  {header: Amount, type: amount, locale: en_IN, currency: INR}
  remarks: {header: Remarks, type: text}
lead: lead
identity: {columns: [receipt], equal_rows: problem, exports: cumulative}
actions:
  - {name: payment, type: PAYMENT, amount: {from: amount}, currency: INR, status: COMPLETED}
"""

READ = """
import sys
from pathlib import Path
from reading import peak
from importer.model import SheetSpec
from importer.sheets import open_sheet
rows = sum(len(chunk.numbers) for chunk in open_sheet(Path(sys.argv[1]), SheetSpec()).chunks())
print(rows, peak())
"""
# Runs of identities are made smaller, so that these are enough rows to fill some.
CHECK = """
import sys
from pathlib import Path
from reading import peak
from importer.first_rows import FirstRows
from importer.pipeline.check import check_sheet
from importer.pipeline.opening import read_mapping
FirstRows.__init__.__defaults__ = (5_000,)
path = Path(sys.argv[1])
result = check_sheet(path, read_mapping(path.with_name("payments.yaml")))
assert not result.invalid
print(result.rows, peak())
"""


def sheet(folder: Path, rows: int) -> Path:
    """Write a sound CSV: every receipt of its own, every fifth remark broken over two lines."""
    path = folder / f"{rows}.csv"
    remarks = ("by cheque", '"paid, in full"', "", '"first\r\nsecond"', "cash")
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write("Lead ID,Receipt No,Amount,Remarks\r\n")
        file.writelines(
            f"6a1fc08d27be4935{at:08x},R-{at:07},{at % 90_000 + 1}.50,{remarks[at % 5]}\r\n"
            for at in range(rows)
        )
    (folder / "payments.yaml").write_text(MAPPING, encoding="utf-8")
    return path


def peak(code: str, path: Path, rows: int) -> float:
    """Run code over a sheet in a process of its own; the megabytes that it held at most."""
    command = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(
        command, cwd=READERS, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    read, held = map(int, done.stdout.split())
    assert read == rows
    return held / 2**20


GROWTH = 20
"""Megabytes: what differs from run to run, and eight bytes for each identity, and no more."""


@pytest.mark.parametrize(
    ("code", "few", "many"),
    [(READ, 50_000, 500_000), (CHECK, 500_000, 1_000_000)],
    ids=["read", "check"],
)
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, code: str, few: int, many: int) -> None:
    """Many times the rows take no more memory than the first of them."""
    small = peak(code, sheet(tmp_path, few), few)
    large = peak(code, sheet(tmp_path, many), many)
    print(f"{few:,} rows: {small:.0f} MB; {many:,} rows: {large:.0f} MB")  # noqa: T201 - for `pytest -s`
    assert large <= small + GROWTH
    assert large <= 400
