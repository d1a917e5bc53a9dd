"""Failures workbooks: corrected, run again, run twice, copied, torn; and what the chain says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from workplaces import MAPPING, REPEATS, Desk, Result, desk, row, settled

from importer.errors import SheetError
from importer.mapping import parse_mapping
from importer.model import Currency, Outcome
from importer.reconcile import Line
from importer.report.verdict import verdict
from importer.report.words import Tone
from importer.sandbox import Fault, Rule, lead_id


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a CRM that answers."""
    with desk(tmp_path) as one:
        yield one


def edit(workbook: Path, change: Callable[[Worksheet], object]) -> Path:
    """Edit a failures workbook as a person does; our columns are F to I, its rows begin at 2."""
    book = openpyxl.load_workbook(workbook)
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    change(sheet)
    book.save(workbook)
    return settled(workbook)


def put(cell: str, value: object) -> Callable[[Worksheet], object]:
    """Write into one cell."""

    def change(sheet: Worksheet) -> None:
        sheet[cell].value = value

    return change


def failed(here: Desk, *rows: tuple[str, ...]) -> tuple[Path, Result, Path]:
    """Run a sheet that has failures: the sheet, the result, the failures workbook."""
    sheet = here.sheet(*rows)
    result = here.run(sheet)
    return sheet, result, here.failures_of(result)


