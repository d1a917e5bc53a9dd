"""Journal and kept input → reconciliation → the files that people read."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from importer.created import Told, record_of
from importer.errors import UsageError
from importer.journal import reading
from importer.journal.approving import plan_facts
from importer.journal.proof import contradictions
from importer.journal.purging import purged_at
from importer.journal.roots import roots_of_rows
from importer.journal.states import NEVER_RAN
from importer.journal.telling import told_actions
from importer.mapping import Mapping, bind
from importer.model import Note, RunRecord, RunState
from importer.pipeline.bars import Bars, NoBars
from importer.pipeline.heard import Heard
from importer.pipeline.holding import hold_of
from importer.pipeline.kept import (
    bare_shape,
    failing_rows,
    kept_sheet,
    mapping_as_run,
    shape_of,
)
from importer.pipeline.masking import Mask
from importer.pipeline.opening import BoundSheet
from importer.pipeline.workplace import Workplace
from importer.reconcile import (
    TO_CORRECT,
    Attempt,
    Books,
    Chain,
    Reconciliation,
    follow_chain,
    reconcile,
)
from importer.reconcile.reasons import Reasons
from importer.report.advice import Advice, RemarkRule
from importer.report.commands import PLAIN, Typed, path_between
from importer.report.reasons import reasons_of
from importer.report.source import Report, ReportSource, Written
from importer.report.words import Hold
from importer.report.write import write_reports
from importer.settings import Settings

MASKED_FOLDER: Final = "masked"
"""In a run's folder: copies for others, in which personal fields are hidden."""


