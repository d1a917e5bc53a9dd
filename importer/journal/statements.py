"""What every request, and every page of a run, reads of the journal and writes to it, built once.

A statement takes SQLAlchemy longer to build than SQLite takes to run it.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Text,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    select,
    tuple_,
    type_coerce,
    update,
)

from importer.journal.schema import actions, batches, decisions, requests, runs
from importer.journal.store import PAGE
from importer.model import PAYMENT, State

WAITING: Final = (
    select(
        actions.c.id,
        actions.c.name,
        actions.c.type,
        actions.c.entry,
        batches.c.lead.label("of_lead"),
    )
    .join(batches, batches.c.id == actions.c.batch)
    .where(actions.c.batch == bindparam("of_batch"), actions.c.state == State.STAGED)
    .order_by(actions.c.row, actions.c.position)
)
"""What of a batch is still staged, in sheet order."""

INTEND: Final = (
    insert(requests)
    .values(
        run=select(batches.c.run).where(batches.c.id == bindparam("of_batch")).scalar_subquery(),
        batch=bindparam("of_batch"),
        attempt=select(func.count() + 1)
        .where(requests.c.batch == bindparam("of_batch"))
        .scalar_subquery(),
        body_sha256=bindparam("digest"),
        sent_at=bindparam("now"),
        clock_offset_s=bindparam("ahead"),
    )
    .returning(requests.c.id)
)
"""A batch goes out once more."""

CLAIM: Final = (
    update(actions)
    .where(actions.c.id == bindparam("one"), actions.c.state == State.STAGED)
    .values(state=State.SENDING, request=bindparam("of_request"))
)
"""Staged → sending, of one action; its rowcount is the guard."""

RECORD: Final = (
    update(actions)
    .where(actions.c.id == bindparam("one"), actions.c.state == State.SENDING)
    .values(
        state=bindparam("becomes"),
        action_id=bindparam("given"),
        remarks=bindparam("said"),
        detail=bindparam("because"),
    )
)
"""Sending → what became of it, of one action; its rowcount is the guard."""

ANSWER: Final = (
    update(requests)
    .where(requests.c.id == bindparam("one"))
    .values(
        answered_at=bindparam("now"),
        verdict=bindparam("proof"),
        status=bindparam("code"),
        answer=bindparam("text"),
        # What the answer tells, else what was known when the request left.
        clock_offset_s=func.coalesce(bindparam("ahead"), requests.c.clock_offset_s),
    )
)
"""What came back to a request."""

TOUCH: Final = (
    update(runs)
    .where(
        runs.c.id
        == select(batches.c.run).where(batches.c.id == bindparam("of_batch")).scalar_subquery()
    )
    .values(changed_at=bindparam("now"))
)
"""The run of a batch has changed."""

_UNSEEN: Final = ("identity", "origin", "occurrence", "batch", "request", "approved")
_SEEN: Final = select(*(column for column in actions.c if column.name not in _UNSEEN))
_NEXT: Final = (
    actions.c.run == bindparam("of_run"),
    tuple_(actions.c.row, actions.c.position) > tuple_(bindparam("row"), bindparam("position")),
)

ACTIONS: Final = _SEEN.where(*_NEXT).order_by(actions.c.row, actions.c.position).limit(PAGE)
"""A page of what the records of a run are made of, in sheet order, behind a row and position."""

UNTOLD: Final = _SEEN.where(actions.c.id.in_(bindparam("ids", expanding=True)))
"""The same of some actions, in whatever order."""

_PLAIN: Final = and_(
    actions.c.state == State.CREATED,
    actions.c.action_id != "",
    type_coerce(actions.c.remarks, Text) == "[]",
    actions.c.detail == "",
    type_coerce(actions.c.earlier, Text) == "null",
    ~actions.c.given_up,
    ~exists().where(decisions.c.action == actions.c.id),
)

_IS_PAYMENT: Final = actions.c.type == PAYMENT

TOLD: Final = (
    select(
        actions.c.id,
        actions.c.row,
        actions.c.position,
        actions.c.name,
        actions.c.type,
        actions.c.lead,
        type_coerce(actions.c.amount, Text).label("amount"),
        actions.c.currency,
        case((_IS_PAYMENT, actions.c.entry)).label("entry"),
        case((_IS_PAYMENT & (actions.c.entry == ""), actions.c.kept_status)).label("kept_status"),
        actions.c.action_id,
        case((_PLAIN, type_coerce(actions.c.content, Text))).label("content"),
    )
    .where(*_NEXT)
    .order_by(actions.c.row, actions.c.position)
    .limit(PAGE)
)
"""A page of what the short forms are made of, as texts, of which nothing is read but what is asked
for; content is NULL where there is more to say of an action than that it was created."""
