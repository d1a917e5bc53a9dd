"""Every action and every skipped row as plain data: the `lines` of `reconciliation.json`.

Nothing is put into words here that a record has as a field of its own; texts are as they were said,
with what cannot be shown replaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import with_config
from typing_extensions import TypedDict  # as in `summary`

from importer.created import Told, record_of
from importer.model import (
    ActionRecord,
    Currency,
    Decision,
    Earlier,
    EarlierReason,
    Money,
    Outcome,
    Problem,
    Remark,
    Ruling,
    Skipped,
)
from importer.reconcile import Key
from importer.report.figures import plain
from importer.report.inert import visible
from importer.report.lines import ActionLine
from importer.report.moments import iso
from importer.report.reasons import Said
from importer.report.shape import DESCRIBED, Digits, Moment


@with_config(DESCRIBED)
class MoneyEntry(TypedDict):
    """An amount."""

    currency: Currency
    amount: Digits


@with_config(DESCRIBED)
class ProblemEntry(TypedDict):
    """What our checks said of a cell."""

    code: str
    row: int
    column: str
    """Letter; "" where the whole row is meant."""
    seen: str
    """The cell's text as it stands in the sheet."""
    message: str
    hint: str


@with_config(DESCRIBED)
class RemarkEntry(TypedDict):
    """What the CRM said of an action."""

    path: str
    """Path inside the action: `fields.email`; "" for the action as a whole."""
    text: str
    column: str
    """Letter of the column that the path was made from; "" where there is none."""


@with_config(DESCRIBED)
class ReasonEntry(TypedDict):
    """One of the groups in `reasons` that the action is counted in."""

    code: str
    text: str


@with_config(DESCRIBED)
class DecisionEntry(TypedDict):
    """What a person decided of an action."""

    ruling: Ruling
    by: str
    """The account of the operating system."""
    at: Moment
    reason: str


@with_config(DESCRIBED)
class ChangeEntry(TypedDict):
    """A source value that differs from the earlier action's."""

    column: str
    """Its name in the mapping."""
    old: str
    new: str


@with_config(DESCRIBED)
class EarlierEntry(TypedDict):
    """The action of an earlier run or row that stands for this one."""

    reason: EarlierReason
    run: str
    file: str
    row: int
    action_id: str
    money: MoneyEntry | None
    incomplete: bool
    changes: list[ChangeEntry]


@with_config(DESCRIBED)
class Entry(TypedDict):
    """One action, a row that the checks refused as a whole, or a skipped row."""

    cell: str
    """The cell that something was said about, else the row: `payments.xlsx › Payments!F17`."""
    row: int
    """As Excel numbers it."""
    lead: str
    """"" for a row that was skipped or refused as a whole, like the next two."""
    action: str
    """Its name in the mapping."""
    type: str
    """`PAYMENT` or a bare numeric code."""
    money: MoneyEntry | None
    status: str
    """Of a PAYMENT: `COMPLETED`; "" for anything else."""
    outcome: Outcome | Literal["SKIPPED"]
    skipped: str
    """Why the row was skipped; "" for an action."""
    incomplete: bool
    """CREATED, with something dropped."""
    given_up: bool
    """Not created, and a person has given it up."""
    taken_up: str
    """`<run>/<row>` where a later run has read its row again: nobody waits for it in this one; ""
    for most."""
    action_id: str
    """Of the CRM; "" where it gave none."""
    reasons: list[ReasonEntry]
    problems: list[ProblemEntry]
    remarks: list[RemarkEntry]
    detail: str
    """What explains the outcome beside problems and remarks; may be ""."""
    to_do: str
    """What a person does about it, one sentence a line; "" for nothing."""
    earlier: EarlierEntry | None
    decisions: list[DecisionEntry]
    """Oldest first."""
    reference: str
    """`<run>/<row>`: what the failures workbook carries."""
    source: dict[str, str]
    """Column of the mapping → the row's value; of a row refused as a whole, its identity alone."""


def entry_of(line: ActionLine, record: Told | Skipped, said: Mapping[Key, Said]) -> Entry:
    """Return a line of the document.

    Args:
        line: the same in the words of the reports.
        record: what that was made from.
        said: the groups that the report lists.
    """
    if isinstance(record, Skipped):
        return _skipped(line, record)
    return _entry(line, record_of(record), said)


def _entry(line: ActionLine, action: ActionRecord, said: Mapping[Key, Said]) -> Entry:
    reasons = (said[key] for key in line.reasons if key in said)
    return Entry(
        cell=line.cell,
        row=line.row,
        lead=line.lead,
        action=line.name,
        type=line.type,
        money=_money(action.money),
        status=visible(action.status),
        outcome=action.outcome,
        skipped="",
        incomplete=action.incomplete,
        given_up=action.given_up,
        taken_up=action.taken_up,
        action_id=line.action_id,
        reasons=[ReasonEntry(code=visible(one.code), text=visible(one.text)) for one in reasons],
        problems=[_problem(one) for one in action.problems],
        remarks=[_remark(one) for one in action.remarks],
        detail=visible(action.detail),
        to_do=line.to_do,
        earlier=_earlier(action.earlier) if action.earlier else None,
        decisions=[_decision(one) for one in action.decisions],
        reference=line.reference,
        source={visible(name): visible(text) for name, text in action.content.items()},
    )


def _skipped(line: ActionLine, skipped: Skipped) -> Entry:
    return Entry(
        cell=line.cell,
        row=line.row,
        lead="",
        action="",
        type="",
        money=None,
        status="",
        outcome="SKIPPED",
        skipped=visible(skipped.reason),
        incomplete=False,
        given_up=False,
        taken_up="",
        action_id="",
        reasons=[],
        problems=[],
        remarks=[],
        detail="",
        to_do="",
        earlier=None,
        decisions=[],
        reference="",
        source={},
    )


def _money(money: Money | None) -> MoneyEntry | None:
    if money is None:
        return None
    return MoneyEntry(currency=money.currency, amount=plain(money.amount, money.currency))


def _problem(one: Problem) -> ProblemEntry:
    return ProblemEntry(
        code=visible(one.code),
        row=one.row,
        column=one.column,
        seen=visible(one.seen),
        message=visible(one.message),
        hint=visible(one.hint),
    )


def _remark(one: Remark) -> RemarkEntry:
    return RemarkEntry(path=visible(one.path), text=visible(one.text), column=one.column)


def _decision(one: Decision) -> DecisionEntry:
    return DecisionEntry(
        ruling=one.ruling, by=visible(one.by), at=iso(one.at), reason=visible(one.reason)
    )


def _earlier(one: Earlier) -> EarlierEntry:
    return EarlierEntry(
        reason=one.reason,
        run=visible(one.run),
        file=visible(one.file),
        row=one.row,
        action_id=visible(one.action_id),
        money=_money(one.money),
        incomplete=one.incomplete,
        changes=[
            ChangeEntry(column=visible(name), old=visible(old), new=visible(new))
            for name, old, new in one.changes
        ],
    )
