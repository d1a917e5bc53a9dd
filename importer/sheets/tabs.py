"""Which tabs a workbook has, and which of them is read."""

from __future__ import annotations

import difflib
import os
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.parsers import expat

import xlrd  # type: ignore[import-untyped]  # it has no types
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from importer.errors import SheetError
from importer.folding import fold
from importer.sheets.sentences import EXPORT_AGAIN, encrypted

_ODS = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _STYLE, _OFFICE = f"{_ODS}table:1.0 ", f"{_ODS}style:1.0 ", f"{_ODS}office:1.0 "

Attributes = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One tab that can hold cells; charts and macros are none."""

    name: str
    is_visible: bool


@contextmanager
def opened(path: Path) -> Iterator[CalamineWorkbook]:
    """Open a workbook with calamine, and turn what it raises into a sentence.

    A parser that panics raises a `BaseException` of a type that cannot be imported.

    Raises:
        SheetError: the workbook is damaged or protected by a password.
    """
    try:
        with load_workbook(path) as workbook:
            yield workbook
    except PasswordError as error:
        raise encrypted(path) from error
    except (CalamineError, OSError, ValueError) as error:
        raise _unreadable(path) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise _unreadable(path) from error


def tabs_of(path: Path) -> list[Tab]:
    """List the tabs that can hold cells, in their order, without loading any.

    calamine loads all of an .xls or .ods when it opens it, so these are looked through by others.

    Raises:
        SheetError: the workbook is damaged or protected by a password.
    """
    match path.suffix.lower():
        case ".xls":
            return _old(path)
        case ".ods":
            return _open_document(path)
    with opened(path) as workbook:
        return [
            Tab(name=tab.name, is_visible=tab.visible == SheetVisibleEnum.Visible)
            for tab in workbook.sheets_metadata
            if tab.typ == SheetTypeEnum.WorkSheet
        ]


def choose(tabs: Sequence[Tab], wanted: str | None, file: str) -> Tab:
    """Take the tab that is asked for, by its exact name or else by its folded one.

    Args:
        tabs: all of them.
        wanted: as the mapping names it; None is the first visible one.
        file: its name, for messages.

    Raises:
        SheetError: there is no such tab.
    """
    if wanted is None:
        return _first_visible(tabs, file)
    alike = [tab for tab in tabs if tab.name == wanted] or [
        tab for tab in tabs if fold(tab.name) == fold(wanted)
    ]
    if len(alike) == 1:
        return alike[0]
    names = [tab.name for tab in tabs]
    near = difflib.get_close_matches(wanted, names, n=1)
    raise SheetError(
        f"{file} has no tab {wanted!r}; its tabs are: {', '.join(names)}.",
        f"Did you mean {near[0]!r}?" if near else "Correct `sheet: {tab: …}` in the mapping.",
    )


def _first_visible(tabs: Sequence[Tab], file: str) -> Tab:
    for tab in tabs:
        if tab.is_visible:
            return tab
    if tabs:
        raise SheetError(
            f"{file} has no visible tab with cells; hidden are: "
            f"{', '.join(tab.name for tab in tabs)}.",
            "Name the tab in the mapping: `sheet: {tab: …}`.",
        )
    raise SheetError(
        f"{file} has no visible tab with cells: at most charts or macros.", EXPORT_AGAIN
    )


def _unreadable(path: Path) -> SheetError:
    return SheetError(
        f"{path.name} is damaged, or written in a way that only its own program reads.",
        "Open it in Excel; if it looks right there, save it as .xlsx and name that."
        f" {EXPORT_AGAIN}",
    )


def _old(path: Path) -> list[Tab]:
    """List the tabs of an .xls by its table of tabs ([MS-XLS] 2.4.28).

    xlrd raises whatever a damaged file leads it into.
    """
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        try:
            book = xlrd.open_workbook(path, on_demand=True, logfile=nowhere)
        except xlrd.XLRDError as error:
            if "encrypted" in str(error):
                raise encrypted(path) from error
            raise _unreadable(path) from error
        except Exception as error:
            raise _unreadable(path) from error
    with book:
        shown = book._sheet_visibility  # noqa: SLF001 - else the whole tab is read to learn it
        return [
            Tab(name=name, is_visible=not hidden & 3)
            for name, hidden in zip(book.sheet_names(), shown, strict=False)
        ]


def _open_document(path: Path) -> list[Tab]:
    """List the tabs of an .ods; hidden is one whose style says so (ODF 1.3 part 3, 19.649)."""
    look = _Tables()
    try:
        with zipfile.ZipFile(path) as archive, archive.open("content.xml") as stream:
            look.read(stream)
    except (zipfile.BadZipFile, KeyError, expat.ExpatError, EOFError) as error:
        raise _unreadable(path) from error
    return [Tab(name=name, is_visible=style not in look.hidden) for name, style in look.tables]


class _Tables:
    """What expat calls. Tables within tables are no tabs."""

    def __init__(self) -> None:
        self.tables: list[tuple[str, str]] = []
        """Name and style of each."""
        self.hidden: set[str] = set()
        """Styles that hide a table."""
        self._style = ""
        self._open: list[str] = []

    def read(self, stream: IO[bytes]) -> None:
        """Read a `content.xml`.

        Raises:
            expat.ExpatError: it is damaged.
        """
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.ParseFile(stream)

    def _start(self, name: str, attributes: Attributes) -> None:
        if name == f"{_STYLE}style":
            self._style = attributes.get(f"{_STYLE}name", "")
        elif name == f"{_STYLE}table-properties":
            if attributes.get(f"{_TABLE}display") == "false":
                self.hidden.add(self._style)
        elif name == f"{_TABLE}table" and self._open[-1:] == [f"{_OFFICE}spreadsheet"]:
            style = attributes.get(f"{_TABLE}style-name", "")
            self.tables.append((attributes.get(f"{_TABLE}name", ""), style))
        self._open.append(name)

    def _end(self, _name: str) -> None:
        self._open.pop()
