"""A run's figures as plain data: for schedulers, and for whoever counts after us.

The keys are stable: a later version may add keys, and then `summary` stays 1; a change of meaning
raises it. Amounts are strings with their exact digits, times are UTC in ISO 8601, and outcomes are
named as in the product's table, every one of them present.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from pydantic import with_config
from typing_extensions import TypedDict  # Python 3.11's own cannot be made a schema of

from importer.model import Outcome, RunState
from importer.reconcile import Chain, Line
from importer.report.figures import plain_sums
from importer.report.inert import visible
from importer.report.moments import iso
from importer.report.reasons import Said, largest
from importer.report.shape import DESCRIBED, Amounts, Moment
from importer.report.source import Report

SCHEMA: Final = 1
"""The version of the shape below."""


@with_config(DESCRIBED)
class LineSummary(TypedDict):
    """One outcome."""

    count: int
    money: Amounts


@with_config(DESCRIBED)
class ActionSummary(TypedDict):
    """What became of one action of the mapping."""

    name: str
    """Its name in the mapping; "" for rows refused as a whole, like `type`."""
    type: str
    outcomes: dict[str, LineSummary]
    """Only those that occur."""


@with_config(DESCRIBED)
class StatusSummary(TypedDict):
    """What became of the payments of one status."""

    status: str
    """`COMPLETED`, `FAILED` …"""
    outcomes: dict[str, LineSummary]
    """Only those that occur."""


class ReasonSummary(TypedDict):
    """Actions of one outcome that share one reason."""

    outcome: Outcome
    code: str
    """A problem's code, the CRM's error code, the kind of an earlier action; "" for a remark."""
    text: str
    """What was said; with `…` where it differs in names, ids and numbers."""
    example: str
    """Of a text with `…` in it, the first as it was; "" otherwise."""
    hint: str
    """What to do about it."""
    count: int
    money: Amounts
    examples: list[str]
    """Up to three cells: `F17`; `row 17` where no single cell is meant."""
    runs: list[str]
    """Up to three earlier runs that it speaks of."""
    given_up: bool
    """Nobody needs to do anything about it any more."""
    taken_up_by: str
    """The later run in which it is to be looked for; "" for most."""


@with_config(DESCRIBED)
class MoreReasonsSummary(TypedDict):
    """The smallest groups of reasons, where there are too many to list."""

    groups: int
    count: int
    """What their counts come to: an action that is in two of them is in it twice."""
    money: Amounts
    """The same of their money."""


@with_config(DESCRIBED)
class NoteSummary(TypedDict):
    """Something to know of the sheet."""

    code: str
    text: str


@with_config(DESCRIBED)
class RunSummary(TypedDict):
    """One run of a chain."""

    run: str
    parent: str
    """The run whose failures workbook it read; "" for the first."""
    file: str
    state: RunState


@with_config(DESCRIBED)
class ChainSummary(TypedDict):
    """The runs that started from one sheet, counted by the rows of the first."""

    runs: list[RunSummary]
    """Oldest first."""
    rows: int
    """With actions."""
    open_rows: int
    """Of which something is neither created nor given up."""
    open_at: list[str]
    """`<run>/<row>` of up to twenty of them: where each was tried last."""
    closed: bool
    """Nothing is open, and the books are exact."""
    planned: Amounts
    repaired: Amounts
    """In rows that were INVALID at first."""
    corrected: Amounts
    added: Amounts
    created: Amounts
    already: Amounts
    waived: Amounts
    """Given up by a person."""
    open: Amounts
    imbalances: list[str]


@with_config(DESCRIBED)
class Summary(TypedDict):
    """One run."""

    summary: Literal[1]
    """The version of this shape."""
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
    state: RunState
    reason: str
    """Why it was stopped or refused; "" otherwise."""
    started_at: Moment
    as_of: Moment
    """When the journal last changed for this run."""
    rows: int
    rows_with_actions: int
    skipped: dict[str, int]
    """Reason → rows."""
    actions: int
    money: Amounts
    """What was planned."""
    outcomes: dict[str, LineSummary]
    by_action: list[ActionSummary]
    """The same, by the actions of the mapping."""
    by_status: list[StatusSummary]
    """The payments by their status, where they have one."""
    incomplete: int
    """CREATED with remarks."""
    corrected_since: LineSummary
    """Among ALREADY: what stands in the CRM with other values, at what it is worth there."""
    given_up: LineSummary
    """Among the outcomes: what a person has given up."""
    taken_up: LineSummary
    """The same for what later runs of the chain have taken up; nothing is in both."""
    taken_up_by: list[str]
    """The runs that did, oldest first."""
    unreadable: int
    """INVALID rows: each counts as one action without money, so that no sum holds it."""
    invalid_money: Amounts
    """What could be read in them; in no sum above."""
    invalid_with_money: int
    """In how many of them: where that is fewer than all, they may be worth more."""
    balanced: bool
    imbalances: list[str]
    reasons: list[ReasonSummary]
    """At most 200, largest first."""
    more_reasons: MoreReasonsSummary
    """The others."""
    notes: list[NoteSummary]
    requests: dict[str, int]
    """`sent`: with actions, each attempt counted; `read`: timelines read back."""
    chain: ChainSummary


def summary(report: Report) -> Summary:
    """Return a run's reconciliation as plain data; `Summary` documents every key."""
    books, run = report.books, report.books.run
    reasons, more = largest(report.reasons)
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
        state=run.state,
        reason=visible(run.reason),
        started_at=iso(run.started_at),
        as_of=iso(run.changed_at),
        rows=run.rows_read,
        rows_with_actions=books.rows_with_actions,
        skipped={visible(reason): rows for reason, rows in run.skipped.items()},
        actions=run.planned_actions,
        money=plain_sums(run.planned_money),
        outcomes=_lines(books.outcomes),
        by_action=[
            ActionSummary(name=visible(name), type=visible(type_), outcomes=_lines(lines))
            for (name, type_), lines in books.by_action.items()
        ],
        by_status=[
            StatusSummary(status=visible(status), outcomes=_lines(lines))
            for status, lines in books.by_status.items()
        ],
        incomplete=books.incomplete,
        corrected_since=_line(books.corrected_since),
        given_up=_line(books.given_up),
        taken_up=_line(books.taken_up),
        taken_up_by=list(books.taken_up_by),
        unreadable=books.unreadable,
        invalid_money=plain_sums(run.invalid_money),
        invalid_with_money=run.invalid_with_money,
        balanced=not books.imbalances,
        imbalances=[visible(sentence) for sentence in books.imbalances],
        reasons=[_reason(reason) for reason in reasons],
        more_reasons=MoreReasonsSummary(
            groups=more.groups, count=more.count, money=plain_sums(more.money)
        ),
        notes=[NoteSummary(code=one.code, text=visible(one.message)) for one in run.notes],
        requests={"sent": run.requests_sent, "read": run.requests_read},
        chain=_chain(books.chain),
    )


