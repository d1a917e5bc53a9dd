from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from importer.mapping.parse import parse_mapping
from importer.model import CheckedRow, Invalid, Kind, Ready, SheetSpec, Skipped
from importer.pipeline.bars import NoBars
from importer.pipeline.checking import Judging
from importer.pipeline.opening import open_bound
from importer.sandbox import seed
from importer.sheets import open_sheet
from importer.validate import RAGGED, Expected
from sample_data.every_problem import rows as every_problem

ROOT = Path(__file__).parents[2]
SAMPLES = ("payments.xlsx", "site_visits.csv", "every_problem.xlsx")

ELSEWHERE = {
    "action-without-fields": "the mapping's note always has its reference",
    "amount-other-currency": "its amount column has no currency of its own",
    "amount-two-marks": "the first mark is a problem already, without a currency",
    "cell-merged": "its cells are not merged",
    "cell-not-calculated": "it has no formulas",
    "cell-hidden": "no format of it hides a value",
    "cell-shown-otherwise": "no format of it shows another number",
    "cell-required": "no column of it is declared as required",
    "copied-row": "of a failures workbook",
    "currency-differs": "its amount column has no currency of its own",
    "date-order-unclear": "its date column has a format",
    "date-time-skipped": "its dates have no time",
    "dropdown-unknown": "no field of its note has a type",
    "date-weekday-differs": "its format has no weekday",
    "email-several": "it has no e-mail column",
    "email-unreadable": "it has no e-mail column",
    "money-negative": "no field of its note has a type",
    "money-too-many-decimals": "no field of its note has a type",
    "number-not-plain": "of constants of a mapping",
    "number-too-precise": "no field of its note has a type",
    "lead-ambiguous": "its leads are not looked up",
    "lead-damaged": "its leads are not looked up",
    "lead-not-found": "its leads are not looked up",
    "number-unreadable": "it has no number column",
    "rating-not-1-to-5": "no field of its note has a type",
    "id-too-long": "its mapping says how long its ids are",
    "phone-several": "it has no phone column",
    "id-zeros-lost": "its mapping says how long its ids are",
    "row-cut": "of a CSV",
    "row-looks-like-total": "its mapping skips totals",
    "row-ragged": "of a CSV",
    "status-unknown": "its states have a map",
    "text-cut": "no text of it is as long as a cell can be",
    "tag-unknown": "no field of its note has a type",
    "website-unreadable": "no field of its note has a type",
    "website-without-scheme": "no field of its note has a type",
}
"""Codes that no row of every_problem.xlsx can have, and why."""


def checked(sheet_name: str, mapping_name: str) -> dict[int, CheckedRow]:
    """Check a sample with its mapping: row number → result."""
    path = ROOT / "mappings" / mapping_name
    mapping = parse_mapping(path.read_text(encoding="utf-8"), path.name)
    judging = Judging(open_bound(ROOT / "sample_data" / sheet_name, mapping), Expected(), NoBars())
    return {row.row: row for _, rows in judging.chunks() for row in rows}


def codes(rows: dict[int, CheckedRow]) -> list[str]:
    """List the codes of all problems, in the order of their rows."""
    return [
        problem.code
        for row in rows.values()
        if isinstance(row, Invalid)
        for problem in row.problems
    ]


