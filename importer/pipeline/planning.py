"""The plan of a run: every row checked, staged and matched to the ledger before one is sent."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from importer.batches import add_fingerprint
from importer.errors import ImporterError, SheetRefusedError
from importer.journal.planning import (
    NewRun,
    PlannedRow,
    PlanRules,
    PlanTotals,
    begin_run,
    finish_plan,
    stage,
    void_plan,
)
from importer.journal.sending import set_run_state
from importer.journal.store import Journal
from importer.mapping import Mapping
from importer.model import CheckedRow, Chunk, Currency, Invalid, Ready, RunState
from importer.pipeline.checking import BoundSheet, open_bound
from importer.pipeline.keys import keys_of, refuse_other_keys, repeats, separate
from importer.pipeline.references import References, read_references
from importer.pipeline.workplace import Bars, NoBars, Workplace
from importer.reconcile import add_money
from importer.validate import targets

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that people misread."""


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What the planner counts with its own eyes, for the books to be held against."""

    rows: int = 0
    ready: int = 0
    invalid: int = 0
    actions: int = 0
    money: dict[Currency, Decimal] = field(default_factory=dict)
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
        if isinstance(row, Invalid | Ready):
            self.rows_digest = add_fingerprint(self.rows_digest, row.fingerprint)

    @property
    def totals(self) -> PlanTotals:
        return PlanTotals(
            rows_read=self.rows,
            actions=self.actions,
            money=self.money,
            rows_digest=self.rows_digest,
        )


def plan_run(
    workplace: Workplace,
    path: Path,
    mapping: Mapping,
    *,
    strict: bool = False,
    bars: Bars | None = None,
) -> str:
    """Check every row of a sheet and stage what may be sent.

    Args:
        workplace: the workspace, opened to work in.
        path: the sheet's file, or a failures workbook.
        mapping: how its rows become actions.
        strict: send nothing if anything is invalid.
        bars: progress.

    Returns:
        The run's id.

    Raises:
        UsageError, SheetError: the sheet cannot be read, or is not the mapping's.
        SheetRefusedError: too many rows are invalid; the run is on record and nothing is sent.
    """
    kept, digest = workplace.keep(path)
    bound = open_bound(kept, mapping)
    refuse_other_keys(workplace.journal, mapping)
    references = read_references(workplace.journal, bound.sheet)
    new = _new_run(workplace, bound, references, digest)
    begin_run(workplace.journal, new)
    try:
        tally = _stage_all(workplace.journal, new.id, bound, references, bars or NoBars())
        refusal = _refusal(workplace, tally, strict=strict, correcting=bool(references.parent))
        rules = PlanRules(
            repeats=repeats(mapping),
            separate=separate(mapping),
            limit=workplace.settings.send.actions_per_request,
            refusal=refusal.message if refusal else "",
        )
        finish_plan(workplace.journal, new.id, tally.totals, rules)
    except ImporterError as error:
        void_plan(workplace.journal, new.id, error.message)
        raise
    if refusal:
        raise SheetRefusedError(f"{refusal.message} Nothing was sent.", refusal.hint, run=new.id)
    return new.id


def _new_run(
    workplace: Workplace, bound: BoundSheet, references: References, digest: str
) -> NewRun:
    today = workplace.journal.clock().astimezone()
    run = f"{today:%Y%m%d}-{''.join(secrets.choice(_LETTERS) for _ in range(4))}"
    sheet, mapping = bound.sheet, bound.mapping
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
        mapping_text=mapping.text,
        mapping_sha256=mapping.sha256,
        keys=keys_of(mapping),
        targets=targets(mapping, bound.binding),
    )


def _stage_all(
    journal: Journal, run: str, bound: BoundSheet, references: References, bars: Bars
) -> _Tally:
    tally = _Tally()
    with bars.stage("Reading", bound.sheet.total) as advance:
        for chunk, rows in bound.checked_chunks():
            # Counted before anybody judges them: a row that a check forgot must be missed.
            tally.rows += len(chunk.numbers)
            planned = _with_roots(run, chunk, rows, references)
            for one in planned:
                tally.add(one.checked)
            stage(journal, run, planned)
            advance(len(chunk.numbers))
    return tally


def _with_roots(
    run: str, chunk: Chunk, rows: Sequence[CheckedRow], references: References
) -> list[PlannedRow]:
    planned = []
    for index, row in enumerate(rows):
        text = references.text(chunk, index)
        root = references.roots.get(text, (run, row.row))
        planned.append(PlannedRow(checked=references.judge(row, text), root=root))
    return planned


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    message: str
    hint: str


def _refusal(
    workplace: Workplace, tally: _Tally, *, strict: bool, correcting: bool
) -> _Refusal | None:
    judged = tally.ready + tally.invalid
    share = workplace.settings.stop.invalid_share
    if strict and tally.invalid:
        return _Refusal(
            message=f"{tally.invalid} of {judged} rows are invalid, and --strict sends nothing "
            "then.",
            hint="Correct the cells that the report names, or leave --strict out.",
        )
    if not correcting and judged and tally.invalid > share * judged:
        return _Refusal(
            message=f"{tally.invalid} of {judged} rows are invalid: the mapping may be a wrong "
            "one.",
            hint="Check the mapping and the sheet. If the sheet really is like that, correct its "
            "cells, or raise invalid_share under [stop] in importer.toml.",
        )
    return None


def refuse_run(workplace: Workplace, run: str, reason: str) -> None:
    """Close a planned run of which nothing was sent, for good."""
    set_run_state(workplace.journal, run, RunState.REFUSED, reason)
