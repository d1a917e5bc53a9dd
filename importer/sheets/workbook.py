"""One tab of a workbook as a sheet: read by another process (`unpack.py`), taken from its spool.

The rows lie on the disk, in an anonymous file; in memory is the chunk in hand.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from importer.errors import SheetError
from importer.model import Note, SheetSpec
from importer.sheets.child import unpack
from importer.sheets.header import find_header
from importer.sheets.sheet import Sheet
from importer.sheets.spool import Head


def worksheet_names(path: Path) -> list[str]:
    """List the tabs that can hold cells, hidden ones too, in their order.

    Raises:
        SheetError: the workbook cannot be read.
        UsageError: the disk is full.
    """
    return list(unpack(path, only_names=True).head.tabs)


def open_tab(path: Path, spec: SheetSpec) -> Sheet:
    """Open one tab: all its rows are read, its header is found.

    Raises:
        SheetError: the workbook cannot be read, or tab or header are not there.
        UsageError: the disk is full.
    """
    spool = unpack(path, tab=spec.tab)
    head = spool.head
    place = f"{path.name} › {head.tab}"
    if not head.rows:
        raise SheetError(
            f"{place} is empty: no cell holds anything.",
            f"Name the right tab in the mapping (there are: {', '.join(head.tabs)}), or export"
            " again.",
        )
    header = find_header(spool.shown(), spec, place)
    return Sheet(
        file=path.name,
        tab=head.tab,
        header_row=header.row,
        headers=header.cells,
        preamble=header.preamble,
        total=head.rows - header.row,
        notes=_notes(head),
        hidden_columns=frozenset(head.hidden_columns),
        shapes=head.shapes,
        read=partial(spool.chunks, header.row),
    )


def _notes(head: Head) -> tuple[Note, ...]:
    """Say that there was a choice, where nobody had made it."""
    if not head.others:
        return ()
    return (
        Note(
            code="tab-chosen",
            message=f"The tab {head.tab!r} was read, as the first visible one; there is also"
            f" {', '.join(map(repr, head.others))}. To be sure, name the tab in the mapping:"
            " `sheet: {tab: …}`.",
        ),
    )
