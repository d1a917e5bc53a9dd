"""A tab of an .xls, read record by record ([MS-XLS]).

xlrd opens the compound file and reads what is said of the whole workbook. It does not read the
tab: it would hold every cell as an object.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import xlrd  # type: ignore[import-untyped]  # it has no types
from xlrd.formatting import std_format_strings  # type: ignore[import-untyped]  # the same

from importer.errors import SheetError
from importer.sheets.scan.builtin import format_of
from importer.sheets.scan.damage import damage_told
from importer.sheets.scan.format import Format
from importer.sheets.scan.found import Finding
from importer.sheets.scan.xls_tab import CutTextError, Reading, Record
from importer.sheets.sentences import SAVE_AS_XLSX, damaged, encrypted
from importer.sheets.tabs import Tab

_HEADER = struct.Struct("<2H")
"""A record's type, and the bytes of its content (2.1.4)."""
_HIDDEN_TAB = 0x03
"""hsState, the lowest two bits (BoundSheet8)."""
_NEW_TEXTS = 80
"""The version of xlrd's from which a text has flags behind its length (Excel 97)."""


def tabs_of_xls(path: Path) -> tuple[Tab, ...]:
    """List the tabs of an .xls; see `tabs_of`."""
    with _opened(path) as book:
        shown = book._sheet_visibility  # noqa: SLF001 - else the whole tab is read to learn it
        return tuple(
            Tab(name=name, is_visible=not hidden & _HIDDEN_TAB)
            for name, hidden in zip(book.sheet_names(), shown, strict=True)
        )


def scan_xls(path: Path, tabs: Sequence[str], finding: Callable[[], Finding]) -> dict[str, Finding]:
    """Look through tabs of an .xls; see `scan`."""
    found = {tab: finding() for tab in tabs}
    with _opened(path) as book:
        formats = _formats(book)
        starts = book._sh_abs_posn  # noqa: SLF001 - to skip the cells, which xlrd would hold
        for tab, start in zip(book.sheet_names(), starts, strict=True):
            if tab in found:
                reading = Reading(
                    formats,
                    found[tab],
                    shared_texts=len(book._sharedstrings),  # noqa: SLF001 - told nowhere else
                    has_flags=book.biff_version >= _NEW_TEXTS,
                )
                with _cut_text_told(f"{path.name} › {tab}"):
                    for kind, data in _records(book.mem, start):
                        reading.note(kind, data)
    return found


@contextmanager
def _cut_text_told(place: str) -> Iterator[None]:
    """Refuse a text that would be cut off. Excel writes such a one for a formula's long result."""
    try:
        yield
    except CutTextError as error:
        raise SheetError(
            f"Row {error.args[0]} of {place} holds a text that is too long to be read whole"
            " from an .xls.",
            SAVE_AS_XLSX,
        ) from error


@contextmanager
def _opened(path: Path) -> Iterator[xlrd.Book]:
    """Open a workbook, and turn what a damaged one leads to into a sentence.

    Raises:
        SheetError: it is damaged, or protected by a password; or two tabs have one name, by which
            calamine would find either.
    """
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        try:
            book = xlrd.open_workbook(path, on_demand=True, formatting_info=True, logfile=nowhere)
        except Exception as error:  # a damaged file leads xlrd into anything
            if isinstance(error, xlrd.XLRDError) and "encrypted" in str(error):
                raise encrypted(path) from error
            raise damaged(path, "what is inside is not as a workbook's should be") from error
        with damage_told(path), book:
            names = book.sheet_names()
            if len({*names}) < len(names):
                raise damaged(path, "two of its tabs have the same name")
            yield book


def _records(data: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a tab. A chart in it is a stream of its own within, without cells.

    Raises:
        struct.error: the file ends before the tab does.
    """
    depth = 0
    while True:
        kind, size = _HEADER.unpack(data[at : at + 4])
        at += 4
        if kind == Record.START:
            depth += 1
        elif kind == Record.END:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield kind, data[at : at + size]
        at += size


def _formats(book: xlrd.Book) -> list[Format]:
    """Give the format of each style, without what xlrd fills in where the file is silent."""
    written = {
        number: form.format_str
        for number, form in book.format_map.items()
        if form.format_str and form.format_str != std_format_strings.get(number)
    }
    return [
        format_of(style.format_key, written, is_1904=book.datemode == 1) for style in book.xf_list
    ]
