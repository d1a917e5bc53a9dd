"""Journal and kept input → reconciliation → the files that people read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Final

from importer.errors import JournalError, UsageError
from importer.files import sha256_of
from importer.journal import reading
from importer.journal.proof import contradictions
from importer.journal.purging import refuse_purged
from importer.journal.roots import roots_of_rows
from importer.letters import column_letter
from importer.mapping import ColumnType, is_ours, parse_mapping
from importer.model import ActionRecord, Chunk, RunRecord, RunState
from importer.pipeline.checking import BoundSheet, open_bound
from importer.pipeline.masking import Mask
from importer.pipeline.workplace import Bars, NoBars, Workplace
from importer.reconcile import TO_CORRECT, Attempt, Chain, Reconciliation, follow_chain, reconcile
from importer.report import FailureRow, ReportSource, SheetShape, Written, write_reports
from importer.report.advice import Advice, RemarkRule
from importer.report.commands import ELSEWHERE, PLAIN, Typed
from importer.report.reasons import Wrong, wrong_of
from importer.settings import Settings

MASKED_FOLDER: Final = "masked"
"""In a run's folder: copies for others, in which personal fields are hidden."""
_FIGURES: Final = frozenset({ColumnType.AMOUNT, ColumnType.NUMBER})


def reconcile_run(workplace: Workplace, run_id: str, mask: Mask | None = None) -> Reconciliation:
    """The books of a run, from the journal alone.

    Args:
        workplace: the workspace.
        run_id: the run.
        mask: what of it is hidden; None: nothing.

    Raises:
        UsageError: there is no such run.
    """
    journal = workplace.journal
    run = reading.run_of(journal, run_id)
    if run.state is RunState.PLANNING:
        raise UsageError(f"The run {run.id} is still being read.", "Look again in a moment.")
    chain = _chain(workplace, run)
    if mask is not None:
        run, chain = mask.run(run), replace(chain, runs=tuple(map(mask.run, chain.runs)))
    return reconcile(
        run,
        _records(workplace, run_id, mask),
        rows_kept=reading.count_rows(journal, run_id),
        chain=chain,
        contradictions=contradictions(journal, run_id),
        guide=_advice(workplace, run).guide,
    )


def report_run(
    workplace: Workplace,
    run_id: str,
    *,
    masked: bool = False,
    typed: Typed = PLAIN,
    bars: Bars | None = None,
) -> tuple[Reconciliation, Written]:
    """Write a run's reports anew; the same journal, asked for alike, gives the same bytes.

    Args:
        workplace: the workspace.
        run_id: the run.
        masked: write copies for others instead, into `MASKED_FOLDER`: see `masking`. There is no
            failures workbook among them, since that is made of the cells.
        typed: how the workspace is asked for, so that the reports' commands find it.
        bars: progress.

    Raises:
        UsageError: there is no such run, or it was purged.
        JournalError: the kept input is gone, or does not hold every row that is to be corrected;
            the reports are as they were.
    """
    journal = workplace.journal
    kept = _kept_sheet(workplace, reading.run_of(journal, run_id))
    mask = _mask_of(workplace, run_id, kept) if masked else None
    reconciliation = reconcile_run(workplace, run_id, mask)
    run = reconciliation.run
    advice = _advice(workplace, run)
    source = ReportSource(
        reconciliation=reconciliation,
        shape=replace(_shape(kept), preamble=()) if mask else _shape(kept),
        actions=lambda: _records(workplace, run_id, mask),
        skipped_rows=lambda: reading.skipped_rows(journal, run_id),
        failing_rows=lambda: (
            iter(())
            if mask
            else _failing_rows(
                kept, reading.action_records(journal, run_id, TO_CORRECT), reconciliation, advice
            )
        ),
        known_by=_known_by(kept),
        rules=_rules(workplace.settings),
        options=typed.options,
        place=_place(workplace.settings, typed),
        masked=masked,
    )
    folder = workplace.reports_of(run)
    return reconciliation, write_reports(
        folder / MASKED_FOLDER if mask else folder,
        source,
        stage=partial((bars or NoBars()).stage, "Writing"),
    )


def _records(workplace: Workplace, run_id: str, mask: Mask | None) -> Iterator[ActionRecord]:
    found = reading.action_records(workplace.journal, run_id)
    return found if mask is None else map(mask.action, found)


def _mask_of(workplace: Workplace, run_id: str, kept: BoundSheet) -> Mask:
    # As it was written: what is kept has forgotten that its leads were looked up.
    mapping = parse_mapping(reading.mapping_of(workplace.journal, run_id), kept.mapping.name)
    return Mask.of(mapping, kept.binding, _records(workplace, run_id, None))


