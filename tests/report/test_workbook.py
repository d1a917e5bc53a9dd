"""`reconciliation.xlsx`: figures are figures, ids are texts, and no text is a formula."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from importer.model import Currency, Money, Outcome, Remark, RunState, Skipped
from importer.report import looks
from importer.report.cells import MOST_CHARACTERS
from importer.report.figures import MINUS, SYMBOLS, plain, shown
from importer.report.listing import NAMES
from importer.report.source import ReportSource, report_of
from importer.report.words import OUTCOME_WORDS
from importer.report.xlsx import write_workbook

from .books import action, every_outcome, inr, lead_id, lines_of, source_of
from .libreoffice import convert, needs_soffice
from .odd import HOSTILE, beyond_excel, mixed, odd

TABS = [
    "Summary",
    "Created",
    "Already",
    "Ignored",
    "Invalid",
    "Refused",
    "Duplicate",
    "Unknown",
    "Unsent",
    "Skipped",
]
FORMULA = re.compile(r"=(COUNT|COUNTIF|SUM|ROUND|AND)\(.*\)|=[A-Z]+[0-9]+=[A-Z]+[0-9]+", re.DOTALL)


def content(source: ReportSource, **options: int) -> bytes:
    """Return the workbook's bytes."""
    file = BytesIO()
    write_workbook(file, report_of(source), lines_of(source), **options)
    return file.getvalue()


def workbook(source: ReportSource, *, values: bool = False, **options: int) -> Any:  # noqa: ANN401 - openpyxl's stubs know no cells
    """Return the workbook, read back; with the values of its formulas, or the formulas."""
    return load_workbook(BytesIO(content(source, **options)), data_only=values)


@pytest.fixture(scope="module")
def whole() -> Any:  # noqa: ANN401 - the same
    """Return the workbook of a run in which everything occurs."""
    return workbook(every_outcome())


