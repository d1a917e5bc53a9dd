"""The delimiter of a CSV: what the mapping or the file says, else the one that alone fits."""

from __future__ import annotations

from collections.abc import Sequence

from importer.errors import SheetError
from importer.model import SheetSpec
from importer.sheets.broken_quote import QUOTE
from importer.sheets.csv_cut import Cut, cut_sample
from importer.sheets.header import SEARCHED, shortened

CANDIDATES = (",", ";", "\t", "|")
NAMES = {"\t": "tab"}
"""How a person writes a delimiter that cannot be seen."""


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


def find_delimiter(sample: str, spec: SheetSpec, file: str, *, complete: bool) -> str:
    """Find the one candidate that cuts header and rows alike.

    Args:
        sample: the start of the text, ending at a line's end.
        spec: says where the header is.
        file: name for messages.
        complete: the sample is the whole text.

    Raises:
        SheetError: the header is not there, no candidate fits, or more than one.
    """
    cuts = [cut_sample(sample, mark, spec, file) for mark in CANDIDATES]
    if not any(cut.header for cut in cuts):
        raise _without_header(cuts, spec, file, complete=complete)
    fitting = [cut for cut in cuts if cut.fits]
    whole = [cut for cut in fitting if cut.broken is None]
    winners = [cut for cut in whole if cut.is_even] or whole or fitting
    if len(winners) == 1:
        return winners[0].mark
    if winners:
        raise _uncertain(winners, file)
    if all({cut.headed, *cut.widths} == {1} for cut in cuts):
        return CANDIDATES[0]
    if wide := next(filter(None, (cut.wide for cut in cuts)), None):
        raise wide
    if not spec.header_find:
        # A quote that is broken under one delimiter says nothing: under another there is a header.
        reasons = [cut.missing for cut in cuts if not (cut.header or cut.broken)]
        raise next(filter(None, reasons), None) or _none_fits(cuts, file)
    raise _none_fits(cuts, file)


def _without_header(
    cuts: Sequence[Cut], spec: SheetSpec, file: str, *, complete: bool
) -> SheetError:
    """Say why no candidate has the header: as the one that comes nearest to it, or cuts most."""
    best = min(cuts, key=lambda cut: (cut.lacking, -cut.cells))
    searched = SEARCHED if spec.header_find else spec.header_row or 1
    far_down = SheetError(
        f"{file}: the header is too far down to find the delimiter by it.",
        f"Check the header's place in the mapping. {_how_to_state(CANDIDATES[0])}",
    )
    unseen = None if complete or best.rows >= searched else far_down
    return best.broken or unseen or best.missing or far_down


def _uncertain(cuts: Sequence[Cut], file: str) -> SheetError:
    names = " and ".join(_named(cut.mark) for cut in cuts)
    first = ", ".join(
        f"“{shortened(cut.header.cells[0])}” with {_named(cut.mark)}" for cut in cuts if cut.header
    )
    return SheetError(
        f"{file}: {names} fit equally well, so the delimiter is not certain.",
        f"The first header is {first}. {_how_to_state(cuts[0].mark)}",
    )


def _none_fits(cuts: Sequence[Cut], file: str) -> SheetError:
    """Show the shape that the most telling candidate makes."""
    widest = max(cuts, key=lambda cut: (bool(cut.widths), max(cut.usual, cut.headed)))
    message = (
        f"{file}: neither comma, semicolon, tab nor | cuts its header and its rows into the same"
        " number of cells"
    )
    if widest.header and widest.widths:
        message += (
            f"; with {_named(widest.mark)} the header (row {widest.header.row}) has"
            f" {widest.headed:,}, and most rows have {widest.usual:,}"
        )
    return SheetError(
        f"{message}.",
        "Check that this row is the header (the mapping says which: `sheet: {header: {row: …}}`),"
        f" and that it has no separator too many or too few. {_how_to_state(';')}",
    )


def _named(delimiter: str) -> str:
    return NAMES.get(delimiter, f'"{delimiter}"')


def _how_to_state(delimiter: str) -> str:
    written = NAMES.get(delimiter, f'"{delimiter}"')
    return f"State the right one in the mapping, as in `sheet: {{delimiter: {written}}}`."