def _advice(workplace: Workplace, run: RunRecord) -> Advice:
    return Advice.of(run, _rules(workplace.settings))


def _rules(settings: Settings) -> Sequence[RemarkRule]:
    return [RemarkRule(says=one.says, step=one.step, note=one.note) for one in settings.remarks]


def _place(settings: Settings, typed: Typed) -> str:
    """The reports' folder as it is typed where the commands are, without a path of this machine."""
    try:
        place = os.path.relpath(settings.reports.folder, settings.folder)
    except ValueError:  # another drive of Windows
        return ELSEWHERE
    place = Path(os.path.normpath(Path(typed.folder, place))).as_posix()
    return ELSEWHERE if place.startswith("..") else place


def _known_by(kept: BoundSheet) -> Sequence[str]:
    """The few columns by which a person knows a row, beside its lead."""
    mapping = kept.mapping
    columns = mapping.identity.columns if mapping.identity else mapping.columns
    return [column for column in columns if column != mapping.lead][:3]


def _chain(workplace: Workplace, run: RunRecord) -> Chain:
    journal = workplace.journal
    runs = [
        one
        for one in reading.chain_of(journal, run)
        # A later run that was refused as a whole has changed nothing.
        if one.state is not RunState.REFUSED or one.id == one.root
    ]
    attempts = [
        Attempt(
            actions=reading.action_records(journal, one.id),
            roots={} if one.id == one.root else roots_of_rows(journal, one.id),
        )
        for one in runs
    ]
    return follow_chain(runs, attempts)


def _kept_sheet(workplace: Workplace, run: RunRecord) -> BoundSheet:
    kept = workplace.kept_input(run)
    refuse_purged(workplace.journal, run.id)
    if not kept.exists() or sha256_of(kept) != run.file_sha256:
        raise JournalError(
            f"The kept copy of {run.file} is gone or altered ({kept}).",
            "Restore the folder beside the journal from a back-up; the journal itself is intact.",
        )
    # The run's own decisions: the tab and the header that it found, whatever is the first now.
    mapping = parse_mapping(reading.mapping_of(workplace.journal, run.id), run.mapping)
    spec = replace(mapping.sheet, tab=run.tab, header_row=run.header_row, header_find=())
    # Its rows were looked up then, in a leads file that may have changed or gone since.
    return open_bound(kept, replace(mapping, sheet=spec, via=None))


def _shape(kept: BoundSheet) -> SheetShape:
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


def _amounts(kept: BoundSheet, own: Sequence[int]) -> frozenset[int]:
    """The places, among a sheet's own columns, of those that the mapping reads as figures."""
    specs, places = kept.mapping.columns, kept.binding.columns.items()
    figures = {place for name, place in places if specs[name].type in _FIGURES}
    return frozenset(at for at, place in enumerate(own) if place in figures)


def _own_columns(headers: Sequence[str]) -> list[int]:
    return [index for index, header in enumerate(headers) if not is_ours(header)]


def _failing_rows(
    kept: BoundSheet, actions: Iterator[ActionRecord], books: Reconciliation, advice: Advice
) -> Iterator[FailureRow]:
    """Yield the rows to correct with their cells; both sides must give out together."""
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
        raise _incomplete(f"Row {wanted[0].row} is to be corrected, and is not in the kept copy")
    # What is being sent at this moment goes on between two looks.
    if run.state is not RunState.SENDING and corrected != books.waiting(*TO_CORRECT):
        said = f"{books.waiting(*TO_CORRECT):,} actions, and the rows found hold {corrected:,}"
        raise _incomplete(f"The books have {said}")


def _incomplete(what: str) -> JournalError:
    return JournalError(
        f"The failures workbook would lack rows: {what}.",
        "Write the report again with `importer report RUN`. If it says so again, restore the "
        "folder beside the journal from a back-up, or call the people who look after the "
        "importer; until then correct nothing by older reports of this run.",
    )


def _failing_actions(actions: Iterator[ActionRecord]) -> Iterator[list[ActionRecord]]:
    for _, of_row in groupby(actions, key=lambda action: action.row):
        failed = [one for one in of_row if one.outcome in TO_CORRECT and not one.given_up]
        if failed:
            yield failed


def _failure(
    failed: Sequence[ActionRecord],
    chunk: Chunk,
    index: int,
    own: Sequence[int],
    wrong: Wrong,
) -> FailureRow:
    letters = enumerate(map(column_letter, own))
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
    )
