from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hostile import HOSTILE

PROGRAM = Path(__file__).with_name("open_each.py")
MOST_MEMORY = 512 << 20
MOST_SECONDS = 20.0
"""On a machine with other things to do; alone, each takes less than one."""
IDS = [f"{what} {ending}" for what, ending, _, _ in HOSTILE]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How opening a file went."""

    said: str
    hint: str
    seconds: float
    memory: int
    """Bytes: the most of this and all files before."""


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdict]:
    """Every hostile file, made and opened, in one process that must live through all of them."""
    folder = tmp_path_factory.mktemp("hostile")
    paths = [folder / f"{at}{ending}" for at, (_, ending, _, _) in enumerate(HOSTILE)]
    for path, (_, _, make, _) in zip(paths, HOSTILE, strict=True):
        make(path)
    command = [sys.executable, str(PROGRAM), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [Verdict(**json.loads(line)) for line in done.stdout.splitlines()]
    return dict(zip(IDS, lines, strict=True))


@pytest.mark.parametrize(("name", "words"), [(IDS[at], row[3]) for at, row in enumerate(HOSTILE)])
def test_each_is_refused_with_its_own_sentence(
    verdicts: dict[str, Verdict], name: str, words: str
) -> None:
    """A hostile or damaged file is refused soon, with words for what it is and a remedy."""
    verdict = verdicts[name]
    assert verdict.said
    assert words in verdict.said
    assert verdict.hint
    assert verdict.seconds < MOST_SECONDS


def test_no_sentence_speaks_of_our_tools(verdicts: dict[str, Verdict]) -> None:
    """What is said needs no knowledge of how files are read."""
    for verdict in verdicts.values():
        for word in (
            "Error",
            "Traceback",
            "Cfb",
            "calamine",
            "xlrd",
            "parse",
            "token",
            "None",
            "b'",
        ):
            assert word not in verdict.said


def test_refusing_takes_little_memory(verdicts: dict[str, Verdict]) -> None:
    """No hostile file makes the importer and its child hold more than 512 MB together."""
    if not any(verdict.memory for verdict in verdicts.values()):
        pytest.skip("this system does not tell a process's peak of memory")
    before = 0
    for name, verdict in verdicts.items():
        assert verdict.memory <= MOST_MEMORY, f"{name}: {before} → {verdict.memory}"
        before = verdict.memory
