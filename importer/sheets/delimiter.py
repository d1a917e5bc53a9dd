"""The delimiter of a CSV: what the mapping or the file says, else the one that alone fits."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from importer.errors import SheetError
from importer.model import Kind, SheetSpec
from importer.sheets.csv_text import QUOTE, Record, read_records
from importer.sheets.header import position_of

CANDIDATES = (",", ";", "\t", "|")
NAMES = {"\t": "tab"}
"""How a person writes a delimiter that cannot be seen."""
SHARE = 0.5
"""More than this share of the sampled rows must have as many cells as the header."""


def stated_delimiter(spec: SheetSpec, line: str, file: str) -> tuple[str | None, bool]:
    """Read what the mapping and a first line `sep=;` say.

    Excel takes such a line as an instruction and does not show it as a row.

    Args:
        spec: holds the mapping's delimiter, if it names one.
        line: the file's first line.
        file: name for messages.

    Returns:
        The delimiter, or None where neither says; and whether the first line says it.

    Raises:
        SheetError: the mapping's is not one character, or the two differ.
    """
    of_mapping = _of_mapping(spec, file)
    of_file = _of_first_line(line)
    if of_file and of_mapping and of_file != of_mapping:
        raise SheetError(
            f"{file} says in its first line that its delimiter is {_named(of_file)}, the mapping"
            f" says {_named(of_mapping)}.",
            "Correct the mapping: `sheet: {delimiter: …}`.",
        )
    return of_file or of_mapping, of_file is not None


def _of_mapping(spec: SheetSpec, file: str) -> str | None:
    text = spec.delimiter
    if text is None:
        return None
    delimiter = "\t" if text.casefold() == "tab" else text
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise SheetError(
            f"{file}: the mapping's delimiter {text!r} is not one character.",
            'Write one character, as in `sheet: {delimiter: ";"}`, or `tab`.',
        )
    return delimiter


def _of_first_line(line: str) -> str | None:
    """Read `sep=;` (or `"sep=;"`); the character may be any but a quote."""
    text = line.rstrip("\r\n")
    if text.startswith(QUOTE) and text.endswith(QUOTE):
        text = text[1:-1]
    is_said = len(text) == len("sep=;") and text[:4].casefold() == "sep=" and text[4] != QUOTE
    return text[4] if is_said else None


def find_delimiter(sample: str, spec: SheetSpec, file: str) -> str:
    """Find the one candidate that cuts header and rows alike.

    Args:
        sample: the start of the text, ending at a line's end.
        spec: says where the header is.
        file: name for messages.

    Raises:
        SheetError: none fits, or more than one.
    """
    cut = {mark: _cut(sample, mark) for mark in CANDIDATES}
    fitting = {mark: whole for mark, (rows, whole) in cut.items() if _fits(rows, spec)}
    whole = [mark for mark, is_whole in fitting.items() if is_whole]
    winners = whole or list(fitting)
    if len(winners) == 1:
        return winners[0]
    if winners:
        raise SheetError(
            f"{file}: {' and '.join(map(_named, winners))} fit equally well, so the delimiter is"
            " not certain.",
            _how_to_state(winners[0]),
        )
    if all(len(row) == 1 for rows, _ in cut.values() for row in rows):
        return CANDIDATES[0]
    raise SheetError(
        f"{file}: neither comma, semicolon, tab nor | cuts its header and its rows into the same"
        " number of cells.",
        f"Check the header's row in the mapping. {_how_to_state(';')}",
    )


def _cut(sample: str, delimiter: str) -> tuple[list[Record], bool]:
    """Cut the sample into records up to the first that is broken; tell whether none was."""
    records: list[Record] = []
    try:
        for batch in read_records(io.StringIO(sample, newline=""), delimiter, "", size=1):
            records.extend(batch)
    except SheetError:
        return records, False
    return records, True


def _fits(rows: Sequence[Record], spec: SheetSpec) -> bool:
    """Judge whether the header has several cells and most rows below have as many."""
    at = _header_position(rows, spec)
    if at is None or at >= len(rows) or len(rows[at]) == 1:
        return False
    below = [len(row) for row in rows[at + 1 :] if row != [""]]
    alike = below.count(len(rows[at]))
    return not below or alike > SHARE * len(below)


def _header_position(rows: Sequence[Record], spec: SheetSpec) -> int | None:
    if not spec.header_find:
        return (spec.header_row or 1) - 1
    shown: Iterator[list[tuple[str, Kind]]] = ([(cell, Kind.TEXT) for cell in row] for row in rows)
    return position_of(shown, spec.header_find)


def _named(delimiter: str) -> str:
    return NAMES.get(delimiter, f'"{delimiter}"')


def _how_to_state(delimiter: str) -> str:
    written = NAMES.get(delimiter, f'"{delimiter}"')
    return f"State the right one in the mapping, as in `sheet: {{delimiter: {written}}}`."
