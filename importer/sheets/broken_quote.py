"""Where a record breaks RFC 4180, in words for the person who has to mend it.

Only a record that was refused comes here, so this is written to be plain, not fast.
"""

from __future__ import annotations

from enum import StrEnum

from importer.errors import SheetError
from importer.sheets.header import shortened

QUOTE = '"'


class Break(StrEnum):
    """How a record breaks the grammar."""

    LONE = "lone"
    """A quotation mark inside a cell that does not begin with one: `5" pipe`."""
    SPACE = "space"
    """Spaces between a separator and a quotation mark."""
    BACKSLASH = "backslash"
    """A backslash before a quotation mark inside a quoted cell."""
    AFTER = "after"
    """Text after the closing quotation mark."""
    OPEN = "open"
    """No closing quotation mark."""


_WORDS = {
    Break.LONE: (
        "the cell “{}” holds a quotation mark and is not enclosed in them",
        'put the missing separator before it, or write the cell as "5"" pipe".',
    ),
    Break.SPACE: (
        "a space stands between a separator and a quotation mark, at “{}”",
        "take the spaces beside the quotation marks out.",
    ),
    Break.BACKSLASH: (
        "a quotation mark inside the cell “{}” is written with a backslash before it",
        "have each such quotation mark written twice instead, without a backslash.",
    ),
    Break.AFTER: (
        "after the quotation mark that closes the cell “{}” more text follows",
        "write a quotation mark inside a text twice, and take a stray one out.",
    ),
    Break.OPEN: (
        "a quotation mark is opened at “{}” and not closed within a million characters",
        "take the stray quotation mark out, or close it.",
    ),
}


def broken_quote(record: str, delimiter: str, file: str, row: int) -> SheetError:
    """Say what is wrong with a record, and what to do.

    Args:
        record: from its first character on; it may go on beyond the record's end.
        delimiter: one character.
        file: name for messages.
        row: the record's row, as Excel numbers it.
    """
    cause, cell = _first_break(record, delimiter)
    if cause is Break.LONE:  # no line break is a part of it
        cell = cell.partition("\n")[0].partition("\r")[0]
    what, hint = _WORDS[cause]
    return SheetError(
        f"{file}, row {row}: {what.format(shortened(cell))}, so neither this row nor the rows after"
        " it can be trusted.",
        f"Export the sheet again, as a workbook (.xlsx) if you can. Or {hint}",
    )


def _first_break(record: str, delimiter: str) -> tuple[Break, str]:
    """Find the first place that breaks the grammar: how, and the cell from its beginning on."""
    at = 0
    while at < len(record):
        end = _end_of_cell(record, at, delimiter)
        if isinstance(end, Break):
            return end, record[at:]
        if record[end : end + 1] != delimiter:
            break
        at = end + 1
    return Break.OPEN, record[at:]


def _end_of_cell(record: str, start: int, delimiter: str) -> int | Break:
    """Find where the cell that begins at `start` ends, or how it breaks the grammar."""
    if record[start] != QUOTE:
        end = min(_find(record, mark, start) for mark in (delimiter, QUOTE, "\r", "\n"))
        if record[end : end + 1] != QUOTE:
            return end
        return Break.LONE if record[start:end].strip(" \t") else Break.SPACE
    end = _closing(record, start + 1)
    if end >= len(record):
        return Break.OPEN
    after = record[end + 1 : end + 2]
    if after in {"", delimiter, "\r", "\n"}:
        return end + 1
    if '\\"' in record[start : end + 1]:
        return Break.BACKSLASH
    rest = record[end + 1 :].lstrip(" \t")
    return (
        Break.SPACE if after in " \t" and rest[:1] in {"", delimiter, "\r", "\n"} else Break.AFTER
    )


def _closing(record: str, at: int) -> int:
    """Find the quotation mark that closes a cell; doubled ones are text."""
    while (end := _find(record, QUOTE, at)) < len(record):
        if record[end + 1 : end + 2] != QUOTE:
            return end
        at = end + 2
    return len(record)


def _find(text: str, mark: str, start: int) -> int:
    at = text.find(mark, start)
    return len(text) if at < 0 else at
