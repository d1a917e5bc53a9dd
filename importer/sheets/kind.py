"""What a zip archive holds: a workbook, of which kind, or something else that is zipped."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from importer.errors import SheetError
from importer.sheets.sentences import encrypted, mistaken

LOOKED_AT = 1 << 20
"""Bytes of a part that tells the kind."""

_CONTENT_TYPES = "[content_types].xml"
_BY_TYPE = {
    b"sheet.binary.macroenabled.main": ".xlsb",
    b"spreadsheetml.": ".xlsx",
    b"ms-excel.": ".xlsx",
    b"wordprocessingml.": "a Word document",
    b"ms-word.": "a Word document",
    b"presentationml.": "a PowerPoint presentation",
    b"ms-powerpoint.": "a PowerPoint presentation",
    b"ms-visio.": "a Visio drawing",
}
"""ECMA-376 part 2, 10.1.2: the content types name every part's kind; here folded to small letters.
A document with a workbook inside it names both, and its own kind is that of its `main` part."""
_BY_MIMETYPE = {
    b"application/vnd.oasis.opendocument.spreadsheet": ".ods",
    b"application/vnd.oasis.opendocument.text": "a LibreOffice text document",
    b"application/vnd.oasis.opendocument.presentation": "a LibreOffice presentation",
    b"application/epub+zip": "an electronic book",
}
_BY_NAME = {
    "xl/workbook.bin": ".xlsb",
    "xl/": ".xlsx",
    "content.xml": ".ods",
    "word/": "a Word document",
    "ppt/": "a PowerPoint presentation",
    "androidmanifest.xml": "an Android app",
    "meta-inf/manifest.mf": "a Java program",
    "index/": "an Apple Numbers, Pages or Keynote file",
    "index.zip": "an Apple Numbers, Pages or Keynote file",
}
_SAME = {".xlsm": ".xlsx"}
"""Extensions of one way of writing."""


def check_kind(path: Path, archive: zipfile.ZipFile) -> None:
    """Check that an archive is a workbook of the kind that its extension says.

    Raises:
        SheetError: it is something else, or its parts are encrypted (ODF 1.3 part 2, 3.4).
    """
    names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}
    found = kind_of(archive, names)
    said = path.suffix.lower()
    if not found.startswith("."):
        raise mistaken(path, found)
    if found != _SAME.get(said, said):
        raise SheetError(
            f"{path.name} is an {found} workbook, but its name ends in {said}.",
            f"Rename it to end in {found}.",
        )
    if found == ".ods" and _is_encrypted(archive, names):
        raise encrypted(path)


def kind_of(archive: zipfile.ZipFile, names: dict[str, str]) -> str:
    """Give an extension (`.xlsx`, `.xlsb`, `.ods`), or what it is in words."""
    types = _start(archive, names, _CONTENT_TYPES).lower()
    mains = [piece for piece in types.split(b"<") if b"main+xml" in piece or b'.main"' in piece]
    for mark, kind in _BY_TYPE.items():
        if any(mark in piece for piece in mains):
            return kind
    mimetype = _start(archive, names, "mimetype").strip().lower()
    for mark, kind in _BY_MIMETYPE.items():
        if mimetype.startswith(mark):
            return kind
    for start, kind in _BY_NAME.items():
        if any(name.startswith(start) for name in names):
            return kind
    some = ", ".join(sorted(archive.namelist())[:3])
    return f"a zip archive of other files ({some})" if some else "an empty zip archive"


def _is_encrypted(archive: zipfile.ZipFile, names: dict[str, str]) -> bool:
    manifest = _start(archive, names, "meta-inf/manifest.xml")
    return b"encryption-data" in manifest or "encrypted-package" in names


def _start(archive: zipfile.ZipFile, names: dict[str, str], part: str) -> bytes:
    """Read a part's start; nothing where there is no such part, or none that can be read."""
    if part not in names:
        return b""
    try:
        with archive.open(names[part]) as stream:
            return stream.read(LOOKED_AT)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        return b""
