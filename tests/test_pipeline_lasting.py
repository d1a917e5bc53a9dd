"""What a failures workbook cannot show of its rows lasts until a person lifts it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from commands import importer
from workplaces import HEADERS, MAPPING, Desk, Result, desk, row, settled, write_sheet

from importer.errors import SheetError, SheetRefusedError, UsageError
from importer.mapping import parse_mapping
from importer.model import Currency
from importer.pipeline.check import check_sheet
from importer.pipeline.opening import read_mapping
from importer.pipeline.planning import Demands, plan_run
from importer.pipeline.reporting import report_run
from importer.pipeline.workplace import open_workplace
from importer.sandbox import lead_id
from importer.validate import Expected

IDS = MAPPING.replace("Receipt, type: text", "Receipt, type: id")
DAYS = MAPPING.replace("Note, type: text", "Note, type: date, zone: Asia/Kolkata").replace(
    "payer_email: {from: note}", "paid_on: {from: note}"
)
PADDED = [row(number, receipt=f"{number:06}") for number in range(1, 8)]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """A workspace whose receipts are identifiers."""
    with desk(tmp_path, IDS) as place:
        yield place


def again(here: Desk, first: Result, *cells: tuple[str, str | None]) -> Result:
    """Change some cells of a run's failures workbook, and run it."""
    workbook = here.failures_of(first)
    book = openpyxl.load_workbook(workbook)
    page = book.active
    assert page is not None
    for cell, value in cells:
        page[cell] = value
    book.save(workbook)
    return here.run(settled(workbook))


def codes(result: Result) -> set[str]:
    """The reasons of what was not created."""
    return {reason.code for reason in result.books.reasons}


@pytest.mark.parametrize(
    "cells", [[], [("C2", "125")], [("E2", "a@example.com")], [("C2", "125"), ("G2", None)]]
)
def test_an_id_without_its_zeros_stays_refused_whatever_else_is_corrected(
    here: Desk, cells: Sequence[tuple[str, str | None]]
) -> None:
    """The rows that proved it are not in the workbook; only another receipt lifts the problem."""
    first = here.run(here.sheet(*PADDED, row(8, receipt="8", amount="12,5000")))
    second = again(here, first, *cells)
    assert second.counts == {"INVALID": 1}
    assert "id-zeros-lost" in codes(second)
    assert again(here, second, ("B2", "000008"), ("C2", "125")).counts == {"CREATED": 2}


def test_a_total_keeps_the_problems_that_its_row_cannot_show(here: Desk) -> None:
    """A row that was taken for a total is not sent with a damaged receipt once it has a lead."""
    first = here.run(here.sheet(*PADDED, row(8, receipt="8", lead="", note="Total")))
    second = again(here, first, ("A2", lead_id(8)), ("E2", None))
    assert codes(second) == {"id-zeros-lost"}


def test_the_workbook_of_a_refused_run_is_refused(here: Desk) -> None:
    """What stopped a whole sheet is not forgotten by running a part of it."""
    sheet = here.sheet(row(1, amount="x"), row(2, amount="y"), row(3))
    with pytest.raises(SheetRefusedError) as refused:
        here.run(sheet)
    with open_workplace(here.settings) as workplace:
        _, written = report_run(workplace, refused.value.run)
    assert written.failures is not None
    with pytest.raises(SheetError, match="which sent nothing"):
        here.run(settled(written.failures.path))
    assert here.arrived() == []


def test_a_failures_workbook_is_read_in_the_order_of_its_whole_sheet(tmp_path: Path) -> None:
    """Month first, as only a row proved that is not in the workbook; and the run says so."""
    with desk(tmp_path, DAYS) as here:
        first = here.run(
            here.sheet(
                row(1, note="04/25/2026"),
                row(2, note="05/04/2026"),
                row(3, note="04/03/2026", amount="x"),
            )
        )
        second = again(here, first, ("C2", "5"))
        assert second.counts == {"CREATED": 2}
        assert any("month first" in note.message for note in second.books.run.notes)
        [*_, last] = (action.body for action in here.crm.actions if action.type == "1003")
        assert "1775154600000" in str(last)  # 3 April 2026 in Kolkata, which is written 04/03


def test_a_skipped_line_proves_nothing(tmp_path: Path) -> None:
    """A footer with a day above twelve does not decide how the dates above it are read."""
    rule = "skip: [{reason: footer, when: {column: receipt, is: Printed}}]\n"
    skipping = DAYS.replace("columns:\n", f"{rule}columns:\n", 1)
    with desk(tmp_path, skipping) as here:
        sheet = here.sheet(
            row(1, note="03/04/2026"),
            row(2, note="05/04/2026"),
            ("", "Printed", "", "", "04/25/2026"),
        )
        with pytest.raises(SheetRefusedError, match="proves the order"):
            here.run(sheet)


def test_control_totals_are_not_for_a_part_of_a_sheet(here: Desk) -> None:
    """Control totals with a failures workbook are wrong usage, and are not passed over."""
    first = here.run(here.sheet(row(1), row(2), row(3, amount="x")))
    workbook = settled(here.failures_of(first))
    with open_workplace(here.settings) as workplace, pytest.raises(UsageError, match="a part"):
        plan_run(workplace, workbook, here.mapping, demands=Demands(expected=Expected(rows=1)))


