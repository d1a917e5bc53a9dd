"""A row's number is the one that a spreadsheet program shows; LibreOffice is asked."""

from __future__ import annotations

import csv
import io
import random
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from importer.model import SheetSpec
from importer.sheets import open_sheet

SHAPES = {
    "blank_lines": "Lead,Remark\r\n\r\na,b\r\n\r\n\r\nc,d\r\n\r\n",
    "blank_cells": "Lead,Remark\r\n,\r\na,b\r\n,,\r\nc,d\r\n",
    "quoted_line_breaks": 'Lead,Remark\r\na,"one\r\ntwo\r\n"\r\n"b\n\nc",d\r\n"e\rf",g\r\n',
    "old_mac": "Lead,Remark\ra,b\r\rc,d\r",
    "unix": "Lead,Remark\na,b\n\nc,d",
    "all_line_ends": "Lead,Remark\r\na,b\rc,d\n\ne,f\r\r\ng,h\n",
    "converted_twice": "Lead,Remark\r\r\na,b\r\r\nc,d\r\r\n",
    "unicode_separators": "Lead,Remark\r\na\u2028x,b\u2029y\r\nc\u0085z,d\r\n",
    "preamble": '"Site visits\nof October"\r\n\r\nLead,Remark\r\na,b\r\n',
}
"""Name → a CSV whose rows are counted."""


def random_shape(seed: int) -> str:
    """Write a random table with line breaks in cells, blank rows and mixed line ends."""
    chance = random.Random(seed)  # noqa: S311 - shapes, not secrets
    lines = ["Lead,Remark\r\n"]
    for number in range(30):
        out = io.StringIO(newline="")
        remark = "".join(chance.choice(["a", "b c", "\n", "\r\n", ",", '"']) for _ in range(4))
        end = chance.choice(["\r\n", "\n"])
        csv.writer(out, lineterminator="\r\n").writerow([f"n{number}", remark])
        lines += [out.getvalue().removesuffix("\r\n") + end, chance.choice(["", "", end])]
    return "".join(lines)


def by_libreoffice(folder: Path) -> Path:
    """Convert every CSV of a folder to .xlsx, in one call."""
    found = shutil.which("soffice")
    if found is None:
        pytest.skip("LibreOffice (soffice) is not on this machine")
    profile = (folder / "profile").as_uri()
    words = [found, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx"]
    words += [
        "--infilter=CSV:44,34,76,1",
        "--outdir",
        str(folder / "theirs"),
    ]  # comma, quote, UTF-8
    words += map(str, sorted(folder.glob("*.csv")))
    subprocess.run(words, check=True, capture_output=True, timeout=120)
    return folder / "theirs"


def our_rows(path: Path) -> dict[int, list[str]]:
    """Row number → cells, of every row that is not blank."""
    sheet = open_sheet(path, SheetSpec(header_find=("Lead", "Remark"), delimiter=","))
    rows = {sheet.header_row: list(sheet.headers)}
    for number, row in enumerate(sheet.preamble, start=1):
        rows[number] = [text for text, _ in row]
    for chunk in sheet.chunks(7):
        rows |= dict(zip(chunk.numbers, map(list, zip(*chunk.columns, strict=True)), strict=True))
    return {number: _told(row) for number, row in rows.items() if any(row)}


def their_rows(path: Path) -> dict[int, list[str]]:
    """The same, of a workbook."""
    tab = openpyxl.load_workbook(path).worksheets[0]
    rows = [["" if cell is None else str(cell) for cell in row] for row in tab.values]
    return {number: _told(row) for number, row in enumerate(rows, start=1) if any(row)}


def _told(row: list[str]) -> list[str]:
    """LibreOffice has one kind of line break within a cell, and drops one at its end."""
    texts = [text.replace("\r\n", "\n").replace("\r", "\n") for text in row]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def test_rows_are_numbered_as_a_spreadsheet_program_shows_them(tmp_path: Path) -> None:
    """Row n of a CSV is row n of what LibreOffice makes of it, whatever its lines and cells."""
    texts = SHAPES | {f"random_{seed}": random_shape(seed) for seed in range(20)}
    for name, text in texts.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    theirs = by_libreoffice(tmp_path)
    for name in texts:
        ours = our_rows(tmp_path / f"{name}.csv")
        assert ours == their_rows(theirs / f"{name}.xlsx"), name