def reconcile_run(
    workplace: Workplace, run_id: str, mask: Mask | None = None, heard: Heard | None = None
) -> Reconciliation:
    """The books of a run, from the journal alone.

    Args:
        workplace: the workspace.
        run_id: the run.
        mask: what of it is hidden; None: nothing.
        heard: hears its actions as they are counted.

    Raises:
        UsageError: there is no such run.
    """
    journal = workplace.journal
    run = reading.run_of(journal, run_id)
    if run.state is RunState.PLANNING:
        raise UsageError(f"The run {run.id} is still being read.", "Look again in a moment.")
    books = Books(_advice(workplace, run).guide)

    def see(told: Told) -> None:
        shown = mask.action(record_of(told)) if mask else told
        books.add(shown)
        if heard is not None:
            heard.add(shown)

    run, chain = _with_purge(workplace, run), _chain(workplace, run, see)
    if mask is not None:
        run, chain = mask.run(run), replace(chain, runs=tuple(map(mask.run, chain.runs)))
    return reconcile(
        run,
        books,
        rows_kept=reading.count_rows(journal, run_id),
        chain=chain,
        contradictions=contradictions(journal, run_id),
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

    Of a run that was purged, the journal alone tells: there is no failures workbook, and a note
    says when it was.

    Args:
        workplace: the workspace.
        run_id: the run.
        masked: write copies for others instead, into `MASKED_FOLDER`: see `masking`. There is no
            failures workbook among them, since that is made of the cells.
        typed: how the workspace is asked for, so that the reports' commands find it.
        bars: progress.

    Raises:
        UsageError: there is no such run.
        JournalError: the kept input is gone, or does not hold every row that is to be corrected;
            the reports are as they were.
    """
    kept = kept_sheet(workplace, reading.run_of(workplace.journal, run_id))
    mask = mask_of(workplace, run_id) if masked else None
    folder = workplace.reports_of(run_id)
    with Heard() as heard:
        reconciliation = reconcile_run(workplace, run_id, mask, heard)
        source = _source(workplace, reconciliation, heard, typed, kept=kept, masked=masked)
        return reconciliation, write_reports(
            folder / MASKED_FOLDER if masked else folder,
            source,
            stage=partial((bars or NoBars()).stage, "Writing"),
        )


def _source(  # noqa: PLR0913 - keywords, each a thing of its own
    workplace: Workplace,
    reconciliation: Reconciliation,
    heard: Heard,
    typed: Typed,
    *,
    kept: BoundSheet | None,
    masked: bool,
) -> ReportSource:
    journal, run = workplace.journal, reconciliation.run
    advice = _advice(workplace, run)
    return ReportSource(
        reconciliation=reconciliation,
        shape=shape_of(kept) if kept and not masked else bare_shape(run),
        actions=heard.again,
        skipped_rows=lambda: reading.skipped_rows(journal, run.id),
        failing_rows=lambda: (
            iter(())
            if masked or not kept
            else failing_rows(
                kept, reading.action_records(journal, run.id, TO_CORRECT), reconciliation, advice
            )
        ),
        known_by=_known_by(mapping_as_run(workplace, run)),
        rules=_rules(workplace.settings),
        options=typed.options,
        place=typed.path(
            path_between(workplace.settings.reports.folder, workplace.settings.folder)
        ),
        mapping=typed.path(run.mapping_file) if run.mapping_file else "",
        hold=_hold(workplace, run),
        masked=masked,
    )


def told_of(workplace: Workplace, report: Report) -> Report:
    """What a report shows, for a message, which goes further than reports do.

    Its reasons are those of the masked copies: they name nobody of any row.
    """
    if not report.reasons:
        return report
    run = report.books.run.id
    groups = Reasons(report.advice.guide)
    mask = mask_of(workplace, run)
    for action in reading.action_records(workplace.journal, run):
        groups.add(mask.action(action))
    books = replace(report.books, reasons=groups.largest_first())
    return replace(report, reasons=reasons_of(books, report.advice))


def mask_of(workplace: Workplace, run_id: str) -> Mask:
    """The mask of a run: what its copies for others, and what is told of it, may show.

    Raises:
        UsageError: there is no such run.
    """
    run = reading.run_of(workplace.journal, run_id)
    mapping = mapping_as_run(workplace, run)
    binding = bind(mapping, run.headers, run.file, run.header_row)
    return Mask.of(mapping, binding, reading.action_records(workplace.journal, run_id))


def _with_purge(workplace: Workplace, run: RunRecord) -> RunRecord:
    if (at := purged_at(workplace.journal, run.id)) is None:
        return run
    said = (
        f"On {at.astimezone(dt.UTC):%d %b %Y} this run was purged: the kept copy of its sheet, its "
        "earlier reports, the CRM's answers word for word, and what was sent of that which is "
        "CREATED were deleted. What became of every row, its money, action ids and remarks stay on "
        "record, and what this report says comes from there."
    )
    return replace(run, notes=(*run.notes, Note(code="purged", message=said)))


def _advice(workplace: Workplace, run: RunRecord) -> Advice:
    return Advice.of(run, _rules(workplace.settings))


def _rules(settings: Settings) -> Sequence[RemarkRule]:
    return [RemarkRule(says=one.says, step=one.step, note=one.note) for one in settings.remarks]


def _hold(workplace: Workplace, run: RunRecord) -> Hold | None:
    """What its plan waits for; nothing of a run that is refused or going out waits."""
    if run.state not in (RunState.READY, RunState.STOPPED):
        return None
    is_frozen = bool(plan_facts(workplace.journal, run.id).hash)
    return hold_of(workplace, run.id) if is_frozen else None


def _known_by(mapping: Mapping) -> Sequence[str]:
    """The few columns by which a person knows a row, beside its lead."""
    columns = mapping.identity.columns if mapping.identity else mapping.columns
    return [column for column in columns if column != mapping.lead][:3]


def _chain(workplace: Workplace, run: RunRecord, see: Callable[[Told], object]) -> Chain:
    """Follow the chain; `see` is shown the run's own actions, which are read once."""
    journal = workplace.journal

    def own() -> Iterator[Told]:
        for action in told_actions(journal, run.id):
            see(action)
            yield action

    runs = [
        one
        for one in reading.chain_of(journal, run)
        # A later run that was refused as a whole, or broke off before, has changed nothing.
        if one.state not in NEVER_RAN or one.id == one.root
    ]
    attempts = [
        Attempt(
            actions=own() if one.id == run.id else told_actions(journal, one.id),
            roots={} if one.id == one.root else roots_of_rows(journal, one.id),
        )
        for one in runs
    ]
    if run.id not in {one.id for one in runs}:
        deque(own(), maxlen=0)
    return follow_chain(runs, attempts)
