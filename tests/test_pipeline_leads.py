"""Sheets without lead ids, from end to end: checked, run, corrected, reported."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
import pytest
from commands import importer
from openpyxl.worksheet.worksheet import Worksheet
from workplaces import Desk, desk, write_sheet

from importer.errors import SheetError, UsageError
from importer.journal.reading import action_records
from importer.model import Note
from importer.pipeline.check import check_sheet
from importer.pipeline.opening import read_mapping
from importer.pipeline.workplace import open_workplace
from importer.sandbox import lead_id

MAPPING = """\
mapping: 1
columns:
  mobile:  {header: Mobile, type: phone}
  receipt: {header: Receipt, type: text}
  amount:  {header: Amount, type: amount, currency: INR}
lead: {via: exports/leads.csv, match: mobile, country: {code: 91, digits: 10}}
identity: {columns: [receipt], equal_rows: problem}
actions:
  - {name: payment, type: PAYMENT, amount: {from: amount}, currency: INR, status: COMPLETED}
  - {name: receipt, type: "1003", fields: {import_ref: {from: receipt}}}
"""
HEADERS = ("Mobile", "Receipt", "Amount")
ANNA, BORIS, CARLA = lead_id(1), lead_id(2), lead_id(3)
LEADS = (
    (ANNA, "Anna", "+91 98765 43210"),
    (BORIS, "Boris", "919876543211"),
    (CARLA, "Carla", "9876543212"),
)


class Office:
    """A folder with a mapping, and the leads beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mapping = folder / "mappings" / "phones.yaml"
        self.leads = folder / "mappings" / "exports" / "leads.csv"
        self.leads.parent.mkdir(parents=True)
        self.mapping.write_text(MAPPING, encoding="utf-8")
        self.export(*LEADS)

    def export(self, *leads: Sequence[str]) -> None:
        """Write the leads file anew."""
        write_sheet(self.leads, leads, ("Lead ID", "Name", "Mobile"))

    def sheet(self, *rows: Sequence[str]) -> Path:
        """Write a sheet."""
        return write_sheet(self.folder / "payments.csv", rows, HEADERS)

    def check(self, *rows: Sequence[str]) -> dict[str, list[str]]:
        """Check a sheet: code → cells."""
        result = check_sheet(self.sheet(*rows), read_mapping(self.mapping))
        return {code: group.cells for code, group in result.groups.items()}

    def notes(self, *rows: Sequence[str]) -> list[Note]:
        """Check a sheet: what is to be known."""
        return check_sheet(self.sheet(*rows), read_mapping(self.mapping)).notes

    def edit_mapping(self, old: str, new: str) -> None:
        """Change the mapping."""
        text = self.mapping.read_text(encoding="utf-8")
        assert old in text
        self.mapping.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A mapping and its leads."""
    return Office(tmp_path)


@pytest.fixture
def here(office: Office) -> Iterator[Desk]:
    """A desk with a CRM that answers, and that mapping."""
    with desk(office.folder) as one:
        one.mapping = read_mapping(office.mapping)
        yield one


def correct(workbook: Path, cell: str, value: str) -> Path:
    """Correct a cell of a failures workbook, as a person does."""
    book = openpyxl.load_workbook(workbook)
    assert isinstance(book.active, Worksheet)
    book.active[cell].value = value
    book.save(workbook)
    return workbook


def test_rows_find_their_leads(office: Office, here: Desk) -> None:
    """Each row's actions go to the lead with its number, however either file writes it."""
    sheet = office.sheet(
        ("98765 43210", "R-1", "100"),
        ("+91-98765-43211", "R-2", "200"),
        ("919876543212", "R-3", "300"),
        ("9876543210", "R-4", "400"),
    )
    result = here.run(sheet)
    assert result.counts == {"CREATED": 8}
    assert sorted(here.arrived()) == sorted(
        (lead, type_) for lead in (ANNA, BORIS, CARLA, ANNA) for type_ in ("PAYMENT", "1003")
    )


