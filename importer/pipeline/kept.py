"""The kept input of a run: its shape, and the rows of it that are to be corrected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from importer.errors import JournalError
from importer.files import sha256_of
from importer.journal import reading
from importer.journal.purging import purged_at
from importer.letters import column_letter
from importer.mapping import ColumnType, Mapping, parse_mapping
from importer.model import ActionRecord, Chunk, RunRecord, RunState
from importer.our_headers import is_ours
from importer.pipeline.opening import BoundSheet, open_bound
from importer.pipeline.workplace import Workplace
from importer.reconcile import TO_CORRECT, Reconciliation
from importer.report.advice import Advice
from importer.report.reasons import Wrong, wrong_of
from importer.report.source import FailureRow, SheetShape

_FIGURES: Final = frozenset({ColumnType.AMOUNT, ColumnType.NUMBER})


def mapping_as_run(workplace: Workplace, run: RunRecord) -> Mapping:
    """As it was when the run was made."""
    return parse_mapping(reading.mapping_of(workplace.journal, run.id), run.mapping)


def kept_sheet(workplace: Workplace, run: RunRecord) -> BoundSheet | None:
    """The sheet as it was read; None where a purge has let it go.

    Raises:
        JournalError: it is gone or altered, and nobody has purged the run.
    """
    kept = workplace.kept_input(run)
    if purged_at(workplace.journal, run.id) is not None:
        return None
    if not kept.exists() or sha256_of(kept) != run.file_sha256:
        raise JournalError(
            f"The kept copy of {run.file} is gone or altered ({kept}).",
            "Restore the folder beside the journal from a back-up; the journal itself is intact.",
        )
    # The run's own decisions: the tab and the header that it found, whatever is the first now.
    mapping = mapping_as_run(workplace, run)
    spec = replace(mapping.sheet, tab=run.tab, header_row=run.header_row, header_find=())
    # Its rows were looked up then, in a leads file that may have changed or gone since.
    return open_bound(kept, replace(mapping, sheet=spec, via=None))


def shape_of(kept: BoundSheet) -> SheetShape:
    """How it looked, for a failures workbook in the same shape."""
    sheet = kept.sheet
    own, width = _own_columns(sheet.headers), len(sheet.headers)
    return SheetShape(
        tab=sheet.tab,
        header_row=sheet.header_row,
        headers=[sheet.headers[index] for index in own],
        preamble=[
            [cell for index, cell in enumerate(row) if index in own or index >= width]
            for row in sheet.preamble
        ],
        columns=[sheet.shapes[index] for index in own if index < len(sheet.shapes)],
        csv=sheet.csv,
        amounts=_amounts(kept, own),
    )


def bare_shape(run: RunRecord) -> SheetShape:
    """As far as it shows no cell; a failures workbook is not made in it."""
    headers = [run.headers[index] for index in _own_columns(run.headers)]
    return SheetShape(tab=run.tab, header_row=run.header_row, headers=headers)


def _amounts(kept: BoundSheet, own: Sequence[int]) -> frozenset[int]:
    """The places, among a sheet's own columns, of those that the mapping reads as figures."""
    specs, places = kept.mapping.columns, kept.binding.columns.items()
    figures = {place for name, place in places if specs[name].type in _FIGURES}
    return frozenset(at for at, place in enumerate(own) if place in figures)


def _own_columns(headers: Sequence[str]) -> list[int]:
    return [index for index, header in enumerate(headers) if not is_ours(header)]


def failing_rows(
    kept: BoundSheet, actions: Iterator[ActionRecord], books: Reconciliation, advice: Advice
) -> Iterator[FailureRow]:
    """Yield the rows to correct with their cells; both sides must give out together.

    Raises:
        JournalError: the kept input does not hold every row that is to be corrected.
    """
    sheet, own, run = kept.sheet, _own_columns(kept.sheet.headers), books.run
    failing = _failing_actions(actions)
    wanted, corrected = next(failing, None), 0
    rows = ((chunk, *one) for chunk in sheet.chunks() for one in enumerate(chunk.numbers))
    for chunk, index, number in rows:
        if wanted is None:
            break
        if number == wanted[0].row:
            yield _failure(wanted, chunk, index, own, wrong_of(wanted, run, advice))
            corrected += len(wanted)
            wanted = next(failing, None)
    if wanted is not None:
        raise _incomplete(
            run, f"Row {wanted[0].row} is to be corrected, and is not in the kept copy"
        )
    # What is being sent at this moment goes on between two looks.
    if run.state is not RunState.SENDING and corrected != books.waiting(*TO_CORRECT):
        said = f"{books.waiting(*TO_CORRECT):,} actions, and the rows found hold {corrected:,}"
        raise _incomplete(run, f"The books have {said}")


def _incomplete(run: RunRecord, what: str) -> JournalError:
    return JournalError(
        f"The failures workbook would lack rows: {what}.",
        f"Write the report again: `importer report {run.id}`. If it says so again, restore the "
        "folder beside the journal from a back-up, or call the people who look after the "
        "importer; until then correct nothing by older reports of this run.",
    )


def _failing_actions(actions: Iterator[ActionRecord]) -> Iterator[list[ActionRecord]]:
    for _, of_row in groupby(actions, key=lambda action: action.row):
        failed = [one for one in of_row if one.outcome in TO_CORRECT and not one.is_over]
        if failed:
            yield failed


def _failure(
    failed: Sequence[ActionRecord],
    chunk: Chunk,
    index: int,
    own: Sequence[int],
    wrong: Wrong,
) -> FailureRow:
    letters = list(enumerate(map(column_letter, own)))
    return FailureRow(
        number=failed[0].row,
        texts=[
            *(chunk.columns[column][index] for column in own),
            *chunk.surplus.get(failed[0].row, ()),  # of a CSV, whose cells have no kinds
        ],
        kinds=None if chunk.kinds is None else [chunk.kinds[column][index] for column in own],
        outcomes=tuple(dict.fromkeys(action.outcome for action in failed)),
        problem=wrong.text,
        hint=wrong.hint,
        reference=failed[0].reference,
        faulty={place: wrong.cells[letter] for place, letter in letters if letter in wrong.cells},
        as_text=frozenset(place for place, letter in letters if letter in wrong.as_text),
    )
