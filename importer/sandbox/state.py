"""A practice workspace: its leads, what was stored, what was asked; the ground truth of a test."""

from __future__ import annotations

import hmac
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from importer.sandbox import seed
from importer.sandbox.entries import Entry, Judge, Judged
from importer.sandbox.memory import Memory
from importer.sandbox.records import (
    Definition,
    FieldType,
    Lead,
    LoggedRequest,
    Origin,
    StoredAction,
)
from importer.sandbox.strikes import Faults
from importer.sandbox.timeline import Ids, Timelines, Veil
from importer.sandbox.toggles import PaymentId, Toggles

LOG_LENGTH = 200_000
"""Requests that the log remembers; older ones are only counted."""

AUTOMATION = "practice-api"
"""The performer of what arrives over the API: a word without `@`, as seen live."""


@dataclass(slots=True, kw_only=True)
class Counts:
    """How many requests arrived since the start."""

    total: int = 0
    creates: int = 0
    by_status: Counter[str] = field(default_factory=Counter)
    """Status, or `none` where no answer was begun."""
    by_fault: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> Mapping[str, object]:
        """The counts, for a page."""
        by = {"by_status": dict(self.by_status), "by_fault": dict(self.by_fault)}
        return {"total": self.total, "creates": self.creates, **by}


