"""`reconciliation.csv`, which other programs read and Excel opens."""

from __future__ import annotations

import csv
from io import StringIO

from importer.model import Outcome, Remark, Skipped
from importer.report.source import ReportSource
from importer.report.table import HEADERS, table_file, table_lines

from .books import action, every_outcome, inr, source_of, taken_down


def records(source: ReportSource) -> list[dict[str, str]]:
    """Return the lines of the table, read back."""
    text = taken_down(table_lines(), source, table_file).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text, newline=""), strict=True))


def test_every_action_and_every_skipped_row_is_a_line() -> None:
    """In the sheet's order, each with its outcome, so that the table adds up to the books."""
    source = every_outcome()
    found = records(source)
    numbers = [int(one["row"]) for one in found]
    assert numbers == sorted(numbers)
    counts = {outcome: line.count for outcome, line in source.reconciliation.outcomes.items()}
    outcomes = [one["outcome"].partition(",")[0] for one in found]
    assert {one: outcomes.count(one) for one in map(str, counts)} == counts
    assert outcomes.count("SKIPPED") == 3
    assert len(found) == sum(counts.values()) + 3


def test_a_line_stands_by_itself() -> None:
    """It names its cell in full, what was said and what to do."""
    found = next(one for one in records(every_outcome()) if one["row"] == "32")
    assert found["cell"] == "payments.xlsx › Payments!A32"
    assert found["why"].splitlines() == [
        "A32: “6.03E+22” – Excel turned this lead id into a number.",
        "D32: “-500” – The amount is not above 0.",
    ]
    assert found["what to do"].splitlines() == ["Export as text.", "Write what was paid."]


def test_excel_sees_utf_8_and_other_programs_see_rfc_4180() -> None:
    """A byte-order mark first, CRLF between the lines."""
    source = source_of([action(5, Outcome.CREATED, inr("-1"))])
    whole = taken_down(table_lines(), source, table_file)
    assert whole.startswith(b"\xef\xbb\xbf" + ",".join(HEADERS).encode() + b"\r\n")
    assert whole.endswith(b"\r\n")


def test_hostile_texts_do_not_run() -> None:
    """Formulas are quoted, also where a file's name is one; control characters are visible."""
    source = source_of(
        [
            action(
                5,
                Outcome.IGNORED,
                inr("-12.50"),
                lead="=1+1",
                remarks=(Remark(path="", text='@SUM("a\x07")'),),
            )
        ],
        skipped=[Skipped(row=6, reason="+totals")],
    )
    first, second = records(source)
    assert (first["lead"], first["why"], first["amount"]) == ("'=1+1", '\'@SUM("a�")', "-12.50")
    assert second["why"] == "'+totals"
