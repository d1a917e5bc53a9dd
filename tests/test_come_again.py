"""Rows that come again in later sheets: people are asked about each once, where it is known."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from workplaces import MAPPING, REPEATS, Desk, Result, desk, row, settled

from importer.journal.closing import close
from importer.mapping import parse_mapping
from importer.model import Currency
from importer.nightly.waiting_rows import waiting_rows
from importer.pipeline.workplace import open_workplace

WRONG = row(2, state="Cleared")
WHO = {"by": "asha", "reason": "As agreed."}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a CRM that answers."""
    with desk(tmp_path) as one:
        yield one


def ran(here: Desk, *rows: tuple[str, ...], name: str = "payments.csv") -> str:
    """Run a sheet, and say which run it was."""
    return here.run(here.sheet(*rows, name=name)).run


def wrong(here: Desk) -> dict[str, tuple[int, ...]]:
    """Run → rows that are told as still to correct."""
    with open_workplace(here.settings) as workplace:
        found = waiting_rows(workplace, "to_correct")
    return {run: one.rows for run, one in found.items()}


def mapped(here: Desk, text: str) -> None:
    """Let the desk use another mapping."""
    here.mapping = parse_mapping(text, "payments.yaml")


def test_a_row_that_comes_again_is_told_by_its_latest_run(here: Desk) -> None:
    """A cumulative export brings a wrong row each day: it is one row, with its money once."""
    for day in range(1, 4):
        last = ran(here, row(1), *(row(10 + n) for n in range(day)), WRONG)
    with open_workplace(here.settings) as workplace:
        (found,) = waiting_rows(workplace, "to_correct").values()
    assert wrong(here) == {last: (6,)}
    assert found.money == {Currency.INR: Decimal("200.50")}
    assert not found.read_since


def test_a_row_without_a_readable_identity_is_known_by_its_cells(here: Desk) -> None:
    """Where nobody can read a row's receipt, it is the same row as long as it looks the same."""
    nameless = row(2, receipt="")
    ran(here, row(1), nameless)
    last = ran(here, row(1), nameless, row(3))
    assert wrong(here) == {last: (3,)}
    ran(here, row(1), row(2), row(3))
    assert wrong(here) == {last: (3,)}, "which row it became, nobody can know"


def test_what_a_person_made_of_a_row_is_known_by_how_it_first_looked(here: Desk) -> None:
    """A row that was corrected in vain, and comes again as the source has it, is one row."""
    first = here.run(here.sheet(row(1), row(2, receipt="")))
    text = here.failures_of(first).with_name("failures.csv").read_text(encoding="utf-8-sig")
    edited = here.folder / "corrected.csv"
    edited.write_text(text.replace("200.50", "201.50"), encoding="utf-8")
    second = here.run(settled(edited)).run
    assert wrong(here) == {second: (2,)}
    last = ran(here, row(1), row(2, receipt=""), row(3))
    assert wrong(here) == {last: (3,)}


def test_a_row_that_a_later_run_created_or_gave_up_is_over(here: Desk) -> None:
    """Once the source has corrected a row, or a person has given it up, nobody is asked."""
    for sheet in ((row(1), WRONG), (row(1), WRONG, row(3))):
        ran(here, *sheet)
    ran(here, row(1), row(2), row(3))
    assert wrong(here) == {}
    for other in (row(5), row(6)):
        last = ran(here, row(1), row(4, state="Cleared"), other)
    with open_workplace(here.settings) as workplace:
        close(workplace.journal, last, frozenset({3}), **WHO)
    assert wrong(here) == {}


def test_a_held_row_is_told_by_its_latest_run(here: Desk) -> None:
    """A payment whose amount has changed is one duplicate, until the source takes that back."""
    ran(here, row(1))
    for day in range(1, 4):
        last = ran(here, row(1, amount="999.00"), *(row(10 + n) for n in range(day)))
    with open_workplace(here.settings) as workplace:
        found = waiting_rows(workplace, "duplicate")
    assert {run: one.actions for run, one in found.items()} == {last: 1}
    assert found[last].money == {Currency.INR: Decimal(999)}
    ran(here, row(1), row(20))
    with open_workplace(here.settings) as workplace:
        assert waiting_rows(workplace, "duplicate") == {}


