"""Rows that a person gives up: out of the books' way, for this sheet and for later ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from workplaces import MAPPING, REPEATS, Desk, Result, desk, row, settled

from importer.errors import SheetRefusedError, UsageError
from importer.journal.reading import action_records
from importer.mapping import parse_mapping
from importer.model import ActionRecord, Currency, EarlierReason, Ruling
from importer.pipeline.reporting import reconcile_run, report_run
from importer.pipeline.rulings import close_rows, release_rows
from importer.pipeline.workplace import open_workplace
from importer.sandbox import Fault, Rule, lead_id

INR = Currency.INR


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a CRM that answers."""
    with desk(tmp_path) as one:
        yield one


def waive(here: Desk, run: str, *rows: int) -> None:
    """Give rows up for good."""
    with open_workplace(here.settings) as workplace:
        close_rows(workplace, run, frozenset(rows), reason="Cancelled by the customer.")


def looked_at_again(here: Desk, result: Result) -> Result:
    """The books of a run as they are now."""
    with open_workplace(here.settings) as workplace:
        return replace(result, books=reconcile_run(workplace, result.run))


def records(here: Desk, run: str) -> list[ActionRecord]:
    """What the journal has of a run."""
    with open_workplace(here.settings) as workplace:
        return list(action_records(workplace.journal, run))


def record(here: Desk, run: str, number: int) -> ActionRecord:
    """The first action of a row."""
    return next(one for one in records(here, run) if one.row == number)


WRONG = {
    "invalid": row(2, amount="x"),
    "ignored": row(2, note="no address"),
    "refused": row(2, lead="f" * 24),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_waived_row_closes_the_books(here: Desk, wrong: tuple[str, ...]) -> None:
    """Nothing of the sheet is open, its money is given up, and no workbook asks for the row."""
    done = here.run(here.sheet(row(1), wrong, row(3)))
    assert not done.books.chain.closed
    waive(here, done.run, 3)
    books = looked_at_again(here, done).books
    assert books.chain.closed
    assert books.imbalances == ()
    assert books.chain.open == {}
    with open_workplace(here.settings) as workplace:
        _, written = report_run(workplace, done.run)
    assert written.failures is None
    given_up = next(one for one in records(here, done.run) if one.given_up)
    assert given_up.decisions[-1].ruling is Ruling.WAIVED


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_waived_row_of_the_next_export_waits_for_nobody(
    here: Desk, wrong: tuple[str, ...]
) -> None:
    """Unchanged in a cumulative export, it costs no request and makes no alarm."""
    done = here.run(here.sheet(row(1), wrong, row(3)))
    waive(here, done.run, 3)
    spent = here.crm.counts.creates
    for name in ("monday.csv", "tuesday.csv"):
        again = here.run(here.sheet(row(1), wrong, row(3), name=name))
        assert again.code == 0, again.counts
        assert again.books.waived_before == again.books.given_up.count > 0
        assert again.books.chain.closed
    assert here.crm.counts.creates == spent


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (WRONG["invalid"], row(2, amount="77")),
        (WRONG["ignored"], row(2, note="a@example.com")),
        (WRONG["refused"], row(2)),
    ],
    ids=WRONG,
)
def test_a_waived_row_that_was_corrected_is_sent(
    here: Desk, wrong: tuple[str, ...], right: tuple[str, ...]
) -> None:
    """Giving up is about the row as it was: a correction is another word."""
    done = here.run(here.sheet(row(1), wrong, row(3)))
    waive(here, done.run, 3)
    again = here.run(here.sheet(row(1), right, row(3), name="again.csv"))
    assert set(again.counts) == {"ALREADY", "CREATED"}
    assert again.books.given_up.count == 0
    assert len(here.arrived()) == 6


def test_a_waived_row_can_be_released_after_all(here: Desk) -> None:
    """A release takes a waiver back, there and in every later sheet."""
    run = here.plan(here.sheet(row(1), row(2)))
    waive(here, run, 3)
    assert here.resume(run).counts == {"CREATED": 2, "UNSENT": 2}
    held = here.run(here.sheet(row(1), row(2), name="monday.csv"))
    assert held.counts == {"ALREADY": 2, "DUPLICATE": 2}
    assert held.code == 0
    assert record(here, held.run, 3).earlier is not None
    with open_workplace(here.settings) as workplace:
        release_rows(workplace, held.run, frozenset({3}), reason="It was paid after all.")
    assert here.resume(held.run).counts == {"ALREADY": 2, "CREATED": 2}
    assert here.run(here.sheet(row(1), row(2), name="tuesday.csv")).counts == {"ALREADY": 4}


