"""The batches of a plan: the same ones, however few of them are in memory together."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from workplaces import desk, row

from importer.journal import batching

ROWS = [row(number % 5 + 1, receipt=f"R-{number}") for number in (7, 3, 8, 4, 5, 2, 13, 6, 12, 1)]


def batched(folder: Path) -> Sequence[tuple[object, ...]]:
    """Plan the sheet in a folder of its own; give each action with its batch, in their order."""
    folder.mkdir()
    with desk(folder, actions_per_request=4) as here:
        here.plan(here.sheet(*ROWS))
        with closing(sqlite3.connect(here.settings.journal.path)) as journal:
            return journal.execute(
                "SELECT batches.id, batches.lead, row, name FROM actions"
                " JOIN batches ON batches.id = batch ORDER BY batches.id, row, position"
            ).fetchall()


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_batches_are_the_same_however_few_are_made_together(
    at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written between two readings changes nothing of what is read."""
    plain = batched(tmp_path / "plain")
    monkeypatch.setattr(batching, "_AT_ONCE", at_once)
    assert batched(tmp_path / "few") == plain
    assert len(plain) == 2 * len(ROWS)
    assert len({batch for batch, *_ in plain}) == 7
