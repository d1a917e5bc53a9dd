"""What can go wrong between a client and a CRM, and the rules that say when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from importer.sandbox.switches import read_values


class Fault(StrEnum):
    """What can go wrong. "Before" stores nothing; "after" stores everything first."""

    DROP_BEFORE = "drop-before"
    DROP_AFTER = "drop-after"
    RESET_BEFORE = "reset-before"
    RESET_AFTER = "reset-after"
    HANG_BEFORE = "hang-before"
    HANG_AFTER = "hang-after"
    ERROR_BEFORE = "error-before"
    """Answers `status` without having done anything."""
    ERROR_AFTER = "error-after"
    """Answers `status` although everything was done."""
    PARTIAL_COMMIT = "partial-commit"
    """Stores the first `count` good entries, then answers `status`."""
    TOO_MANY_REQUESTS = "too-many-requests"
    """429, with or without `retry_after`, as JSON or `html`; nothing is stored."""
    HTML_ANSWER = "html-answer"
    """200 with an HTML page after everything was stored."""
    CUT_ANSWER = "cut-answer"
    """Half of the announced bytes, then the connection is closed; everything was stored."""
    SHORT_ANSWER = "short-answer"
    """The last `count` items are missing from the answer."""
    REORDERED_ANSWER = "reordered-answer"
    """The items of the answer stand in reverse order."""
    ODD_STATUS = "odd-status"
    """The first `count` items have `word` for a status."""
    SLOW_DRIP = "slow-drip"
    """The answer comes in twenty pieces, `seconds` before each."""
    DELAYED_VISIBILITY = "delayed-visibility"
    """What is stored stays out of lists for `seconds`, and for `looks` lists of that lead."""
    FOREIGN_TWIN = "foreign-twin"
    """Somebody else stores equals of the first `count` good entries just before."""


SIDE_FAULTS = frozenset({Fault.DELAYED_VISIBILITY, Fault.FOREIGN_TWIN})
"""These happen beside whatever else happens; of the others, one ends a request."""

BEFORE_FAULTS = frozenset(
    {
        Fault.DROP_BEFORE,
        Fault.RESET_BEFORE,
        Fault.HANG_BEFORE,
        Fault.ERROR_BEFORE,
        Fault.TOO_MANY_REQUESTS,
    }
)
"""These end a request before it has done anything."""


class Operation(StrEnum):
    """What a request does."""

    CREATE = "create"
    UPDATE = "update"
    READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a fault strikes, and its measures. All conditions that are given must hold.

    Raises:
        ValueError: a measure is out of its range.
    """

    fault: Fault
    on: Operation | None = Operation.CREATE
    """None: every operation."""
    lead: str | None = None
    """Only requests for this lead."""
    nth: int | None = None
    """Only the nth request that fits `on` and `lead`, counted from 1 since the rules were set."""
    times: int | None = None
    """At most so often; None: for ever."""
    rate: float = 1.0
    """The share of requests that it strikes, drawn by seed, lead and the lead's request number:
    the same lead meets the same faults however requests interleave."""
    status: int = 500
    retry_after: int | None = None
    """Seconds; None: the header is left out."""
    html: bool = False
    """An error's body is an HTML page."""
    count: int = 1
    seconds: float = 0.0
    looks: int = 0
    word: str = "ACCEPTED"

    def __post_init__(self) -> None:
        within = {
            "nth": self.nth is None or self.nth >= 1,
            "times": self.times is None or self.times >= 1,
            "rate": 0 <= self.rate <= 1,
            "status": 400 <= self.status <= 599,
            "retry_after": self.retry_after is None or 0 <= self.retry_after <= 86_400,
            "count": self.count >= 0,
            "seconds": 0 <= self.seconds <= 86_400,
            "looks": self.looks >= 0,
        }
        wrong = [name for name, right in within.items() if not right]
        if wrong:
            raise ValueError(f"{self.fault}: {', '.join(wrong)} out of range")


def read_rules(data: object) -> tuple[Rule, ...]:
    """Rules from JSON.

    Raises:
        ValueError: not a list of rules.
    """
    if not isinstance(data, list):
        raise ValueError("rules must be a list")  # noqa: TRY004 - callers catch one kind
    return tuple(_read_rule(one) for one in data)


def _read_rule(data: object) -> Rule:
    values = read_values(Rule, data)
    if "fault" not in values:
        raise ValueError("a rule must name its fault")
    return Rule(**values)