def test_check_names_every_row_that_leads_to_nobody(office: Office) -> None:
    """Nobody, two leads, a damaged id, a blank and a broken number are problems at the cell."""
    office.export(*LEADS, (lead_id(4), "Dev", "9876543211"), ("6.03E+23", "Eva", "9876543215"))
    assert office.check(
        ("9876543210", "R-1", "1"),
        ("9876543219", "R-2", "1"),
        ("9876543211", "R-3", "1"),
        ("9876543215", "R-4", "1"),
        ("", "R-5", "1"),
        ("98765", "R-6", "1"),
    ) == {
        "lead-not-found": ["A3"],
        "lead-ambiguous": ["A4"],
        "lead-damaged": ["A5"],
        "lead-blank": ["A6"],
        "phone-wrong-length": ["A7"],
    }


def test_each_row_is_told_what_its_own_number_leads_to(office: Office) -> None:
    """Rows that are refused alike, for sound numbers of nobody and of two leads, stay apart."""
    office.export(*LEADS, (lead_id(4), "Dev", "9876543211"), (lead_id(5), "Eva", "9876543212"))
    numbers = ("9876543219", "9876543211", "9876543218", "9876543212", "9876543219", "9876543211")
    assert office.check(*((number, f"R-{at}", "1") for at, number in enumerate(numbers))) == {
        "lead-not-found": ["A2", "A4", "A6"],
        "lead-ambiguous": ["A3", "A5", "A7"],
    }


def test_a_blank_row_stays_blank(office: Office) -> None:
    """A row without anything is skipped, not looked up."""
    assert office.check(("", "", ""), ("9876543210", "R-1", "1")) == {}


def test_check_on_a_terminal_says_where_the_other_file_is_wrong(office: Office) -> None:
    """The command prints the leads file's cell beside the sheet's, and exits with 3."""
    office.export(*LEADS, (lead_id(4), "Dev", "9876543211"))
    sheet = office.sheet(("9876543211", "R-1", "1"))
    done = importer("check", sheet, "-m", office.mapping, cwd=office.folder.parent)
    words = " ".join(done.out.split())
    assert done.code == 3
    assert "lead-ambiguous" in words
    assert "leads.csv › A3" in words


def test_the_command_runs_from_any_folder(office: Office) -> None:
    """The leads file is found beside the mapping, wherever the command is started."""
    sheet = office.sheet(("9876543210", "R-1", "1"))
    done = importer("check", sheet.name, "-m", "mappings/phones.yaml", cwd=office.folder)
    assert done.code == 0, done.err


def test_a_run_of_the_command_line(office: Office) -> None:
    """A practice run books what finds its lead, and exits with 4 for what does not."""
    sheet = office.sheet(*((f"987654321{n}", f"R-{n}", "1") for n in (0, 1, 2, 9)))
    words = ("run", sheet, "-m", office.mapping, "--practice", "--json")
    done = importer(*words, cwd=office.folder)
    assert done.code == 4, done.err
    counts = {name: one["count"] for name, one in json.loads(done.out)["outcomes"].items()}
    assert (counts["CREATED"], counts["INVALID"]) == (6, 1)


def test_failures_are_corrected_in_the_sheets_own_column(office: Office, here: Desk) -> None:
    """The failures workbook marks the number; corrected and run again, nothing is open."""
    sheet = office.sheet(("9876543210", "R-1", "100"), ("9876543219", "R-2", "200"))
    first = here.run(sheet)
    assert first.counts == {"CREATED": 2, "INVALID": 1}
    workbook = here.failures_of(first)
    opened = openpyxl.load_workbook(workbook).active
    assert isinstance(opened, Worksheet)
    assert opened["A2"].value == "9876543219"
    assert opened["A2"].comment is not None
    assert "None of the 3 leads" in opened["A2"].comment.text
    again = here.run(correct(workbook, "A2", "98765 43211"))
    assert again.books.chain.open_rows == 0
    assert (BORIS, "PAYMENT") in here.arrived()
    assert here.run(sheet).counts == {"ALREADY": 4}


