"""The plan of a run: every row checked, staged and matched to the ledger before one is sent."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path

from importer.batches import add_fingerprint
from importer.errors import ImporterError, SheetRefusedError
from importer.journal.planning import (
    Learned,
    NewRun,
    PlanRules,
    PlanTotals,
    begin_run,
    finish_plan,
    void_plan,
)
from importer.journal.sending import set_run_state
from importer.journal.staging import PlannedRow, stage
from importer.journal.states import states_of
from importer.journal.store import Journal
from importer.mapping import Mapping
from importer.model import (
    CheckedRow,
    Chunk,
    Currency,
    Invalid,
    Outcome,
    Ready,
    Refusal,
    RunState,
    Skipped,
)
from importer.pipeline.bars import Bars, NoBars
from importer.pipeline.checking import Judging, too_many_invalid
from importer.pipeline.drift import drift
from importer.pipeline.keys import keys_of, refuse_other_keys, repeats, separate
from importer.pipeline.limits import limit_of_chain, lowest
from importer.pipeline.opening import BoundSheet, open_bound
from importer.pipeline.people import this_person
from importer.pipeline.references import References
from importer.pipeline.referring import read_references
from importer.pipeline.workplace import Workplace
from importer.reconcile import Sums, add_money
from importer.report.commands import path_between
from importer.validate import Expected, targets

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that people misread."""
_AT_ONCE = 20_000
"""Rows that are committed together."""


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What the planner counts with its own eyes, for the books to be held against."""

    rows: int = 0
    ready: int = 0
    invalid: int = 0
    actions: int = 0
    money: dict[Currency, Decimal] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    rows_digest: str = ""

    def add(self, row: CheckedRow) -> None:
        if isinstance(row, Invalid):
            self.invalid += 1
            self.actions += 1
        elif isinstance(row, Ready):
            self.ready += 1
            self.actions += len(row.drafts)
            for draft in row.drafts:
                if draft.money is not None:
                    add_money(self.money, draft.money)
        if isinstance(row, Skipped):
            self.skipped[row.reason] += 1
        else:
            self.rows_digest = add_fingerprint(self.rows_digest, row.fingerprint)

    @property
    def totals(self) -> PlanTotals:
        return PlanTotals(
            rows_read=self.rows,
            skipped=self.skipped,
            actions=self.actions,
            money=self.money,
            rows_digest=self.rows_digest,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """What a person demands of a sheet before any of it is sent."""

    strict: bool = False
    """No row is invalid."""
    expected: Expected = field(default_factory=Expected)
    """Its control totals."""
    retry: frozenset[Outcome] = frozenset()
    """IGNORED or REFUSED, where that is to be sent again although nothing of it has changed."""
    approve_above: Sums = field(default_factory=dict)
    """Above which it waits for approval, beside what the settings and the jobs of its chain say;
    kept with the run."""
    job: str = ""
    """The job of the night that demands it, kept with the run; "" where a person does."""


def plan_run(
    workplace: Workplace,
    path: Path,
    mapping: Mapping,
    *,
    demands: Demands | None = None,
    bars: Bars | None = None,
) -> str:
    """Check every row of a sheet and stage what may be sent.

    Args:
        workplace: the workspace, opened to work in.
        path: the sheet's file, or a failures workbook.
        mapping: how its rows become actions.
        demands: what must be true of it, or nothing is sent.
        bars: progress.

    Returns:
        The run's id.

    Raises:
        UsageError, SheetError: the sheet cannot be read, or is not the mapping's.
        SheetRefusedError: too many rows are invalid, or something is wrong with the sheet as a
            whole; the run is on record and nothing is sent.
    """
    demands = demands or Demands()
    kept, digest = workplace.keep(path)
    bound = open_bound(kept, mapping)
    refuse_other_keys(workplace.journal, mapping)
    references = read_references(workplace.journal, bound.sheet)
    new = _new_run(workplace, bound, references, digest, demands)
    before = drift(workplace.journal, bound)
    begin_run(workplace.journal, new)
    try:
        judging = Judging(bound, demands.expected, bars or NoBars(), references)
        tally = _stage_all(workplace.journal, new.id, judging, references, bars or NoBars())
        refusal = _whole_refusal(judging.refusals) or _share_refusal(
            workplace, tally, strict=demands.strict, correcting=references.correcting
        )
        rules = PlanRules(
            repeats=repeats(mapping),
            separate=separate(mapping),
            limit=workplace.settings.send.actions_per_request,
            retry=frozenset(states_of(demands.retry)),
            refusal=refusal.message if refusal else "",
        )
        learned = Learned(notes=[*before, *judging.notes], decisions=judging.decisions)
        finish_plan(workplace.journal, new.id, tally.totals, rules, learned)
    except ImporterError as error:
        void_plan(workplace.journal, new.id, error.message)
        raise
    if refusal:
        raise SheetRefusedError(f"{refusal.message} Nothing was sent.", refusal.hint, run=new.id)
    return new.id


def _new_run(
    workplace: Workplace,
    bound: BoundSheet,
    references: References,
    digest: str,
    demands: Demands,
) -> NewRun:
    today = workplace.journal.clock().astimezone()
    run = f"{today:%Y%m%d}-{''.join(secrets.choice(_LETTERS) for _ in range(4))}"
    sheet, mapping = bound.sheet, bound.mapping
    inherited = limit_of_chain(workplace, references.root)
    return NewRun(
        id=run,
        parent=references.parent,
        root=references.root or run,
        file=sheet.file,
        file_sha256=digest,
        tab=sheet.tab,
        header_row=sheet.header_row,
        headers=sheet.headers,
        mapping=mapping.name,
        mapping_file=path_between(mapping.file, workplace.settings.folder) if mapping.file else "",
        mapping_text=mapping.text,
        mapping_sha256=mapping.sha256,
        keys=keys_of(mapping),
        targets=targets(mapping, bound.binding),
        planned_by=asdict(this_person()),
        approve_above=lowest([demands.approve_above, inherited]),
        job=demands.job,
    )


def _stage_all(
    journal: Journal, run: str, judging: Judging, references: References, bars: Bars
) -> _Tally:
    tally = _Tally()
    with bars.stage("Reading", judging.total) as advance:
        parts = _parts(run, judging, references, tally)
        while _stage_some(journal, run, parts, advance):
            pass
    return tally


def _parts(
    run: str, judging: Judging, references: References, tally: _Tally
) -> Iterator[tuple[int, Sequence[PlannedRow]]]:
    """Yield how many rows each chunk has, and what becomes of them."""
    for chunk, rows in judging.chunks():
        # Counted before anybody judges them: a row that a check forgot must be missed.
        tally.rows += len(chunk.numbers)
        planned = _with_roots(run, chunk, rows, references)
        for one in planned:
            tally.add(one.checked)
        yield len(chunk.numbers), planned


def _stage_some(
    journal: Journal,
    run: str,
    parts: Iterator[tuple[int, Sequence[PlannedRow]]],
    advance: Callable[[int], object],
) -> bool:
    """Stage the next rows in one transaction: what each of them changes is written once.

    Returns:
        False where there were none left.
    """
    staged = 0
    with journal.transaction():
        for count, planned in parts:
            stage(journal, run, planned)
            advance(count)
            staged += count
            if staged >= _AT_ONCE:
                break
    return staged > 0


def _with_roots(
    run: str, chunk: Chunk, rows: Sequence[CheckedRow], references: References
) -> list[PlannedRow]:
    planned = []
    for index, row in enumerate(rows):
        text = references.text(chunk, index)
        root = references.roots.get(text, (run, row.row))
        planned.append(PlannedRow(checked=row, root=root))
    return planned


def _whole_refusal(refusals: Sequence[Refusal]) -> Refusal | None:
    """Every reason that the sheet as a whole gives, in one."""
    if not refusals:
        return None
    return Refusal(
        code=refusals[0].code,
        message=" ".join(one.message for one in refusals),
        hint=" ".join(dict.fromkeys(one.hint for one in refusals)),
    )


def _share_refusal(
    workplace: Workplace, tally: _Tally, *, strict: bool, correcting: bool
) -> Refusal | None:
    judged = tally.ready + tally.invalid
    share = workplace.settings.stop.invalid_share
    if strict and tally.invalid:
        return Refusal(
            code="rows-invalid",
            message=f"{tally.invalid} of {judged} rows are invalid, and --strict sends nothing "
            "then.",
            hint="Correct the cells that the report names, or leave --strict out.",
        )
    return None if correcting else too_many_invalid(tally.invalid, judged, share)


def refuse_run(workplace: Workplace, run: str, reason: str) -> None:
    """Close a planned run of which nothing was sent, for good."""
    set_run_state(workplace.journal, run, RunState.REFUSED, reason)
