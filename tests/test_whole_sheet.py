from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from commands import importer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workplaces import HEADERS, MAPPING, REPEATS, Desk, desk, row, write_sheet

from importer.errors import MappingError, SheetRefusedError
from importer.mapping import Mapping, parse_mapping
from importer.model import Currency
from importer.pipeline.check import CheckResult, check_sheet
from importer.validate import Expected

TRAILER = MAPPING.replace(
    "columns:\n",
    "trailer: {when: {column: receipt, matches: '(?i)^total'}, total: amount, rows: note}\n"
    "columns:\n",
    1,
)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """A workspace and its running CRM."""
    with desk(tmp_path) as place:
        yield place


def read(text: str) -> Mapping:
    """Read a mapping."""
    return parse_mapping(text, "payments.yaml")


def check(
    folder: Path, *rows: tuple[str, ...], mapping: str = MAPPING, expected: Expected | None = None
) -> CheckResult:
    """Check a sheet of these rows."""
    path = write_sheet(folder / "sheet.csv", rows)
    return check_sheet(path, read(mapping), expected=expected)


def refusals(result: CheckResult) -> list[str]:
    """Their codes."""
    return [one.code for one in result.refusals]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    amounts=st.lists(st.decimals("0.01", "99999", places=2), min_size=1, max_size=6),
    more_rows=st.integers(-1, 1),
    more_money=st.sampled_from([Decimal(0), Decimal("0.01"), Decimal(-1)]),
)
def test_control_totals_hold_exactly(
    tmp_path: Path, amounts: list[Decimal], more_rows: int, more_money: Decimal
) -> None:
    """A count or sum that is off by one row or one paisa is refused, and a right one is not."""
    expected = Expected(
        rows=len(amounts) + more_rows, totals={Currency.INR: sum(amounts, more_money)}
    )
    rows = [row(number, amount=f"{amount}") for number, amount in enumerate(amounts, start=1)]
    found = refusals(check(tmp_path, *rows, expected=expected))
    assert found == ["control-rows"] * bool(more_rows) + ["control-total"] * bool(more_money)


def test_control_totals_count_what_the_sheet_holds(tmp_path: Path) -> None:
    """Invalid rows count as well, blank and skipped ones do not, and unread amounts are named."""
    mapping = MAPPING.replace(
        "columns:\n", "skip: [{reason: total, when: {column: receipt, is: Total}}]\ncolumns:\n", 1
    )
    rows = [
        row(1, amount="100"),
        ("", "", "", "", ""),
        row(2, amount="50", lead="nobody"),
        row(3, amount="1,2"),
        ("", "Total", "150", "", ""),
    ]
    result = check(
        tmp_path,
        *rows,
        mapping=mapping,
        expected=Expected(rows=3, totals={Currency.INR: Decimal(170)}),
    )
    assert refusals(result) == ["control-total", "control-unread"]
    assert result.refusals[0].message.startswith("You expected INR 170. ")
    assert "add up to INR 150: 20 less" in result.refusals[0].message
    assert "such as C5" in result.refusals[1].message


def test_a_currency_that_nobody_announced_is_refused(tmp_path: Path) -> None:
    """Where totals are given, they are given for every currency of the sheet."""
    result = check(
        tmp_path, row(1, amount="100"), expected=Expected(totals={Currency.USD: Decimal(5)})
    )
    assert refusals(result) == ["control-total", "control-total"]


def test_a_run_with_a_wrong_total_sends_nothing(tmp_path: Path) -> None:
    """A mismatch stops before the first request, with exit code 3, and the right total goes on."""
    write_sheet(tmp_path / "payments.csv", [row(1, amount="100")])
    (tmp_path / "payments.yaml").write_text(MAPPING, encoding="utf-8")
    words = ("run", "payments.csv", "-m", "payments.yaml", "--practice", "--expect-rows", "1")
    wrong = importer(*words, "--expect-total", "INR=100.01", cwd=tmp_path)
    assert wrong.code == 3
    assert "0.01 less" in wrong.err
    assert "Nothing was sent." in wrong.err
    assert importer(*words, "--expect-total", "INR=100.00", cwd=tmp_path).code == 0


