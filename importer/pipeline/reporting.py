"""Journal and kept input → reconciliation → the files that people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from importer.errors import JournalError, UsageError
from importer.files import sha256_of
from importer.journal import reading
from importer.journal.roots import roots_of_rows
from importer.letters import column_letter
from importer.mapping import is_ours, parse_mapping
from importer.model import ActionRecord, Chunk, RunRecord, RunState
from importer.pipeline.checking import BoundSheet, open_bound
from importer.pipeline.workplace import Advance, Bars, NoBars, Workplace
from importer.reconcile import Attempt, Chain, Reconciliation, follow_chain, reasons_of, reconcile
from importer.report import FailureRow, ReportSource, SheetShape, Written, write_reports
from importer.report.words import TO_CORRECT
from importer.sheets import Sheet
from importer.verdict import LEAD_NOT_FOUND


def reconcile_run(workplace: Workplace, run_id: str) -> Reconciliation:
    """The books of a run, from the journal alone.

    Raises:
        UsageError: there is no such run.
    """
    journal = workplace.journal
    run = reading.run_of(journal, run_id)
    if run.state is RunState.PLANNING:
        raise UsageError(f"The run {run.id} is still being read.", "Look again in a moment.")
    return reconcile(
        run,
        reading.action_records(journal, run_id),
        rows_kept=reading.count_rows(journal, run_id),
        chain=_chain(workplace, run),
    )


def report_run(
    workplace: Workplace, run_id: str, *, bars: Bars | None = None
) -> tuple[Reconciliation, Written]:
    """Write a run's reports anew; the same journal gives the same bytes.

    Args:
        workplace: the workspace.
        run_id: the run.
        bars: progress.

    Raises:
        UsageError: there is no such run.
        JournalError: the kept input is gone.
    """
    reconciliation = reconcile_run(workplace, run_id)
    run, journal = reconciliation.run, workplace.journal
    kept = _kept_sheet(workplace, run)
    sheet = kept.sheet
    # Page, workbook and table each go through every action once.
    total = 3 * reconciliation.run.planned_actions
    with (bars or NoBars()).stage("Writing", total) as advance:
        source = ReportSource(
            reconciliation=reconciliation,
            shape=_shape(sheet),
            actions=lambda: _counted(reading.action_records(journal, run_id), advance),
            skipped_rows=lambda: reading.skipped_rows(journal, run_id),
            failing_rows=lambda: _failing_rows(kept, reading.action_records(journal, run_id)),
        )
        return reconciliation, write_reports(workplace.reports_of(run), source)


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
    return follow_chain(
        runs,
        (
            Attempt(
                actions=reading.action_records(journal, one.id),
                roots=roots_of_rows(journal, one.id),
            )
            for one in runs
        ),
    )


def _kept_sheet(workplace: Workplace, run: RunRecord) -> BoundSheet:
    kept = workplace.kept_input(run)
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
    own = _own_columns(sheet.headers)
    return SheetShape(
        tab=sheet.tab,
        header_row=sheet.header_row,
        headers=[sheet.headers[index] for index in own],
        preamble=sheet.preamble,
    )


def _own_columns(headers: Sequence[str]) -> list[int]:
    return [index for index, header in enumerate(headers) if not is_ours(header)]


def _failing_rows(kept: BoundSheet, actions: Iterator[ActionRecord]) -> Iterator[FailureRow]:
    sheet, own = kept.sheet, _own_columns(kept.sheet.headers)
    lead = kept.binding.letter(kept.mapping.lead)
    place = {column_letter(column): index for index, column in enumerate(own)}
    failing = _failing_actions(actions)
    wanted = next(failing, None)
    for chunk in sheet.chunks():
        for index, number in enumerate(chunk.numbers):
            if wanted is None:
                return
            if number == wanted[0].row:
                yield _failure(wanted, chunk, index, own, _faulty(wanted, place, lead))
                wanted = next(failing, None)


def _failing_actions(actions: Iterator[ActionRecord]) -> Iterator[list[ActionRecord]]:
    for _, of_row in groupby(actions, key=lambda action: action.row):
        failed = [action for action in of_row if action.outcome in TO_CORRECT]
        if failed:
            yield failed


def _faulty(
    failed: Sequence[ActionRecord], place: Mapping[str, int], lead: str
) -> Mapping[int, str]:
    """0-based column → the words of its comment."""
    said = [
        (one.column, f"{one.message} {one.hint}") for action in failed for one in action.problems
    ]
    said += [
        (one.column, f"The CRM says: {one.text}") for action in failed for one in action.remarks
    ]
    said += [(lead, action.detail) for action in failed if LEAD_NOT_FOUND in action.detail]
    return {place[column]: words for column, words in reversed(said) if column in place}


def _failure(
    failed: Sequence[ActionRecord],
    chunk: Chunk,
    index: int,
    own: Sequence[int],
    faulty: Mapping[int, str],
) -> FailureRow:
    reasons = [reason for action in failed for reason in reasons_of(action)]
    return FailureRow(
        number=failed[0].row,
        texts=[chunk.columns[column][index] for column in own],
        kinds=None if chunk.kinds is None else [chunk.kinds[column][index] for column in own],
        outcomes=tuple(dict.fromkeys(action.outcome for action in failed)),
        problem=" ".join(dict.fromkeys(_sentence(code, text) for code, text, _, _ in reasons)),
        hint=" ".join(dict.fromkeys(hint for _, _, hint, _ in reasons)),
        reference=failed[0].reference,
        faulty=faulty,
    )


def _sentence(code: str, text: str) -> str:
    """The CRM's own codes stay in view; ours are for filters and say nothing to a person."""
    return f"{code}: {text}" if code.isupper() else text
