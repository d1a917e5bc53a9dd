"""The send's side of the journal: intent before effect, outcome before anyone is told.

Every change is guarded by the state that it comes from, and fails loudly where that is not so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from importer.errors import JournalError
from importer.journal.corrected import changes, earlier_values
from importer.journal.schema import LIVE_STATES, actions, batches, requests, runs
from importer.journal.store import Journal
from importer.model import PAYMENT, RECOVERY, Remark, RunState, State


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
                reason="The importer was stopped while it sent.",
                changed_at=now,
            )
        )
        turned = connection.execute(
            update(actions)
            .where(actions.c.state == State.SENDING)
            .values(
                state=doubtful,
                detail="The importer was stopped before the CRM's answer was recorded.",
            )
        )
        return turned.rowcount


def set_run_state(journal: Journal, run: str, state: RunState, reason: str = "") -> None:
    """Move a run on."""
    with journal.transaction() as connection:
        connection.execute(
            update(runs)
            .where(runs.c.id == run)
            .values(state=state, reason=reason, changed_at=journal.clock())
        )


def leads_to_send(journal: Journal, run: str) -> Iterator[tuple[str, list[int]]]:
    """Each lead that has something staged and nothing in doubt, in whatever run, with its batches.

    They come in sheet order; what follows an action in doubt waits until that is settled.
    """
    staged = (
        select(actions.c.batch)
        .where(actions.c.run == run, actions.c.state == State.STAGED)
        .distinct()
        .subquery()
    )
    doubtful = select(actions.c.lead).where(actions.c.state == State.UNKNOWN)
    found = journal.read(
        select(batches.c.id, batches.c.lead)
        .join(staged, staged.c.batch == batches.c.id)
        .where(batches.c.lead.not_in(doubtful))
        .order_by(batches.c.id)
    )
    by_lead: dict[str, list[int]] = {}
    for one in found:
        by_lead.setdefault(one.lead, []).append(one.id)
    yield from by_lead.items()


def load_batch(journal: Journal, batch: int) -> BatchToSend:
    """The batch as it stands now: only what is still staged."""
    found = journal.read(
        select(actions, batches.c.lead.label("of_lead"))
        .join(batches, batches.c.id == actions.c.batch)
        .where(actions.c.batch == batch, actions.c.state == State.STAGED)
        .order_by(actions.c.row, actions.c.position)
    )
    return BatchToSend(
        id=batch,
        lead=found[0].of_lead if found else "",
        actions=tuple(
            Staged(id=one.id, name=one.name, type=one.type, entry=one.entry) for one in found
        ),
    )


def claim(journal: Journal, batch: BatchToSend, body_sha256: str) -> int | None:
    """Record the intent to send; on disk when this returns.

    Returns:
        The request's id; None when another run holds one of the keys. Those actions have become
        ALREADY or DUPLICATE, and the batch is to be loaded again.
    """
    try:
        with journal.transaction() as connection:
            attempts = select(func.count()).where(requests.c.batch == batch.id).scalar_subquery()
            made = connection.execute(
                insert(requests)
                .values(
                    run=select(batches.c.run).where(batches.c.id == batch.id).scalar_subquery(),
                    batch=batch.id,
                    attempt=attempts + 1,
                    body_sha256=body_sha256,
                    sent_at=journal.clock(),
                )
                .returning(requests.c.id)
            )
            request = int(made.scalar_one())
            _move(
                journal,
                [one.id for one in batch.actions],
                State.STAGED,
                state=State.SENDING,
                request=request,
            )
            return request
    except IntegrityError:
        _yield_to_holders(journal, batch)
        return None


def record(
    journal: Journal,
    request: int,
    batch: BatchToSend,
    fates: Sequence[Fate],
    evidence: Evidence,
) -> None:
    """Record what became of a request and of each of its actions, in one transaction.

    Args:
        journal: the journal.
        request: as `claim` returned it.
        batch: as it was claimed.
        fates: one for each action of the batch, in order.
        evidence: what the outcome rests on.
    """
    now = journal.clock()
    with journal.transaction() as connection:
        for action, fate in zip(batch.actions, fates, strict=True):
            _move(
                journal,
                [action.id],
                State.SENDING,
                state=fate.state,
                action_id=fate.action_id,
                remarks=[[one.path, one.text] for one in fate.remarks],
                detail=fate.detail,
            )
        connection.execute(
            update(requests)
            .where(requests.c.id == request)
            .values(
                answered_at=now,
                verdict=evidence.verdict,
                status=evidence.status,
                answer=evidence.answer,
                clock_offset_s=evidence.clock_offset_s,
            )
        )
        connection.execute(
            update(runs)
            .where(runs.c.id.in_(select(batches.c.run).where(batches.c.id == batch.id)))
            .values(changed_at=now)
        )


def settle_refused(journal: Journal, batch: BatchToSend, detail: str) -> None:
    """A look at the timeline has shown that a doubtful request stored nothing."""
    with journal.transaction():
        ids = [action.id for action in batch.actions]
        _move(journal, ids, State.UNKNOWN, state=State.REFUSED, detail=detail)


def _move(journal: Journal, ids: Sequence[int], before: State, **values: Any) -> None:  # noqa: ANN401 - column values
    with journal.transaction() as connection:
        moved = connection.execute(
            update(actions).where(actions.c.id.in_(ids), actions.c.state == before).values(values)
        )
    if moved.rowcount != len(ids):
        raise JournalError(
            f"The journal has {moved.rowcount} of {len(ids)} actions in the state {before}.",
            "Another program may have changed it. Nothing more is sent; please report this.",
        )


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
    with journal.transaction():
        for one in {one.mine: one for one in held}.values():
            changed = changes(one.content, one.new)
            same = one.state == State.CREATED and not changed
            reason = "same" if same else "changed" if one.state == State.CREATED else "in doubt"
            _move(
                journal,
                [one.mine],
                State.STAGED,
                state=State.ALREADY if same else State.DUPLICATE,
                holder=one.id,
                earlier=earlier_values(one, reason)
                | {"changes": changed if reason == "changed" else []},
            )
