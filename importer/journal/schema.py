"""The journal's tables, and the one index that guards identity."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    exists,
    literal_column,
    text,
)
from sqlalchemy.types import TypeDecorator

from importer.model import State

SCHEMA_VERSION = 3

LIVE_STATES = (State.SENDING, State.CREATED, State.UNKNOWN)
"""States in which an action may stand on a timeline: at most one per identity and occurrence."""


class Moment(TypeDecorator[dt.datetime]):
    """An aware time as ISO 8601 text in UTC: sortable, readable, the same on every database."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse a naive time; write the others in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone must not reach the journal")
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:  # noqa: ANN401, ARG002 - SQLAlchemy's signature
        """Read the text back as an aware time."""
        return None if value is None else dt.datetime.fromisoformat(value)


class Exact(TypeDecorator[Decimal]):
    """A Decimal, kept as its plain text: SQLite's own numbers are floats."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Write `1234.50` as `1234.50`."""
        return None if value is None else format(value, "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ANN401, ARG002 - SQLAlchemy's signature
        """Read the digits back."""
        return None if value is None else Decimal(value)


_EMPTY: Mapping[str | None, Callable[[], Any]] = {
    None: lambda: None,
    "null": lambda: None,
    "[]": list,
    "{}": dict,
}
"""Most cells of these columns say nothing, and a parser is slow to find that out."""


class Json(TypeDecorator[Any]):
    """Plain data as JSON text with sorted keys, so that equal data are equal bytes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ANN401, ARG002 - SQLAlchemy's signature
        """Write sorted, compact JSON."""
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002 - SQLAlchemy's signature
        """Read it back."""
        return _EMPTY[value]() if value in _EMPTY else json.loads(value)


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
    Column("mapping_text", Text, nullable=False),
    Column("mapping_sha256", String(64), nullable=False),
    # What the keys of this run are made of: identity column → type, action name → type.
    Column("keys", Json, nullable=False),
    # Action name → field path → column letter: where a remark's cell is.
    Column("targets", Json, nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("rows_read", Integer, nullable=False),
    Column("planned_actions", Integer, nullable=False),
    Column("planned_money", Json, nullable=False),
    # What to know of the sheet, as its reading found.
    Column("notes", Json, nullable=False),
    # Declared column → how the whole column decided that it is written.
    Column("decisions", Json, nullable=False),
    # The newest request of any run when this one was planned: what is later, it has not seen.
    Column("requests_before", Integer, nullable=False),
    # Order-free digest of every row's fingerprint: the same rows again, however sorted or saved.
    Column("rows_digest", String(64), nullable=False),
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
    Column("run", String(20), ForeignKey("runs.id"), nullable=False, index=True),
    Column("lead", Text, nullable=False),
    # Sheet order: batches of one lead are sent by rising id, never two at once.
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
    Column("amount", Exact),
    Column("currency", String(3)),
    Column("content", Json, nullable=False),
    # NULL for a row refused as a whole: it can never stand on a timeline.
    Column("identity", String(32)),
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
    Index("actions_of_run", "run", "row", "position"),
    Index("actions_by_identity", "identity"),
    Index(
        "actions_by_holder",
        "holder",
        sqlite_where=text("holder IS NOT NULL"),
        postgresql_where=text("holder IS NOT NULL"),
    ),
    # Few rows, and each lead in doubt asks for its own.
    Index(
        "doubtful_by_lead",
        "lead",
        sqlite_where=text("state IN ('sending', 'unknown')"),
        postgresql_where=text("state IN ('sending', 'unknown')"),
    ),
    Index(
        "created_by_lead",
        "lead",
        sqlite_where=text("state = 'created'"),
        postgresql_where=text("state = 'created'"),
    ),
    Index(
        "live_origin",
        "origin",
        unique=True,
        sqlite_where=text("state IN ('sending', 'created', 'unknown')"),
        postgresql_where=text("state IN ('sending', 'created', 'unknown')"),
    ),
    # The CRM never gives one id to two actions: an answer that does is not of this request.
    Index(
        "created_once",
        "action_id",
        unique=True,
        # A person may know that it was created, and not its id.
        sqlite_where=text("state = 'created' AND action_id != ''"),
        postgresql_where=text("state = 'created' AND action_id != ''"),
    ),
    Index(
        "live_key",
        "identity",
        "occurrence",
        unique=True,
        sqlite_where=text("state IN ('sending', 'created', 'unknown')"),
        postgresql_where=text("state IN ('sending', 'created', 'unknown')"),
    ),
)

IN_DOUBT = actions.c.state.in_([literal_column("'sending'"), literal_column("'unknown'")])
"""As the index `doubtful_by_lead` has it: a bound value would keep SQLite from using it."""

IS_CREATED = actions.c.state == literal_column("'created'")
"""The same for `created_by_lead` and `created_once`."""

HAS_STAGED = exists().where(actions.c.run == runs.c.id, actions.c.state == State.STAGED)
"""Of a run: something of it is still to be sent."""

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
    Column("sent_at", Moment, nullable=False, index=True),
    Column("answered_at", Moment),
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
)