def test_the_samples_are_made_again_byte_for_byte(tmp_path: Path) -> None:
    """The program that is committed with the samples makes exactly them."""
    command = [sys.executable, "-m", "sample_data.make_samples", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    for name in SAMPLES:
        made = (tmp_path / name).read_bytes()
        assert made == (ROOT / "sample_data" / name).read_bytes(), name


def test_payments_have_the_mistakes_that_the_checks_find() -> None:
    """The payments have each of the eight typical mistakes once, and sound rows besides."""
    rows = checked("payments.xlsx", "payments.yaml")
    assert codes(rows) == [
        "amount-grouping",
        "amount-not-positive",
        "amount-other-currency",
        "lead-id-turned-into-number",
        "date-impossible",
        "value-not-in-map",
        "identity-repeated",
        "lead-blank",
    ]
    reasons = [row.reason for row in rows.values() if isinstance(row, Skipped)]
    assert reasons.count("totals") == 1
    assert reasons.count("no action applies") == len(reasons) - 1 >= 10
    assert sum(isinstance(row, Ready) for row in rows.values()) > 120


def test_payments_have_the_mistakes_that_only_the_crm_finds() -> None:
    """One lead is no lead of the practice CRM, and one e-mail address is none for it."""
    rows = checked("payments.xlsx", "payments.yaml")
    drafts = [draft for row in rows.values() if isinstance(row, Ready) for draft in row.drafts]
    foreign = {draft.lead for draft in drafts} - set(seed.leads())
    assert foreign == {"603d2b2f9b1e8a001c8e4f5c"}
    assert sum("ravi.kumar@gmail" in draft.entry for draft in drafts) == 1


def test_payments_look_as_an_office_makes_them() -> None:
    """Titles, a blank row, a header on row 4, a hidden column, text and numbers mixed."""
    path = ROOT / "sample_data" / "payments.xlsx"
    sheet = open_sheet(path, SheetSpec(header_row=4))
    assert [row[0][0] for row in sheet.preamble] == [
        "Sunrise Developers Pvt Ltd",
        "Payments received, 01/10/2026 – 31/10/2026",
        "",
    ]
    (chunk,) = sheet.chunks()
    assert chunk.kinds is not None
    assert set(chunk.kinds[sheet.headers.index("Amount (₹)")]) == {Kind.NUMBER, Kind.TEXT}
    assert set(chunk.kinds[sheet.headers.index("Date")]) == {Kind.DATE, Kind.TEXT}
    leads = chunk.columns[sheet.headers.index("Lead ID")]
    assert {1, 2, 3} <= {leads.count(lead) for lead in leads}
    tab = openpyxl.load_workbook(path).worksheets[0]
    assert tab.column_dimensions["K"].hidden
    assert tab.freeze_panes == "A5"


def test_the_total_of_the_payments_is_their_sum() -> None:
    """The last line adds up every amount in rupees that can be read, sent or not."""
    tab = openpyxl.load_workbook(ROOT / "sample_data" / "payments.xlsx").worksheets[0]
    *rows, last = tab.iter_rows(min_row=5, min_col=6, max_col=6, values_only=True)
    total = 0.0
    for (amount,) in rows:
        text = str(amount).removeprefix("Rs.").strip("₹ ").removesuffix("/-")
        if "$" not in text and text != "12,5000":
            total += float(text.replace(",", ""))
    assert float(str(last[0])) == pytest.approx(total)


def test_site_visits_are_all_sound() -> None:
    """Every visit is ready; two of them are equal in every cell, and none is lost."""
    rows = checked("site_visits.csv", "site_visits.yaml")
    assert all(isinstance(row, Ready) for row in rows.values())
    assert list(rows) == list(range(2, 62))
    prints = [row.fingerprint for row in rows.values() if isinstance(row, Ready)]
    assert sorted(prints.count(one) for one in prints) == [1] * 58 + [2] * 2


def test_site_visits_are_written_as_excel_writes_them() -> None:
    """The CSV has a BOM, CRLF between rows and LF inside cells, commas and quotes in remarks."""
    data = (ROOT / "sample_data" / "site_visits.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfLead ID,Visit Date,")
    assert data.count(b"\r\n") == 61
    assert data.count(b"\n") > 61
    assert data.count(b'""') >= 4


def test_each_row_of_every_problem_has_its_problem() -> None:
    """Each row has exactly the problem that its Remarks cell speaks of; the others are sound."""
    rows = checked("every_problem.xlsx", "collections.yaml")
    found = {number: codes({number: row}) for number, row in rows.items()}
    assert found == {number: [code] if code else [] for number, code, _ in every_problem()}
    sound = sum(isinstance(row, Ready) for row in rows.values())
    assert 5 < sound < len(rows) / 2


def test_no_kind_of_problem_is_missing() -> None:
    """Every problem code of the checks has a row, or a reason why it cannot have one."""
    shown = {code for _, code, _ in every_problem() if code}
    known = set(_known_codes())
    assert len(known) > 40
    assert known - shown == set(ELSEWHERE)


def _known_codes() -> Iterator[str]:
    """Find the codes of problems that the rooms of the checks write out in full."""
    for room in ("values", "resolve", "survey", "leads", "validate", "pipeline"):
        for path in sorted((ROOT / "importer").glob(f"{room}*/**/*.py")):
            nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            calls = (node for node in nodes if isinstance(node, ast.Call))
            made = (call for call in calls if ast.unparse(call.func) not in {"Note", "Refusal"})
            for keyword in (keyword for call in made for keyword in call.keywords):
                match keyword:
                    case ast.keyword(arg="code", value=ast.Constant(value=str(code))):
                        yield code
                    case ast.keyword(arg="code", value=ast.Name(id="RAGGED")):
                        yield RAGGED
