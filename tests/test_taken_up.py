"""Rows that a later run of the chain has taken up: they wait there, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from workplaces import MAPPING, Desk, Result, desk, row, settled

from importer.errors import SheetRefusedError, UsageError
from importer.journal.closing import close
from importer.journal.overview import Open, open_by_run
from importer.journal.rulings import release
from importer.pipeline.outcome import exit_code
from importer.pipeline.reporting import report_run
from importer.pipeline.workplace import open_workplace
from importer.report.source import Written
from importer.report.steps import next_steps
from importer.report.verdict import verdict
from importer.report.words import Tone
from importer.sandbox import Fault, Rule

WHO = {"by": "asha", "reason": "As agreed."}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a CRM that answers."""
    with desk(tmp_path) as one:
        yield one


def report(here: Desk, run: str) -> Written:
    """Write a run's reports anew."""
    with open_workplace(here.settings) as workplace:
        return report_run(workplace, run)[1]


def corrected(here: Desk, run: str, change: Callable[[Worksheet], object]) -> Path:
    """A copy of a run's failures workbook, as a person has edited it; its rows begin at 2."""
    failures = report(here, run).failures
    assert failures is not None
    book = openpyxl.load_workbook(failures.path)
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    change(sheet)
    path = here.folder / f"corrected {run}.xlsx"
    book.save(path)
    return settled(path)


def put(**cells: object) -> Callable[[Worksheet], object]:
    """Write into some cells."""

    def change(sheet: Worksheet) -> None:
        for cell, value in cells.items():
            sheet[cell].value = value

    return change


def left(here: Desk) -> dict[str, Open]:
    """Run → what `importer runs` says is open of it."""
    with open_workplace(here.settings) as workplace:
        return dict(open_by_run(workplace.journal))


def lines(written: Written) -> list[dict[str, Any]]:
    """The lines of `reconciliation.json`."""
    found: list[dict[str, Any]] = json.loads(written.document.read_text(encoding="utf-8"))["lines"]
    return found


def wrong_sheet(here: Desk) -> Result:
    """A run of one good row, one that is INVALID, and one whose receipt is IGNORED."""
    return here.run(here.sheet(row(1), row(2, amount="x"), row(3, note="no address")))


def test_what_was_corrected_in_a_later_run_waits_for_nobody(here: Desk) -> None:
    """The first run's report names that run, keeps its books, and asks for nothing."""
    first = wrong_sheet(here)
    assert first.code == 4
    counts = first.counts
    again = here.run(corrected(here, first.run, put(C2="5", E3="a@example.com")))
    assert again.code == 0
    written = report(here, first.run)
    books = written.report.books
    assert books.imbalances == ()
    assert {str(one): line.count for one, line in books.outcomes.items() if line.count} == counts
    assert (books.rows.waiting, books.rows.taken_up, books.taken_up.count) == (0, 2, 2)
    assert books.taken_up_by == (again.run,)
    assert verdict(books).text.endswith(f"; 2 rows were taken up since, by run {again.run}.")
    assert verdict(books).tone is Tone.GOOD
    assert list(next_steps(written.report)) == []
    assert left(here) == {}
    assert exit_code(books, first.ending) == 0


def test_a_workbook_of_rows_that_were_taken_up_is_not_written(here: Desk) -> None:
    """The stale one is removed with its CSV; one that a person has edited is kept aside."""
    first = wrong_sheet(here)
    workbook = here.failures_of(first)
    table = workbook.with_name("failures.csv")
    assert table.exists()
    here.run(corrected(here, first.run, put(C2="5", E3="a@example.com")))
    written = report(here, first.run)
    assert written.failures is None
    assert not workbook.exists()
    assert not table.exists()
    workbook.write_bytes((here.folder / f"corrected {first.run}.xlsx").read_bytes())
    assert [one.name for one in report(here, first.run).kept] == ["failures edited.xlsx"]
    assert not workbook.exists()


def test_each_line_says_where_it_was_taken_up(here: Desk) -> None:
    """In the JSON, the CSV and the page: the run and the row there, and what was said before."""
    first = wrong_sheet(here)
    again = here.run(corrected(here, first.run, put(C2="5", E3="a@example.com")))
    written = report(here, first.run)
    taken = {one["row"]: one for one in lines(written) if one["taken_up"]}
    assert {number: one["taken_up"] for number, one in taken.items()} == {
        3: f"{again.run}/2",
        4: f"{again.run}/3",
    }
    assert [one["code"] for one in taken[3]["problems"]] != []
    assert {one["outcome"] for one in taken.values()} == {"INVALID", "IGNORED"}
    words = f"Taken up by run {again.run}, as its row 2."
    assert words in written.table.read_text(encoding="utf-8-sig")
    assert "2 of them taken up since" in written.page.read_text(encoding="utf-8")


def test_what_failed_again_waits_in_the_later_run_alone(here: Desk) -> None:
    """Through a chain of three: the row is in the failures workbook of the last that had it."""
    first = wrong_sheet(here)
    runs = [first.run]
    for amount in ("y", "z"):
        again = here.run(corrected(here, runs[-1], put(C2=amount)))
        runs.append(again.run)
        reports = {run: report(here, run) for run in runs}
        for run, written in reports.items():
            expected = 2 if run == again.run else None
            assert (written.failures and written.failures.rows) == expected
        assert left(here) == {again.run: Open(to_correct=2)}
        books = reports[first.run].report.books
        assert (books.taken_up_by, books.chain.open_rows) == ((again.run,), 2)
        assert verdict(books).tone is Tone.CARE
        assert exit_code(books, first.ending) == 4
    done = here.run(corrected(here, runs[-1], put(C2="5", E3="a@example.com")))
    assert done.books.chain.closed
    assert left(here) == {}


