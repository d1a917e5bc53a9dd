"""A mapping and its sheet, opened: nothing of what looks at rows is loaded for it.

A workbook is read by another process (`importer/sheets/child.py`), and the sooner that begins, the
sooner it is done.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from importer.errors import SheetError, UsageError
from importer.mapping import Binding, Mapping, bind, parse_mapping
from importer.our_headers import is_failures_workbook
from importer.pipeline.ours import as_we_write, unmarked_sheet
from importer.sheets import Sheet, open_sheet

if TYPE_CHECKING:
    from importer.leads import Directory


def read_mapping(path: Path, named: str = "the name after -m") -> Mapping:
    """Read a mapping file.

    Args:
        path: the file.
        named: what gives its name, for a person who is to look at it.

    Raises:
        UsageError: it is not there, or is not text.
        MappingError: every mistake in it.
    """
    try:
        mapping = parse_mapping(path.read_text(encoding="utf-8-sig"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(
            f"The mapping {path} cannot be read: {reason}.",
            f"Check {named}; `importer new-mapping SHEET` writes a first one.",
        ) from error
    return replace(_beside(mapping, path.parent), file=path.absolute())


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundSheet:
    """A sheet with the mapping that reads it, its columns found."""

    sheet: Sheet
    mapping: Mapping
    binding: Binding
    directory: Directory | None
    """Whose row is whose, where the mapping looks that up in another file."""


def open_bound(path: Path, mapping: Mapping) -> BoundSheet:
    """Open a sheet and find the mapping's columns in it.

    Args:
        path: the file that is read.
        mapping: says where in the file the sheet is.

    Raises:
        UsageError, SheetError: it cannot be read, or is not the mapping's sheet; or the leads file
            is not what the mapping says.
    """
    sheet = _open(path, mapping)
    binding = bind(mapping, sheet.headers, sheet.file, sheet.header_row)
    return BoundSheet(
        sheet=sheet, mapping=mapping, binding=binding, directory=_directory_of(mapping)
    )


def _directory_of(mapping: Mapping) -> Directory | None:
    if mapping.via is None:
        return None
    from importer.pipeline.leads import open_directory  # noqa: PLC0415 - few mappings have a leads file

    return open_directory(mapping, mapping.via)


def _open(path: Path, mapping: Mapping) -> Sheet:
    """Open the mapping's sheet; or a failures workbook of it, in which a name had to change."""
    try:
        return unmarked_sheet(open_sheet(path, mapping.sheet))
    except SheetError:
        other = as_we_write(path, mapping.sheet)
        if other is None:
            raise
        sheet = open_sheet(path, other)
        if not is_failures_workbook(sheet.headers):
            raise
        return unmarked_sheet(sheet)


def _beside(mapping: Mapping, folder: Path) -> Mapping:
    """Return a mapping whose leads file, if it has one, is looked for from a folder on."""
    if mapping.via is None:
        return mapping
    return replace(mapping, via=replace(mapping.via, path=folder / mapping.via.path))
