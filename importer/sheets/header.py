"""Where the header is: the row that the mapping names, or the first that holds all its words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from importer.errors import SheetError
from importer.folding import fold, nearest
from importer.model import Kind, SheetSpec
from importer.sheets.sheet import Shown

SEARCHED = 200
"""Rows in which a header is looked for."""
TWICE = 2
"""So many times the cells of one row make another look more like the header."""
NAMED = 6
"""Words that a message lists; of more it says how many there are."""
SHOWN = 24
"""Characters of a text in a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The header, and what stands above it."""

    row: int
    cells: tuple[str, ...]
    preamble: tuple[tuple[Shown, ...], ...]


def likelier_header(rows: Iterable[Sequence[Shown]], row: int) -> int | None:
    """Find a row that looks more like the header than the one that was taken.

    Args:
        rows: the sheet's first rows, from row 1 on.
        row: the row that was taken.

    Returns:
        The number of the first row below it that has at least twice as many cells, all of them
        texts without a digit; None where there is none.
    """
    widths = [_words(cells) for cells in islice(rows, SEARCHED)]
    if row > len(widths):
        return None
    taken = max(widths[row - 1], 1)
    below = enumerate(widths[row:], start=row + 1)
    return next((number for number, width in below if width >= TWICE * taken), None)


def _words(cells: Sequence[Shown]) -> int:
    """Count the cells of a row that holds nothing but words; 0 for any other row."""
    filled = [(text, kind) for text, kind in cells if text.strip()]
    has_data = any(kind is not Kind.TEXT or any(map(str.isdigit, text)) for text, kind in filled)
    return 0 if has_data else len(filled)


def find_header(rows: Iterable[Sequence[Shown]], spec: SheetSpec, place: str) -> Header:
    """Take the header from the rows of a sheet.

    Args:
        rows: the sheet's rows from row 1 on; no more are taken than needed.
        spec: says where the header is; row 1 where it says nothing.
        place: the sheet, for messages: `payments.xlsx › Payments`.

    Raises:
        SheetError: that row is not there or is blank, or no row holds the words looked for.
    """
    if spec.header_find:
        top = [tuple(row) for row in islice(rows, SEARCHED)]
        at = _position_of(top, spec.header_find)
        if at is None:
            raise _not_found(top, spec.header_find, place)
    else:
        at = (spec.header_row or 1) - 1
        top = [tuple(row) for row in islice(rows, at + 1)]
        if at >= len(top):
            raise _beyond(len(top), at + 1, place)
    cells = tuple(text for text, _ in top[at])
    if not any(map(fold, cells)):
        raise SheetError(
            f"Row {at + 1} of {place} is blank, so it cannot be the header.",
            "Correct the header's row in the mapping: `sheet: {header: {row: …}}`.",
        )
    return Header(row=at + 1, cells=cells, preamble=tuple(top[:at]))


def lacking(rows: Iterable[Sequence[str]], words: Sequence[str]) -> int:
    """Count the words that the row with the most of them does not hold; 0 where none are asked."""
    present = [set(map(fold, row)) for row in islice(rows, SEARCHED)]
    return len(_nearest(present, words)[0]) if present else len(words)


def shortened(text: str) -> str:
    """A text on one line, for a message."""
    line = " ".join(text[: 4 * SHOWN].split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"


def _position_of(rows: Iterable[Sequence[Shown]], words: Iterable[str]) -> int | None:
    """Find the first row (counted from 0) that holds all these words, each as a whole cell."""
    wanted = set(map(fold, words))
    for at, row in enumerate(rows):
        if wanted <= {fold(text) for text, _ in row}:
            return at
    return None


def _beyond(found: int, row: int, place: str) -> SheetError:
    if not found:
        return SheetError(
            f"{place} is empty: it has no row at all.",
            "Check that it is the right file, and export it again.",
        )
    return SheetError(
        f"The mapping looks for the header in row {row}, but {place} ends at row {found}.",
        "Correct the header's row in the mapping: `sheet: {header: {row: …}}`.",
    )


def _not_found(rows: Sequence[Sequence[Shown]], words: Sequence[str], place: str) -> SheetError:
    """Name the row that comes nearest, and what it lacks."""
    if not rows:
        return _beyond(0, 1, place)
    message = f"No row of {place} holds all of {_listed(words)} (looked in the first {len(rows)})."
    present = [{fold(text) for text, _ in row} for row in rows]
    missing, row = _nearest(present, words)
    if len(missing) == len(words):
        return SheetError(
            message, "None of them is there: check that it is the right file, tab and mapping."
        )
    meant = nearest(missing[0], [text for text, _ in rows[row - 1] if fold(text)])
    instead = f" (it has {shortened(meant)})" if meant else ""
    return SheetError(
        message,
        f"Row {row} comes nearest and lacks {_listed(missing)}{instead}: correct the sheet's"
        " header, or `header: {find: …}` in the mapping.",
    )


def _nearest(present: Sequence[set[str]], words: Sequence[str]) -> tuple[list[str], int]:
    lacks = [[word for word in words if fold(word) not in cells] for cells in present]
    at = min(range(len(lacks)), key=lambda index: len(lacks[index]))
    return lacks[at], at + 1


def _listed(words: Sequence[str]) -> str:
    shown = ", ".join(map(shortened, words[:NAMED]))
    return shown if len(words) <= NAMED else f"{shown} … ({len(words)} in all)"
