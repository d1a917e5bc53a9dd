"""Approval by amount: what a plan would send, and whether a second person has approved that."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Row, Select, insert, select, update

from importer.errors import UsageError
from importer.journal.money import sum_amounts, sums_of
from importer.journal.schema import actions, approvals, requests, runs
from importer.journal.store import Journal
from importer.model import Currency, RunState, State

_APPROVED: Final = "Its plan is approved, and was not applied yet."


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """What the journal knows of a run as a plan."""

    planned_by: Mapping[str, str]
    """account, login, sudo."""
    above: Mapping[Currency, Decimal]
    """Above which it waits for approval, as was said when it was planned."""
    hash: str
    """Of the plan that was written down for people; "" where none was."""
    begun: bool
    """Something of it has been sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """That somebody has approved a plan."""

    hash: str
    by: Mapping[str, str]
    """account, login, sudo."""
    at: dt.datetime
    reason: str


def plan_facts(journal: Journal, run: str) -> PlanFacts:
    """What is known of a run as a plan; the run is there."""
    (one,) = journal.read(
        select(runs.c.planned_by, runs.c.approve_above, runs.c.plan_hash).where(runs.c.id == run)
    )
    carried = select(requests.c.id).where(requests.c.run == run, requests.c.batch.is_not(None))
    return PlanFacts(
        planned_by=one.planned_by,
        above=sums_of(one.approve_above),
        hash=one.plan_hash,
        begun=bool(journal.read(carried.limit(1))),
    )


def hash_of_plan(journal: Journal, run: str) -> str:
    """SHA-256, in hex digits, over what a run would send: sheet, mapping, and every action.

    Two plans have one hash only where they would send the same, to the same leads, in one order.
    """
    described = select(
        runs.c.id, runs.c.workspace, runs.c.file_sha256, runs.c.mapping_sha256
    ).where(runs.c.id == run)
    digest = hashlib.sha256()
    for one in (*journal.read(described), *journal.stream(_staged(run), actions.c.id)):
        digest.update(json.dumps([*one], ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()


def freeze_plan(journal: Journal, run: str, plan: str) -> None:
    """Put on record which plan of a run people are shown."""
    with journal.transaction() as connection:
        connection.execute(update(runs).where(runs.c.id == run).values(plan_hash=plan))


def approve(journal: Journal, run: str, plan: str, by: Mapping[str, str], reason: str) -> None:
    """Put on record that somebody approves what a run would send; one transaction.

    Args:
        journal: the journal.
        run: the run's id.
        plan: the hash of what was looked at.
        by: account, login, sudo.
        reason: why; kept for ever.

    Raises:
        UsageError: it is approved already, or the run would send something else by now.
    """
    with journal.transaction() as connection:
        if hash_of_plan(journal, run) != plan:
            raise UsageError(
                f"What the run {run} would send is not what was looked at.",
                "Look at its plan again, and approve that.",
            )
        known = approval_of(journal, run)
        if known is not None and known.hash == plan:
            raise UsageError(
                f"The plan of the run {run} is approved already.",
                f"Send it: `importer apply {run}`.",
            )
        made = insert(approvals).values(
            run=run, hash=plan, by=dict(by), at=journal.clock(), reason=reason.strip()
        )
        number = connection.execute(made.returning(approvals.c.id)).scalar_one()
        connection.execute(
            update(actions)
            .where(actions.c.run == run, actions.c.state == State.STAGED)
            .values(approved=number)
        )
        connection.execute(
            update(runs)
            .where(runs.c.id == run, runs.c.state == RunState.STOPPED)
            .values(reason=_APPROVED, changed_at=journal.clock())
        )


def approval_of(journal: Journal, run: str) -> Approval | None:
    """The latest approval of a run; None where there is none."""
    found = journal.read(
        select(approvals).where(approvals.c.run == run).order_by(approvals.c.id.desc()).limit(1)
    )
    return _approval(found[0]) if found else None


def unapproved_money(
    journal: Journal, run: str, states: Sequence[State]
) -> Mapping[Currency, Decimal]:
    """What the actions of a run are worth that are in some states, and that no approval covers."""
    found = (
        select(actions.c.currency, actions.c.amount)
        .where(actions.c.run == run, actions.c.state.in_(states))
        .where(actions.c.approved.is_(None), actions.c.amount.is_not(None))
    )
    return sum_amounts(journal.read(found))


def limits_of_jobs(journal: Journal, root: str) -> Mapping[str, Mapping[Currency, Decimal]]:
    """Job → above which its latest run of a chain waits for approval, as that was planned.

    Args:
        journal: the journal.
        root: the first run of the chain.
    """
    found = journal.read(
        select(runs.c.job, runs.c.approve_above)
        .where(runs.c.root == root, runs.c.job != "")
        .order_by(runs.c.seq)
    )
    return {one.job: sums_of(one.approve_above) for one in found}


def _staged(run: str) -> Select[Any]:
    # By id, which rises with row and position.
    return select(
        actions.c.id,
        actions.c.row,
        actions.c.name,
        actions.c.type,
        actions.c.identity,
        actions.c.occurrence,
        actions.c.lead,
        actions.c.entry,
    ).where(actions.c.run == run, actions.c.state == State.STAGED)


def _approval(one: Row[Any]) -> Approval:
    return Approval(hash=one.hash, by=one.by, at=one.at, reason=one.reason)
