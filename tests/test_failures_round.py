"""Failures workbooks of every kind of sheet, saved again by real programs, and run as they are."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from binary_books import write_xlsb
from workplaces import Desk, Result, desk, settled, write_sheet

from importer.errors import JournalError, SheetError
from importer.mapping import parse_mapping
from importer.model import Kind, Outcome, SheetSpec
from importer.our_headers import MARKED_REFERENCE, is_ours
from importer.pipeline.opening import open_bound
from importer.pipeline.planning import Demands, plan_run
from importer.pipeline.workplace import open_workplace
from importer.sandbox import lead_id
from importer.sheets import open_sheet

SOFFICE = shutil.which("soffice") or ""
HEADER_ROW = 3
HEADERS = ("Lead ID", "Receipt", "Amount", "Paid on", "Note", "Mail")
MAPPING = """\
mapping: 1
sheet: {tab: Payments, header: {row: 3}}
columns:
  lead:    {header: Lead ID, type: lead_id}
  receipt: {header: Receipt, type: text}
  amount:  {header: Amount, type: amount, currency: INR, locale: en_IN}
  paid_on: {header: Paid on, type: date, format: dd/mm/yyyy, zone: Asia/Kolkata}
  note:    {header: Note, type: text}
  mail:    {header: Mail, type: text}
lead: lead
identity: {columns: [receipt], equal_rows: problem, exports: cumulative}
actions:
  - name: payment
    type: PAYMENT
    amount: {from: amount}
    currency: INR
    status: COMPLETED
  - name: receipt
    type: "1003"
    fields:
      import_ref: {from: receipt}
      paid_on: {from: paid_on}
      note: {from: note}
      payer_email: {from: mail}
"""
NOTES = (
    *("=1+1", "+91 98765 43210", "@x", "-12.50", "'quoted'", "'=1+1", "_x0041_", " kept "),
    *("first\r\nsecond", "first\nsecond", "000123", "62ab16e00000000000000000"),
    *("<b>&amp;", "1e5", "TRUE", "03/04/2026", "x" * 3000, "₹ 1,25,000"),
)
"""What a program that guesses would take for something else; each is text in the sheet."""
PART = "xl/worksheets/sheet1.xml"
UNKNOWN_LEAD = "f" * 24
DAY = dt.date(2026, 11, 3)

Row = tuple[str, str, Any, Any, str, str]


def rows_with(notes: Sequence[str]) -> list[Row]:
    """Rows that are INVALID for their amount, one for each note; then a REFUSED and an IGNORED one.

    Their receipts begin with zeros.
    """
    wrong: list[Row] = [
        (lead_id(number), f"000{number:03}", -5, DAY, note, "a@example.com")
        for number, note in enumerate(notes, start=1)
    ]
    refused: Row = (UNKNOWN_LEAD, "000901", 900, DAY, "", "a@example.com")
    ignored: Row = (lead_id(50), "000902", 902, DAY, "", "no address")
    return [*wrong, refused, ignored]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a CRM that answers."""
    with desk(tmp_path, MAPPING) as one:
        whatever_fails = one.settings.stop.model_copy(update={"invalid_share": 1.0})
        one.settings = one.settings.model_copy(update={"stop": whatever_fails})
        yield one


def workbook(path: Path, rows: Sequence[Row]) -> Path:
    """Write a workbook as ops staff have them: a title, a tab among others, formats, widths."""
    book = openpyxl.Workbook()
    book.worksheets[0].title = "Read me"
    tab = book.create_sheet("Payments")
    book.create_sheet("Lists")
    tab["A1"] = "Payments received"
    for at, values in enumerate([HEADERS, *rows], start=HEADER_ROW):
        for column, value in enumerate(values, start=1):
            cell = tab.cell(at, column)
            cell.value = value.replace("_x0", "_x005F_x0") if isinstance(value, str) else value
            if isinstance(value, str):
                cell.data_type = "s"
        tab.cell(at, 3).number_format = "#,##0.00"
        tab.cell(at, 4).number_format = "dd-mmm-yy"
    tab.column_dimensions["E"].width = 33
    book.save(path)
    return settled(path)


