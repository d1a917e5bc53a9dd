"""The line to a workspace's CRM: wires that share one TLS context, behind one gate."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from importer.crm import Crm, make_tls_context
from importer.journal.answers import left_ago
from importer.pipeline.interrupts import interrupts
from importer.pipeline.practice import crm_address
from importer.pipeline.workplace import Workplace
from importer.secret import Token
from importer.upload import Ending, Gate
from importer.upload.pace import Pace, nap


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one command needs to speak to the CRM."""

    gate: Gate
    open_wire: Callable[[], Crm]


def over_the_line(
    workplace: Workplace,
    token: Token,
    work: Callable[[Line], Awaitable[None]],
    *,
    minutes: float | None = None,
) -> Ending:
    """Do some work that sends requests, until it is done or told to stop.

    Args:
        workplace: the workspace, opened to work in.
        token: its token.
        work: what to do.
        minutes: after so many no further request leaves; None: never.
    """
    with crm_address(workplace) as address:
        return asyncio.run(_work(workplace, address, token, work, minutes))


async def _work(
    workplace: Workplace,
    address: str,
    token: Token,
    work: Callable[[Line], Awaitable[None]],
    minutes: float | None,
) -> Ending:
    settings, tls = workplace.settings, make_tls_context()
    gate = Gate(_pace(workplace), deadline_s=None if minutes is None else minutes * 60)

    def open_wire() -> Crm:
        return Crm(
            base_url=address,
            enterprise_id=settings.workspace.enterprise_id,
            token=token,
            timeout_s=settings.send.timeout_seconds,
            tls=tls,
            leave=gate.leave,
        )

    with interrupts(gate):
        try:
            await work(Line(gate=gate, open_wire=open_wire))
        except asyncio.CancelledError:
            return gate.ending
    return gate.ending


def _pace(workplace: Workplace) -> Pace:
    send = workplace.settings.send
    pace = Pace(send.requests_per_hour or None, send.burst, time.monotonic, nap)
    pace.spent(left_ago(workplace.journal, pace.memory_s))
    return pace
