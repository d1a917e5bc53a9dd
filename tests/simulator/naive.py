"""Clients as they are usually written, for contrast: what fails is tried again, or is given up."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from virtual_time import VirtualLoop

from importer.crm import Flight
from importer.model import Ready
from importer.sandbox.state import PracticeCrm
from importer.verdict import Progress
from simulator.faults import RULES
from simulator.plan import Order, leads_of, rows_of
from simulator.proof import key_of, key_stored
from simulator.wire import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """What a client did to the timelines."""

    actions: int
    doubled: int
    """Actions that stand there more often than was planned."""
    lost: int
    """Actions that could be stored and stand nowhere."""


def damage(seed: int, leads: int, tries: int) -> Damage:
    """Send a run over the bad network, each request so often at the most until it is answered 200.

    Args:
        seed: of the faults.
        leads: how many.
        tries: 1 gives up what fails; more send it again.
    """
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, VirtualLoop)
        order = Order(run="naive", first=1, leads=leads, resending=True)
        crm = PracticeCrm(leads=leads_of([order]), clock=loop.epoch)
        random = Random(seed)  # noqa: S311 - draws faults, no secrets
        network = Network(crm, loop, random, odd=0.003)
        crm.faults.set(RULES, seed)
        runner.run(_send_all(network, order, tries))
        return _count(crm, order)


async def _send_all(network: Network, order: Order, tries: int) -> None:
    requests = _requests(order)

    async def sender() -> None:
        for lead, entries in requests:
            await _send(network, lead, entries, tries)

    await asyncio.gather(*(sender() for _ in range(4)))
    await asyncio.sleep(1000)


async def _send(network: Network, lead: str, entries: list[str], tries: int) -> None:
    body = f'{{"actions":[{",".join(entries)}]}}'.encode()
    for _ in range(tries):
        exchange = await network.create_actions(lead, body, Flight())
        if exchange.progress is Progress.ANSWERED and exchange.status in {200, 400, 404}:
            return
        await asyncio.sleep(2.0)


def _requests(order: Order) -> Iterator[tuple[str, list[str]]]:
    for row in rows_of(order):
        if isinstance(row.checked, Ready) and row.checked.drafts:
            drafts = row.checked.drafts
            yield drafts[0].lead, [draft.entry for draft in drafts]


def _count(crm: PracticeCrm, order: Order) -> Damage:
    planned = Counter(
        key_of(lead, json.loads(entry)["type"], json.loads(entry))
        for lead, entries in _requests(order)
        for entry in entries
        if lead in crm.leads and _can_be_stored(entry, entries)
    )
    there = Counter(key_stored(one) for one in crm.actions)
    return Damage(
        actions=planned.total(),
        doubled=(there - planned).total(),
        lost=(planned - there).total(),
    )


def _can_be_stored(entry: str, entries: list[str]) -> bool:
    return "payer_email" not in entry and not any('"CALL"' in one for one in entries)