@pytest.mark.parametrize("total", ["INR", "EUR=5", "INR=1,000", "INR=1e5", "=5"])
def test_a_total_that_is_none_is_wrong_usage(tmp_path: Path, total: str) -> None:
    """A total is a currency of the CRM and plain digits."""
    words = ("check", "x.csv", "-m", "x.yaml", "--expect-total", total)
    assert importer(*words, cwd=tmp_path).code == 2


def total_row(amount: str, rows: str) -> tuple[str, ...]:
    """The sheet's last row."""
    return ("", "TOTAL", amount, "", rows)


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ([row(1, amount="100"), row(2, amount="50"), total_row("150.00", "2 rows")], []),
        ([row(1, amount="100"), total_row("150.00", "2")], ["trailer-total", "trailer-rows"]),
        ([row(1, amount="100"), row(2, amount="50")], ["trailer-missing"]),
        ([row(1, amount="1"), total_row("1", "1"), row(2, amount="5")], ["trailer-not-last"]),
        ([row(1, amount="1"), total_row("1", "1"), total_row("1", "1")], ["trailer-twice"]),
        ([row(1, amount="1"), total_row("one", "?")], ["trailer-unreadable"] * 2),
    ],
)
def test_the_sheet_s_own_trailer_is_held_against_its_rows(
    tmp_path: Path, rows: list[tuple[str, ...]], codes: list[str]
) -> None:
    """A trailer that is wrong, missing, doubled or not last stops the run; a right one does not."""
    result = check(tmp_path, *rows, mapping=TRAILER)
    assert refusals(result) == codes
    assert result.skipped["trailer"] == sum(one[1] == "TOTAL" for one in rows)


def test_a_failures_workbook_needs_no_trailer(tmp_path: Path) -> None:
    """What a failures workbook holds is a part of a sheet that was counted already."""
    with desk(tmp_path, TRAILER) as here:
        first = here.run(
            here.sheet(
                row(1, amount="100"),
                row(2, amount="50", state="Padi"),
                row(3, amount="1"),
                total_row("151", "3"),
            )
        )
        workbook = here.failures_of(first)
        book = openpyxl.load_workbook(workbook)
        book.active["D2"] = "Paid"  # type: ignore[index]
        book.save(workbook)
        assert here.run(workbook).code == 0


def test_a_trailer_compares_something() -> None:
    """A trailer without a total and without a number of rows is a mistake of the mapping."""
    with pytest.raises(MappingError):
        read(TRAILER.replace(", total: amount, rows: note", ""))
    with pytest.raises(MappingError):
        read(TRAILER.replace("total: amount", "total: note"))


@pytest.mark.parametrize("receipt", ["text", "id"])
@pytest.mark.parametrize(
    ("line", "cell"),
    [
        (("", "Grand Total", "", "", ""), "B4"),
        (("", "", "300", "", "so far"), "C4"),
    ],
)
def test_a_row_of_totals_is_told_as_one(
    tmp_path: Path, line: tuple[str, ...], cell: str, receipt: str
) -> None:
    """A row without a lead that says total, or is the sum above it, is named as a total."""
    mapping = MAPPING.replace("Receipt, type: text", f"Receipt, type: {receipt}")
    rows = [row(1, amount="100"), row(2, amount="200"), line, row(4)]
    result = check(tmp_path, *rows, mapping=mapping)
    assert {code: group.cells for code, group in result.groups.items()} == {
        "row-looks-like-total": [cell]
    }


def test_a_lead_that_is_missing_is_no_total(tmp_path: Path) -> None:
    """A row without a lead whose amount is not the sum of those above lacks its lead."""
    result = check(tmp_path, row(1, amount="100"), row(2, amount="200"), row(3, lead=""))
    assert list(result.groups) == ["lead-blank"]


AMOUNT_LAST = ("Receipt", "Lead ID", "State", "Note", "Amount")


@pytest.mark.parametrize("rows_before", [0, 1, 4_998, 4_999, 5_000])
def test_a_row_that_a_line_break_may_have_cut_is_not_sent(tmp_path: Path, rows_before: int) -> None:
    """`100` and a stray `0` below it may have been 1000, wherever in the sheet they stand."""
    lines = [f"R-{n},{'a' * 24},Paid,,100" for n in range(rows_before + 3)]
    cut = rows_before + 2
    lines.insert(cut - 1, "0")
    path = tmp_path / "cut.csv"
    path.write_text("\n".join([",".join(AMOUNT_LAST), *lines]), encoding="utf-8")
    found = check_sheet(path, read(MAPPING))
    cells = {code: group.cells for code, group in found.groups.items()}
    # The receipt of the row below may be cut as well: both neighbours are in doubt.
    assert cells == {
        "row-ragged": [f"row {cut + 1}"],
        "row-cut": [f"row {cut}", f"row {cut + 2}"],
    }


