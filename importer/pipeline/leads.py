"""The leads file of a mapping, opened and read into a directory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from importer.columns import parse_chunk
from importer.errors import SheetError
from importer.files import sha256_of
from importer.leads import WRONG_FILE, Directory, Source, leads_mapping
from importer.mapping import Binding, LeadsFile, Mapping, bind
from importer.pipeline.copying import copy_whole
from importer.sheets import Sheet, open_sheet


def open_directory(mapping: Mapping, via: LeadsFile) -> Directory:
    """Read everybody in the leads file of a mapping, which its `via` names.

    What is read is a copy of the file, made at once: an export that is renewed in the meantime
    cannot become half one and half the other.

    Raises:
        UsageError: the leads file is not there or cannot be opened.
        SheetError: it cannot be read, or has other headers.
    """
    reader = leads_mapping(mapping, via)
    with _copy_of(via.path) as copy:
        sheet = open_sheet(copy, via.sheet)
        binding = _bound(sheet, reader)
        source = Source(
            file=sheet.file,
            tab=sheet.tab,
            sha256=sha256_of(copy),
            binding=binding,
            notes=sheet.notes,
        )
        directory = Directory(mapping, via, source)
        for chunk in sheet.chunks():
            directory.add(parse_chunk(chunk, reader, binding))
    return directory


def _bound(sheet: Sheet, reader: Mapping) -> Binding:
    try:
        return bind(reader, sheet.headers, sheet.file, sheet.header_row)
    except SheetError as error:
        raise SheetError(error.message, WRONG_FILE) from error


@contextmanager
def _copy_of(path: Path) -> Iterator[Path]:
    # A broken sheet may leave its file open for a moment, which Windows does not delete then.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy = Path(folder, path.name)
        remedy = "`via` in the mapping's `lead` names it, from the mapping's own folder on."
        copy_whole(path, copy, f"The leads file {path}", remedy)
        yield copy
