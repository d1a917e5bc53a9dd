"""What settling looks for, what it is shown, and what it finds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from importer.protocol import Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """An action in doubt: what is looked for on its lead's timeline."""

    id: int
    """Rises in the order in which the actions of one request were sent."""
    request: int
    """Rises with the time of sending; the actions of one request share their window."""
    content: Seen
    """The entry that was sent, as `protocol.as_seen` reads it."""
    begin_ms: float | None
    """The window, by the CRM's clock: milliseconds since 1970. None: unknown, like the next two."""
    end_ms: float | None
    since_ms: float | None
    """Whatever was stamped before is explained; earlier than the window, in doubt of the clocks.
    None: nothing is explained by its time, since our own clock at the sending is in doubt."""
    said: bool = False
    """A person has said that it stands there, and not which item it is: it is not to be settled,
    but one of the items is it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What was read of one lead's timeline."""

    items: Sequence[Seen]
    known: Collection[str]
    """The CRM's ids that the journal has on record."""
    performers: Collection[str] = ()
    """Who our own actions are shown to be by; empty where that is not known."""
    gaps: Mapping[str, str] = field(default_factory=dict)
    """Type → why it was not read whole, as a sentence: nothing of it is settled."""
    late: Collection[str] = ()
    """Types of which the timeline lacks actions that stand on it: no absence is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """It stands on the timeline."""

    id: int
    action_id: str
    missing: tuple[str, ...] = ()
    """Fields that were sent and are not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """At this look it was not there, and nothing else that could be it."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Nothing is proved."""

    id: int
    reason: str
    """One sentence."""


Finding = Present | Absent | Open