def test_a_copy_is_given_up_where_its_original_is(here: Desk) -> None:
    """A row that waits for another run's turn cannot be given up: it would take that one along."""
    first = here.plan(here.sheet(row(1), row(2)))
    second = here.run(here.sheet(row(1), row(2), name="again.csv"))
    assert second.counts == {"DUPLICATE": 4}
    with pytest.raises(UsageError, match=f"row 3 waits for the run {first}"):
        waive(here, second.run, 3)
    waive(here, first, 3)
    assert here.resume(first).counts == {"CREATED": 2, "UNSENT": 2}
    resumed = here.resume(second.run)
    assert resumed.counts == {"ALREADY": 2, "DUPLICATE": 2}
    assert resumed.code == 0
    assert len(here.arrived()) == 2


def test_a_waived_row_is_held_once_it_can_be_read_too(here: Desk) -> None:
    """A mapping that learns to read a row does not send what somebody has given up."""
    odd = row(2, state="Part")
    done = here.run(here.sheet(row(1), odd, row(3)))
    waive(here, done.run, 3)
    here.mapping = parse_mapping(
        MAPPING.replace("{Paid:", "{Part: PENDING, Paid:"), "payments.yaml"
    )
    again = here.run(here.sheet(row(1), odd, row(3), name="again.csv"))
    assert again.counts == {"ALREADY": 4, "DUPLICATE": 2}
    assert again.code == 0
    assert len(here.arrived()) == 4


def test_a_row_that_looks_like_a_waived_one_elsewhere_is_another(tmp_path: Path) -> None:
    """Neither a sheet of new rows nor another mapping is silenced by a waiver."""
    separate = MAPPING.replace("exports: cumulative", "exports: separate")
    for name in "ab":
        (tmp_path / name).mkdir()
    with desk(tmp_path / "a", separate) as here:
        wrong = row(2, amount="x")
        waive(here, here.run(here.sheet(row(1), wrong, row(3))).run, 3)
        again = here.run(here.sheet(row(4), wrong, row(5), name="february.csv"))
        assert (again.code, again.books.given_up.count) == (4, 0)
    with desk(tmp_path / "b") as here:
        waive(here, here.run(here.sheet(row(1), wrong, row(3))).run, 3)
        fees = MAPPING.replace("name: payment", "name: fee")
        here.mapping = parse_mapping(fees, "fees.yaml")
        again = here.run(here.sheet(row(6), wrong, row(7), name="fees.csv"))
        assert (again.code, again.books.given_up.count) == (4, 0)


def test_a_row_corrected_in_vain_and_waived_is_held_as_it_first_looked(here: Desk) -> None:
    """The next export has the row as it was before anybody corrected it."""
    wrong = row(2, amount="x")
    first = here.run(here.sheet(row(1), wrong, row(3)))
    workbook = here.failures_of(first)
    book = openpyxl.load_workbook(workbook)
    assert isinstance(book.active, Worksheet)
    book.active["C2"].value = "y"
    book.save(workbook)
    second = here.run(settled(workbook))
    waive(here, second.run, 2)
    again = here.run(here.sheet(row(1), wrong, row(3), name="again.csv"))
    assert (again.code, again.books.given_up.count) == (0, 1)


def test_what_was_created_since_is_not_released(here: Desk) -> None:
    """A row that was waived, held, and then corrected by somebody else is not booked once more."""
    done = here.run(here.sheet(row(1), row(2, lead="f" * 24), row(3)))
    workbook = here.failures_of(done)
    waive(here, done.run, 3)
    held = here.run(here.sheet(row(1), row(2, lead="f" * 24), row(3), name="again.csv"))
    assert held.counts == {"ALREADY": 4, "DUPLICATE": 2}
    book = openpyxl.load_workbook(workbook)
    assert isinstance(book.active, Worksheet)
    book.active["A2"].value, book.active["B2"].value = lead_id(2), "R-2/B"
    book.save(workbook)
    assert here.run(settled(workbook)).counts == {"CREATED": 2}
    with open_workplace(here.settings) as workplace, pytest.raises(UsageError, match="is held"):
        release_rows(workplace, held.run, frozenset({3}), reason="Paid after all.")
    assert len(here.arrived()) == 6


def test_a_row_in_doubt_is_not_given_up(here: Desk) -> None:
    """What may stand on the timeline is found out first."""
    here.leave_doubts()
    here.crm.faults.set([Rule(fault=Fault.DROP_AFTER, times=1)])
    done = here.run(here.sheet(row(1)))
    with pytest.raises(UsageError, match="in doubt") as refused:
        waive(here, done.run, 2)
    assert f"importer settle {done.run}" in refused.value.message


