"""The tabs of a workbook: which of them is read, and opening it with calamine."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, load_workbook

from importer.errors import SheetError
from importer.folding import fold
from importer.sheets.sentences import EXPORT_AGAIN, encrypted


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
