"""What a request's end proves, by how far it got and by what came back; never by an error's name.

how far      what came back                             verdict
─────────    ────────────────────────────────────────   ──────────────────────────────
NOT_STARTED  –                                          NotSent
STARTED      the head of a 200                          ReadBack
STARTED      anything else, or nothing                  Unknown
ANSWERED     200, as many faultless items as sent       Recorded
ANSWERED     200, anything else                         ReadBack
ANSWERED     401 402 403, licence codes, 3xx            StopRun
ANSWERED     404: LEAD_NOT_FOUND; any other             Refused; StopRun
ANSWERED     413 414 415 422                            Refused
ANSWERED     400: on one action; on several             Refused; RefusedMaybe
ANSWERED     429                                        Wait
ANSWERED     503 with Retry-After: custom; a PAYMENT    Wait; Unknown
ANSWERED     anything else                              Unknown
"""

from __future__ import annotations

from typing import Final, assert_never

from importer.protocol import Answer, ErrorAnswer, Items, Unreadable
from importer.verdict.cases import (
    Assumptions,
    Exchange,
    NotSent,
    Progress,
    ReadBack,
    Recorded,
    Refused,
    RefusedMaybe,
    StopRun,
    Unknown,
    Verdict,
    Wait,
)

LEAD_NOT_FOUND: Final = "LEAD_NOT_FOUND"
LICENCE_CODES: Final = frozenset({"BUY_LICENSE", "ENTERPRISE_LICENSE_EXPIRED"})
"""Answered with a status that is not recorded anywhere (the first one: 402)."""
USUAL: Final = Assumptions()


def judge(
    exchange: Exchange,
    answer: Answer | None,
    *,
    items: int,
    has_payment: bool,
    assuming: Assumptions = USUAL,
) -> Verdict:
    """Say what a create-actions request's end proves; never raises.

    Args:
        exchange: how far it got and what came back.
        answer: the answer's body as `protocol.read_answer` reads it; None without one.
        items: how many actions the request had.
        has_payment: one of them is a PAYMENT.
        assuming: how open questions of the API are read.
    """
    match exchange.progress:
        case Progress.NOT_STARTED if exchange.status is None:
            return NotSent(reason=_sentence(exchange.error or "the request was not begun"))
        case Progress.NOT_STARTED:
            return Unknown(reason="An answer came to a request that was not sent.")
        case Progress.STARTED if exchange.status == 200:
            lost = exchange.error or "the answer was cut off"
            return ReadBack(reason=_sentence(f"the CRM accepted the request, but {lost}"))
        case Progress.STARTED:
            return Unknown(reason=_sentence(exchange.error or "no complete answer came"))
        case Progress.ANSWERED:
            return _judge_answer(exchange, answer, items, assuming, has_payment=has_payment)
        case _:
            assert_never(exchange.progress)


def _judge_answer(
    exchange: Exchange,
    answer: Answer | None,
    items: int,
    assuming: Assumptions,
    *,
    has_payment: bool,
) -> Verdict:
    status = exchange.status
    if status is None:
        return Unknown(reason="An answer came without a status.")
    if status == 200:
        return _judge_ok(answer, items)
    error = answer if isinstance(answer, ErrorAnswer) else ErrorAnswer(code="", message="")
    return (
        _stopped(status, error)
        or _refused(status, error, items, assuming)
        or _postponed(exchange, assuming, has_payment=has_payment)
        or Unknown(reason=_sentence(f"the CRM answered with status {status}{_said(error)}"))
    )


def _judge_ok(answer: Answer | None, items: int) -> Verdict:
    match answer:
        case Items() if len(answer.items) == items:
            return Recorded(items=answer.items, general=answer.general)
        case Items():
            told = len(answer.items)
            return ReadBack(reason=f"The answer speaks of {told} actions, and {items} were sent.")
        case ErrorAnswer():
            said = answer.message or answer.code or "nothing more"
            return ReadBack(reason=_sentence(f"the CRM answered 200 with an error: {said}"))
        case Unreadable():
            return ReadBack(reason=answer.reason)
        case None:
            return ReadBack(reason="The answer was not read.")
        case _:
            assert_never(answer)


_STOPS: Final = {
    401: (
        "The CRM does not accept the token.",
        "Check that it is a Sync token of this workspace, and that the enterprise id is right.",
    ),
    402: (
        "The workspace's licence does not allow this.",
        "Ask the workspace's owner to renew the licence.",
    ),
    403: (
        "The CRM does not let this token create actions.",
        "Ask the workspace's owner for a Sync token that may.",
    ),
}
_WRONG_ADDRESS: Final = (
    "Check the base URL and the enterprise id in the settings; "
    'TeleCRM\'s base URL is "https://next.telecrm.in/autoupdate/v2".'
)


def _stopped(status: int, error: ErrorAnswer) -> StopRun | None:
    if 400 <= status < 500 and error.code in LICENCE_CODES:
        what, remedy = _STOPS[402]
    elif status in _STOPS:
        what, remedy = _STOPS[status]
    elif 300 <= status < 400 or (status == 404 and error.code != LEAD_NOT_FOUND):
        what, remedy = f"This is not the address of the CRM (status {status}).", _WRONG_ADDRESS
    else:
        return None
    return StopRun(
        code=error.code or f"HTTP_{status}",
        message=_sentence(f"{what.removesuffix('.')}{_said(error)}"),
        remedy=f"{remedy} Then resume the run.",
    )


_REFUSALS: Final = {
    400: "The CRM refused the request and did not say why.",
    404: "The CRM does not know this lead.",
    413: "The request is too large for the CRM.",
    414: "The address of the request is too long for the CRM.",
    415: "The CRM does not read this kind of request.",
    422: "The CRM could not process the request.",
}


def _refused(
    status: int, error: ErrorAnswer, items: int, assuming: Assumptions
) -> Refused | RefusedMaybe | None:
    if status not in _REFUSALS:
        return None
    code, message = error.code or f"HTTP_{status}", error.message or _REFUSALS[status]
    if status == 400 and items > 1 and assuming.bad_request_may_store:
        return RefusedMaybe(code=code, message=message)
    return Refused(code=code, message=message)


def _postponed(exchange: Exchange, assuming: Assumptions, *, has_payment: bool) -> Wait | None:
    seconds = exchange.retry_after_s
    if exchange.status == 429 and not assuming.throttled_may_store:
        return Wait(seconds=seconds, reason="The CRM asks to slow down (429).")
    in_doubt = has_payment or assuming.busy_may_store
    if exchange.status == 503 and seconds is not None and not in_doubt:
        return Wait(seconds=seconds, reason="The CRM is busy for a while (503).")
    return None


def _said(error: ErrorAnswer) -> str:
    return f": {error.message}" if error.message else ""


def _sentence(words: str) -> str:
    text = words[:1].upper() + words[1:]
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
