"""The README is true: its walk-through is run, its tables are held against the code."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import openpyxl
import pytest
from commands import Finished, started
from openpyxl.worksheet.worksheet import Worksheet

from importer.cli import cli
from importer.model import Outcome
from importer.sandbox import lead_id

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WALK = README.partition("## Your first import")[2].partition("\n## ")[0]
COMMAND = re.compile(r"^importer (?P<words>.*?)(?:\s+# (?P<comment>.*))?$")

CORRECTIONS: dict[str, tuple[str, str | int]] = {
    "en_IN": ("Amount (₹)", "1,25,000"),
    "more than 0": ("Amount (₹)", 4500),
    "marked": ("Amount (₹)", "500.00"),
    "no such day": ("Date", "30/09/2026"),
    "stands in row": ("Receipt No", "SDR/26-27/9999"),
    "no lead": ("Lead ID", lead_id(77)),
    "Excel": ("Lead ID", lead_id(78)),
    "LEAD_NOT_FOUND": ("Lead ID", lead_id(79)),
    "stands for": ("Status", "Paid"),
    "email": ("Payer Email", "ravi.kumar@gmail.com"),
}
"""Words of a problem → what a person writes into which column."""


def commands(text: str) -> list[re.Match[str]]:
    """The `importer` lines of a text's shell blocks, in order."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [match for line in lines if (match := COMMAND.match(line))]


def correct(workbook: Path) -> int:
    """Correct the red cells of a failures workbook, as a person would; returns the rows."""
    book = openpyxl.load_workbook(workbook)
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    header = next(n for n in range(1, 20) if sheet.cell(n, 2).value == "Lead ID")
    columns = {cell.value: place for place, cell in enumerate(sheet[header], start=1)}
    for number in range(header + 1, sheet.max_row + 1):
        problem = str(sheet.cell(number, columns["Importer: problem"]).value)
        column, value = next(fix for words, fix in CORRECTIONS.items() if words in problem)
        sheet.cell(number, columns[column], value)
    book.save(workbook)
    return int(sheet.max_row) - header


def walk(folder: Path, edit: Callable[[Path], object]) -> list[tuple[str, Finished]]:
    """Do what the README says, in order; `edit` corrects the failures workbook in step 5."""
    for name in ("sample_data", "mappings"):
        shutil.copytree(ROOT / name, folder / name)
    done = []
    for command in commands(WALK):
        words = command["words"]
        if "RUN" in words:
            runs = json.loads(started("runs", "--practice", "--json", cwd=folder).out)
            words = words.replace("RUN", runs[0]["run"])
            edit(folder / words.split()[1])
        finished = started(*words.split(), cwd=folder)
        expected = re.search(r"exit code (\d+)", command["comment"] or "")
        assert finished.code == int(expected[1] if expected else 0), (words, finished)
        done.append((words, finished))
    return done


def test_the_walk_through_closes_the_books(tmp_path: Path) -> None:
    """As the README says it: check, dry run, run, correct, run again; then nothing is left."""
    (_, check), (_, dry), (_, first), (_, second), (_, third), _ = walk(tmp_path, correct)
    assert "Payments!F" in check.out
    assert dry.out.startswith("POST /lead/")
    assert "need a person" in first.out
    assert "0 rows open" in second.out
    assert "nothing to do" in third.out
    crm = (tmp_path / "practice" / "practice-crm.jsonl").read_text().splitlines()
    stored = json.loads(started("runs", "--practice", "--json", cwd=tmp_path).out)
    assert len(stored) == 3
    assert len(crm) == len(set(crm)), "nothing arrived twice"
    assert (tmp_path / "my_mapping.yaml").exists()


def save_in_libreoffice(workbook: Path) -> None:
    """Open the workbook in LibreOffice and save it again."""
    saved = workbook.parent / "saved"
    program = shutil.which("soffice")
    assert program is not None
    subprocess.run(
        [
            program,
            f"-env:UserInstallation={(workbook.parent / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            saved,
            workbook,
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    (saved / workbook.name).replace(workbook)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not here")
def test_the_walk_through_in_libreoffice(tmp_path: Path) -> None:
    """Corrected and saved by LibreOffice, the failures workbook closes the books just as well."""

    def edit(workbook: Path) -> None:
        correct(workbook)
        save_in_libreoffice(workbook)

    done = walk(tmp_path, edit)
    assert "0 rows open" in done[3][1].out
    assert "nothing to do" in done[4][1].out


def test_the_demo_works_every_time(tmp_path: Path) -> None:
    """The demo runs again and again, each time from the start, and names its report."""
    for _ in range(2):
        done = started("demo", cwd=tmp_path)
        assert done.code == 0, done
        report = re.search(r"Report: +(\S+reconciliation\.html)", done.out)
        assert report is not None
        assert (tmp_path / report[1]).exists()
        assert "need a person" in done.out


def test_every_command_is_in_the_readme_with_options_that_exist() -> None:
    """The table of commands lists every command, and names no option that is not there."""
    table = README.partition("## All commands")[2].partition("\n## ")[0]
    listed = {}
    for line in table.splitlines():
        if match := re.match(r"\| `importer ([a-z-]+)", line):
            listed[match[1]] = set(re.findall(r"--[a-z-]+", line))
    assert set(listed) == set(cli.commands)
    for name, options in listed.items():
        command = cli.commands[name]
        below = command.commands.values() if isinstance(command, click.Group) else ()
        known = {opt for one in (command, *below) for param in one.params for opt in param.opts}
        assert options <= known, name


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_help_teaches(name: str) -> None:
    """Every command has a help text that says what it does, and help for every option."""
    command = cli.commands[name]
    assert command.help
    for param in command.params:
        if isinstance(param, click.Option):
            assert param.help or param.name in {"port", "header_row"}, param.name


def test_every_outcome_and_exit_code_is_explained() -> None:
    """The README's tables have a row for each outcome and each exit code."""
    for outcome in Outcome:
        assert f"| {outcome} |" in README
    for code in ("0", "1", "2", "3", "4", "5", "6", "7", "75", "130 / 143"):
        assert f"\n| {code} |" in README


def test_links_lead_somewhere() -> None:
    """Every file that the README links to or shows is there."""
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