def test_failures_use_the_leads_file_as_it_is_then(office: Office, here: Desk) -> None:
    """Somebody adds the lead to the export and runs the failures as they are: they go in."""
    workbook = here.failures_of(
        here.run(office.sheet(("9876543210", "R-1", "1"), ("9876543219", "R-2", "2")))
    )
    office.export(*LEADS, (lead_id(9), "Zoya", "+91 98765 43219"))
    assert here.run(workbook).counts == {"CREATED": 2}
    assert (lead_id(9), "PAYMENT") in here.arrived()


def test_reports_do_not_need_the_leads_file(office: Office, here: Desk) -> None:
    """With the leads file gone, a run is resumed and its reports are the same as before."""
    rows = [("9876543210", "R-1", "1"), ("9876543219", "R-2", "2")]
    planned = here.plan(office.sheet(*rows))
    office.leads.unlink()
    result = here.resume(planned)
    assert result.counts == {"CREATED": 2, "INVALID": 1}
    assert here.failures_of(result).exists()


def test_a_row_stays_with_its_lead(office: Office, here: Desk) -> None:
    """A row that was created is not booked again where its number is somebody else's by now."""
    sheet = office.sheet(("9876543210", "R-1", "100"))
    here.run(sheet)
    office.export((BORIS, "Boris", "9876543210"))
    assert here.run(sheet).counts == {"ALREADY": 2}
    assert {lead for lead, _ in here.arrived()} == {ANNA}


def test_a_changed_row_shows_whose_it_was(office: Office, here: Desk) -> None:
    """Where a row has changed and found another lead, both leads are shown, and it is held."""
    here.run(office.sheet(("9876543210", "R-1", "100")))
    again = here.run(office.sheet(("9876543211", "R-1", "100")))
    assert again.counts == {"DUPLICATE": 2}
    with open_workplace(here.settings) as workplace:
        held = [one.earlier for one in action_records(workplace.journal, again.run)]
    assert [one.changes for one in held if one] == [(("lead id", ANNA, BORIS),)] * 2


def test_another_spelling_is_the_same_row(office: Office, here: Desk) -> None:
    """A number that the next export writes otherwise changes nothing: the lead is the same."""
    here.run(office.sheet(("9876543210", "R-1", "100")))
    assert here.run(office.sheet(("+91 98765 43210", "R-1", "100"))).counts == {"ALREADY": 2}


def test_leads_files_may_differ_between_runs(office: Office, here: Desk) -> None:
    """A leads file with more rows, or in another order, makes no row look new."""
    sheet = office.sheet(("9876543210", "R-1", "100"), ("9876543212", "R-2", "200"))
    here.run(sheet)
    office.export(*reversed(LEADS), (lead_id(9), "Zoya", "9876543219"))
    assert here.run(sheet).counts == {"ALREADY": 4}


def test_which_leads_file_it_was_is_on_record(office: Office) -> None:
    """A note names the leads file, how many leads it has, and its content's hash."""
    office.export(*LEADS, ("6.03E+23", "Eva", ""))
    found = {note.code: note.message for note in office.notes(("9876543210", "R-1", "1"))}
    assert "leads.csv, which has 4 leads (SHA-256 " in found["leads-file"]
    assert "leads.csv › A5" in found["leads-unreadable"]


def test_a_tab_that_nobody_named_is_told(office: Office) -> None:
    """Where the leads file has several tabs and the mapping names none, a note says which."""
    book = openpyxl.Workbook()
    assert isinstance(book.active, Worksheet)
    for row in (("Lead ID", "Name", "Mobile"), *LEADS):
        book.active.append(row)
    book.create_sheet("Old").append(("x",))
    book.save(office.leads.with_suffix(".xlsx"))
    office.edit_mapping("leads.csv", "leads.xlsx")
    (told,) = (
        one.message
        for one in office.notes(("9876543210", "R-1", "1"))
        if one.message.startswith("Leads file leads.xlsx: ")
    )
    assert "Old" in told