def office(folder: Path, extension: str, *files: Path) -> list[Path]:
    """Let LibreOffice open files and save them in another way, as a person does."""
    if not SOFFICE:
        pytest.skip("LibreOffice is not on this machine")
    target = folder / f"as_{extension}"
    subprocess.run(
        [
            SOFFICE,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            *("--convert-to", extension, "--outdir", str(target)),
            *map(str, files),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return [settled(target / f"{file.stem}.{extension}") for file in files]


def corrected(path: Path) -> Path:
    """Correct every wrong amount of a failures workbook, and touch nothing else."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[PART] = parts[PART].replace(b"<v>-5</v>", b"<v>5</v>")
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return settled(path)


def arrived(here: Desk) -> dict[str, str]:
    """Receipt number → note, of all that arrived."""
    fields = [one.body["fields"] for one in here.crm.actions if one.type == "1003"]
    return {
        str(one["import_ref"]): str(one.get("note", "")) for one in fields if isinstance(one, dict)
    }


def expected(notes: Sequence[str]) -> dict[str, str]:
    """The same, of the rows with these notes: without white space around them, as `text` says."""
    return {f"000{number:03}": note.strip() for number, note in enumerate(notes, start=1)}


def failed(here: Desk, sheet: Path, notes: Sequence[str]) -> tuple[Result, Path]:
    """Run a sheet in which every row fails: the result, the failures workbook."""
    first = here.run(sheet)
    assert first.counts == {"INVALID": len(notes), "REFUSED": 2, "CREATED": 1, "IGNORED": 1}
    return first, here.failures_of(first)


def saved_by_openpyxl(folder: Path, path: Path) -> Path:
    """Save a workbook again."""
    book = openpyxl.load_workbook(path)
    book.save(folder / "again.xlsx")
    return settled(folder / "again.xlsx")


def saved_by_libreoffice(folder: Path, path: Path) -> Path:
    """Save a workbook again."""
    return office(folder, "xlsx", path)[0]


def saved_as_ods(folder: Path, path: Path) -> Path:
    """Save a workbook as an open document, and that as a workbook."""
    return office(folder, "xlsx", *office(folder, "ods", path))[0]


def saved_as_xls(folder: Path, path: Path) -> Path:
    """Save a workbook as Excel did in 1997."""
    return office(folder, "xls", path)[0]


LOST = {"saved_by_openpyxl": {"first\r\nsecond", "_x0041_"}}
"""Program → texts that it does not keep; LibreOffice makes one line end of two."""


@pytest.mark.parametrize(
    "save", [saved_by_openpyxl, saved_by_libreoffice, saved_as_ods, saved_as_xls]
)
def test_saved_by_another_program_it_runs_as_it_is(
    here: Desk, tmp_path: Path, save: Callable[[Path, Path], Path]
) -> None:
    """Corrected rows are sent with every text as it was, the others are reported, none is sent."""
    lost = LOST.get(save.__name__, {"first\r\nsecond"})
    notes = [note for note in NOTES if note not in lost]
    _, path = failed(here, workbook(tmp_path / "sheet.xlsx", rows_with(notes)), notes)
    untouched = here.run(save(tmp_path, path))
    assert untouched.counts == {"INVALID": len(notes), "REFUSED": 2, "ALREADY": 1, "IGNORED": 1}
    requests = here.crm.counts.creates
    again = here.run(save(tmp_path, corrected(path)))
    assert again.counts["CREATED"] == 2 * len(notes)
    assert again.counts["REFUSED"] == 2
    assert again.counts["IGNORED"] == 1
    assert here.crm.counts.creates == requests + len(notes)
    assert arrived(here) == expected(notes)
    assert again.books.chain.open_rows == 2


def as_written(folder: Path, extension: str, rows: Sequence[Row]) -> Path:
    """Write the sheet in one of the ways of workbooks."""
    if extension == "xlsb":
        days = [(*row[:3], (DAY - dt.date(1899, 12, 30)).days, *row[4:]) for row in rows]
        formats = ("General", "General", "#,##0.00", "dd-mmm-yy", "General", "General")
        above = [("Payments received",), ()]
        path = write_xlsb(
            folder / "sheet.xlsb", "Payments", [*above, HEADERS, *days], formats, width=33
        )
        return settled(path)
    path = workbook(folder / "sheet.xlsx", rows)
    return path if extension == "xlsx" else office(folder, extension, path)[0]


@pytest.mark.parametrize("extension", ["xlsx", "xlsb", "xls", "ods"])
def test_every_kind_of_workbook_keeps_its_looks(here: Desk, tmp_path: Path, extension: str) -> None:
    """Tab, title, header, widths and number formats are the sheet's; corrected, it closes."""
    _, path = failed(here, as_written(tmp_path, extension, rows_with(["x", "y"])), ["x", "y"])
    page: Any = openpyxl.load_workbook(path).worksheets[0]
    assert (page.title, page["A1"].value, page["A3"].value) == (
        "Payments",
        "Payments received",
        "Lead ID",
    )
    assert page["B4"].value == "000001"
    assert page["B4"].number_format == "@"
    assert (page["C4"].value, page["C4"].number_format) == (-5, "#,##0.00")
    assert page["D4"].value == dt.datetime.combine(DAY, dt.time())
    assert page["D4"].number_format.replace("\\", "") == "dd-mmm-yy"
    assert page.column_dimensions["E"].width == pytest.approx(33, rel=0.05)
    again = here.run(corrected(path))
    assert again.counts == {"CREATED": 4, "REFUSED": 2, "ALREADY": 1, "IGNORED": 1}
    assert arrived(here) == expected(["x", "y"])


def csv_sheet(folder: Path, rows: Sequence[Row]) -> Path:
    """Write the sheet as a CSV with a title above its header."""
    texts = [[*row[:2], str(row[2]), f"{row[3]:%d/%m/%Y}", *row[4:]] for row in rows]
    above = [["Payments received"], []]
    return write_sheet(folder / "sheet.csv", [[], HEADERS, *texts], above[0])


def failures_csv(here: Desk, result: Result) -> Path:
    """The failures CSV of a run."""
    path = here.failures_of(result).with_suffix(".csv")
    return settled(path)


@pytest.fixture
def csv_desk(here: Desk) -> Desk:
    """A desk whose sheets are CSVs."""
    here.mapping = parse_mapping(MAPPING.replace("tab: Payments, ", ""), "payments.yaml")
    return here


def corrected_text(path: Path) -> Path:
    """Correct every wrong amount of a CSV, and touch nothing else."""
    text = path.read_bytes()
    path.write_bytes(text.replace(b",-5,", b",5,"))
    return settled(path)


def test_a_csv_s_failures_run_as_csv(csv_desk: Desk, tmp_path: Path) -> None:
    """`failures.csv` gives every text back exactly, untouched and corrected, twice over."""
    here = csv_desk
    first = here.run(csv_sheet(tmp_path, rows_with(NOTES)))
    path = failures_csv(here, first)
    assert MARKED_REFERENCE in path.read_text(encoding="utf-8-sig")
    untouched = here.run(path)
    assert untouched.counts == {"INVALID": len(NOTES), "REFUSED": 2, "ALREADY": 1, "IGNORED": 1}
    second = failures_csv(here, untouched)
    assert second.read_text(encoding="utf-8-sig").count("Importer: outcome") == 1
    again = here.run(corrected_text(second))
    assert again.counts["CREATED"] == 2 * len(NOTES)
    assert arrived(here) == expected(NOTES)
    assert again.books.chain.open_rows == 2


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_a_failures_csv_that_libreoffice_saved(
    csv_desk: Desk, tmp_path: Path, extension: str
) -> None:
    """Opened and saved by a person's program, ids, dates and formulas are texts as they were."""
    here = csv_desk
    notes = ["=1+1", "'=1+1", "+91 98765 43210", "@x", "'quoted'", "x"]
    first = here.run(csv_sheet(tmp_path, rows_with(notes)))
    path = corrected_text(failures_csv(here, first))
    result = here.run(office(tmp_path, extension, path)[0])
    assert result.counts["CREATED"] == 2 * len(notes)
    assert arrived(here) == expected(notes)


def test_a_header_that_would_run_is_found_in_a_csv(here: Desk, tmp_path: Path) -> None:
    """A mapping that looks for `@Note` finds it in `failures.csv`, where it is inert."""
    found = MAPPING.replace("tab: Payments, header: {row: 3}", 'header: {find: ["@Note"]}')
    here.mapping = parse_mapping(found.replace("header: Note", 'header: "@Note"'), "payments.yaml")
    sheet = csv_sheet(tmp_path, rows_with(["x"]))
    sheet.write_text(sheet.read_text(encoding="utf-8").replace("Note", "@Note"), encoding="utf-8")
    path = failures_csv(here, here.run(settled(sheet)))
    assert ",'@Note," in path.read_text(encoding="utf-8-sig")
    assert here.run(corrected_text(path)).counts["CREATED"] == 2


@pytest.mark.parametrize("save", [saved_by_libreoffice, saved_by_openpyxl])
def test_only_retry_sends_an_untouched_row_again(
    here: Desk, tmp_path: Path, save: Callable[[Path, Path], Path]
) -> None:
    """What the CRM has ignored or refused costs a request only where `--retry` names it."""
    first, path = failed(here, workbook(tmp_path / "sheet.xlsx", rows_with(["x"])), ["x"])
    requests = here.crm.counts.creates
    saved = save(tmp_path, path)
    assert here.run(saved).counts["IGNORED"] == 1
    assert here.crm.counts.creates == requests
    both = frozenset({Outcome.IGNORED, Outcome.REFUSED})
    with open_workplace(here.settings) as workplace:
        run = plan_run(workplace, saved, here.mapping, demands=Demands(retry=both))
    result = here.resume(run)
    assert result.counts == {"INVALID": 1, "REFUSED": 2, "ALREADY": 1, "IGNORED": 1}
    assert here.crm.counts.creates == requests + 2
    assert first.books.run.id == result.books.run.root


def test_a_workbook_s_failures_saved_as_csv_are_refused(here: Desk, tmp_path: Path) -> None:
    """LibreOffice writes 3 November as 11/03/2026 there, which the mapping would read as March."""
    _, path = failed(here, workbook(tmp_path / "sheet.xlsx", rows_with(["x"])), ["x"])
    (saved,) = office(tmp_path, "csv", corrected(path))
    with pytest.raises(SheetError, match="was saved as CSV"):
        here.run(saved)


def test_a_csv_s_failures_workbook_saved_as_csv_runs(csv_desk: Desk, tmp_path: Path) -> None:
    """What came from a CSV is text in the workbook, too, and stays what it was."""
    here, notes = csv_desk, ["=1+1", "'=1+1", "x"]
    first = here.run(csv_sheet(tmp_path, rows_with(notes)))
    book = openpyxl.load_workbook(here.failures_of(first))
    for cells in book.worksheets[0].iter_rows(min_row=HEADER_ROW + 1):
        cells[2].value = "5" if cells[2].value == "-5" else cells[2].value
    book.save(tmp_path / "failures.xlsx")
    again = here.run(office(tmp_path, "csv", tmp_path / "failures.xlsx")[0])
    assert again.counts["CREATED"] == 2 * len(notes)
    assert arrived(here) == expected(notes)


ODD = MAPPING.replace("{row: 3}", "{row: 40}, hidden_rows: read").replace(
    "type: date, format: dd/mm/yyyy, zone: Asia/Kolkata", "type: text"
)


def odd_workbook(path: Path) -> Path:
    """Write a workbook with everything that people do to one."""
    book = openpyxl.Workbook()
    for name in ("One", "Two", "Payments", "Four", "Five"):
        book.create_sheet(name)
    tab: Any = book["Payments"]
    tab["A1"], tab["C2"], tab["D2"] = "Payments received", 46000, DAY
    tab.merge_cells("A1:F1")
    tab["A39"], tab["C39"] = "Who", "What"
    for column, header in zip((1, 2, 3, 5, 6, 8), HEADERS, strict=True):
        tab.cell(40, column, header)
    odd = (5, 123456789012345678, "two\nlines", "x" * 32_000, 0.1 + 0.2, dt.time(10, 30), True)
    for row, value in enumerate(odd, start=41):
        tab.cell(row, 1, lead_id(row))
        tab.cell(row, 2, f"000{row}")
        tab.cell(row, 3, -5).number_format = "[$₹-4009] #,##,##0.00"
        tab.cell(row, 5, value)
        tab.cell(row, 6, "=1+1").data_type = "s"
        tab.cell(row, 10, "beside the table")
    tab["E41"].number_format = "dd/mm/yyyy"
    tab.merge_cells("F46:F47")
    tab.row_dimensions[43].hidden = True
    tab.column_dimensions["J"].hidden = True
    book.save(path)
    return settled(path)


def cells_of(path: Path) -> list[list[tuple[str, Kind]]]:
    """Every cell below the header but for our columns, which are the last four."""
    sheet = open_sheet(path, SheetSpec(tab="Payments", header_row=40))
    own = [at for at, header in enumerate(sheet.headers) if not is_ours(header)]
    rows = []
    for chunk in sheet.chunks():
        kinds = chunk.kinds or ()
        rows += [
            [(chunk.columns[at][index], kinds[at][index]) for at in own]
            for index in range(len(chunk.numbers))
        ]
    return rows


def test_whatever_people_do_to_a_sheet(tmp_path: Path) -> None:
    """Header in row 40, a day of 1900, 18 digits, merged and hidden cells: all texts come back."""
    with desk(tmp_path, ODD) as here:
        whatever_fails = here.settings.stop.model_copy(update={"invalid_share": 1.0})
        here.settings = here.settings.model_copy(update={"stop": whatever_fails})
        sheet = odd_workbook(tmp_path / "odd.xlsx")
        first = here.run(sheet)
        assert first.counts == {"INVALID": 7}
        path = here.failures_of(first)
        before, after = cells_of(sheet), cells_of(path)
        assert [[text for text, _ in row] for row in after] == [
            [text for text, _ in row] for row in before
        ]
        assert [row[2] for row in after] == [("₹ -5", Kind.DRESSED)] * 7
        page: Any = openpyxl.load_workbook(path).worksheets[0]
        assert (page["C41"].value, page["C41"].number_format) == (-5, "[$₹-4009] #,##,##0.00")
        assert (page["A39"].value, page["A40"].value) == ("Who", "Lead ID")
        assert page["D2"].value == dt.datetime.combine(DAY, dt.time())
        assert page.freeze_panes is None or page.freeze_panes == "A1"
        assert here.run(settled(path)).counts == {"INVALID": 7}


def test_a_row_that_the_kept_copy_lacks_is_never_left_out(
    csv_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a row to correct is not found, no failures workbook is written without it."""
    here = csv_desk
    result = here.run(csv_sheet(tmp_path, rows_with(["x"])))
    path = here.failures_of(result)
    before = path.read_bytes()

    def without_rows(*args: Any) -> Any:  # noqa: ANN401 - as open_bound
        bound = open_bound(*args)
        return dataclasses.replace(
            bound, sheet=dataclasses.replace(bound.sheet, read=lambda _size: iter(()))
        )

    monkeypatch.setattr("importer.pipeline.kept.open_bound", without_rows)
    with pytest.raises(JournalError, match="would lack rows: Row 4 ") as caught:
        here.failures_of(result)
    assert f"`importer report {result.run}`" in caught.value.hint
    assert path.read_bytes() == before
