"""Journal and kept input → reconciliation → the files that people read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from importer.errors import JournalError, UsageError
from importer.files import sha256_of
from importer.journal import reading
from importer.journal.proof import contradictions
from importer.journal.purging import refuse_purged
from importer.journal.roots import roots_of_rows
from importer.letters import column_letter
from importer.mapping import is_ours, parse_mapping
from importer.model import ActionRecord, Chunk, RunRecord, RunState
from importer.pipeline.checking import BoundSheet, open_bound
from importer.pipeline.masking import Mask
from importer.pipeline.workplace import Advance, Bars, NoBars, Workplace
from importer.reconcile import Attempt, Chain, Reconciliation, follow_chain, reconcile
from importer.report import FailureRow, ReportSource, SheetShape, Written, write_reports
from importer.report.advice import Advice, RemarkRule
from importer.report.reasons import Wrong, wrong_of
from importer.report.words import TO_CORRECT
from importer.settings import Settings
from importer.sheets import Sheet

MASKED_FOLDER: Final = "masked"
"""In a run's folder: copies for others, in which personal fields are hidden."""


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
    )


def report_run(
    workplace: Workplace, run_id: str, *, masked: bool = False, bars: Bars | None = None
) -> tuple[Reconciliation, Written]:
    """Write a run's reports anew; the same journal gives the same bytes.

    Args:
        workplace: the workspace.
        run_id: the run.
        masked: write copies for others instead, into `MASKED_FOLDER`: see `masking`. There is no
            failures workbook among them, since that is made of the cells.
        bars: progress.

    Raises:
        UsageError: there is no such run, or it was purged.
        JournalError: the kept input is gone.
    """
    journal, rules = workplace.journal, _rules(workplace.settings)
    kept = _kept_sheet(workplace, reading.run_of(journal, run_id))
    mask = _mask_of(workplace, run_id, kept) if masked else None
    reconciliation = reconcile_run(workplace, run_id, mask)
    run, sheet = reconciliation.run, kept.sheet
    advice = Advice.of(run, rules)
    # Page, workbook, table and document each go through every action once.
    total = 4 * reconciliation.run.planned_actions
    with (bars or NoBars()).stage("Writing", total) as advance:
        source = ReportSource(
            reconciliation=reconciliation,
            shape=replace(_shape(sheet), preamble=()) if mask else _shape(sheet),
            actions=lambda: _counted(_records(workplace, run_id, mask), advance),
            skipped_rows=lambda: reading.skipped_rows(journal, run_id),
            failing_rows=lambda: (
                iter(())
                if mask
                else _failing_rows(kept, _records(workplace, run_id, None), run, advice)
            ),
            known_by=_known_by(kept),
            rules=rules,
            options=workplace.settings.by_option,
            place=_place(workplace.settings),
        )
        folder = workplace.reports_of(run)
        return reconciliation, write_reports(folder / MASKED_FOLDER if mask else folder, source)


def _records(workplace: Workplace, run_id: str, mask: Mask | None) -> Iterator[ActionRecord]:
    found = reading.action_records(workplace.journal, run_id)
    return found if mask is None else map(mask.action, found)


def _mask_of(workplace: Workplace, run_id: str, kept: BoundSheet) -> Mask:
    # As it was written: what is kept has forgotten that its leads were looked up.
    mapping = parse_mapping(reading.mapping_of(workplace.journal, run_id), kept.mapping.name)
    return Mask.of(mapping, kept.binding, _records(workplace, run_id, None))


def _rules(settings: Settings) -> Sequence[RemarkRule]:
    return [RemarkRule(says=one.says, step=one.step, note=one.note) for one in settings.remarks]


def _place(settings: Settings) -> str:
    """The reports' folder as it is typed where the commands are, without a path of this machine."""
    folder, home = settings.reports.folder, settings.folder
    if settings.by_option:
        home = home.parent
    return folder.relative_to(home).as_posix() if folder.is_relative_to(home) else "…"


def _known_by(kept: BoundSheet) -> Sequence[str]:
    """The few columns by which a person knows a row, beside its lead."""
    mapping = kept.mapping
    columns = mapping.identity.columns if mapping.identity else mapping.columns
    return [column for column in columns if column != mapping.lead][:3]


def _counted(actions: Iterator[ActionRecord], advance: Advance) -> Iterator[ActionRecord]:
    for action in actions:
        yield action
        advance(1)


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


def _shape(sheet: Sheet) -> SheetShape:
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
    )


def _own_columns(headers: Sequence[str]) -> list[int]:
    return [index for index, header in enumerate(headers) if not is_ours(header)]


def _failing_rows(
    kept: BoundSheet, actions: Iterator[ActionRecord], run: RunRecord, advice: Advice
) -> Iterator[FailureRow]:
    sheet, own = kept.sheet, _own_columns(kept.sheet.headers)
    failing = _failing_actions(actions)
    wanted = next(failing, None)
    for chunk in sheet.chunks():
        for index, number in enumerate(chunk.numbers):
            if wanted is None:
                return
            if number == wanted[0].row:
                yield _failure(wanted, chunk, index, own, wrong_of(wanted, run, advice))
                wanted = next(failing, None)


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