def test_a_missing_leads_file_is_told_before_anything_is_read(office: Office, here: Desk) -> None:
    """Without the leads file there is no run, and the hint says where it is looked for."""
    office.leads.unlink()
    with pytest.raises(UsageError, match=r"leads\.csv cannot be read") as caught:
        here.plan(office.sheet(("9876543210", "R-1", "1")))
    assert "mapping's own folder" in caught.value.hint
    with open_workplace(here.settings):
        assert not list(here.settings.reports.folder.iterdir())


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (("Lead ID", "Name", "Cell"), 'no header "Mobile"'),
        (("Id", "Name", "Mobile"), 'no header "Lead ID"'),
        (("Lead ID", "Mobile", "Mobile"), "more than once"),
    ],
)
def test_a_wrong_leads_file_is_told_by_its_name(
    office: Office, header: tuple[str, ...], told: str
) -> None:
    """A leads file with other headers is refused, and the sentence is about that file."""
    write_sheet(office.leads, LEADS, header)
    with pytest.raises(SheetError, match=r"^leads\.csv, header row 1: ") as caught:
        office.check(("9876543210", "R-1", "1"))
    assert told in caught.value.message
    assert "`header: …`" in caught.value.hint


def test_headers_of_the_leads_file_can_be_said(office: Office) -> None:
    """The leads file may call both columns otherwise than the sheet."""
    write_sheet(office.leads, LEADS, ("_id", "Name", "Primary phone"))
    office.edit_mapping("match: mobile", "match: mobile, id: [_id, Id], header: Primary phone")
    assert office.check(("9876543210", "R-1", "1")) == {}


def test_the_leads_may_stand_in_the_sheets_own_workbook(office: Office) -> None:
    """Another tab of the same workbook serves as the leads file."""
    book = openpyxl.Workbook()
    payments, leads = book.active, book.create_sheet("Leads")
    assert isinstance(payments, Worksheet)
    for payment in (HEADERS, (9876543210, "R-1", 100), ("9876543213", "R-2", 100)):
        payments.append(payment)
    for lead in (("All leads",), (), ("Lead ID", "Name", "Mobile"), *LEADS):
        leads.append(lead)
    path = office.folder / "payments.xlsx"
    book.save(path)
    office.edit_mapping(
        "via: exports/leads.csv", "via: ../payments.xlsx, sheet: {tab: Leads, header: {row: 3}}"
    )
    result = check_sheet(path, read_mapping(office.mapping))
    assert result.ready == 1
    (group,) = result.groups.values()
    assert (group.code, group.cells) == ("lead-not-found", ["A3"])


def test_numbers_need_not_be_the_identity(office: Office, here: Desk) -> None:
    """Without an identity, the cells of the sheet are it; what they were looked up as is not."""
    office.edit_mapping("identity: {columns: [receipt], equal_rows: problem}\n", "")
    office.edit_mapping(
        "  - {name: payment, type: PAYMENT, amount: {from: amount}, currency: INR, "
        "status: COMPLETED}\n",
        "",
    )
    here.mapping = read_mapping(office.mapping)
    sheet = office.sheet(("9876543210", "R-1", "100"), ("9876543210", "R-1", "100"))
    assert here.run(sheet).counts == {"CREATED": 2}
    office.export((BORIS, "Boris", "9876543210"))
    assert here.run(sheet).counts == {"ALREADY": 2}


def test_a_broken_cell_is_told_once(office: Office) -> None:
    """A number that also travels as a field is one problem where it cannot be read."""
    office.edit_mapping("import_ref: {from: receipt}", "import_ref: {from: mobile}")
    assert office.check(("98765", "R-1", "1")) == {"phone-wrong-length": ["A2"]}