def test_totals_are_of_the_payment_that_applies(tmp_path: Path) -> None:
    """Two payments take one column, in two currencies: a row counts in that it is sent in."""
    two = parse_mapping(
        MAPPING.replace("currency: INR, locale", "locale").replace(
            """    amount: {from: amount}
    currency: INR
""",
            """    when: {column: note, is: USD}
    amount: {from: amount}
    currency: USD
    status: COMPLETED
  - name: rupees
    type: PAYMENT
    when: {column: note, is: INR}
    amount: {from: amount}
    currency: {from: note}
""",
        ),
        "two.yaml",
    )
    sheet = write_sheet(
        tmp_path / "two.csv",
        [row(1, amount="100", note="INR"), row(2, amount="50", note="USD")],
        HEADERS,
    )
    right = Expected(totals={Currency.INR: Decimal(100), Currency.USD: Decimal(50)})
    assert check_sheet(sheet, two, expected=right).refusals == []


def test_an_entry_that_a_rule_skips_is_told(tmp_path: Path) -> None:
    """A payer whose name looks like a total is not lost without a word."""
    skipping = parse_mapping(
        MAPPING.replace(
            "columns:\n",
            "skip: [{reason: totals, when: {column: note, matches: '(?i)total'}}]\ncolumns:\n",
            1,
        ),
        "p.yaml",
    )
    sheet = write_sheet(
        tmp_path / "p.csv",
        [row(1, amount="100", note="TOTAL ENERGIES"), row(2), ("", "", "150", "", "Total")],
    )
    [note] = check_sheet(sheet, skipping).notes
    assert note.message == (
        "1 row that a `skip` rule leaves out has a lead and an amount, in all INR 100: row 2."
    )


def test_entries_that_a_rule_skips_are_added_up_by_their_currency(tmp_path: Path) -> None:
    """Rupees are never added to dollars, and what is in no currency that is known is told so."""
    text = MAPPING.replace(
        "columns:\n",
        "skip: [{reason: cancelled, when: {column: state, is: Cancelled}}]\ncolumns:\n",
        1,
    ).replace("amount, currency: INR, locale", "amount, locale")
    text = text.replace("currency: INR\n", "currency: {from: note}\n")
    rows = [row(n, amount=f"{n}0", note="INR", state="Cancelled") for n in (1, 2)]
    rows += [row(3, amount="30", note="USD", state="Cancelled")]
    rows += [row(4, amount="40", note="euro?", state="Cancelled"), row(5, note="INR")]
    sheet = write_sheet(tmp_path / "p.csv", rows, HEADERS)
    [note] = check_sheet(sheet, parse_mapping(text, "p.yaml")).notes
    assert note.message == (
        "4 rows that `skip` rules leave out have a lead and an amount, in all INR 30 + USD 30 + 40 "
        "in a currency that the row does not say: rows 2–5."
    )


def test_an_identity_that_cannot_be_right_is_told(tmp_path: Path) -> None:
    """Equal rows in cumulative exports need a date to be told apart from those of before."""
    text = MAPPING.replace("[receipt], equal_rows: problem", "[lead, amount], equal_rows: repeats")
    found = check_sheet(write_sheet(tmp_path / "p.csv", [row(1)]), parse_mapping(text, "p.yaml"))
    assert [note.code for note in found.notes] == ["identity-weak"]


def test_a_sheet_without_rows_is_told(tmp_path: Path) -> None:
    """A header and nothing below it is no mistake, and not passed over in silence."""
    found = check_sheet(write_sheet(tmp_path / "none.csv", []), parse_mapping(MAPPING, "p.yaml"))
    assert [note.code for note in found.notes] == ["rows-none"]


def test_a_person_in_another_spelling_is_the_same_identity(tmp_path: Path) -> None:
    """An address in other capitals, and a number with and without its country, book once."""
    (tmp_path / "leads.csv").write_text(
        f"Lead ID,Mobile\n{lead_id(1)},+91 98765 43210\n", encoding="utf-8"
    )
    text = """
mapping: 1
columns:
  mobile: {header: Mobile, type: phone}
  mail:   {header: Mail, type: email}
  amount: {header: Amount, type: amount, currency: INR}
lead: {via: leads.csv, match: mobile, country: {code: 91, digits: 10}}
identity: {columns: [mobile, mail], equal_rows: problem}
actions:
  - {name: payment, type: PAYMENT, amount: {from: amount}, currency: INR, status: COMPLETED}
"""
    (tmp_path / "people.yaml").write_text(text, encoding="utf-8")
    with desk(tmp_path) as here:
        here.mapping = read_mapping(tmp_path / "people.yaml")
        headers = ("Mobile", "Mail", "Amount")
        one = [("9876543210", "asha@example.com", "100")]
        other = [("+91 98765 43210", "Asha@Example.com", "100")]
        assert here.run(write_sheet(tmp_path / "one.csv", one, headers)).counts == {"CREATED": 1}
        again = here.run(write_sheet(tmp_path / "two.csv", other, headers))
        assert "CREATED" not in again.counts
        assert len(here.arrived()) == 1


def test_check_judges_a_failures_workbook_as_run_does(tmp_path: Path) -> None:
    """Told where the journal is, `check` knows what the workbook cannot show."""
    (tmp_path / "ids.yaml").write_text(IDS, encoding="utf-8")
    write_sheet(tmp_path / "p.csv", [*PADDED, row(8, receipt="8")])
    run = importer("run", "p.csv", "-m", "ids.yaml", "--practice", "--json", cwd=tmp_path)
    failures = json.loads(run.out)["reports"]["failures"]
    words = ("check", failures, "-m", "ids.yaml")
    told = importer(*words, "--practice", "--json", cwd=tmp_path)
    assert list(json.loads(told.out)["problems"]) == ["id-zeros-lost"]
    assert importer(*words, cwd=tmp_path).code == 2