def test_half_of_a_workbook_leaves_the_other_half(here: Desk) -> None:
    """The workbook of the first run is written anew with the rows that nobody has taken up."""
    first = wrong_sheet(here)

    def only_the_first(sheet: Worksheet) -> None:
        put(C2="5")(sheet)
        sheet.delete_rows(3)

    here.run(corrected(here, first.run, only_the_first))
    written = report(here, first.run)
    assert written.failures is not None
    assert written.failures.rows == 1
    assert (written.report.books.rows.waiting, written.report.books.rows.taken_up) == (1, 1)
    assert left(here) == {first.run: Open(to_correct=1)}


def test_a_run_that_was_refused_as_a_whole_has_taken_nothing_up(here: Desk) -> None:
    """Its sheet is corrected and run again; until then the rows wait where they did."""
    first = wrong_sheet(here)
    path = corrected(here, first.run, put(C2="y"))
    with pytest.raises(SheetRefusedError) as refused:
        here.run(path, strict=True)
    assert left(here) == {first.run: Open(to_correct=2)}
    assert report(here, first.run).report.books.taken_up.count == 0
    assert report(here, refused.value.run).report.books.taken_up.count == 0


def test_another_export_with_the_same_rows_takes_nothing_up(here: Desk) -> None:
    """A cumulative export is a sheet of its own: each asks about the rows that failed in it."""
    first = wrong_sheet(here)
    rows = row(1), row(2, amount="x"), row(3, note="no address"), row(4)
    second = here.run(here.sheet(*rows, name="tomorrow.csv"))
    assert second.counts == {"ALREADY": 3, "CREATED": 2, "IGNORED": 1, "INVALID": 1}
    assert left(here) == {run: Open(to_correct=2) for run in (first.run, second.run)}


def test_what_is_in_doubt_is_never_taken_up(tmp_path: Path) -> None:
    """Of a row with one failed action and one in doubt, the failed one alone goes on."""
    head, _, actions = MAPPING.partition("actions:\n")
    payment, _, receipt = actions.partition("  - name: receipt\n")
    turned = f"{head}actions:\n  - name: receipt\n{receipt}{payment}"
    with desk(tmp_path, turned, actions_per_request=1) as here:
        here.leave_doubts()
        here.crm.faults.set([Rule(fault=Fault.DROP_AFTER, nth=2)])
        first = here.run(here.sheet(row(2, note="no address")))
        assert first.counts == {"IGNORED": 1, "UNKNOWN": 1}
        assert first.code == 5
        again = here.run(corrected(here, first.run, put(E2="a@example.com")))
        assert again.counts["DUPLICATE"] == 1, "the payment waits for the first one"
        books = report(here, first.run).report.books
        assert {one["outcome"]: one["taken_up"] for one in lines(report(here, first.run))} == {
            "IGNORED": f"{again.run}/2",
            "UNKNOWN": "",
        }
        assert (books.rows.waiting, books.rows.taken_up) == (1, 0)
        assert exit_code(books, first.ending) == 5


def test_a_held_row_that_was_taken_up_is_decided_there(here: Desk) -> None:
    """`release` and `close` of the first run name the later one, whose list has it alone."""
    here.run(here.sheet(row(2, note="no address")))
    first = here.run(here.sheet(row(2, amount="999", note="none either"), name="changed.csv"))
    assert first.counts == {"DUPLICATE": 1, "IGNORED": 1}
    again = here.run(corrected(here, first.run, put(E2="a@example.com")))
    assert again.counts == {"CREATED": 1, "DUPLICATE": 1}
    assert first.run not in left(here)
    assert left(here)[again.run] == Open(duplicate=1)
    (step,) = next_steps(report(here, first.run).report)
    assert step.title == f"Look at the run {again.run}"
    with open_workplace(here.settings) as workplace:
        journal = workplace.journal
        for of_rows in (None, frozenset({2})):
            with pytest.raises(UsageError, match=f"taken up by the run {again.run}") as refused:
                release(journal, first.run, of_rows, limit=50, **WHO)
            assert f"importer release {again.run} --rows 2" in refused.value.hint
        with pytest.raises(UsageError, match=f"importer close {again.run} --rows 2"):
            close(journal, first.run, frozenset({2}), **WHO)
        release(journal, again.run, frozenset({2}), limit=50, **WHO)
    assert here.resume(again.run).counts == {"CREATED": 2}
    assert report(here, first.run).report.books.chain.closed


def test_a_released_payment_that_failed_is_open_once(here: Desk) -> None:
    """Released, refused, corrected and held again: its chain asks about the last attempt alone."""
    here.run(here.sheet(row(2, note="no address")))
    first = here.run(here.sheet(row(2, amount="999", note="none either"), name="changed.csv"))
    with open_workplace(here.settings) as workplace:
        release(workplace.journal, first.run, None, limit=50, **WHO)
    here.crm.faults.set([Rule(fault=Fault.ERROR_BEFORE, status=413, times=1)])
    assert here.resume(first.run).counts == {"IGNORED": 1, "REFUSED": 1}
    again = here.run(corrected(here, first.run, put(E2="a@example.com", C2="998")))
    assert again.counts == {"CREATED": 1, "DUPLICATE": 1}
    assert again.books.chain.open_rows == 1
    assert left(here)[again.run] == Open(duplicate=1)
    assert first.run not in left(here)
    with open_workplace(here.settings) as workplace:
        close(workplace.journal, again.run, frozenset({2}), **WHO)
    assert report(here, first.run).report.books.chain.closed