def rows_of(tab: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - the same
    """Return a tab's rows by header; none of one that says so."""
    header, *rows = tab.values
    if [row[:2] for row in rows] == [("None.", None)]:
        return []
    return [dict(zip(header, row, strict=True)) for row in rows]


def figures(tab: Any) -> Iterator[tuple[object, ...]]:  # noqa: ANN401 - the same
    """Yield every line of the summary that holds a figure: its label, and its cells with one."""
    for label, *cells in tab.iter_rows(values_only=True):
        found = [one for one in cells if isinstance(one, int | float)]
        if found:
            yield (label, *found)


def test_every_outcome_has_its_tab_in_its_place(whole: Any) -> None:  # noqa: ANN401 - the same
    """Ten tabs, in the outcomes' order, each with the rows that the books say, empty ones too."""
    assert whole.sheetnames == TABS
    for outcome, line in every_outcome().reconciliation.outcomes.items():
        assert len(rows_of(whole[OUTCOME_WORDS[outcome].label])) == line.count
    found = workbook(source_of([action(5, Outcome.CREATED, inr("1"))]))
    assert found.sheetnames == TABS
    for tab in found.worksheets[2:]:
        assert [row[0] for row in tab.iter_rows(values_only=True)] == ["Cell", "None."]


def test_values_have_their_kinds(whole: Any) -> None:  # noqa: ANN401 - the same
    """Rows and amounts are numbers; leads, ids and what a row is known by are texts and stay so."""
    row = rows_of(whole["Ignored"])[0]
    assert (row["Row"], row["Amount"], row["Currency"]) == (30, 125000.5, "INR")
    assert (row["Lead"], row["Cell"]) == (lead_id(30), "payments.xlsx › Payments!D30")
    assert row["Row says"] == "receipt: RC-0030"
    lead = whole["Ignored"][f"{letter('Lead')}2"]
    assert (lead.data_type, lead.number_format) == ("s", "@")


def letter(name: str) -> str:
    """Return the letter of a column."""
    return "ABCDEFGHIJKLMNOP"[NAMES.index(name)]


def test_what_is_incomplete_or_waits_for_nobody_is_marked() -> None:
    """The mark stands in a column of its own, so that the outcome's word is always the same."""
    found = workbook(mixed())
    marks = {
        (row["Row"], row["Mark"])
        for tab in found.worksheets[1:]
        for row in rows_of(tab)
        if row["Mark"]
    }
    assert marks == {(26, "incomplete"), (42, "given up"), (43, "taken up")}
    for tab in found.worksheets[1:]:
        assert {row["Outcome"] for row in rows_of(tab)} <= {tab.title.upper()}


def test_tabs_are_ready_for_work(whole: Any) -> None:  # noqa: ANN401 - the same
    """The header stays in sight and has a filter over all rows; columns are wide enough for it."""
    for tab in whole.worksheets[1:]:
        assert tab.freeze_panes == "A2"
        last = max(2, tab.max_row) if rows_of(tab) else 1
        assert tab.auto_filter.ref == f"A1:{letter(NAMES[-1])}{last}"
        for number, name in enumerate(NAMES):
            assert tab.column_dimensions["ABCDEFGHIJKLMNOP"[number]].width >= len(name) + 2


SUMMARY = [
    ("Read", 38),
    ("With actions", 35),
    ("Skipped", 3),
    ("Skipped: blank", 2),
    ("Skipped: totals", 1),
    ("Agrees", True),
    ("CREATED", 44, 1234961651, 0),
    ("ALREADY", 3, 27000, 0),
    ("IGNORED", 2, -12220677.75, 0),
    ("INVALID", 2, 0, 0),
    ("REFUSED", 2, 7560, 0),
    ("DUPLICATE", 1, 8000, 0),
    ("UNKNOWN", 1, 250000, 0),
    ("UNSENT", 2, 0, 1500.75),
    ("In all", 57, 1223033533.25, 1500.75),
    ("Planned", 57, 1223033533.25, 1500.75),
    ("Agrees", True, True, True),
    ("Created, incomplete", 1),
    ("Given up", 1, 0, 1500.75),
    ("Taken up", 1, 60, 0),
    ("Without money", 2),
    ("No amount known", 2),
    ("payment (PAYMENT)", 22, 1234961651),
    ("payment (PAYMENT)", 3, 27000),
    ("payment (PAYMENT)", 2, -12220677.75),
    ("payment (PAYMENT)", 2, 7560),
    ("payment (PAYMENT)", 1, 8000),
    ("payment (PAYMENT)", 1, 250000),
    ("payment (PAYMENT)", 1, 1500.75),
    ("receipt (1003)", 22),
    ("receipt (1003)", 1),
    ("Rows refused as a whole", 2),
    ("INVALID", 2),
    ("CREATED", 1),
    ("DUPLICATE", 1, 8000),
    ("IGNORED", 1, 125000.5),
    ("INVALID", 1),
    ("REFUSED", 1, 7500),
    ("REFUSED", 1, 60),
    ("UNKNOWN", 1, 250000),
    ("UNSENT", 1),
    ("UNSENT", 1, 1500.75),
    ("Planned", 1223033533.25, 1500.75),
    ("In all", 1223033533.25, 1500.75),
    ("Created", 1234961651),
    ("Already", 27000),
    ("Given up", 1500.75),
    ("Open", -11955117.75),
    ("In all", 1223033533.25, 1500.75),
    ("Agrees", True, True),
]
"""Every figure of the summary of `mixed`, added up by hand from its rows."""


def test_the_summary_has_these_figures_and_no_others() -> None:
    """Rows, outcomes, reasons and chain, each with its count and its sum per currency."""
    found = list(figures(workbook(mixed(), values=True)["Summary"]))
    assert found == SUMMARY


def test_the_chain_stands_there_as_a_bridge() -> None:
    """Every run, how many rows are open, and both sides of the money, as far as they have any."""
    source = mixed()
    books = source.reconciliation
    repair = replace(books.run, id="20261123-aaaa", file="failures.xlsx", state=RunState.DONE)
    inr_of = {
        "planned": "1000.50",
        "repaired": "200",
        "corrected": "-100.25",
        "added": "50",
        "created": "900.25",
        "already": "100",
        "waived": "150",
        "open": "0",
    }
    sums = {name: {Currency.INR: Decimal(text)} for name, text in inr_of.items()}
    runs = (books.run, repair)
    chain = replace(books.chain, runs=runs, rows=31, open_rows=0, open_at=(), **sums)  # type: ignore[arg-type]  # the sums alone
    tab = workbook(replace(source, reconciliation=replace(books, chain=chain)), values=True)[
        "Summary"
    ]
    found = list(figures(tab))
    assert found[-10:] == [
        ("Planned", 1000.5),
        ("In rows repaired", 200),
        ("Corrected", -100.25),
        ("Added", 50),
        ("In all", 1150.25, 0),
        ("Created", 900.25),
        ("Already", 100),
        ("Given up", 150),
        ("In all", 1150.25, 0),
        ("Agrees", True, True),
    ]
    words = [row[:2] for row in tab.iter_rows(values_only=True)]
    assert ("State", "closed: 0 open of 31 rows with actions") in words
    assert ("Run 20261122-k7f3", "payments.xlsx, stopped") in words
    assert ("Run 20261123-aaaa", "failures.xlsx, done") in words


def test_what_could_be_read_in_refused_rows_stands_beside_the_sums() -> None:
    """Under the rows without money, and in no total."""
    source = mixed()
    readable = {Currency.INR: Decimal(-500)}
    run = replace(source.reconciliation.run, invalid_money=readable, invalid_with_money=1)
    books = replace(source.reconciliation, run=run)
    found = list(figures(workbook(replace(source, reconciliation=books), values=True)["Summary"]))
    assert [line for line in found if line not in SUMMARY] == [
        ("Readable in them", -500),
        ("No amount known", 1),
    ]


def test_what_does_not_hold_is_said() -> None:
    """Each sentence of the books, of the run and of the chain."""
    books = mixed().reconciliation
    broken = replace(
        books,
        imbalances=("2 planned, 1 on record.",),
        chain=replace(books.chain, imbalances=("A row was lost.",)),
    )
    tab = workbook(replace(mixed(), reconciliation=broken))["Summary"]
    words = [row[:2] for row in tab.iter_rows(values_only=True)]
    assert ("DOES NOT HOLD", "2 planned, 1 on record.") in words
    assert ("DOES NOT HOLD", "A row was lost.") in words


def test_the_summary_says_first_what_matters_first() -> None:
    """The verdict, the rows, the outcomes, what to do, why, the chain; hashes come last."""
    first = [row[0] for row in workbook(mixed())["Summary"].iter_rows(values_only=True) if row[0]]
    sections = [
        "The rows",
        "What went in, and what did not",
        "What to do next",
        "Why",
        "This sheet so far",
        "The books",
        "To know about the sheet",
        "The run",
    ]
    assert [one for one in first if one in sections] == sections
    assert first[3] == "The rows"
    assert (first[1].startswith("In the CRM: "), "20261122-k7f3" in first[2]) == (True, True)


def test_the_totals_are_formulas_over_the_tabs() -> None:
    """Count and sum of each outcome, what they come to, and whether that is what was planned."""
    tab = workbook(mixed())["Summary"]
    lines: dict[str, list[Any]] = {}
    for label, *cells in tab.iter_rows(values_only=True):
        lines.setdefault(str(label), cells[:3])
    for label in TABS[1:9]:
        assert lines[label.upper()] == [
            f"=COUNT({label}!$B:$B)",
            f'=ROUND(SUMIFS({label}!$H:$H,{label}!$G:$G,"INR"),2)',
            f'=ROUND(SUMIFS({label}!$H:$H,{label}!$G:$G,"AED"),2)',
        ]
    assert lines["Skipped"][0] == "=COUNT(Skipped!$B:$B)"
    assert lines["Created, incomplete"][0] == '=COUNTIF(Created!$J:$J,"incomplete")'
    assert [str(one).startswith("=") for one in lines["Given up"]] == [True] * 3
    assert lines["In all"] == ["=SUM(B16:B23)", "=ROUND(SUM(C16:C23),2)", "=ROUND(SUM(D16:D23),2)"]
    assert lines["Planned"] == [57, 1223033533.25, 1500.75]
    assert lines["Agrees"][0] == "=AND(B7=B8+B9,B9=SUM(B10:B11))"


def test_the_summary_alone_has_formulas_and_all_of_them_are_ours() -> None:
    """Whatever stands in a sheet, a remark, a reason or a file's name stays a text."""
    hostile = odd(300)
    book = workbook(hostile)
    cells = [cell for tab in book for row in tab.iter_rows() for cell in row]
    running = [cell for cell in cells if cell.data_type == "f"]
    assert {cell.parent.title for cell in running} == {"Summary"}
    assert [cell.value for cell in running if not FORMULA.fullmatch(cell.value)] == []
    words = {cell.value for cell in cells if cell.data_type == "s"}
    assert {text for text in HOSTILE if text[0] in "=+-@"} <= words


def test_a_text_stays_one_when_it_is_edited() -> None:
    """What begins like a formula is marked as by a typed apostrophe."""
    hostile = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0"]
    actions = [
        action(row, Outcome.IGNORED, remarks=(Remark(path="", text=text),), lead=text)
        for row, text in enumerate(hostile, start=5)
    ]
    found = workbook(source_of(actions, skipped=[Skipped(row=90, reason="=2+2")]))
    inert = list(found["Ignored"][letter("Lead")][1:])
    assert [(cell.value, cell.quotePrefix) for cell in inert] == [(text, True) for text in hostile]


def test_control_characters_are_seen_to_be_missing() -> None:
    """XML has no place for them, and Excel would refuse the whole workbook."""
    source = source_of([action(5, Outcome.IGNORED, remarks=(Remark(path="", text="a\x00b\x1b"),))])
    assert rows_of(workbook(source)["Ignored"])[0]["Why"] == "a�b�"


def test_a_text_that_no_cell_can_hold_is_cut_with_a_word() -> None:
    """Excel would call the whole workbook damaged."""
    source = source_of([action(5, Outcome.CREATED, lead="x" * 40_000)])
    lead = rows_of(workbook(source)["Created"])[0]["Lead"]
    assert (len(lead), lead[-8:]) == (MOST_CHARACTERS, " … (cut)")


def test_amounts_that_excel_would_round_are_texts_and_so_are_their_sums() -> None:
    """No total is wrong: it is exact, or a formula that comes to the exact figure."""
    book = workbook(beyond_excel(), values=True)
    amounts = [row["Amount"] for row in rows_of(book["Created"])]
    assert amounts == ["12345678901234.56", 0.01, 9000000000000.99, 12.5]
    lines: dict[str, list[Any]] = {}
    for label, *cells in book["Summary"].iter_rows(values_only=True):
        lines.setdefault(str(label), cells[:5])
    assert lines["CREATED"][:4] == [4, "12345678901234.57", 12.5, "9000000000000.99"]
    assert lines["In all"][:4] == [5, "12345678901234.57", 12.5, "18000000000001.98"]
    assert lines["Planned"][:4] == [5, "12345678901234.57", 12.5, "18000000000001.98"]
    assert lines["Agrees"][0] is True
    said = lines["Not added up by formulas"][0]
    assert said.startswith("AED, INR: Excel keeps 15 digits")
    formulas = [
        cell.value
        for row in workbook(beyond_excel())["Summary"].iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    assert not [one for one in formulas if "INR" in one or "AED" in one]
    assert [one for one in formulas if "USD" in one]


def test_a_short_sum_of_amounts_that_are_texts_is_a_text_too() -> None:
    """A formula would add up the others alone."""
    amounts = ("1234567890123456", "-1234567890123455")
    money = [Money(amount=Decimal(one), currency=Currency.XOF) for one in amounts]
    source = source_of([action(5 + n, Outcome.CREATED, one) for n, one in enumerate(money)])
    lines = {row[0]: row[1:3] for row in workbook(source)["Summary"].iter_rows(values_only=True)}
    assert lines["CREATED"] == ("=COUNT(Created!$B:$B)", "1")


def test_a_full_tab_goes_on_in_another() -> None:
    """No row is lost where an outcome has more rows than a tab, and the totals count them all."""
    source = source_of([action(row, Outcome.CREATED, inr(f"{row}")) for row in range(5, 10)])
    found = workbook(source, most_rows=3)
    assert found.sheetnames == [*TABS, "Created 2", "Created 3"]
    rows = [
        row["Row"] for name in ("Created", "Created 2", "Created 3") for row in rows_of(found[name])
    ]
    assert rows == [5, 6, 7, 8, 9]
    formulas = [cell.value for row in found["Summary"].iter_rows() for cell in row]
    assert "=COUNT(Created!$B:$B,'Created 2'!$B:$B,'Created 3'!$B:$B)" in formulas


RUNS: Mapping[str, tuple[ReportSource, dict[str, int]]] = {
    "mixed": (mixed(), {}),
    "beyond": (beyond_excel(), {}),
    "odd": (odd(400), {}),
    "full": (odd(60, seed=2), {"most_rows": 7}),
}


def spoil(workbook: bytes) -> bytes:
    """Return the workbook with a wrong value stored with every formula."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook)) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            part = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part, spoilt = re.subn(rb"(</f><v>)[^<]*", rb"\g<1>0", part)
                assert spoilt
            archive.writestr(name, part)
    return target.getvalue()


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """Return workbooks that LibreOffice has computed anew, one with an amount changed before."""
    folder = tmp_path_factory.mktemp("computed")
    paths = []
    for name, (source, options) in RUNS.items():
        paths.append(folder / f"{name}.xlsx")
        paths[-1].write_bytes(spoil(content(source, **options)))
    book = load_workbook(folder / "mixed.xlsx")
    book["Unknown"][f"{letter('Amount')}2"] = 250001
    book.save(folder / "altered.xlsx")
    saved = convert([*paths, folder / "altered.xlsx"], "xlsx", folder / "anew")
    return {path.stem: load_workbook(path, data_only=True) for path in saved}


@needs_soffice
@pytest.mark.parametrize("name", RUNS)
def test_computed_anew_the_totals_are_the_figures(computed: Mapping[str, Any], name: str) -> None:
    """LibreOffice comes to the value that was stored with each formula."""
    source, options = RUNS[name]
    stored = workbook(source, values=True, **options)["Summary"]
    found = list(figures(computed[name]["Summary"]))
    assert [line[1:] for line in found] == [line[1:] for line in figures(stored)]
    assert [line for line in found if line[0] == "Agrees" and False in line] == []


@needs_soffice
def test_an_altered_amount_is_seen(computed: Mapping[str, Any]) -> None:
    """Who changes a tab sees on the summary that it is no longer what was planned."""
    found = dict.fromkeys(figures(computed["altered"]["Summary"]))
    assert ("UNKNOWN", 1, 250001, 0) in found
    assert ("Agrees", True, False, True) in found


def test_an_imbalance_is_seen_in_the_check_line() -> None:
    """Where the tabs hold less than was planned, the stored value says so as well."""
    source = source_of([action(5, Outcome.CREATED, inr("1")), action(6, Outcome.CREATED, inr("2"))])
    report = report_of(source)
    file = BytesIO()
    write_workbook(file, report, (line for line in lines_of(source) if line.row == 5))
    found = list(figures(load_workbook(file, data_only=True)["Summary"]))
    assert ("CREATED", 1, 1) in found
    assert ("Planned", 2, 3) in found
    assert ("Agrees", False, False) in found


AMOUNTS = [
    Decimal(sign + digits)
    for digits in ("0", "5", "1234.5", "99999.99", "100000", "1234567", "9999999.99", "12345678.9")
    for sign in ("", "-")
] + [Decimal("-123456789.5"), Decimal("1234567890.5"), Decimal("-12345678901.25")]


@needs_soffice
def test_amounts_look_as_they_do_on_the_page(tmp_path: Path) -> None:
    """Lakhs and crores are grouped, and a minus is there, at every size and in every currency."""
    book = Workbook()
    expected: list[str] = []
    for currency in (Currency.INR, Currency.USD, Currency.XOF):
        for amount in AMOUNTS:
            whole = amount if currency.decimals else amount.to_integral_value()
            book.worksheets[0].append([float(whole)])
            cell = book.worksheets[0].cell(row=len(expected) + 1, column=1)
            cell.number_format = looks.money(plain(whole, currency), currency).format
            mark = SYMBOLS.get(currency, f"{currency}\u00a0")
            expected.append(shown(whole, currency).replace(mark, "").replace(MINUS, "-"))
    book.save(tmp_path / "amounts.xlsx")
    (page,) = convert([tmp_path / "amounts.xlsx"], "html", tmp_path / "shown")
    cells = re.findall(r"<td[^>]*sdval[^>]*>(.*?)</td>", page.read_text(encoding="utf-8"))
    assert [unescape(re.sub("<[^>]*>", "", cell)) for cell in cells] == expected


def test_more_decimals_than_the_currency_has_are_shown() -> None:
    """What the sheet says is not rounded for show."""
    money = Money(amount=Decimal("1234567.125"), currency=Currency.INR)
    cell = workbook(source_of([action(5, Outcome.CREATED, money)]))["Created"][
        f"{letter('Amount')}2"
    ]
    assert (cell.value, cell.number_format) == (1234567.125, r"#\,##\,##0.000")
