"""The token and the CRM's clock, by one request that changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Final

from importer.crm import Crm
from importer.pipeline.doctor.finding import Finding, ok, warning, wrong
from importer.protocol import ErrorAnswer, Unreadable, read_timeline
from importer.secret import Token
from importer.settings import Settings
from importer.upload.pace import Pace
from importer.verdict import LEAD_NOT_FOUND, LICENCE_CODES, Exchange, Progress

_CRM: Final = "CRM"
_CLOCK: Final = "clock"
_PATIENCE_S: Final = 30.0
_FAR_S: Final = 60.0
"""Seconds between two clocks; with more, somebody should set one of them."""
_ANY_TYPE: Final = "PAYMENT"

_REFUSALS: Final = {
    401: (
        "The CRM does not accept the token for this enterprise.",
        "Check that it is a Sync token, and of the enterprise that `enterprise_id` names.",
    ),
    402: (
        "The workspace's licence does not allow this.",
        "Ask the workspace's owner to renew the licence.",
    ),
    403: (
        "The CRM knows the token and does not let it read.",
        "Ask the workspace's owner for a Sync token that may read and write.",
    ),
    404: (
        "The CRM knows no such enterprise, or the address leads elsewhere.",
        "Copy `enterprise_id` and `base_url` again from TeleCRM into importer.toml.",
    ),
    429: (
        "The CRM says that too many requests have come: another program uses the same budget.",
        "Find that program, or write a lower `requests_per_hour` under [send].",
    ),
}


async def ask(settings: Settings, token: Token, lead: str, pace: Pace) -> Exchange:
    """Read one page: of a lead's timeline where a lead is known, else the kinds of actions.

    One permit of the pace is spent, and made up for by the wait behind it: a run that starts at
    once afterwards counts the requests of the journal, and this one is not among them.

    Args:
        settings: the workspace's.
        token: its token.
        lead: a lead that exists; "" where none is known.
        pace: with what was spent of it.
    """
    wire = Crm(
        base_url=settings.workspace.base_url,
        enterprise_id=settings.workspace.enterprise_id,
        token=token,
        timeout_s=min(_PATIENCE_S, settings.send.timeout_seconds),
    )
    await pace.permit()
    async with wire:
        found = wire.search_actions(lead, _ANY_TYPE, skip=0, limit=1) if lead else None
        exchange = await (found or wire.custom_actions())
    rate = settings.send.requests_per_hour
    if rate:
        await asyncio.sleep(3600 / rate)
    return exchange


def findings_of(exchange: Exchange) -> Iterator[Finding]:
    """What the answer says of the token, the address and the clock."""
    if exchange.progress is Progress.NOT_STARTED:
        yield wrong(
            _CRM,
            f"The CRM could not be reached: {exchange.error}.",
            "Check this machine's network, its proxy (HTTPS_PROXY), and `base_url`.",
        )
        return
    if exchange.progress is not Progress.ANSWERED or exchange.status is None:
        yield wrong(
            _CRM,
            f"The CRM gave no complete answer: {exchange.error}.",
            "Try again later; if it stays so, ask whoever keeps the network.",
        )
        return
    yield _answer(exchange.status, exchange.body)
    yield _clock(exchange.clock_offset_s)


def _answer(status: int, body: bytes) -> Finding:
    if status == 200:
        return ok(_CRM, "The CRM accepts the token. One request was spent, and it only read.")
    found = read_timeline(status, body)
    code = found.code if isinstance(found, ErrorAnswer) else ""
    if code == LEAD_NOT_FOUND:
        return ok(_CRM, "The CRM accepts the token; the lead that was asked for is gone.")
    status = 402 if code in LICENCE_CODES else status
    said = _REFUSALS.get(status)
    if said:
        return wrong(_CRM, *said)
    words = found.message if isinstance(found, ErrorAnswer) else ""
    if isinstance(found, Unreadable):
        words = "not in the form of its API"
    return wrong(
        _CRM,
        f"The CRM answered with status {status}{f' ({words})' if words else ''}.",
        "Check `base_url`; from 500 on, the trouble is the CRM's: try again later.",
    )


def _clock(offset_s: float | None) -> Finding:
    if offset_s is None:
        return warning(
            _CLOCK,
            "The CRM does not tell its time.",
            "What is in doubt may then stay so until a person looks; see docs/internals.md.",
        )
    ahead = "ahead of" if offset_s >= 0 else "behind"
    said = f"The CRM's clock is {abs(offset_s):,.0f} s {ahead} this machine's."
    if abs(offset_s) > _FAR_S:
        return warning(_CLOCK, said, "Let this machine set its clock by the network (NTP).")
    return ok(_CLOCK, said)
