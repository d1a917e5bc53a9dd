"""The reconciliation as JSON: for schedulers, and for whoever counts after us.

The keys are stable: a later version may add keys, and then `summary` stays 1; a change of meaning
raises it. Amounts are strings with their exact digits, times are UTC in ISO 8601, and outcomes are
named as in the product's table, every one of them present.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Final, TypedDict

from importer.reconcile import Chain, Line, Reason, Reconciliation
from importer.report.figures import plain_sums
from importer.report.inert import visible

SCHEMA: Final = 1
"""The version of the shape below."""

Amounts = dict[str, str]
"""Currency code → exact digits: `{"INR": "125000.50"}`; without currencies that do not occur."""


class LineSummary(TypedDict):
    """One outcome."""

    count: int
    money: Amounts


class ReasonSummary(TypedDict):
    """Actions of one outcome that share one reason."""

    outcome: str
    code: str
    text: str
    hint: str
    count: int
    money: Amounts
    examples: list[str]


class NoteSummary(TypedDict):
    """Something to know of the sheet."""

    code: str
    text: str


class ChainSummary(TypedDict):
    """The runs that started from one sheet."""

    runs: list[str]
    rows: int
    open_rows: int
    planned: Amounts
    corrections: Amounts
    done: Amounts
    waived: Amounts
    """Given up by a person."""
    open: Amounts


class Summary(TypedDict):
    """One run."""

    summary: int
    """The version of this shape: 1."""
    run: str
    root: str
    """The first run of the chain."""
    parent: str
    """The run whose failures workbook was read; "" for a run of its own."""
    file: str
    file_sha256: str
    tab: str | None
    mapping: str
    mapping_sha256: str
    workspace: str
    state: str
    """`planning`, `ready`, `sending`, `done`, `stopped` or `refused`."""
    reason: str
    """Why it was stopped or refused; "" otherwise."""
    started_at: str
    as_of: str
    """When the journal last changed for this run: `2026-11-22T15:37:04Z`."""
    rows: int
    rows_with_actions: int
    skipped: dict[str, int]
    """Reason → rows."""
    actions: int
    money: Amounts
    """What was planned."""
    outcomes: dict[str, LineSummary]
    incomplete: int
    """CREATED with remarks."""
    given_up: LineSummary
    """Among UNSENT: closed by a person; `resume` does not send it."""
    unreadable: int
    """INVALID rows: each counts as one action without money, so that no sum holds it."""
    balanced: bool
    imbalances: list[str]
    reasons: list[ReasonSummary]
    notes: list[NoteSummary]
    requests: dict[str, int]
    """`sent`: with actions, each attempt counted; `read`: timelines read back."""
    chain: ChainSummary


def summary(books: Reconciliation) -> Summary:
    """Return a run's reconciliation as plain data; `Summary` documents every key."""
    run = books.run
    return Summary(
        summary=SCHEMA,
        run=run.id,
        root=run.root,
        parent=run.parent,
        file=visible(run.file),
        file_sha256=run.file_sha256,
        tab=None if run.tab is None else visible(run.tab),
        mapping=visible(run.mapping),
        mapping_sha256=run.mapping_sha256,
        workspace=visible(run.workspace),
        state=str(run.state),
        reason=visible(run.reason),
        started_at=iso(run.started_at),
        as_of=iso(run.changed_at),
        rows=run.rows_read,
        rows_with_actions=books.rows_with_actions,
        skipped={visible(reason): rows for reason, rows in run.skipped.items()},
        actions=run.planned_actions,
        money=plain_sums(run.planned_money),
        outcomes={str(outcome): _line(line) for outcome, line in books.outcomes.items()},
        incomplete=books.incomplete,
        given_up=_line(books.given_up),
        unreadable=books.unreadable,
        balanced=not books.imbalances,
        imbalances=[visible(sentence) for sentence in books.imbalances],
        reasons=[_reason(reason) for reason in books.reasons],
        notes=[NoteSummary(code=one.code, text=visible(one.message)) for one in run.notes],
        requests={"sent": run.requests_sent, "read": run.requests_read},
        chain=_chain(books.chain),
    )


def summary_file(books: Reconciliation) -> bytes:
    """Return the content of `summary.json`."""
    return (json.dumps(summary(books), ensure_ascii=False, indent=2) + "\n").encode()


def iso(time: dt.datetime) -> str:
    """Return a time in UTC, to the second: `2026-11-22T15:37:04Z`."""
    return time.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _line(line: Line) -> LineSummary:
    return LineSummary(count=line.count, money=plain_sums(line.money))


def _reason(reason: Reason) -> ReasonSummary:
    return ReasonSummary(
        outcome=str(reason.outcome),
        code=visible(reason.code),
        text=visible(reason.text),
        hint=visible(reason.hint),
        count=reason.count,
        money=plain_sums(reason.money),
        examples=list(reason.examples),
    )


def _chain(chain: Chain) -> ChainSummary:
    return ChainSummary(
        runs=list(chain.runs),
        rows=chain.rows,
        open_rows=chain.open_rows,
        planned=plain_sums(chain.planned),
        corrections=plain_sums(chain.corrections),
        done=plain_sums(chain.done),
        waived=plain_sums(chain.waived),
        open=plain_sums(chain.open),
    )