CASES = {
    "invalid amount": (row(2, amount="12,5000"), put("C2", "1,25,000")),
    "ignored field": (row(2, note="no address"), put("E2", "a@example.com")),
    "unknown lead": (row(2, lead="f" * 24), put("A2", lead_id(9))),
    "blank receipt": (row(2, receipt=""), put("B2", "R-0002")),
    "unknown lead, and its receipt corrected too": (
        row(2, lead="f" * 24),
        lambda sheet: (put("A2", lead_id(9))(sheet), put("B2", "R-2/B")(sheet)),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_corrected_row_closes_the_books_for_good(here: Desk, case: str) -> None:
    """Corrected and run again, nothing is open; no version of the row is sent ever after."""
    wrong, correction = CASES[case]
    sheet, first, workbook = failed(here, row(1), wrong, row(3))
    assert first.books.chain.open_rows == 1
    again = here.run(edit(workbook, correction))
    assert again.code == 0
    assert again.books.run.root == first.run
    assert again.books.run.parent == first.run
    assert again.books.chain.open_rows == 0
    assert again.books.chain.rows == 3
    arrived = here.arrived()
    assert len(arrived) == 6
    requests = here.crm.counts.creates
    for path in (workbook, sheet):
        third = here.run(path)
        assert third.code == 0, third.counts
        assert set(third.counts) == {"ALREADY"}
        assert third.books.imbalances == ()
    assert here.crm.counts.creates == requests
    assert here.arrived() == arrived


def test_the_corrected_export_is_already_too(here: Desk) -> None:
    """When the source system exports the corrected row the next day, it is not booked again."""
    _, _, workbook = failed(here, row(1), row(2, amount="x"), row(3))
    here.run(edit(workbook, put("C2", "77")))
    next_day = here.run(here.sheet(row(1), row(2, amount="77"), row(3), row(4)))
    assert next_day.counts == {"ALREADY": 6, "CREATED": 2}


def test_of_two_equal_wrong_rows_one_correction_answers_for_one(here: Desk) -> None:
    """Two rows that looked alike, one of them corrected: the other one stays open."""
    wrong = row(2, amount="x", receipt="")
    sheet, first, workbook = failed(here, row(1), wrong, wrong, row(4))

    def correct_the_first(page: Worksheet) -> None:
        put("B2", "R-2")(page)
        put("C2", "5")(page)
        page.delete_rows(3)

    corrected = here.run(edit(workbook, correct_the_first))
    assert corrected.counts == {"CREATED": 2}
    assert corrected.books.chain.open_rows == 1
    assert verdict(corrected.books).tone is Tone.CARE
    assert verdict(corrected.books).text.endswith(
        f"; 1 row of this sheet is still open, in run {first.run}."
    )
    again = here.run(sheet)
    assert again.counts == {"ALREADY": 6, "INVALID": 1}


def test_the_money_bridge_holds_what_corrections_changed(here: Desk) -> None:
    """Planned at the root, plus or minus corrections row by row, is done plus open."""
    sheet, first, workbook = failed(here, row(1), row(2, lead="f" * 24, amount="200"), row(3))
    assert first.books.chain.open == {Currency.INR: 200}

    def correct(page: Worksheet) -> None:
        put("A2", lead_id(2))(page)
        put("C2", "150")(page)

    chain = here.run(edit(workbook, correct)).books.chain
    assert chain.corrected == {Currency.INR: -50}
    assert chain.open == chain.repaired == chain.added == chain.already == {}
    assert chain.created[Currency.INR] == chain.planned[Currency.INR] - 50
    assert chain.closed
    again = here.run(sheet).books
    assert again.corrected_since == Line(count=2, money={Currency.INR: Decimal(150)})
    assert verdict(again).text == (
        "All 3 rows are in since earlier runs, 1 of them with other values than this sheet's: "
        "nothing to do."
    )
    assert again.chain.already == chain.created
    assert again.chain.closed


def test_an_amount_that_was_created_cannot_be_changed_by_its_failures_row(here: Desk) -> None:
    """A row whose payment stands and whose receipt failed: a new amount is held, not booked."""
    _, _, workbook = failed(here, row(1), row(2, note="no address"), row(3))

    def correct(page: Worksheet) -> None:
        put("E2", "a@example.com")(page)
        put("C2", "999999")(page)

    again = here.run(edit(workbook, correct))
    assert again.counts == {"CREATED": 1, "DUPLICATE": 1}
    assert again.code == 4


def test_a_copied_row_is_caught(here: Desk) -> None:
    """The same reference twice makes both rows INVALID; a row without one is a new row."""
    _, _, workbook = failed(here, row(1), row(2, amount="x"), row(3))

    def copy_down(page: Worksheet) -> None:
        page.append([cell.value for cell in page[2]])
        put("C2", "5")(page)
        put("C3", "6")(page)

    copied = here.run(edit(workbook, copy_down))
    assert copied.counts == {"INVALID": 2}
    assert {reason.code for reason in copied.books.reasons} >= {"copied-row"}

    def clear_the_second(page: Worksheet) -> None:
        put("B3", "R-NEW")(page)
        put("I3", None)(page)

    cleared = here.run(edit(workbook, clear_the_second))
    assert cleared.counts == {"CREATED": 4}
    assert cleared.books.chain.open_rows == 0


def test_a_sorted_workbook_with_a_reference_that_was_dragged_on(here: Desk) -> None:
    """Rows may stand in any order; a reference that Excel counted on to a created row is held."""
    wrong = row(2, amount="x"), row(4, amount="y")
    _, _, workbook = failed(here, row(1), wrong[0], row(3), wrong[1])

    def turn_and_drag(page: Worksheet) -> None:
        first, second = ([cell.value for cell in page[number]] for number in (2, 3))
        dragged = [first[0], "R-NEW", "7", *first[3:8], f"{str(first[8])[:-1]}4"]
        for number, values in enumerate((second, first, dragged), start=2):
            for column, value in enumerate(values, start=1):
                page.cell(number, column).value = value
        put("C2", "5")(page)
        put("C3", "6")(page)

    turned = here.run(edit(workbook, turn_and_drag))
    assert turned.counts == {"CREATED": 4, "DUPLICATE": 2}
    assert len(payments(here)) == 4


def test_a_workbook_without_its_reference_column_is_refused(here: Desk) -> None:
    """A failures workbook that lost its reference column could book twice: it is refused."""
    _, _, workbook = failed(here, row(1), row(2, amount="x"), row(3))
    edit(workbook, lambda page: page.delete_cols(9))
    with pytest.raises(SheetError, match="Importer: reference"):
        here.run(workbook)


@pytest.mark.parametrize("reference", ["20200101-aaaa/2", "nonsense", "/2"])
def test_an_unknown_reference_is_refused(here: Desk, reference: str) -> None:
    """A reference of another journal is no row of ours: the workbook is refused."""
    _, _, workbook = failed(here, row(1), row(2, amount="x"), row(3))
    edit(workbook, put("I2", reference))
    with pytest.raises(SheetError, match="does not know"):
        here.run(workbook)


def test_a_workbook_that_nobody_corrected_reports_the_same_again(here: Desk) -> None:
    """Run untouched, INVALID rows are INVALID again and stay open; no share stops the run."""
    _, _, workbook = failed(here, row(1), row(2, amount="x"), row(3))
    again = here.run(workbook)
    assert again.counts == {"INVALID": 1}
    assert again.code == 4
    assert again.books.chain.open_rows == 1
    second = here.failures_of(again)
    book = openpyxl.load_workbook(second)
    assert isinstance(book.active, Worksheet)
    assert [cell.value for cell in book.active[1]][-5:] == [
        "Note",
        "Importer: outcome",
        "Importer: problem",
        "Importer: what to do",
        "Importer: reference",
    ]
    closed = here.run(edit(second, put("C2", "5")))
    assert closed.books.chain.open_rows == 0
    assert len(closed.books.chain.runs) == 3


def test_two_colleagues_split_a_workbook(here: Desk) -> None:
    """Each corrects a half; the chain counts root rows, and is closed when both have run."""
    _, _, workbook = failed(
        here, *(row(n) for n in (1, 4, 5)), row(2, amount="x"), row(3, amount="y")
    )
    other = workbook.with_name("half.xlsx")
    other.write_bytes(workbook.read_bytes())

    def correct_one_and_drop(dropped: int, value: str) -> Callable[[Worksheet], object]:
        def change(page: Worksheet) -> None:
            page.delete_rows(dropped)
            put("C2", value)(page)

        return change

    mine = here.run(edit(workbook, correct_one_and_drop(3, "5")))
    assert mine.books.chain.open_rows == 1
    theirs = here.run(edit(other, correct_one_and_drop(2, "6")))
    assert theirs.books.chain.open_rows == 0
    assert theirs.books.outcomes[Outcome.CREATED].count == 2


def test_a_shifted_row_stays_invalid_until_somebody_corrects_it(here: Desk) -> None:
    """An amount that its own commas tore apart is not booked before a person says it is whole."""
    sheet = here.sheet(row(1), row(3), row(4))
    torn = ",".join((*row(2)[:2], "1,25,000.00", "Paid", ""))
    sheet.write_text(sheet.read_text(encoding="utf-8") + torn + "\n", encoding="utf-8")
    constant = MAPPING.replace(
        "{from: state, map: {Paid: COMPLETED, Bounced: FAILED}, otherwise: problem}", "COMPLETED"
    )
    here.mapping = parse_mapping(constant, "payments.yaml")
    first = here.run(sheet)
    assert first.counts == {"CREATED": 6, "INVALID": 1}
    workbook = here.failures_of(first)
    untouched = here.run(workbook)
    assert untouched.counts == {"INVALID": 1}
    assert untouched.books.reasons[0].code == "row-ragged"

    def mend(page: Worksheet) -> None:
        for cell, value in {"C2": "1,25,000.00", "E2": None, "F2": None}.items():
            put(cell, value)(page)

    # Which of its cells are wrong nobody knows, so that a person has to say that all are right.
    halfway = here.run(edit(here.failures_of(untouched), mend))
    assert halfway.counts == {"INVALID": 1}
    mended = here.run(edit(here.failures_of(halfway), put("G2", None)))
    assert mended.counts == {"CREATED": 2}
    assert mended.books.chain.open_rows == 0
    assert here.run(sheet).counts == {"ALREADY": 8}


def test_an_uncorrected_workbook_after_its_corrected_copy_reopens_nothing(here: Desk) -> None:
    """A repeated receipt that was corrected stays closed when the old workbook is run again."""
    sheet, first, workbook = failed(here, row(1), row(2, receipt="R-0001"), row(3))
    old = workbook.with_name("old.xlsx")
    old.write_bytes(workbook.read_bytes())
    assert here.run(edit(workbook, put("B2", "R-0002"))).books.chain.open_rows == 0
    again = here.run(old)
    assert again.counts == {"ALREADY": 2}
    assert again.books.chain.open_rows == 0
    assert here.run(sheet).counts == {"ALREADY": 6}
    assert first.counts == {"CREATED": 4, "INVALID": 1}


def test_a_new_equal_row_beside_a_corrected_one_is_sent(tmp_path: Path) -> None:
    """Under repeats, a corrected chain answers for one row: one row more is a new one."""
    with desk(tmp_path, REPEATS) as here:
        wrong = row(1, note="no address")
        first = here.run(here.sheet(wrong, wrong))
        assert first.counts == {"CREATED": 2, "IGNORED": 2}
        here.run(edit(here.failures_of(first), put("E2", "a@example.com")))
        again = here.run(here.sheet(wrong, wrong, wrong))
        assert again.counts["CREATED"] == 1, "the payment of the third row"
        payments = [one for one in here.crm.actions if one.type == "PAYMENT"]
        assert len(payments) == 3


def test_a_lead_that_does_not_exist_is_the_red_cell(here: Desk) -> None:
    """A row refused for its lead has its lead's cell marked, with the CRM's own words."""
    _, _, workbook = failed(here, row(1), row(2, lead="f" * 24))
    page = openpyxl.load_workbook(workbook).active
    assert isinstance(page, Worksheet)
    comment = page["A2"].comment
    assert comment is not None
    assert "was not found" in comment.text


def payments(here: Desk) -> list[tuple[str, str]]:
    """(lead, amount) of every payment that arrived."""
    return [
        (one.lead, str(one.body["amount"])) for one in here.crm.actions if one.type == "PAYMENT"
    ]


def test_one_row_yields_one_payment_whatever_its_receipt_becomes(here: Desk) -> None:
    """A row whose payment stands is not booked again under a corrected receipt number."""
    _, _, workbook = failed(here, row(1), row(2, note="no address"), row(3))

    def correct(page: Worksheet) -> None:
        put("E2", "a@example.com")(page)
        put("B2", "R-0002/B")(page)

    again = here.run(edit(workbook, correct))
    assert again.counts == {"ALREADY": 1, "CREATED": 1}
    assert len(payments(here)) == 3


def test_a_receipt_typed_wrong_and_then_right_books_once(here: Desk) -> None:
    """The same workbook run again under another key is the same row: held, till decided."""
    _, _, workbook = failed(here, row(1), row(2, receipt=""), row(3))
    assert here.run(edit(workbook, put("B2", "R-9"))).counts == {"CREATED": 2}
    again = here.run(edit(workbook, put("B2", "R-2")))
    assert again.counts == {"ALREADY": 1, "DUPLICATE": 1}
    assert again.books.chain.open_rows == 1
    assert len(payments(here)) == 3


def test_a_corrected_row_in_doubt_is_not_booked_under_another_key(here: Desk) -> None:
    """While a corrected row is UNKNOWN, its other corrections are held."""
    here.leave_doubts()
    _, _, workbook = failed(here, row(1), row(2, receipt=""), row(3))
    here.crm.faults.set([Rule(fault=Fault.DROP_AFTER, times=1)])
    assert here.run(edit(workbook, put("B2", "R-9"))).counts == {"UNKNOWN": 2}
    assert here.run(edit(workbook, put("B2", "R-2"))).counts == {"DUPLICATE": 2}
    assert len(payments(here)) == 3


def test_two_workbooks_of_one_chain_merged_book_once(here: Desk) -> None:
    """Two references of one root row in one workbook are copies of one row: both are INVALID."""
    _, _, workbook = failed(here, row(1), row(2, receipt=""), row(3))
    second = here.failures_of(here.run(workbook))
    reference = openpyxl.load_workbook(second).active
    assert isinstance(reference, Worksheet)

    def merge(page: Worksheet) -> None:
        page.append([cell.value for cell in page[2]])
        put("I3", reference["I2"].value)(page)
        put("B2", "R-8")(page)
        put("B3", "R-9")(page)

    merged = here.run(edit(workbook, merge))
    assert merged.counts == {"INVALID": 2}
    assert len(payments(here)) == 2


def test_a_re_sorted_export_tells_the_twins_of_a_receipt_apart(here: Desk) -> None:
    """Two rows with one receipt, sorted anew: neither is booked again, whoever comes first."""
    _, _, workbook = failed(here, row(1), row(2, receipt="R-0001"), row(3))
    turned = [row(2, receipt="R-0001"), row(1), row(3)]
    before = here.run(here.sheet(*turned, name="turned.csv"))
    assert before.counts == {"ALREADY": 4, "DUPLICATE": 2}
    here.run(edit(workbook, put("B2", "R-0002")))
    after = here.run(here.sheet(*turned, name="turned.csv"))
    assert after.counts == {"ALREADY": 6}
    assert after.code == 0
    assert len(payments(here)) == 3


def test_a_half_created_correction_is_still_open_for_its_export(here: Desk) -> None:
    """A corrected row whose receipt failed again is not called done when the export comes back."""
    sheet, _, workbook = failed(here, row(1), row(2, amount="x", note="no address"), row(3))
    half = here.run(edit(workbook, put("C2", "5")))
    assert half.counts == {"CREATED": 1, "IGNORED": 1}
    again = here.run(sheet)
    assert again.counts == {"ALREADY": 4, "INVALID": 1}
    assert again.code == 4


def test_a_stopped_run_keeps_its_turn_for_equal_rows(tmp_path: Path) -> None:
    """Under repeats, an equal row of a later sheet waits until the stopped run has been resumed."""
    with desk(tmp_path, REPEATS) as here:
        x, y = row(1, receipt="X"), row(1, receipt="Y")
        stopped = here.plan(here.sheet(x, y))
        late = here.sheet(y, name="y.csv")
        assert here.run(late).counts == {"DUPLICATE": 2}
        assert here.resume(stopped).counts == {"CREATED": 4}
        assert here.run(late).counts == {"ALREADY": 2}
        references = [one.body["fields"] for one in here.crm.actions if one.type == "1003"]
        assert sorted(map(str, references)) == ["{'import_ref': 'X'}", "{'import_ref': 'Y'}"]


def test_what_a_separate_export_held_stays_held(tmp_path: Path) -> None:
    """A sheet with a held row, run again, does not call that row created."""
    with desk(tmp_path, REPEATS.replace("exports: cumulative", "exports: separate")) as here:
        here.run(here.sheet(row(1)))
        second = here.sheet(row(1), row(2), name="second.csv")
        assert here.run(second).counts == {"CREATED": 2, "DUPLICATE": 2}
        assert here.run(second).counts == {"ALREADY": 2, "DUPLICATE": 2}


def test_a_row_corrected_to_nothing_keeps_what_was_created(here: Desk) -> None:
    """The chain's money holds a payment that is in the CRM, whatever its row yields later."""
    _, _, workbook = failed(here, row(1), row(2, note="no address"), row(3))
    skipping = MAPPING.replace(
        "actions:", "skip: [{reason: due, when: {column: state, is: Due}}]\nactions:"
    )
    here.mapping = parse_mapping(skipping, "payments.yaml")
    chain = here.run(edit(workbook, put("D2", "Due"))).books.chain
    assert chain.open_rows == 0
    assert chain.created == chain.planned


def test_two_nights_workbooks_of_one_row_book_it_once(here: Desk) -> None:
    """The same wrong row in two nights' workbooks, corrected in both, is created once."""
    wrong = row(2, receipt="")
    sheet, _, first = failed(here, row(1), wrong, row(3))
    second = here.failures_of(here.run(sheet))
    assert here.run(edit(first, put("B2", "R-2"))).counts == {"CREATED": 2}
    assert here.run(edit(second, put("B2", "R-22"))).counts == {"ALREADY": 2}
    assert len(payments(here)) == 3


def test_a_row_with_an_invalid_one_beside_it_is_simply_the_same(here: Desk) -> None:
    """A sheet run again says "same" of what it created, also where another row is INVALID."""
    sheet = here.sheet(row(1), row(2, amount="x"), row(3), row(3))
    here.run(sheet)
    again = here.run(sheet)
    assert again.counts == {"ALREADY": 4, "INVALID": 2}
    codes = {one.code for one in again.books.reasons if one.outcome is Outcome.ALREADY}
    assert codes == {"same"}


def test_a_renamed_column_hides_no_changed_amount(here: Desk) -> None:
    """What travels as money is compared even where the mapping has renamed its column."""
    here.run(here.sheet(row(1)))
    here.mapping = parse_mapping(
        MAPPING.replace("amount: ", "sum: ", 1).replace("{from: amount}", "{from: sum}"),
        "payments.yaml",
    )
    again = here.run(here.sheet(row(1, amount="9,99,999")))
    assert again.counts == {"ALREADY": 1, "DUPLICATE": 1}


def test_a_longer_row_is_not_skipped_by_words_of_another_column(here: Desk) -> None:
    """A skip rule does not judge a row whose cells may have moved."""
    skipping = MAPPING.replace(
        "actions:", "skip: [{reason: due, when: {column: state, is: Due}}]\nactions:"
    )
    here.mapping = parse_mapping(skipping, "payments.yaml")
    sheet = here.sheet(row(1), row(2), row(3))
    torn = ",".join((*row(4)[:3], "Due", "Paid", "note"))
    sheet.write_text(sheet.read_text(encoding="utf-8") + torn + "\n", encoding="utf-8")
    assert here.run(sheet).counts == {"CREATED": 6, "INVALID": 1}
