from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from importer.errors import ImporterError, SheetError, UsageError
from importer.model import SheetSpec
from importer.sheets import open_sheet, tab_names

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
ENCRYPTED = OLE + "EncryptedPackage".encode("utf-16-le") + bytes(600)


def refusal(path: Path) -> ImporterError:
    """Open a file that must be refused; return the refusal."""
    with pytest.raises(ImporterError) as caught:
        open_sheet(path, SheetSpec())
    return caught.value


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A sound workbook."""
    path = tmp_path / "payments.xlsx"
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Lead", "Amount"])
    book.save(path)
    return path


def test_a_missing_file_is_refused_with_the_nearest_names(workbook: Path) -> None:
    """A missing file is wrong usage, and a file of nearly that name is suggested."""
    error = refusal(workbook.with_name("payment.xlsx"))
    assert isinstance(error, UsageError)
    assert "payments.xlsx" in error.hint


def test_a_missing_folder_is_a_missing_file(tmp_path: Path) -> None:
    """A path through a folder that is not there is refused like any missing file."""
    error = refusal(tmp_path / "nowhere" / "payments.xlsx")
    assert isinstance(error, UsageError)
    assert "Check the name" in error.hint


def test_a_folder_is_refused(tmp_path: Path) -> None:
    """A folder is no sheet, even under a sheet's name."""
    folder = tmp_path / "payments.xlsx"
    folder.mkdir()
    error = refusal(folder)
    assert isinstance(error, UsageError)
    assert "folder" in error.message


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.parametrize("name", ["payments.csv", "payments.xlsx"])
def test_a_device_or_a_pipe_is_never_opened(tmp_path: Path, name: str) -> None:
    """A device without an end, and a pipe that nobody writes to, are refused at once."""
    path = tmp_path / name
    path.symlink_to("/dev/zero")
    assert "a device or a pipe" in refusal(path).message
    path.unlink()
    os.mkfifo(path)
    assert "a device or a pipe" in refusal(path).message


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (PermissionError(13, "Permission denied"), "Close it in Excel"),
        (OSError(5, "Input/output error"), "network folder"),
    ],
)
def test_a_file_that_cannot_be_opened_is_refused(
    workbook: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, word: str
) -> None:
    """A file that Excel holds, or a disk that is gone, is wrong usage, with what to do."""

    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Path, "open", refuse)
    refused = refusal(workbook)
    assert isinstance(refused, UsageError)
    assert word in refused.hint


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("~$payments.xlsx", b"\x05Ravi", "mark that a spreadsheet program leaves"),
        (".~lock.payments.xlsx#", b",ravi,", "mark that a spreadsheet program leaves"),
        ("payments.xlsx", b"", "is empty"),
        ("visits.csv", b"", "is empty"),
        ("payments.pdf", b"%PDF-1.7", "ends in .pdf, which the importer cannot read"),
        ("payments", b"a,b\n", "has no extension, which"),
        ("payments.xls", b"\xef\xbb\xbf <html><table>", "web page or XML"),
        ("payments.xls", b'<?xml version="1.0"?><Workbook/>', "web page or XML"),
        ("payments.xlsx", b"<!DOCTYPE html>", "web page or XML"),
        ("payments.xls", b"Lead\tAmount\n1\t2\n", "not a workbook"),
        ("payments.xls", b"\x09\x04\x06\x00\x00\x00\x10\x00", "too old"),
        ("payments.xlsx", ENCRYPTED, "protected by a password"),
        ("payments.xlsx", OLE, "old workbook"),
        ("payments.csv", OLE, "old workbook"),
        ("payments.xlsx", b"PK\x03\x04 and no end", "its end is missing"),
        ("payments.xls", OLE, "another program's file"),
        ("payments.xls", OLE[:300], "damaged"),
        ("payments.xls", b"\x09\x08\x10\x00\x00\x06\x05\x00", "lacks the wrapping"),
        ("payments.csv", b"%PDF-1.7", "payments.csv is a PDF document, not a sheet."),
        ("payments.xlsx", b"%PDF-1.7", "a PDF document"),
        ("payments.csv", b"PK\x05\x06" + bytes(18), "zip archive"),
    ],
)
def test_what_is_no_sheet_has_its_own_sentence(
    tmp_path: Path, name: str, data: bytes, word: str
) -> None:
    """Each kind of file that is no sheet is refused with a sentence of its own and a remedy."""
    path = tmp_path / name
    path.write_bytes(data)
    error = refusal(path)
    assert isinstance(error, SheetError)
    assert word in error.message
    assert error.hint