def test_a_row_is_given_up_where_it_was_tried_last(here: Desk) -> None:
    """A row that its workbook's run has taken up is that run's to give up; one left out is not."""
    first = here.run(here.sheet(row(1), row(2, amount="x"), row(3, amount="y"), row(4), row(5)))
    workbook = here.failures_of(first)
    book = openpyxl.load_workbook(workbook)
    assert isinstance(book.active, Worksheet)
    book.active.delete_rows(3)
    book.save(workbook)
    second = here.run(settled(workbook))
    assert second.counts == {"INVALID": 1}
    with pytest.raises(UsageError, match=f"row 3 was taken up by the run {second.run}") as refused:
        waive(here, first.run, 2, 3, 4)
    assert f"importer close {second.run} --rows 2" in refused.value.message
    assert "row 2 has nothing left" in refused.value.message
    assert not looked_at_again(here, first).books.given_up.count, "all of them, or none"
    waive(here, first.run, 4)
    assert looked_at_again(here, second).books.chain.open_rows == 1
    waive(here, second.run, 2)
    for run in (first, second):
        assert looked_at_again(here, run).books.chain.closed
    with pytest.raises(UsageError, match="left to be given up"):
        waive(here, second.run, 2)
    with pytest.raises(UsageError, match=f"taken up by the run {second.run}, and its row 2 there"):
        waive(here, first.run, 3, 4)


def test_a_row_that_was_created_since_is_in_the_crm_and_not_to_be_given_up(here: Desk) -> None:
    """What a correction has created is said to stand there, and no command that fails is named."""
    first = here.run(here.sheet(row(1), row(2, amount="x"), row(3)))
    workbook = here.failures_of(first)
    book = openpyxl.load_workbook(workbook)
    assert isinstance(book.active, Worksheet)
    book.active["C2"].value = "200"
    book.save(workbook)
    second = here.run(settled(workbook))
    assert second.counts == {"CREATED": 2}
    with pytest.raises(UsageError) as refused:
        waive(here, first.run, 3)
    said = f"row 3 is in the CRM already, as row 2 of the run {second.run}"
    assert said in refused.value.message
    assert "importer close" not in refused.value.message


def test_a_waived_duplicate_asks_again_only_when_it_changes(here: Desk) -> None:
    """The same difference was looked at; another one was not."""
    here.run(here.sheet(row(1)))
    held = here.run(here.sheet(row(1, amount="130"), name="monday.csv"))
    assert held.counts == {"ALREADY": 1, "DUPLICATE": 1}
    waive(here, held.run, 2)
    same = here.run(here.sheet(row(1, amount="130"), name="tuesday.csv"))
    assert (same.code, same.counts) == (0, held.counts)
    earlier = record(here, same.run, 2).earlier
    assert earlier is not None
    assert earlier.reason is EarlierReason.GIVEN_UP
    assert earlier.changes, "what it differs in stays in view"
    other = here.run(here.sheet(row(1, amount="131"), name="wednesday.csv"))
    assert (other.code, other.books.given_up.count) == (4, 0)


def test_where_rows_may_repeat_a_waiver_is_of_its_own_sheet_alone(tmp_path: Path) -> None:
    """Of equal rows nobody can tell which was given up: a later export's are sent."""
    with desk(tmp_path, REPEATS) as here:
        run = here.plan(here.sheet(row(1), row(1), row(1)))
        waive(here, run, 4)
        assert here.resume(run).counts == {"CREATED": 4, "UNSENT": 2}
        again = here.run(here.sheet(*[row(1)] * 4, name="again.csv"))
        assert again.counts == {"ALREADY": 4, "CREATED": 4}
        assert again.books.given_up.count == 0


@pytest.mark.parametrize("payments", [True, False])
def test_rows_that_are_all_refused_lack_amounts_only_where_they_may_be_payments(
    tmp_path: Path,
    payments: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """The run knows what its mapping makes, also where no row yields an action."""
    before, _, rest = MAPPING.partition("  - name: payment\n")
    receipts = "".join(rest.partition("  - name: receipt\n")[1:])
    with desk(tmp_path, MAPPING if payments else before + receipts) as here:
        with pytest.raises(SheetRefusedError) as refused:
            here.plan(here.sheet(row(1, lead="x", amount="x")))
        with open_workplace(here.settings) as workplace:
            books = reconcile_run(workplace, refused.value.run)
        assert books.run.types == ({"PAYMENT", "1003"} if payments else {"1003"})
        assert (books.unreadable, books.moneyless) == (1, int(payments))


def test_a_refused_row_shows_what_of_it_can_be_read(here: Desk) -> None:
    """Money of INVALID rows is in no sum, and is known all the same."""
    done = here.run(
        here.sheet(
            row(1),
            row(2, state="?"),
            row(3, lead="x", amount="1,000.25"),
            row(4, amount="x"),
            *(row(n) for n in range(5, 9)),
        )
    )
    assert done.books.unreadable == 3
    assert done.books.run.invalid_money == {INR: Decimal("1200.75")}
    assert (done.books.run.invalid_with_money, done.books.moneyless) == (2, 1)
    assert done.books.imbalances == ()
