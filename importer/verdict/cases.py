"""How far a request got, what came back, and the cases of what that proves."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from importer.model import Remark
from importer.protocol import ItemAnswer


class Progress(StrEnum):
    """How far a request got. Only the first value proves that nothing was sent."""

    NOT_STARTED = "not started"
    """Not one byte of the request was written."""
    STARTED = "started"
    """Its headers began to be written, and no complete answer came: anything may have happened."""
    ANSWERED = "answered"
    """A complete answer was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and what came of it."""

    progress: Progress
    status: int | None = None
    """The HTTP status; without ANSWERED, the body was cut off. None: no answer began."""
    body: bytes = field(default=b"", repr=False)
    """What was read of the answer, without the token."""
    retry_after_s: float | None = None
    """Seconds that the CRM asks to wait; None where it asks for nothing."""
    clock_offset_s: float | None = None
    """Seconds by which the CRM's clock is ahead of ours; None where it does not tell."""
    error: str = ""
    """A few words for people where no complete answer came: `connection refused`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """Every action has its fate."""

    items: tuple[ItemAnswer, ...]
    """One for each action sent, in order."""
    general: tuple[Remark, ...] = ()
    """Remarks that name none of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The CRM refused the request as a whole and stored nothing: REFUSED."""

    code: str
    """The CRM's error code, else `HTTP_413`."""
    message: str
    """The CRM's own words, else a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedMaybe:
    """Refused, and probably nothing stored: read back once before it is called REFUSED or split."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRun:
    """Refused, and so will all others be. The batch and everything left is UNSENT."""

    code: str
    message: str
    """One sentence: what is wrong."""
    remedy: str
    """One sentence: what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """Nothing left this machine: send again after a pause, a few times."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Not processed: all senders pause, then the same request is sent again."""

    seconds: float | None
    """What the CRM asks for; None leaves it to the sender's own back-off."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBack:
    """Applied, and the detail lost: UNKNOWN until it is read back; never sent again."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Nothing is proved: UNKNOWN until it is settled."""

    reason: str


Verdict = Recorded | Refused | RefusedMaybe | StopRun | NotSent | Wait | ReadBack | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What the API's documents leave open, in the reading that is used unless settings differ."""

    throttled_may_store: bool = False
    """A 429 may come after something was stored."""
    busy_may_store: bool = False
    """A 503 with Retry-After may come after something was stored; with a PAYMENT it always may."""
    bad_request_may_store: bool = True
    """A 400 on several actions may come after some of them were stored."""
