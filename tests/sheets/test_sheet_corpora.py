"""Files that others wrote. A table of theirs is right here, or refused; never silently wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from by_hand import BY_HAND
from corpora import Judgement, Outcome, details, judge, table, unpacked

HERE = Path(__file__).parent
CORPORA = HERE.parents[2] / "shared" / "corpora"
PAGE = HERE.parents[1] / "docs" / "reading.md"

AT_LEAST_RIGHT = {
    "calamine_sample": 45,
    "csv_spectrum": 11,
    "poi_sample": 180,
    "pollock_sample": 120,
}
"""So many must be read and not only refused: corpus → files."""
MOST_MEMORY = 512 << 20
"""Bytes of our own process; the reader's children have a bound of their own."""

Judge = Callable[[str], Judgement]


@pytest.fixture(scope="module")
def judgement(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Judge a corpus, once for all tests."""

    @cache
    def judged(name: str) -> Judgement:
        archive = CORPORA / f"{name}.zip"
        if not archive.exists():
            pytest.skip(f"the corpus ../shared/corpora/{name}.zip is not on this machine")
        folder = unpacked(archive, tmp_path_factory.mktemp("corpora"))
        found = judge(name, folder, blank_too=False)
        print(table([found]), details(found, [Outcome.WRONG, Outcome.DIED]), sep="\n")  # noqa: T201 - the table that `pytest -s` shows
        return found

    return judged


@pytest.mark.parametrize("name", AT_LEAST_RIGHT)
def test_no_table_is_silently_wrong_and_no_process_dies(judgement: Judge, name: str) -> None:
    """Every file is read as others read it, or refused; most of them are read."""
    found = judgement(name)
    assert not found.failures(), details(found, [Outcome.WRONG, Outcome.DIED])
    assert found.count(Outcome.RIGHT) >= AT_LEAST_RIGHT[name], table([found])


@pytest.mark.parametrize("name", AT_LEAST_RIGHT)
def test_every_refusal_says_what_to_do(judgement: Judge, name: str) -> None:
    """A file that is not read comes with a sentence that names it, and with a hint."""
    refused = [one for one in judgement(name).verdicts if one.outcome is Outcome.REFUSED]
    assert [one.file for one in refused if one.file not in one.words or not one.hint] == []


@pytest.mark.parametrize("name", ["calamine_sample", "poi_sample"])
def test_no_workbook_fills_our_memory(judgement: Judge, name: str) -> None:
    """Bombs, fuzz cases, a million blank rows: our own process stays within 512 MB."""
    peaks = {one.file: one.peak >> 20 for one in judgement(name).verdicts}
    assert {file: peak for file, peak in peaks.items() if peak > MOST_MEMORY >> 20} == {}


def test_what_was_judged_by_hand_still_differs(judgement: Judge) -> None:
    """A file on the list of those where the other reader is wrong would otherwise hide a fault."""
    verdicts = [*judgement("calamine_sample").verdicts, *judgement("poi_sample").verdicts]
    by_hand = {one.file for one in verdicts if one.words.startswith("by hand: ")}
    has_office = shutil.which("soffice") is not None
    assert by_hand == {file for file in BY_HAND if has_office or not BY_HAND[file].office}


def test_the_page_shows_what_is_found_today(judgement: Judge) -> None:
    """The table of docs/reading.md is that of a fresh run."""
    if shutil.which("soffice") is None:
        pytest.skip("without LibreOffice some files are not compared")
    fresh = table([judgement(name) for name in AT_LEAST_RIGHT])
    assert fresh in PAGE.read_text(encoding="utf-8"), fresh