def test_a_row_that_was_corrected_under_another_identity_stays(here: Desk) -> None:
    """Nothing is guessed: a later sheet may have it, which is said, and it is told on."""
    first = ran(here, row(1), row(2, receipt="R-O2", state="Cleared"))
    ran(here, row(1), row(2))
    assert wrong(here) == {first: (3,)}
    with open_workplace(here.settings) as workplace:
        assert waiting_rows(workplace, "to_correct")[first].read_since


def test_a_sheet_of_new_rows_only_stands_for_no_other(here: Desk) -> None:
    """Where each export holds new rows, an equal row is another one, but in the same sheet."""
    mapped(here, MAPPING.replace("exports: cumulative", "exports: separate"))
    first = ran(here, row(1), WRONG)
    second = ran(here, row(3), WRONG, name="payments-2.csv")
    assert wrong(here) == {first: (3,), second: (3,)}
    again = ran(here, WRONG, row(3), name="payments-3.csv")
    assert wrong(here) == {first: (3,), again: (2,)}


def test_of_equal_rows_as_many_have_to_come_again(here: Desk) -> None:
    """Two wrong rows that look alike are told by the later run once it has both."""
    mapped(here, REPEATS)
    good = (row(1), row(3), row(4))
    first = ran(here, *good, WRONG, WRONG)
    second = ran(here, *good, WRONG, row(5))
    assert wrong(here) == {first: (5, 6), second: (5,)}
    third = ran(here, *good, WRONG, WRONG, row(5))
    assert wrong(here) == {third: (5, 6)}


def test_equal_rows_of_a_chain_count_together(here: Desk) -> None:
    """A workbook holds one of two equal rows: a later sheet that has one of them hides nothing."""
    mapped(here, REPEATS)
    good = (row(1), row(3), row(4))
    first = here.run(here.sheet(*good, WRONG, WRONG))
    second = here.run(workbook(here, first, "second.csv", corrected=1))
    third = here.run(workbook(here, second, "third.csv"))
    assert wrong(here) == {third.run: (2,)}
    ran(here, *good, WRONG, row(5))
    assert third.run in wrong(here)


def workbook(here: Desk, of: Result, name: str, corrected: int = 0) -> Path:
    """The failures of a run under another name, with so many of them corrected."""
    text = here.failures_of(of).with_name("failures.csv").read_text(encoding="utf-8-sig")
    path = here.folder / name
    path.write_text(text.replace("Cleared", "Paid", corrected), encoding="utf-8")
    return settled(path)


def test_where_rows_may_repeat_an_equal_key_is_no_proof(here: Desk) -> None:
    """Another receipt of the same lead and amount is another payment: the wrong row is told on."""
    mapped(here, REPEATS)
    good = (row(1), row(3), row(4))
    first = ran(here, *good, row(2, receipt="R-AAAA", state="Cleared"))
    ran(here, row(5), row(2, receipt="R-BBBB"))
    assert wrong(here) == {first: (5,)}


@pytest.mark.parametrize("rows", [None, frozenset({3})])
def test_a_plan_that_was_closed_ends_nothing(here: Desk, rows: frozenset[int] | None) -> None:
    """What was closed with its run waits where it was before; a row given up for good does not."""
    first = ran(here, row(1), WRONG)
    plan = here.plan(here.sheet(row(1), row(2)))
    assert wrong(here) == {}
    with open_workplace(here.settings) as workplace:
        close(workplace.journal, plan, rows, **WHO)
    assert wrong(here) == ({} if rows else {first: (3,)})


def test_another_mapping_stands_for_no_row(here: Desk) -> None:
    """A sheet of other keys may have the same receipts, and be of something else."""
    first = ran(here, row(1), WRONG)
    here.mapping = parse_mapping(MAPPING.replace("name: payment", "name: refund"), "refunds.yaml")
    second = ran(here, row(3), WRONG)
    assert wrong(here) == {first: (3,), second: (3,)}
