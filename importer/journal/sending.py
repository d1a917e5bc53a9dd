"""The send's side of the journal: intent before effect, outcome before anyone is told.

Every change is guarded by the state that it comes from, and fails loudly where that is not so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import and_, case, func, or_, select, true, update
from sqlalchemy.exc import IntegrityError

from importer.errors import JournalError
from importer.journal.bulk import execute_many, execute_one
from importer.journal.earlier import changes, earlier_values
from importer.journal.moving import check_moved, move, reopen
from importer.journal.schema import IN_DOUBT, actions, batches, runs
from importer.journal.statements import ANSWER, CLAIM, INTEND, RECORD, TOUCH, WAITING
from importer.journal.states import LIVE_STATES
from importer.journal.store import Journal
from importer.model import PAYMENT, RECOVERY, EarlierReason, Remark, RunState, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """An action whose turn it is."""

    id: int
    name: str
    type: str
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchToSend:
    """The ordered actions of one lead that travel in one request."""

    id: int
    lead: str
    actions: tuple[Staged, ...]

    @property
    def has_payment(self) -> bool:
        """One of them books money."""
        return any(action.type == PAYMENT for action in self.actions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of one action of a request."""

    state: State
    action_id: str = ""
    remarks: tuple[Remark, ...] = ()
    detail: str = ""

    @property
    def is_whole(self) -> bool:
        """It was created, and nothing was said about it."""
        return self.state is State.CREATED and not (self.remarks or self.detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What came back, kept for whoever asks later."""

    verdict: str
    status: int | None = None
    answer: str = field(default="", repr=False)
    clock_offset_s: float | None = None
    """Seconds by which the CRM's clock was ahead of ours."""


def recover(journal: Journal) -> int:
    """Make of every state what its recovery rule says; to be called once the lock is held.

    Returns:
        How many actions turned from sending to unknown.
    """
    now, doubtful = journal.clock(), RECOVERY[State.SENDING]
    with journal.transaction() as connection:
        connection.execute(
            update(runs)
            .where(runs.c.state == RunState.SENDING)
            .values(
                state=RunState.STOPPED,
                # Why a rule has stopped it is what a person is to look at.
                reason=case((runs.c.halted, runs.c.reason), else_=_KILLED),
                changed_at=now,
            )
        )
        reopen(connection, true(), "Something of it is still to be sent.", now)
        turned = connection.execute(
            update(actions)
            .where(IN_DOUBT, actions.c.state == State.SENDING)
            .values(
                state=doubtful,
                detail="The importer was stopped before the CRM's answer was recorded.",
            )
        )
        return turned.rowcount


_KILLED: Final = "The importer was stopped while it sent."


def halt(journal: Journal, run: str, reason: str) -> None:
    """Put on record, with the outcome that is the ground for it, that a rule stops a run.

    Until its end is on record it is sending still; if it never comes to that, `recover` keeps this.

    Args:
        journal: the journal, in the transaction that records the outcome.
        run: the run's id.
        reason: why, as a sentence; of several, the first is kept.
    """
    with journal.transaction() as connection:
        connection.execute(
            update(runs)
            .where(runs.c.id == run, ~runs.c.halted)
            .values(halted=True, reason=reason, changed_at=journal.clock())
        )


def set_run_state(
    journal: Journal, run: str, state: RunState, reason: str = "", *, halted: bool = False
) -> None:
    """Move a run on.

    Args:
        journal: the journal.
        run: the run.
        state: what it is now.
        reason: why, as a sentence.
        halted: a stop rule or its first leads have stopped it.
    """
    with journal.transaction() as connection:
        connection.execute(
            update(runs)
            .where(runs.c.id == run)
            .values(state=state, reason=reason, halted=halted, changed_at=journal.clock())
        )


def leads_to_send(journal: Journal, run: str) -> dict[str, list[int]]:
    """Each lead that has something staged and nothing in doubt, in whatever run, with its batches.

    Both are in sheet order; what follows an action in doubt waits until that is settled. Leads
    that were sent to before come first: that something is absent from them was seen just now.
    """
    staged = (
        select(actions.c.batch, func.max(actions.c.request).label("before"))
        .where(actions.c.run == run, actions.c.state == State.STAGED)
        .group_by(actions.c.batch)
        .subquery()
    )
    doubtful = select(actions.c.lead).where(IN_DOUBT)
    found = journal.read(
        select(batches.c.id, batches.c.lead, staged.c.before)
        .join(staged, staged.c.batch == batches.c.id)
        .where(batches.c.lead.not_in(doubtful))
        .order_by(batches.c.id)
    )
    by_lead: dict[str, list[int]] = {}
    for one in found:
        by_lead.setdefault(one.lead, []).append(one.id)
    carried = {one.lead for one in found if one.before is not None}
    return dict(sorted(by_lead.items(), key=lambda item: item[0] not in carried))


def load_batch(journal: Journal, batch: int) -> BatchToSend:
    """The batch as it stands now: only what is still staged."""
    with journal.reading() as connection:
        found = execute_one(connection, WAITING, {"of_batch": batch})
    return BatchToSend(
        id=batch,
        lead=found[0][-1] if found else "",
        actions=tuple(
            Staged(id=one, name=name, type=kind, entry=entry) for one, name, kind, entry, _ in found
        ),
    )


def claim(
    journal: Journal, batch: BatchToSend, body_sha256: str, clock_offset_s: float | None = None
) -> int | None:
    """Record the intent to send; on disk when this returns.

    Args:
        journal: the journal.
        batch: as it was loaded.
        body_sha256: digest of the exact bytes that are to leave.
        clock_offset_s: seconds by which the CRM's clock is ahead of ours, as far as is known.

    Returns:
        The request's id; None when another run holds one of the keys. Those actions have become
        ALREADY or DUPLICATE, and the batch is to be loaded again.
    """
    intent = {
        "of_batch": batch.id,
        "digest": body_sha256,
        "now": journal.clock(),
        "ahead": clock_offset_s,
    }
    try:
        with journal.transaction() as connection:
            ((request,),) = execute_one(connection, INTEND, intent)
            claims = [{"one": action.id, "of_request": request} for action in batch.actions]
            moved = execute_many(connection, CLAIM, claims)
            check_moved(moved, len(claims), State.STAGED)
            return int(request)
    except IntegrityError:
        _yield_to_holders(journal, batch)
        return None


def record(
    journal: Journal,
    request: int,
    batch: BatchToSend,
    fates: Sequence[Fate],
    evidence: Evidence,
) -> bool:
    """Record what became of a request and of each of its actions, in one transaction.

    Args:
        journal: the journal.
        request: as `claim` returned it.
        batch: as it was claimed.
        fates: one for each action of the batch, in order.
        evidence: what the outcome rests on.

    Returns:
        False when another action has one of the CRM's ids already: then nothing was recorded.
    """
    now = journal.clock()
    outcomes = [
        {
            "one": action.id,
            "becomes": fate.state,
            "given": fate.action_id,
            "said": [[one.path, one.text] for one in fate.remarks],
            "because": fate.detail,
        }
        for action, fate in zip(batch.actions, fates, strict=True)
    ]
    answer = {
        "one": request,
        "now": now,
        "proof": evidence.verdict,
        "code": evidence.status,
        "text": evidence.answer,
        "ahead": evidence.clock_offset_s,
    }
    try:
        with journal.transaction() as connection:
            moved = execute_many(connection, RECORD, outcomes)
            check_moved(moved, len(outcomes), State.SENDING)
            execute_one(connection, ANSWER, answer)
            execute_one(connection, TOUCH, {"of_batch": batch.id, "now": now})
    except IntegrityError:
        # Of all that is unique, only `created_once` guards what an answer brings.
        return False
    return True


def _yield_to_holders(journal: Journal, batch: BatchToSend) -> None:
    mine, theirs = actions.alias("mine"), actions.alias("theirs")
    same_key = and_(mine.c.identity == theirs.c.identity, mine.c.occurrence == theirs.c.occurrence)
    held = journal.read(
        select(theirs, runs.c.file, mine.c.id.label("mine"), mine.c.content.label("new"))
        .join(mine, or_(same_key, mine.c.origin == theirs.c.origin))
        .join(runs, runs.c.id == theirs.c.run)
        .where(
            mine.c.id.in_([one.id for one in batch.actions]),
            mine.c.id != theirs.c.id,
            theirs.c.state.in_(LIVE_STATES),
        )
    )
    if not held:
        raise JournalError(
            "Two actions of one request share a key.",
            "Nothing of it was sent. Please report this.",
        )
    with journal.transaction() as connection:
        for one in {one.mine: one for one in held}.values():
            changed = changes(one.content, one.new)
            reason = EarlierReason.CHANGED if changed else EarlierReason.SAME
            if one.state != State.CREATED:
                reason = EarlierReason.IN_DOUBT
            move(
                connection,
                [one.mine],
                State.STAGED,
                state=State.ALREADY if reason is EarlierReason.SAME else State.DUPLICATE,
                holder=one.id,
                earlier=earlier_values(one, reason, one.new),
            )
