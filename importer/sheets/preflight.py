"""What a look at a file's name and first bytes can tell, before anything parses it."""

from __future__ import annotations

import difflib
import zipfile
from enum import StrEnum
from pathlib import Path

from importer.errors import SheetError, UsageError


class Format(StrEnum):
    """How a file is written, by its extension; the value says what its bytes must be."""

    CSV = "text"
    ZIPPED = "zip"
    """.xlsx, .xlsm, .xlsb, .ods: a zip archive."""
    OLE = "ole"
    """.xls: a compound file."""


FORMATS = {
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".txt": Format.CSV,
    ".xlsx": Format.ZIPPED,
    ".xlsm": Format.ZIPPED,
    ".xlsb": Format.ZIPPED,
    ".ods": Format.ZIPPED,
    ".xls": Format.OLE,
}

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_XLS_MAGIC = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
"""Excel 2 to 4 wrote their records without a compound file around them."""
MARKUP = ("<!doctype", "<html", "<?xml", "<table", "<meta", "<head", "<body")
EXPORT_AGAIN = "Export the sheet again, as a workbook (.xlsx) or as CSV UTF-8."


def format_of(path: Path) -> Format:
    """Tell a file's format by its extension, and check that its first bytes agree.

    Raises:
        UsageError: there is no such file, or it cannot be opened.
        SheetError: it is no sheet, or not what its name says; the hint says what to do.
    """
    _check_there(path)
    _check_name(path)
    found = FORMATS[path.suffix.lower()]
    start = _start_of(path)
    if not start:
        raise SheetError(
            f"{path.name} is empty: it has no bytes at all.",
            "The export or the download did not finish; fetch it again.",
        )
    if found is not (actual := _format_by_bytes(start)):
        raise _disguised(path, found, actual, start)
    if found is Format.CSV and _is_markup(start):
        raise _markup(path)
    if found is Format.ZIPPED and not zipfile.is_zipfile(path):
        raise SheetError(
            f"{path.name} is damaged: it begins like a workbook, and its end is missing.",
            "The copy or the download did not finish; fetch it again.",
        )
    return found


def _check_there(path: Path) -> None:
    if path.is_dir():
        raise UsageError(f"{path} is a folder, not a sheet.", "Name a file inside it.")
    if not path.exists():
        names = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        near = difflib.get_close_matches(path.name, names, n=3)
        hint = f"Did you mean {' or '.join(near)}?" if near else "Check the name and the folder."
        raise UsageError(f"There is no file {path}.", hint)


def _check_name(path: Path) -> None:
    if path.name.startswith(("~$", ".~lock.")):
        raise SheetError(
            f"{path.name} is not a sheet: it is the mark that a spreadsheet program leaves beside"
            " a file while it has it open.",
            "Name the file itself, and close it in the spreadsheet program first.",
        )
    if path.suffix.lower() not in FORMATS:
        ending = f"the extension {path.suffix}" if path.suffix else "no extension"
        raise SheetError(
            f"{path.name} has {ending}, which is no sheet that can be read.",
            f"Sheets end in {', '.join(FORMATS)}.",
        )


def _start_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except OSError as error:
        raise UsageError(
            f"{path.name} cannot be opened: {error.strerror or error}.",
            "Close it in other programs, and check that you may read it.",
        ) from error


def _format_by_bytes(start: bytes) -> Format:
    if start.startswith(ZIP_MAGIC):
        return Format.ZIPPED
    if start.startswith(OLE_MAGIC):
        return Format.OLE
    return Format.CSV


def _disguised(path: Path, said: Format, actual: Format, start: bytes) -> SheetError:
    """Say what a file is whose bytes are not what its name says."""
    match actual:
        case Format.ZIPPED:
            return SheetError(
                f"{path.name} is a newer workbook (or another zip archive) under the name"
                f" {path.suffix}.",
                "Open it in Excel and save it as .xlsx.",
            )
        case Format.OLE if said is Format.ZIPPED:
            return encrypted(path) if _is_encrypted(path) else _old_workbook(path)
        case Format.OLE:
            return _old_workbook(path)
        case Format.CSV:
            return _not_a_workbook(path, start)


def _not_a_workbook(path: Path, start: bytes) -> SheetError:
    if start.startswith(OLD_XLS_MAGIC):
        return SheetError(
            f"{path.name} was written by a version of Excel that is too old to be read.",
            "Open it in Excel and save it as .xlsx.",
        )
    if _is_markup(start):
        return _markup(path)
    return SheetError(
        f"{path.name} is not a workbook, whatever its name says.",
        f"{EXPORT_AGAIN} If it is text, rename it to .csv.",
    )


def _markup(path: Path) -> SheetError:
    return SheetError(
        f"{path.name} is a web page or XML under the name {path.suffix}.",
        "Look at it in a browser: it may be a login page. If it is the table, open it in Excel,"
        " save it as .xlsx and compare the cells, as Excel guesses there.",
    )


def _is_markup(start: bytes) -> bool:
    """Tell whether a file begins as a web page or XML does."""
    text = start.decode("utf-8-sig", errors="ignore").lstrip().lower()
    return text.startswith(MARKUP)


def _is_encrypted(path: Path) -> bool:
    """Look for the stream that holds an encrypted workbook ([MS-OFFCRYPTO] 2.3.4.4)."""
    return "EncryptedPackage".encode("utf-16-le") in path.read_bytes()


def encrypted(path: Path) -> SheetError:
    """Say that a workbook is protected by a password."""
    return SheetError(
        f"{path.name} is protected by a password, so it cannot be read.",
        "Open it in Excel, save a copy without the password, and name that copy.",
    )


def _old_workbook(path: Path) -> SheetError:
    return SheetError(
        f"{path.name} is an old workbook (.xls) or another Office file under the name"
        f" {path.suffix}.",
        "Open it in Excel and save it as .xlsx.",
    )