class PracticeCrm:
    """A practice workspace in memory, and in a state file if one is given; safe for threads.

    Args:
        enterprise_id: the workspace's id.
        token: the one bearer token that opens it; never logged or shown.
        toggles: how open questions are read; may be replaced at run time.
        leads: id → lead; the seeded ones by default.
        definitions: bare code → custom action; the seeded ones by default.
        state_file: where stored actions are kept and read back from; None: nowhere.
        clock: seconds since the epoch.

    Raises:
        UsageError: the state file cannot be read, or is not one.
    """

    def __init__(  # noqa: PLR0913 - each is a part of the workspace, and all have defaults
        self,
        *,
        enterprise_id: str = seed.ENTERPRISE_ID,
        token: str = seed.TOKEN,
        toggles: Toggles | None = None,
        leads: Mapping[str, Lead] | None = None,
        definitions: Mapping[str, Definition] = seed.DEFINITIONS,
        state_file: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.enterprise_id = enterprise_id
        self.toggles = toggles or Toggles()
        self.faults = Faults()
        self.leads = dict(seed.leads() if leads is None else leads)
        self.counts = Counts()
        self._token = token.encode()
        self._definitions = dict(definitions)
        self._clock = clock
        self._lock = threading.RLock()
        self._ids = Ids()
        self._timelines = Timelines(self.leads)
        self._paymentids: set[str] = set()
        self._log: deque[LoggedRequest] = deque(maxlen=LOG_LENGTH)
        self._admitted: deque[float] = deque()
        self._memory = Memory(state_file) if state_file else None
        for action in self._memory.recall() if self._memory else ():
            self._learn(action)

    def now(self) -> float:
        """Seconds since the epoch, by this CRM's own clock."""
        return self._clock() + self.toggles.clock_skew_seconds

    def opens(self, token: str | None) -> bool:
        """Whether this is the workspace's token."""
        return token is not None and hmac.compare_digest(token.encode(), self._token)

    def definitions(self) -> Mapping[str, Definition]:
        """Bare code → custom action, with the options that writes have added."""
        with self._lock:
            return dict(self._definitions)

    def judge(self) -> Judge:
        """A judge of one request's entries."""
        with self._lock:
            unique = self.toggles.paymentid is PaymentId.UNIQUE
            taken = set(self._paymentids) if unique else set()
            return Judge(self._definitions, self.toggles, taken)

    def store(
        self,
        lead: str,
        judged: Sequence[Judged],
        *,
        origin: Origin = Origin.API,
        veil_seconds: float = 0.0,
        veil_looks: int = 0,
    ) -> Sequence[StoredAction]:
        """Put these entries on a lead's timeline, in order: in the file first, then in memory.

        Raises:
            OSError: the state file cannot be written; nothing is stored.
        """
        with self._lock:
            now = int(self.now() * 1000)
            actions = [self._make(lead, one, origin, now) for one in judged]
            if self._memory and actions:
                self._memory.append(actions)
            for action in actions:
                self._learn(action)
            if veil_seconds or veil_looks:
                until = now + int(veil_seconds * 1000)
                self._timelines.veil(actions, Veil(until=until, looks=veil_looks))
            return actions

    def change(self, action: StoredAction, body: Entry) -> StoredAction:
        """Replace the body of a stored action.

        Raises:
            OSError: the state file cannot be written; nothing is changed.
        """
        with self._lock:
            changed = replace(action, body=body, modified=int(self.now() * 1000))
            if self._memory:
                self._memory.append([changed])
            self._learn(changed)
            return changed

    def find(self, lead: str, action_id: str) -> StoredAction | None:
        """An action of this lead."""
        with self._lock:
            return self._timelines.find(lead, action_id)

    def look(self, lead: str) -> Sequence[StoredAction]:
        """What a list of this lead's actions shows now, newest first."""
        with self._lock:
            return self._timelines.look(lead, int(self.now() * 1000))

    def timeline(self, lead: str) -> Sequence[StoredAction]:
        """All actions of a lead, newest first, those that no list shows yet too."""
        with self._lock:
            return self._timelines.of(lead)

    @property
    def actions(self) -> Sequence[StoredAction]:
        """What requests to this server stored, in order: what an upload is compared with."""
        return self._from({Origin.API})

    @property
    def foreign(self) -> Sequence[StoredAction]:
        """What somebody else stored since the start, in order."""
        return self._from({Origin.FOREIGN})

    @property
    def requests(self) -> Sequence[LoggedRequest]:
        """The latest `LOG_LENGTH` requests, in order of their arrival."""
        with self._lock:
            return tuple(self._log)

    def log(self, request: LoggedRequest, *, creates: bool = False) -> None:
        """Remember that a request arrived."""
        with self._lock:
            self._log.append(request)
            self.counts.total += 1
            self.counts.creates += creates
            self.counts.by_status[str(request.status or "none")] += 1
            self.counts.by_fault.update(filter(None, request.fault.split("+")))

    def wait_for_budget(self) -> float:
        """Seconds until the rate limit lets a request in; 0 lets this one in, and counts it."""
        limit, window = self.toggles.rate_limit, self.toggles.rate_window_seconds
        if limit is None:
            return 0.0
        with self._lock:
            now = self.now()
            while self._admitted and self._admitted[0] <= now - window:
                self._admitted.popleft()
            if len(self._admitted) < limit:
                self._admitted.append(now)
                return 0.0
            return self._admitted[0] + window - now if self._admitted else window

    def _make(self, lead: str, judged: Judged, origin: Origin, now: int) -> StoredAction:
        foreign = origin is Origin.FOREIGN
        return StoredAction(
            id=self._ids.next(now),
            lead=lead,
            type=judged.type,
            body=judged.body or {},
            at=now if judged.created_on is None else judged.created_on,
            origin=origin,
            performer=self.leads[lead].owner if foreign else AUTOMATION,
            modified=now,
        )

    def _learn(self, action: StoredAction) -> None:
        self._ids.seen(action.id)
        self._timelines.put(action)
        if isinstance(paymentid := action.body.get("paymentid"), str):
            self._paymentids.add(paymentid)
        if action.type in self._definitions:
            self._learn_options(self._definitions[action.type], action.body.get("fields"))

    def _learn_options(self, definition: Definition, fields: object) -> None:
        """An unknown label of a dropdown becomes a new option (docs.telecrm.in)."""
        for name, value in fields.items() if isinstance(fields, Mapping) else ():
            schema = definition.fields.get(name)
            if schema is None or schema.type is not FieldType.DROPDOWN or value in schema.options:
                continue
            grown = replace(schema, options=(*schema.options, str(value)))
            definition = replace(definition, fields={**definition.fields, name: grown})
            self._definitions[definition.code] = definition

    def _from(self, origins: set[Origin]) -> Sequence[StoredAction]:
        with self._lock:
            return tuple(action for action in self._timelines if action.origin in origins)
