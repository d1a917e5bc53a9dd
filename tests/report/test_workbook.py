"""`reconciliation.xlsx`: figures are figures, ids are texts, and no text is a formula."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from importer.model import Currency, Money, Outcome, Remark, Skipped
from importer.report import ReportSource
from importer.report.lines import lines_of
from importer.report.source import Report
from importer.report.words import OUTCOME_WORDS
from importer.report.xlsx import write_workbook

from .books import action, every_outcome, inr, lead_id, source_of


def workbook(source: ReportSource, **options: int) -> Any:  # noqa: ANN401 - openpyxl's stubs know no cells
    """Return the workbook, read back."""
    file = BytesIO()
    report = Report(books=source.reconciliation, failures=None)
    write_workbook(file, report, lines_of(source), **options)
    return load_workbook(file)


@pytest.fixture(scope="module")
def whole() -> Any:  # noqa: ANN401 - the same
    """Return the workbook of a run in which everything occurs."""
    return workbook(every_outcome())


def rows_of(tab: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - the same
    """Return a tab's rows by header."""
    header, *rows = tab.values
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_each_outcome_has_its_tab(whole: Any) -> None:  # noqa: ANN401 - the same
    """After the summary, in the outcomes' order, with as many rows as the books say."""
    labels = [words.label for words in OUTCOME_WORDS.values()]
    assert whole.sheetnames == ["Summary", *labels, "Skipped"]
    for outcome, line in every_outcome().reconciliation.outcomes.items():
        assert len(rows_of(whole[OUTCOME_WORDS[outcome].label])) == line.count


def test_an_outcome_without_actions_has_no_tab() -> None:
    """Empty tabs would only be in the way."""
    found = workbook(source_of([action(5, Outcome.CREATED, inr("1"))]))
    assert found.sheetnames == ["Summary", "Created"]


def test_values_have_their_kinds(whole: Any) -> None:  # noqa: ANN401 - the same
    """Rows and amounts are numbers, leads and ids are texts that stay texts."""
    row = rows_of(whole["Ignored"])[0]
    assert (row["Row"], row["Amount"], row["Currency"]) == (30, 125000.5, "INR")
    assert (row["Lead"], row["Cell"]) == (lead_id(30), "payments.xlsx › Payments!D30")
    lead = whole["Ignored"]["C2"]
    assert (lead.data_type, lead.number_format) == ("s", "@")


def test_tabs_are_ready_for_work(whole: Any) -> None:  # noqa: ANN401 - the same
    """The header stays in sight and has a filter over all rows."""
    created = whole["Created"]
    assert created.freeze_panes == "A2"
    assert created.auto_filter.ref == f"A1:L{created.max_row}"


def test_the_summary_holds_the_books(whole: Any) -> None:  # noqa: ANN401 - the same
    """Every outcome's count and money stand there as numbers."""
    lines: dict[str, tuple[Any, ...]] = {}
    for row in whole["Summary"].iter_rows(values_only=True):
        lines.setdefault(row[0], row[1:3])
    books = every_outcome().reconciliation
    for outcome, line in books.outcomes.items():
        assert lines[outcome][0] == line.count
    assert lines["UNKNOWN"] == (1, 250000)
    assert lines["Planned"][1] == 811261
    assert lines["Without money"][0] == lines["INVALID"][0] == 2


def test_no_text_is_a_formula() -> None:
    """What begins like a formula is text, marked so that editing it does not wake it."""
    hostile = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0"]
    actions = [
        action(row, Outcome.IGNORED, remarks=(Remark(path="", text=text),), lead=text)
        for row, text in enumerate(hostile, start=5)
    ]
    found = workbook(source_of(actions, skipped=[Skipped(row=90, reason="=2+2")]))
    cells = [cell for tab in found for row in tab.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    inert = list(found["Ignored"]["C"][1:])
    assert [(cell.value, cell.quotePrefix) for cell in inert] == [(text, True) for text in hostile]


def test_control_characters_are_seen_to_be_missing() -> None:
    """XML has no place for them, and Excel would refuse the whole workbook."""
    source = source_of([action(5, Outcome.IGNORED, remarks=(Remark(path="", text="a\x00b\x1b"),))])
    assert rows_of(workbook(source)["Ignored"])[0]["Why"] == "a�b�"


def test_a_number_that_excel_would_round_is_a_text() -> None:
    """Fifteen digits are a number, sixteen are not."""
    amounts = [Decimal("1234567890123.45"), Decimal("12345678901234.56")]
    source = source_of(
        [
            action(row, Outcome.CREATED, Money(amount=amount, currency=Currency.INR))
            for row, amount in enumerate(amounts, start=5)
        ]
    )
    found = [row["Amount"] for row in rows_of(workbook(source)["Created"])]
    assert found == [1234567890123.45, "12345678901234.56"]


def test_a_full_tab_goes_on_in_the_next() -> None:
    """No row is lost where an outcome has more rows than a tab."""
    source = source_of([action(row, Outcome.CREATED) for row in range(5, 10)])
    found = workbook(source, most_rows=3)
    assert found.sheetnames == ["Summary", "Created", "Created 2", "Created 3"]
    rows = [row["Row"] for tab in found.worksheets[1:] for row in rows_of(tab)]
    assert rows == [5, 6, 7, 8, 9]
