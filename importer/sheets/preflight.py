"""What a look at a file's name and first bytes can tell, before anything parses it."""

from __future__ import annotations

import errno
import re
import stat
from enum import StrEnum
from pathlib import Path

from importer.errors import SheetError, UsageError
from importer.files import missing
from importer.sheets.header import shortened
from importer.sheets.ole import streams_of
from importer.sheets.sentences import (
    EXPORT_AGAIN,
    FETCH_AGAIN,
    SAVE_AS_XLSX,
    encrypted,
    mistaken,
)

UNPACK_OR_EXPORT = (
    "If it is packed, unpack it. Otherwise export the sheet again as .xlsx or CSV UTF-8."
)


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
EMPTY_ZIP_MAGIC = b"PK\x05\x06"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_XLS_MAGIC = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
"""Excel 2 to 4 wrote their records without a compound file around them."""
BARE_XLS_MAGIC = b"\x09\x08"
"""Excel 5 and later: records without their compound file, as some programs write them."""
MARKUP = ("<!doctype", "<html", "<?xml", "<table", "<meta", "<head", "<body")
OTHER_KINDS = {
    b"%PDF": "a PDF document",
    b"{\\rtf": "a text document (RTF)",
    b"\x1f\x8b": "a file packed with gzip",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite format 3": "a database",
    b"PAR1": "a Parquet file",
    b"BZh91AY": "a file packed with bzip2",
    b"\xfd7zXZ\0": "a file packed with xz",
    b"\x28\xb5\x2f\xfd": "a file packed with Zstandard",
    b"MIME-Version:": "a web archive (MHTML)",
    b"ID;PWXL": "a sheet in the old SYLK format",
}
"""How files begin that people take for sheets. No line of a table begins so."""
_JSON = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\{\s*["}]|\[\s*[\[{"\]])')
"""An object, or a list of objects, lists or texts: `{"a": 1}`, `[[1, 2]]`. RFC 4180 allows no quote
there."""


def is_workbook(path: Path) -> bool:
    """Tell by its name alone whether another process reads a file."""
    return FORMATS.get(path.suffix.lower(), Format.CSV) is not Format.CSV


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
            FETCH_AGAIN,
        )
    if found is not (actual := _format_by_bytes(start)):
        raise _disguised(path, found, actual, start)
    if found is Format.CSV and (what := _other_kind(start)):
        raise SheetError(f"{path.name} is {what}, not a sheet.", UNPACK_OR_EXPORT)
    if found is Format.CSV and _is_markup(start):
        raise _markup(path)
    return found


def _check_there(path: Path) -> None:
    """Check that it is a file. A device or a pipe must not even be opened: it never ends."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:  # a NUL in the name
        raise missing(path) from error
    except OSError as error:
        raise _out_of_reach(path, error) from error
    if stat.S_ISDIR(mode):
        raise UsageError(f"{path} is a folder, not a sheet.", "Name a file inside it.")
    if not stat.S_ISREG(mode):
        raise UsageError(
            f"{path} is not a file but a device or a pipe.",
            "Save the sheet as a file, and name it.",
        )


def _out_of_reach(path: Path, error: OSError) -> UsageError:
    """Say why the system does not even tell whether there is such a file."""
    match error.errno:
        case errno.ENAMETOOLONG:
            return UsageError(
                f"The name {shortened(path.name)} is longer than a file's name can be.",
                "Check what stands on the command line.",
            )
        case errno.ELOOP:
            return UsageError(
                f"{path} is a link that leads back to itself.",
                "Name the file itself, or make the link anew.",
            )
        case errno.EACCES | errno.EPERM:
            return UsageError(
                f"{path} cannot be reached: you may not enter one of its folders.",
                "Ask whoever owns the folder, or copy the file to one of your own.",
            )
        case _:
            return UsageError(
                f"{path} cannot be reached: {error.strerror or error}.",
                "Check that the disk or the network folder is there, and copy the file to this"
                " computer.",
            )


def _check_name(path: Path) -> None:
    if path.name.startswith(("~$", ".~lock.")):
        raise SheetError(
            f"{path.name} is not a sheet: it is the mark that a spreadsheet program leaves beside"
            " a file while it has it open.",
            "Name the file itself, and close it in the spreadsheet program first.",
        )
    if path.suffix.lower() not in FORMATS:
        ends = f"ends in {path.suffix}" if path.suffix else "has no extension"
        raise SheetError(
            f"{path.name} {ends}, which the importer cannot read.",
            f"Sheets end in {', '.join(FORMATS)}.",
        )


def _start_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except PermissionError as error:
        raise UsageError(
            f"{path.name} cannot be opened: another program holds it, or you may not read it.",
            "Close it in Excel and try again; else ask whoever owns the file.",
        ) from error
    except OSError as error:
        raise UsageError(
            f"{path.name} cannot be opened: {error.strerror or error}.",
            "Check that the disk or the network folder is there, and copy the file to this"
            " computer.",
        ) from error


def _format_by_bytes(start: bytes) -> Format:
    if start.startswith((ZIP_MAGIC, EMPTY_ZIP_MAGIC)):
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
                SAVE_AS_XLSX,
            )
        case Format.OLE if said is Format.ZIPPED:
            is_encrypted = "EncryptedPackage" in streams_of(path)
            return encrypted(path) if is_encrypted else _old_workbook(path)
        case Format.OLE:
            return _old_workbook(path)
        case Format.CSV:
            return _not_a_workbook(path, start)


def _not_a_workbook(path: Path, start: bytes) -> SheetError:
    if start.startswith(OLD_XLS_MAGIC):
        return SheetError(
            f"{path.name} was written by a version of Excel that is too old to be read.",
            SAVE_AS_XLSX,
        )
    if start.startswith(BARE_XLS_MAGIC):
        return SheetError(
            f"{path.name} is an old workbook that lacks the wrapping that Excel puts around it.",
            SAVE_AS_XLSX,
        )
    if what := _other_kind(start):
        return mistaken(path, what)
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


def _other_kind(start: bytes) -> str | None:
    what = next((what for mark, what in OTHER_KINDS.items() if start.startswith(mark)), None)
    return "data for programs (JSON)" if what is None and _JSON.match(start) else what


def _old_workbook(path: Path) -> SheetError:
    return SheetError(
        f"{path.name} is an old workbook (.xls) or another Office file under the name"
        f" {path.suffix}.",
        SAVE_AS_XLSX,
    )