def test_a_line_of_words_that_a_rule_skips_cuts_nothing(tmp_path: Path) -> None:
    """Below the sheet stands a line that the mapping skips: the last row is sent."""
    text = f"{','.join(AMOUNT_LAST)}\nR-1,{'a' * 24},Paid,,100\nEnd of report\n"
    (tmp_path / "words.csv").write_text(text, encoding="utf-8")
    skip = "skip: [{reason: words, when: {column: receipt, matches: '^End'}}]\ncolumns:\n"
    found = check_sheet(tmp_path / "words.csv", read(MAPPING.replace("columns:\n", skip, 1)))
    assert (found.ready, found.invalid) == (1, 0)


def test_identical_rows_are_told_and_not_dropped(tmp_path: Path) -> None:
    """Rows that are the same in every column that is read are counted, named and kept."""
    result = check(tmp_path, row(1), row(2), row(1), row(1), mapping=REPEATS)
    note = next(note for note in result.notes if note.code == "rows-identical")
    assert note.message == (
        "2 rows are the same as an earlier row, in every column that the mapping reads: 2 and 4, "
        "2 and 5. They are not dropped."
    )
    assert result.ready == 4


def hidden(path: Path, *rows: int) -> Path:
    """Make a workbook of four rows, some of them hidden."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for cells in (HEADERS, row(1), row(2), row(3), row(4)):
        page.append(cells)
    for number in rows:
        page.row_dimensions[number].hidden = True
    book.save(path)
    return path


def test_hidden_rows_are_asked_about(tmp_path: Path) -> None:
    """Hidden rows stop the sheet, unless the mapping says to read them or to leave them out."""
    sheet = hidden(tmp_path / "filtered.xlsx", 3, 4)
    found = check_sheet(sheet, read(MAPPING))
    assert refusals(found) == ["rows-hidden"]
    assert "2 rows are hidden" in found.refusals[0].message
    assert "3–4" in found.refusals[0].message
    said = MAPPING.replace("header: {row: 1}", "header: {row: 1}, hidden_rows: WORD")
    kept = check_sheet(sheet, read(said.replace("WORD", "read")))
    assert (kept.ready, refusals(kept)) == (4, [])
    assert "3–4" in kept.notes[0].message
    left = check_sheet(sheet, read(said.replace("WORD", "skip")))
    assert (left.ready, left.skipped, refusals(left)) == (2, {"hidden": 2}, [])


def test_a_hidden_column_that_is_read_is_told(tmp_path: Path) -> None:
    """A column that the mapping reads and nobody sees is named; another hidden one is not."""
    sheet = hidden(tmp_path / "narrow.xlsx")
    book = openpyxl.load_workbook(sheet)
    page = book.active
    assert page is not None
    page["F1"] = "Of no use"
    for letter in "CF":
        page.column_dimensions[letter].hidden = True
    book.save(sheet)
    result = check_sheet(sheet, read(MAPPING))
    assert [note.message for note in result.notes] == [
        "Hidden in the sheet, and read all the same: C “Amount”."
    ]
    assert result.ready == 4


def test_columns_that_come_and_go_are_told(here: Desk) -> None:
    """Columns that are new or gone since the mapping's last run are on record with the run."""
    first = here.run(write_sheet(here.folder / "a.csv", [(*row(1), "x")], (*HEADERS, "Mode")))
    second = here.run(write_sheet(here.folder / "b.csv", [(*row(2), "x")], (*HEADERS, "Branch")))
    assert first.books.run.notes == ()
    [note] = second.books.run.notes
    assert note.message == (
        f"Since the run {first.run}, columns of the sheet have changed: gone: “Mode”; "
        "new: “Branch”."
    )


def test_a_refused_sheet_names_every_reason(here: Desk) -> None:
    """Hidden rows and a wrong count are told in one sentence each, and nothing is sent."""
    sheet = hidden(here.folder / "filtered.xlsx", 3)
    with pytest.raises(SheetRefusedError, match=r"1 row is hidden.*Nothing was sent"):
        here.run(sheet)
    assert here.arrived() == []
