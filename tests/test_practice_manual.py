"""docs/practice.md is true: its commands are run in order, its tables are held against the code."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import MISSING, asdict, fields
from pathlib import Path

import httpx
import pytest
from commands import importer

from importer.sandbox import API_PATH, ENTERPRISE_ID, LEAD_COUNT, TOKEN, PracticeCrm, lead_id
from importer.sandbox.faults import Fault, Rule
from importer.sandbox.server import PORT, running

ROOT = Path(__file__).parents[1]
MANUAL = (ROOT / "docs" / "practice.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The manual's code blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", MANUAL, re.DOTALL)


def table(first: str) -> list[list[str]]:
    """The rows of the table whose first column is called so, as cells."""
    text = MANUAL.partition(f"| {first} |")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()[2:]]


@pytest.fixture
def served() -> Iterator[tuple[PracticeCrm, str]]:
    """A practice CRM and its address."""
    crm = PracticeCrm()
    with running(crm) as url:
        yield crm, url


def curl(words: list[str]) -> httpx.Response:
    """What curl does with these words."""
    *options, address = words
    given = dict(zip(options[::2], options[1::2], strict=True))
    if "-d" not in given:
        return httpx.get(address, trust_env=False)
    name, _, value = given["-H"].partition(": ")
    return httpx.post(address, content=given["-d"], headers={name: value}, trust_env=False)


def test_every_command_does_what_the_manual_says(
    served: tuple[PracticeCrm, str], tmp_path: Path
) -> None:
    """Looked at, failed, settled and switched, by the very words of the manual."""
    crm, url = served
    for name in ("sample_data", "mappings"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "importer.toml").write_text(_here(blocks("toml")[0], url), encoding="utf-8")
    for line in "".join(blocks("sh")).splitlines():
        program, *words = shlex.split(_here(line, url), comments=True)
        if program == "curl":
            answer = curl(words)
            assert answer.status_code == 200, (line, answer.text)
            continue
        done = importer(*words, cwd=tmp_path, env={"TELECRM_TOKEN": TOKEN})
        assert f"exit code {done.code}:" in line, done
        assert crm.counts.by_fault == {Fault.DROP_AFTER: 1}
        assert "UNKNOWN" not in done.out
    receipts = [one.body["fields"] for one in crm.actions if "fields" in one.body]
    assert receipts
    assert all(receipts.count(one) == 1 for one in receipts)
    assert crm.faults.rules == ()
    assert asdict(crm.toggles).items() >= _switched().items()


def test_the_manual_names_the_practice_crm_as_it_is() -> None:
    """Address, enterprise, token and number of leads are those of the code."""
    assert f"http://127.0.0.1:{PORT}{API_PATH}" in MANUAL
    assert f'"{ENTERPRISE_ID}"' in MANUAL
    assert f"TELECRM_TOKEN={TOKEN}" in MANUAL
    assert f"{LEAD_COUNT}\nleads" in MANUAL


def test_every_fault_has_a_line() -> None:
    """The table of faults has each of them once, and no other."""
    assert [row[0] for row in table("fault")] == [f"`{fault}`" for fault in Fault]
    assert all(len(row) == 2 for row in table("fault"))


def test_every_key_of_a_rule_has_a_line_and_its_default() -> None:
    """The table of keys has each of them once, with the default that it really has."""
    defaults = {
        f"`{field.name}`": "none" if field.default is MISSING else _shown(field.default)
        for field in fields(Rule)
    }
    assert {row[0]: row[1].replace("`", "") for row in table("key")} == defaults


def _here(text: str, url: str) -> str:
    """The manual's own address and lead, as they are in this test."""
    return text.replace(f"http://127.0.0.1:{PORT}", url).replace("LEAD_ID", lead_id(3))


def _shown(default: object) -> str:
    return json.dumps(default)


def _switched() -> dict[str, object]:
    lines = [line for line in "".join(blocks("sh")).splitlines() if "toggles" in line]
    return {key: value for line in lines for key, value in json.loads(shlex.split(line)[4]).items()}
