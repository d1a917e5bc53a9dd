"""The zip archive that a workbook is: the same bytes for the same content."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Callable, Mapping
from typing import IO, Final

AUTHOR: Final = "Importer"
"""Who made a workbook; a program that saves it again puts its own name into `docProps/app.xml`."""

_NO_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip archive can name."""
_UNIX: Final = 3
_CONTENT_TYPES: Final = "[Content_Types].xml"
_CORE: Final = "docProps/core.xml"
_APP: Final = "docProps/app.xml"
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_APPLICATION: Final = re.compile(rb"(<Application>)[^<]*")
_OURS: Final = rb"\g<1>" + AUTHOR.encode()

Pour = Callable[[bytes, IO[bytes]], object]
"""Given a part as it is in the archive: write what is to stand there instead."""


def repack(made: IO[bytes], target: IO[bytes], parts: Mapping[str, Pour]) -> None:
    """Copy an archive without whatever differs from day to day and from system to system."""
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(target, "w") as archive:
        for name in sorted(source.namelist(), key=lambda name: name != _CONTENT_TYPES):
            pour = parts.get(name, _copy)
            with archive.open(_entry(name), "w", force_zip64=name in parts) as part:
                pour(source.read(name), part)


def signed(made_at: dt.datetime) -> Mapping[str, Pour]:
    """Return the parts that say when, in UTC, and by which program the workbook was saved."""
    moment = made_at.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return {
        _CORE: lambda content, part: part.write(_MODIFIED.sub(rb"\g<1>" + moment, content)),
        _APP: lambda content, part: part.write(_APPLICATION.sub(_OURS, content)),
    }


def saved_by_a_person(file: IO[bytes]) -> bool:
    """Whether another program has saved this workbook since it was made here.

    What is no workbook counts as something that a person put there.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            application = _APPLICATION.search(archive.read(_APP))
    except (zipfile.BadZipFile, KeyError):
        return True
    return application is None or application[0] != b"<Application>" + AUTHOR.encode()


def _copy(content: bytes, part: IO[bytes]) -> None:
    part.write(content)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _NO_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = _UNIX
    entry.external_attr = 0o600 << 16
    return entry
