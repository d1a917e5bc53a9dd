"""What the documentation leaves open or contradicts: one switch each, with the default we practise.

The defaults are what was seen live where anything was, else the reading that asks most of a client.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_DAY = 86_400.0


class BadField(StrEnum):
    """What one bad value does to a custom action."""

    IGNORE_ACTION = "ignore-action"
    DROP_FIELD = "drop-field"


class UnknownKey(StrEnum):
    """What a key does that neither the endpoint nor the definition knows."""

    DROP_WITH_REMARK = "drop-with-remark"
    DROP_SILENTLY = "drop-silently"
    IGNORE_ACTION = "ignore-action"


class UnknownCode(StrEnum):
    """What a numeric code does that the workspace does not define."""

    IGNORE_ACTION = "ignore-action"
    BAD_REQUEST = "bad-request"


class PrefixedType(StrEnum):
    """What a write of `ACTION_1001` does: the documentation says "400 or silently dropped"."""

    BAD_REQUEST = "bad-request"
    DROP_SILENTLY = "drop-silently"


class PaymentId(StrEnum):
    """What becomes of a `paymentid` on a PAYMENT."""

    STORE = "store"
    """Kept and read back; not unique."""
    HIDE = "hide"
    """Kept and not read back."""
    REJECT = "reject"
    """The action is ignored with a remark."""
    UNIQUE = "unique"
    """Kept; a second action with the same one is ignored with a remark."""


class CreatedOn(StrEnum):
    """What becomes of a `created_on` on a custom action."""

    IGNORE = "ignore"
    """Stamped with the time of arrival, without a remark."""
    HONOUR = "honour"
    """Taken where the definition allows predated activity, else dropped with a remark."""


class AmountEcho(StrEnum):
    """How an amount reads back."""

    AS_SENT = "as-sent"
    TWO_DECIMALS = "two-decimals"


class ReadType(StrEnum):
    """How a custom action's type reads back."""

    PREFIXED = "prefixed"
    """`ACTION_1001`, as seen live."""
    BARE = "bare"
    """`1001`, as documented."""


class Shape(StrEnum):
    """Which shape the items of a list have."""

    LIVE = "live"
    DOCUMENTED = "documented"


class WrongEnterprise(StrEnum):
    """What a wrong enterprise id answers."""

    NOT_AUTHORIZED = "not-authorized"
    """401, as seen live."""
    NOT_FOUND = "not-found"
    """404 ENTERPRISE_NOT_FOUND, as documented for the metadata endpoints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toggles:
    """How this practice CRM reads the open questions; every field can be switched at run time.

    Raises:
        ValueError: a measure is out of its range.
    """

    bad_field: BadField = BadField.IGNORE_ACTION
    unknown_key: UnknownKey = UnknownKey.DROP_WITH_REMARK
    unknown_code: UnknownCode = UnknownCode.IGNORE_ACTION
    prefixed_type: PrefixedType = PrefixedType.BAD_REQUEST
    paymentid: PaymentId = PaymentId.STORE
    created_on: CreatedOn = CreatedOn.IGNORE
    amount_echo: AmountEcho = AmountEcho.AS_SENT
    amount_may_be_number: bool = False
    """Take `"amount": 5000` as well as `"5000"`."""
    bad_request_stores: bool = False
    """After a 400 for one bad type, the good entries were stored all the same."""
    max_actions: int | None = None
    """More entries than this in one request answer 400; None: no limit."""
    remarks_when_empty: bool = True
    """Send `"remarks": []` when there is nothing to say."""
    read_type: ReadType = ReadType.PREFIXED
    action_items: Shape = Shape.LIVE
    """DOCUMENTED action search tells the type and nothing else."""
    lead_items: Shape = Shape.LIVE
    """DOCUMENTED lead search tells no lead id."""
    status_case_sensitive: bool = False
    """Lead search compares `status` with its case."""
    wrong_enterprise: WrongEnterprise = WrongEnterprise.NOT_AUTHORIZED
    licence_expired: bool = False
    """Every call answers ENTERPRISE_LICENSE_EXPIRED (its HTTP status is a guess: 403)."""
    rate_limit: int | None = None
    """Requests per window; 3,600 an hour was seen for the Sync API. None: unlimited."""
    rate_window_seconds: float = 3600.0
    """The window slides; refused requests do not count."""
    rate_retry_after: bool = True
    """Whether a 429 says when to come again."""
    rate_html: bool = False
    """Whether a 429 is an HTML page."""
    latency_seconds: float = 0.0
    """How long every answer takes."""
    clock_skew_seconds: float = 0.0
    """How far this CRM's clock is ahead of the machine's; its `Date` header follows."""

    def __post_init__(self) -> None:
        within = {
            "max_actions": self.max_actions is None or self.max_actions >= 1,
            "rate_limit": self.rate_limit is None or self.rate_limit >= 0,
            "rate_window_seconds": 0 < self.rate_window_seconds <= _DAY,
            "latency_seconds": 0 <= self.latency_seconds <= _DAY,
            "clock_skew_seconds": abs(self.clock_skew_seconds) <= 365 * _DAY,
        }
        wrong = [name for name, right in within.items() if not right]
        if wrong:
            raise ValueError(f"{', '.join(wrong)} out of range")
