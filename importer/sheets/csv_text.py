"""CSV text into records, by RFC 4180 and nothing looser.

The standard library's reader accepts a quote inside an unquoted cell, and pandas shifts a row that
has one cell too many: both give a wrong table without a word. Here a record is what the grammar
says, or the file is refused from there.

Lines are cut by `open(newline="")`, which ends them at CR, LF or CRLF and leaves them untouched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from importer.errors import SheetError
from importer.sheets.broken_quote import QUOTE, broken_quote
from importer.sheets.sentences import EXPORT_AGAIN

NUL = "\0"
LINE_ENDS = "\r\n"
LONGEST_RECORD = 1_000_000
"""Characters of one record: thirty cells as long as Excel allows. An unclosed quote must not
swallow the rest of a large file."""
MOST_COLUMNS = 16_384
"""Excel's, A to XFD: https://support.microsoft.com, "Excel specifications and limits"."""

Record = list[str]


def read_records(
    lines: Iterable[str], delimiter: str, file: str, size: int
) -> Iterator[list[Record]]:
    """Yield the records in batches of at most `size`; a blank line is a record of one blank cell.

    Args:
        lines: lines with their ends, untouched; the last one may have none.
        delimiter: one character.
        file: name for messages.
        size: records in a batch.

    Raises:
        SheetError: a quote that RFC 4180 does not allow, or a NUL character; names the row.
    """
    lines = iter(lines)
    before = 0
    while batch := list(islice(lines, size)):
        records = records_of(batch, lines, delimiter, file, before)
        before += len(records)
        yield records


def records_of(
    batch: list[str], more: Iterator[str], delimiter: str, file: str, before: int
) -> list[Record]:
    """Return the records of some lines; a quoted line break may take lines from `more`.

    Args:
        batch: lines as of `read_records`, the first of them where a record begins.
        more: the lines that follow them.
        delimiter: one character.
        file: name for messages.
        before: records before these.

    Raises:
        SheetError: as `read_records`.
    """
    text = "".join(batch)
    if QUOTE in text or NUL in text:
        return list(_quoted_records(batch, more, delimiter, file, before))
    return [line.rstrip(LINE_ENDS).split(delimiter) for line in batch]


def _quoted_records(
    batch: list[str], more: Iterator[str], delimiter: str, file: str, before: int
) -> Iterator[Record]:
    """Yield the records of a batch of lines; a quoted line break may take lines from `more`."""
    own = iter(batch)
    rest = chain(own, more)
    for row, line in enumerate(own, start=before + 1):
        if NUL in line:
            raise _nul(file, row)
        if QUOTE not in line:
            yield line.rstrip(LINE_ENDS).split(delimiter)
            continue
        text = _whole_record(line, rest, delimiter, file, row)
        record = split_record(text, delimiter)
        if record is None:
            raise broken_quote(text, delimiter, file, row)
        yield record


def _whole_record(line: str, rest: Iterator[str], delimiter: str, file: str, row: int) -> str:
    """Join the lines of one record.

    In a well-formed record the quotes before a line break are odd in number exactly where that
    break is inside a quoted cell; for any other record `split_record` then fails.
    """
    parts = [line]
    quotes = line.count(QUOTE)
    length = len(line)
    while quotes % 2:
        more = next(rest, None)
        if more is None or length > LONGEST_RECORD:
            raise broken_quote("".join(parts), delimiter, file, row)
        if NUL in more:
            raise _nul(file, row)
        parts.append(more)
        quotes += more.count(QUOTE)
        length += len(more)
    return "".join(parts).removesuffix("\n").removesuffix("\r")


def split_record(text: str, delimiter: str) -> Record | None:
    """Split one record without its line end into cells; None where RFC 4180 does not allow it."""
    if text.startswith(QUOTE) and text.endswith(QUOTE):
        cells = text[1:-1].split(f'"{delimiter}"')
        if text.count(QUOTE) == 2 * len(cells):
            return cells
    return _split_mixed(text.split(QUOTE), delimiter)


def _split_mixed(parts: list[str], delimiter: str) -> Record | None:
    """Split a record that was cut at its quotes: parts 0, 2, 4 … stood outside of them.

    Nothing between two quoted texts is a doubled quote; anything else there must begin and end
    with a delimiter.
    """
    cells = parts[0].split(delimiter)
    if cells.pop():
        return None
    last = len(parts) - 1
    quoted = ""
    for at in range(2, last + 1, 2):
        quoted += parts[at - 1]
        after = parts[at]
        if not after and at < last:
            quoted += QUOTE
            continue
        cells.append(quoted)
        quoted = ""
        if after and (after[0] != delimiter or (at < last and after[-1] != delimiter)):
            return None
        if between := after[1:] if at == last else after[1:-1]:
            cells.extend(between.split(delimiter))
        elif len(after) > 1 or (after and at == last):
            cells.append("")
    return cells


def _nul(file: str, row: int) -> SheetError:
    return SheetError(
        f"{file}, row {row}: the text has a NUL character, which no sheet holds; the file is"
        " damaged or not a CSV.",
        EXPORT_AGAIN,
    )


def too_wide(file: str, row: int, cells: int) -> SheetError:
    """Say that a row above the data has more cells than any sheet."""
    return SheetError(
        f"{file}, row {row}: there are {cells:,} cells, and Excel has {MOST_COLUMNS:,} columns.",
        "Check that it is the right file and its delimiter, and export it again.",
    )