@pytest.mark.parametrize("name", ["payments.csv", "payments.xls"])
def test_a_workbook_under_another_name_is_refused(workbook: Path, name: str) -> None:
    """A workbook renamed to another extension is refused, not read by its bytes."""
    path = workbook.rename(workbook.with_name(name))
    assert "newer workbook" in refusal(path).message


def test_a_web_page_as_csv_is_refused(tmp_path: Path) -> None:
    """A web page saved as .csv, such as a login page, is not read as a table."""
    path = tmp_path / "visits.csv"
    path.write_text("<!DOCTYPE html><html><body>Please, log in</body></html>", encoding="utf-8")
    assert "web page" in refusal(path).message


def test_a_cut_off_workbook_is_refused(workbook: Path) -> None:
    """A workbook whose download was cut off is refused."""
    workbook.write_bytes(workbook.read_bytes()[:-200])
    assert "its end is missing" in refusal(workbook).message


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    """Another zip archive under a workbook's name is refused."""
    path = tmp_path / "payments.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    assert "not a workbook" in refusal(path).message


def test_a_wrong_checksum_is_refused(workbook: Path) -> None:
    """A bit that flipped inside the tab's XML is noticed by the archive's checksum."""
    with zipfile.ZipFile(workbook) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(workbook, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    damaged = workbook.read_bytes().replace(b'<row r="1"', b'<row r="2"')
    workbook.write_bytes(damaged)
    assert "damaged" in refusal(workbook).message


def test_tab_names_refuses_alike(tmp_path: Path) -> None:
    """Listing the tabs of a damaged workbook is refused with the same sentences."""
    path = tmp_path / "payments.xlsx"
    path.write_bytes(ENCRYPTED)
    with pytest.raises(SheetError, match="password"):
        tab_names(path)


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    """A text that was pasted in place of a name is wrong usage."""
    error = refusal(tmp_path / f"{'x' * 300}.xlsx")
    assert isinstance(error, UsageError)
    assert error.hint


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_that_leads_nowhere_is_said_to(tmp_path: Path) -> None:
    """A link whose file is gone, and one that leads to itself, are called links."""
    (tmp_path / "gone.xlsx").symlink_to("nowhere.xlsx")
    (tmp_path / "round.xlsx").symlink_to("round.xlsx")
    assert "is a link that leads nowhere" in refusal(tmp_path / "gone.xlsx").message
    assert "leads back to itself" in refusal(tmp_path / "round.xlsx").message


def test_a_folder_that_one_may_not_enter_is_refused(
    workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file in a folder that is not one's own is wrong usage, with whom to ask."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)
    error = refusal(workbook)
    assert isinstance(error, UsageError)
    assert "you may not enter" in error.message


NAMES = {"office": "office", "table": "table", "text": "text", "draw": "drawing"}
SPACE = "urn:oasis:names:tc:opendocument:xmlns"
TYPED = '<table:table-cell office:value-type="string">'
TABLE = '<table:table table:name="T"><table:table-row>'
ENDS = "</table:table-row></table:table>"


def open_document(folder: Path, body: str) -> Path:
    """Write an .ods with some tabs."""
    spaces = " ".join(f'xmlns:{prefix}="{SPACE}:{name}:1.0"' for prefix, name in NAMES.items())
    path = folder / "visits.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>{body}"
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def one_cell(inside: str, start: str = TYPED) -> str:
    """Write a tab of a cell and another one."""
    return f"{TABLE}{start}{inside}</table:table-cell>{TYPED}<text:p>b</text:p></table:table-cell>"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            one_cell("<text:p>a</text:p><draw:rect><text:p>Checked</text:p></draw:rect>") + ENDS,
            "a shape that holds text lies in A1",
        ),
        (one_cell("<text:p>a<text:tab/>b</text:p>") + ENDS, "a tab or a line break"),
        (one_cell("<text:p>a<![CDATA[b]]></text:p>") + ENDS, "the text of A1 is not written"),
        (one_cell("<text:p>a</text:p>", "<table:table-cell>") + ENDS, "A1 shows a text"),
        (2 * (one_cell("<text:p>a</text:p>") + ENDS), "two tabs that are named 'T'"),
        (
            f"<table:table><table:shapes>{one_cell('')}{ENDS}</table:shapes></table:table>",
            "a table lies inside another one",
        ),
        (
            f'<t:table xmlns:t="{SPACE}:table:1.0" t:name="T"/>',
            "only its own program reads for certain",
        ),
    ],
)
def test_an_open_document_that_two_programs_read_differently_is_refused(
    tmp_path: Path, body: str, words: str
) -> None:
    """What calamine would leave out of a cell, or add to it, is refused with its place."""
    error = refusal(open_document(tmp_path, body))
    assert isinstance(error, SheetError)
    assert words in error.message
    assert error.hint