def _lines(lines: Mapping[Outcome, Line]) -> dict[str, LineSummary]:
    return {str(outcome): _line(line) for outcome, line in lines.items()}


def _line(line: Line) -> LineSummary:
    return LineSummary(count=line.count, money=plain_sums(line.money))


def _reason(reason: Said) -> ReasonSummary:
    return ReasonSummary(
        outcome=reason.outcome,
        code=visible(reason.code),
        text=visible(reason.text),
        example=visible(reason.example),
        hint=visible(reason.hint),
        count=reason.count,
        money=plain_sums(reason.money),
        examples=list(reason.examples),
        runs=list(reason.runs),
        given_up=reason.given_up,
        taken_up_by=reason.taken_up_by,
    )


def _chain(chain: Chain) -> ChainSummary:
    return ChainSummary(
        runs=[
            RunSummary(run=run.id, parent=run.parent, file=visible(run.file), state=run.state)
            for run in chain.runs
        ],
        rows=chain.rows,
        open_rows=chain.open_rows,
        open_at=list(chain.open_at),
        closed=chain.closed,
        planned=plain_sums(chain.planned),
        repaired=plain_sums(chain.repaired),
        corrected=plain_sums(chain.corrected),
        added=plain_sums(chain.added),
        created=plain_sums(chain.created),
        already=plain_sums(chain.already),
        waived=plain_sums(chain.waived),
        open=plain_sums(chain.open),
        imbalances=[visible(sentence) for sentence in chain.imbalances],
    )
