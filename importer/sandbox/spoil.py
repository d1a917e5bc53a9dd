"""What a fault makes of an answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from importer.sandbox.faults import Fault, Rule
from importer.sandbox.records import Delivery, Reply, error_reply, html_reply, json_reply

NOTHING = Reply(status=0, body=b"")
"""No answer at all; only its delivery matters."""

_CODES = {
    429: "TOO_MANY_REQUESTS",
    500: "INTERNAL_SERVER_ERROR",
    502: "BAD_GATEWAY",
    503: "SERVICE_UNAVAILABLE",
    504: "GATEWAY_TIMEOUT",
}


def failure(
    status: int, *, retry_after: int | None, html: bool, message: str = "Something went wrong"
) -> Reply:
    """An error that says nothing about what was stored (what TeleCRM sends there is unknown)."""
    headers = () if retry_after is None else (("retry-after", str(retry_after)),)
    code = _CODES.get(status, "ERROR")
    if html:
        return html_reply(status, f"{status} {code.replace('_', ' ').title()}", headers)
    return error_reply(status, code, message, headers)


Items = list[dict[str, Any]]


def _odd(items: Items, rule: Rule) -> Items:
    return [
        {**item, "status": rule.word} if at < rule.count else item for at, item in enumerate(items)
    ]


SILENCES: Mapping[Fault, Delivery] = {
    Fault.DROP_BEFORE: Delivery.DROPPED,
    Fault.DROP_AFTER: Delivery.DROPPED,
    Fault.RESET_BEFORE: Delivery.RESET,
    Fault.RESET_AFTER: Delivery.RESET,
    Fault.HANG_BEFORE: Delivery.HANGING,
    Fault.HANG_AFTER: Delivery.HANGING,
}
"""Faults without an answer."""

FAILURES = frozenset(
    {Fault.ERROR_BEFORE, Fault.ERROR_AFTER, Fault.PARTIAL_COMMIT, Fault.TOO_MANY_REQUESTS}
)
"""Faults that answer an error."""

TRAVELS: Mapping[Fault, Delivery] = {
    Fault.CUT_ANSWER: Delivery.CUT,
    Fault.SLOW_DRIP: Delivery.DRIPPED,
}
"""Faults on the way of an honest answer."""

TWISTS: Mapping[Fault, Callable[[Items, Rule], Items]] = {
    Fault.SHORT_ANSWER: lambda items, rule: items[: max(0, len(items) - rule.count)],
    Fault.REORDERED_ANSWER: lambda items, _rule: items[::-1],
    Fault.ODD_STATUS: _odd,
}
"""Faults that change the items of a create's answer."""


def spoil(reply: Reply, rule: Rule) -> Reply:
    """The answer after its fault; `reply` is the honest one, or `NOTHING` before the commit."""
    fault = rule.fault
    if fault in SILENCES:
        return replace(NOTHING, delivery=SILENCES[fault])
    if fault in FAILURES:
        status = 429 if fault is Fault.TOO_MANY_REQUESTS else rule.status
        return failure(status, retry_after=rule.retry_after, html=rule.html)
    if fault in TWISTS:
        return _twist(reply, rule)
    if fault is Fault.HTML_ANSWER:
        return html_reply(200, "Please sign in")
    if fault in TRAVELS:
        return replace(reply, delivery=TRAVELS[fault], pause=rule.seconds)
    return reply


def _twist(reply: Reply, rule: Rule) -> Reply:
    """The answer of a create with other items; any other answer as it is."""
    answer = json.loads(reply.body)
    if reply.status != 200 or "lead_id" not in answer:
        return reply
    items = TWISTS[rule.fault](answer["actions"], rule)
    return json_reply(200, {**answer, "actions": items}, reply.headers)
