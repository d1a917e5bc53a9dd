"""What a run shares with other runs: a question that is left out would have found nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from openpyxl import load_workbook
from workplaces import MAPPING, REPEATS, Desk, desk, row, settled

from importer.journal import ledger
from importer.journal.shared import EVERYTHING, Shared, shared_of
from importer.pipeline.workplace import open_workplace
from importer.sandbox import Fault, Rule

NOBODY = row(3, lead="ffffffffffffffffffffffff")
SHEET = (
    row(1),
    row(2),
    row(2, receipt="R-0009"),
    NOBODY,
    row(4, state="Cleared"),
    row(1, note="x"),
)
CHANGED = (row(2, amount="7.00"), row(5), row(1), row(4), NOBODY, row(1))


def corrected(here: Desk, failures: Path) -> Path:
    """Correct the failures workbook: a status, and in passing the receipt of the same row."""
    book = load_workbook(failures)
    for cells in book.worksheets[0].iter_rows():
        if any(cell.value == "Cleared" for cell in cells):
            for cell in cells:
                if cell.value in {"Cleared", "R-0004"}:
                    cell.value = {"Cleared": "Paid", "R-0004": "R-4444"}[str(cell.value)]
    book.save(here.folder / "corrected.xlsx")
    return settled(here.folder / "corrected.xlsx")


def history(folder: Path, mapping: str) -> Sequence[tuple[object, ...]]:
    """Run sheets that have much in common; give each action as the journal has it in the end."""
    folder.mkdir()
    with desk(folder, mapping) as here:
        waiting = here.plan(here.sheet(row(8), row(2), row(6), name="waiting.csv"))
        first = here.run(here.sheet(*SHEET))
        here.run(here.sheet(*SHEET))
        here.run(here.sheet(*CHANGED))
        here.run(corrected(here, here.failures_of(first)))
        here.run(here.sheet(*SHEET, row(4, receipt="R-4444")))
        here.resume(waiting)
        with closing(sqlite3.connect(here.settings.journal.path)) as journal:
            return journal.execute(
                "SELECT actions.id, runs.seq, row, name, actions.state, occurrence, batch, holder,"
                " json_extract(earlier, '$.reason') FROM actions JOIN runs ON runs.id = run"
                " ORDER BY actions.id"
            ).fetchall()


@pytest.mark.parametrize("mapping", [MAPPING, REPEATS])
def test_the_journal_is_the_same_whatever_is_asked(
    mapping: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every question asked of every run finds no more than those of which something is shared."""
    few = history(tmp_path / "few", mapping)
    monkeypatch.setattr(ledger, "shared_of", lambda *_: EVERYTHING)
    assert history(tmp_path / "all", mapping) == few
    assert {"same", "changed", "open", "unchanged"} <= {reason for *_, reason in few}


@pytest.mark.parametrize("receipt", ["R-0001", "R-0002"])
def test_equal_rows_are_all_sent_also_over_a_stop(tmp_path: Path, receipt: str) -> None:
    """A run that was stopped between two of its own equal rows sends the other one on resume."""
    with desk(tmp_path, REPEATS, actions_per_request=2) as here:
        here.crm.faults.set([Rule(fault=Fault.ERROR_BEFORE, status=401, nth=2)])
        first = here.run(here.sheet(row(1), row(1, receipt=receipt)))
        assert first.counts == {"CREATED": 2, "UNSENT": 2}
        here.crm.faults.set([])
        assert here.resume(first.run).counts == {"CREATED": 4}


def test_a_sheet_shares_nothing_until_it_comes_again(tmp_path: Path) -> None:
    """A first sheet has nothing in common with others; the same one again all but its chain."""
    with desk(tmp_path) as here:
        runs = [here.plan(here.sheet(row(1), row(2))) for _ in range(2)]
        with open_workplace(here.settings) as workplace:
            assert shared_of(workplace.journal, runs[0]).identities
            assert shared_of(workplace.journal, runs[0]).keys
        lone = here.plan(here.sheet(row(7), name="lone.csv"))
        with open_workplace(here.settings) as workplace:
            nothing = Shared(identities=False, origins=False, keys=False, roots=False)
            assert shared_of(workplace.journal, lone) == nothing
