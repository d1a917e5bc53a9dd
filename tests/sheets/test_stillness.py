from __future__ import annotations

import os
from pathlib import Path

import pytest

from importer.errors import SheetError
from importer.sheets.stillness import FRESH, check_settled, unchanged

CHANGED = 1_700_000_000.0


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A file that was changed at a known time."""
    path = tmp_path / "visits.csv"
    path.write_bytes(b"Lead\n")
    os.utime(path, (CHANGED, CHANGED))
    return path


def grow(path: Path) -> None:
    """Write on, within the tick of a coarse clock."""
    with path.open("ab") as file:
        file.write(b"Ravi\n")
    os.utime(path, (CHANGED, CHANGED))


def test_a_file_that_grows_is_refused(sheet: Path) -> None:
    """A file that was changed a moment ago, and grows before the second look, is refused."""
    with pytest.raises(SheetError, match="still being written") as caught:
        check_settled(sheet, now=lambda: CHANGED + 1, sleep=lambda _: grow(sheet))
    assert "Wait" in caught.value.hint


def test_a_fresh_file_that_lies_still_passes(sheet: Path) -> None:
    """A file that was saved a moment ago, and is finished, is waited for once and accepted."""
    slept: list[float] = []
    check_settled(sheet, now=lambda: CHANGED + 1, sleep=slept.append)
    assert len(slept) == 1


@pytest.mark.parametrize("age", [FRESH, 3600.0, -60.0])
def test_an_older_file_is_not_waited_for(sheet: Path, age: float) -> None:
    """Nobody waits for a file that was last changed longer ago, or by a clock that is ahead."""
    slept: list[float] = []
    check_settled(sheet, now=lambda: CHANGED + age, sleep=slept.append)
    assert not slept


def test_a_file_that_changes_while_it_is_read_is_refused(sheet: Path) -> None:
    """What was read of a file that changed meanwhile is not used."""
    with pytest.raises(SheetError, match="still being written"), unchanged(sheet):
        grow(sheet)


def test_damage_in_a_file_that_changes_is_no_news(sheet: Path) -> None:
    """Where half a file cannot be read, it is said that it is half a file."""

    def read() -> None:
        sheet.unlink()
        raise SheetError("It is damaged.")

    with pytest.raises(SheetError, match="still being written"), unchanged(sheet):
        read()


def test_damage_in_a_file_that_lies_still_is_told(sheet: Path) -> None:
    """A refusal of a file that did not change stays what it is."""
    with pytest.raises(SheetError, match=r"It is damaged\."), unchanged(sheet):
        raise SheetError("It is damaged.")
