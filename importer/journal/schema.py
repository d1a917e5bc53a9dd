"""The journal's tables and indexes, the one that guards identity among them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    and_,
    exists,
    literal_column,
    or_,
)

from importer.journal.sqltypes import Exact, Json, Moment
from importer.journal.states import DOUBTFUL_STATES, LIVE_STATES, REPLACED_STATES, literally
from importer.model import State
from importer.verdict import ReadBack, RefusedMaybe, Unknown

SCHEMA_VERSION = 9

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("id", String(20), nullable=False, unique=True),
    Column("parent", String(20), nullable=False),
    Column("root", String(20), nullable=False, index=True),
    Column("workspace", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("file_sha256", String(64), nullable=False),
    Column("tab", Text),
    Column("header_row", Integer, nullable=False),
    Column("headers", Json, nullable=False),
    Column("mapping", Text, nullable=False),
    # Its file, from the folder of the settings; "" where that does not lead to it.
    Column("mapping_file", Text, nullable=False),
    Column("mapping_text", Text, nullable=False),
    Column("mapping_sha256", String(64), nullable=False),
    # What the keys of this run are made of: identity column → type, action name → type.
    Column("keys", Json, nullable=False),
    # Action name → field path → column letter: where a remark's cell is.
    Column("targets", Json, nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", Text, nullable=False),
    # A stop rule or its first leads have stopped it: a person looks before more is sent.
    Column("halted", Boolean, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("rows_read", Integer, nullable=False),
    Column("planned_actions", Integer, nullable=False),
    Column("planned_money", Json, nullable=False),
    # Reason → rows that yield no action, as the planner counted them.
    Column("skipped", Json, nullable=False),
    # What to know of the sheet, as its reading found.
    Column("notes", Json, nullable=False),
    # Declared column → how the whole column decided that it is written.
    Column("decisions", Json, nullable=False),
    # The newest request of any run when this one was planned: what is later, it has not seen.
    Column("requests_before", Integer, nullable=False),
    # Order-free digest of every row's fingerprint: the same rows again, however sorted or saved.
    Column("rows_digest", String(64), nullable=False),
    # account, login, sudo: who planned it.
    Column("planned_by", Json, nullable=False),
    # Currency → above which it waits for approval, beside what the settings say.
    Column("approve_above", Json, nullable=False),
    # The job of the night that planned it; "" where a person did.
    Column("job", Text, nullable=False),
    # Hash of the plan that was written down for people; "" where none was.
    Column("plan_hash", String(64), nullable=False),
    # When its sheet, its reports and the CRM's answers were deleted; NULL: they are kept.
    Column("purged_at", Moment),
)

rows = Table(
    "rows",
    metadata,
    Column("run", String(20), ForeignKey("runs.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    # Why it yields no action; "" where it yields some.
    Column("skipped", Text, nullable=False),
    Column("fingerprint", String(32), nullable=False),
    # Digest of the typed identity values, without an action's name; "" where they are unreadable.
    Column("key", String(32), nullable=False),
    # The row of the chain's first sheet that this one descends from; itself where there is none.
    Column("root_run", String(20), nullable=False),
    Column("root_row", Integer, nullable=False),
    # Currency → what can be read of the payments of a row that was refused as a whole.
    Column("readable", Json, nullable=False),
    Index("rows_by_root", "root_run", "root_row"),
    Index("rows_by_fingerprint", "fingerprint"),
    Index("rows_by_key", "key"),
)

problems = Table(
    "problems",
    metadata,
    Column("run", String(20), primary_key=True),
    Column("row", Integer, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("code", String(60), nullable=False),
    Column("column", String(3), nullable=False),
    Column("seen", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("hint", Text, nullable=False),
)

batches = Table(
    "batches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", String(20), ForeignKey("runs.id"), nullable=False),
    Column("lead", Text, nullable=False),
    # Sheet order: batches of one lead are sent by rising id, never two at once.
    Index("batches_of_lead", "run", "lead"),
)

actions = Table(
    "actions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", String(20), ForeignKey("runs.id"), nullable=False),
    Column("row", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("lead", Text, nullable=False),
    Column("entry", Text, nullable=False),
    # Of a payment whose entry was let go by a purge: its status. NULL: the entry says it.
    Column("kept_status", Text),
    Column("amount", Exact),
    Column("currency", String(3)),
    Column("content", Json, nullable=False),
    # Its row's key and its name (`batches.identity_of`), held against both by `fitting`. NULL for
    # a row refused as a whole: it can never stand on a timeline.
    Column("identity", Text),
    Column("occurrence", Integer, nullable=False),
    # Root run, root row and name: whatever a correction makes of its identity, one row yields one.
    Column("origin", Text),
    Column("state", String(10), nullable=False),
    Column("batch", Integer, ForeignKey("batches.id"), index=True),
    # The request that carried it last.
    Column("request", Integer, ForeignKey("requests.id")),
    Column("action_id", Text, nullable=False),
    Column("remarks", Json, nullable=False),
    Column("detail", Text, nullable=False),
    Column("earlier", Json),
    # The earlier action that stands for this one; it answers for no other one of the same run.
    Column("holder", Integer),
    # Not created, and nobody waits for it: a person's decision, of this one or of an equal one.
    Column("given_up", Boolean, nullable=False),
    # In doubt, and its lead's timeline was looked at since it was sent, and could not tell.
    Column("looked_up", Boolean, nullable=False),
    # The approval that covers it; NULL: none.
    Column("approved", Integer, ForeignKey("approvals.id")),
    # What stands on a timeline, may, or is going to, is waited for.
    CheckConstraint(
        "NOT given_up OR state IN ('invalid', 'ignored', 'refused', 'duplicate', 'closed')",
        name="given_up_is_not_created",
    ),
    Index("actions_of_run", "run", "row", "position"),
    Index("actions_by_identity", "identity"),
)

requests = Table(
    "requests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", String(20), ForeignKey("runs.id"), nullable=False, index=True),
    # NULL: it reads a timeline back.
    Column("batch", Integer, ForeignKey("batches.id"), index=True),
    Column("attempt", Integer, nullable=False),
    # "" for a read.
    Column("body_sha256", String(64), nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("answered_at", Moment, index=True),
    # How far it got and what that proves; NULL while it is on the wire, and for reads.
    Column("verdict", String(20)),
    Column("status", Integer),
    Column("answer", Text),
    # Seconds by which the CRM's clock was ahead of ours; NULL where it did not tell.
    Column("clock_offset_s", Float),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("action", Integer, ForeignKey("actions.id"), nullable=False, index=True),
    Column("ruling", String(12), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    # The latest request of all by then: no word about a later one, whatever the clocks tell.
    Column("request", Integer),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", String(20), ForeignKey("runs.id"), nullable=False, index=True),
    # Of the plan that was approved.
    Column("hash", String(64), nullable=False),
    # account, login, sudo: as `runs.planned_by`.
    Column("by", Json, nullable=False),
    Column("at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
)


def _index_where(
    condition: ColumnElement[bool], name: str, *columns: Column[Any], unique: bool = False
) -> ColumnElement[bool]:
    """Make an index of the rows of which a condition is true; a query in its words can use it."""
    Index(name, *columns, unique=unique, sqlite_where=condition)
    return condition


IS_HELD = _index_where(actions.c.holder.is_not(None), "actions_by_holder", actions.c.holder)

IS_GIVEN_UP = _index_where(
    actions.c.given_up.is_(literal_column("1")), "given_up_by_identity", actions.c.identity
)

IN_DOUBT = _index_where(
    literally(actions.c.state, DOUBTFUL_STATES), "doubtful_by_lead", actions.c.lead
)
"""Few rows, and each lead in doubt asks for its own."""
IS_UNKNOWN = IN_DOUBT & (actions.c.state == State.UNKNOWN)
"""In doubt, and not on the wire; in the words of that index."""

IS_CREATED = _index_where(
    literally(actions.c.state, [State.CREATED]), "created_by_lead", actions.c.lead
)

HAS_ID = _index_where(
    # A person may know that it was created, and not its id.
    and_(IS_CREATED, actions.c.action_id != literal_column("''")),
    "created_once",
    actions.c.action_id,
    unique=True,
)
"""Created by the CRM, which never gives one id to two actions: an answer that does is not of this
request."""

IS_LIVE = literally(actions.c.state, LIVE_STATES)
_index_where(IS_LIVE, "live_origin", actions.c.origin, unique=True)
_index_where(IS_LIVE, "live_key", actions.c.identity, actions.c.occurrence, unique=True)

IS_STAGED = _index_where(literally(actions.c.state, [State.STAGED]), "staged_by_run", actions.c.run)

HAS_STAGED = exists().where(actions.c.run == runs.c.id, IS_STAGED)
"""Of a run: something of it is still to be sent. Asked of every run at each start."""

IS_REPLACEABLE = _index_where(
    literally(actions.c.state, REPLACED_STATES), "replaceable_by_run", actions.c.run
)
"""Few rows, and asked of all runs at once, which may have millions."""

PROVES_NOTHING = _index_where(
    and_(
        requests.c.batch.is_not(None),
        or_(
            requests.c.verdict.is_(None),
            literally(
                requests.c.verdict, [one.__name__ for one in (ReadBack, RefusedMaybe, Unknown)]
            ),
        ),
    ),
    "doubtful_requests",
    requests.c.run,
)
"""Of a request that carried actions: they may have come to the CRM all the same."""
