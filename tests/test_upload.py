"""The loop and the look back, over a wire that says what a test wants; the journal is real."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from workplaces import desk, row

from importer.crm import Flight
from importer.model import Outcome
from importer.pipeline import open_workplace, plan_run, reconcile_run
from importer.upload import Gate, Sending
from importer.upload.pace import Pace
from importer.verdict import Exchange, Progress


def answered(status: int, body: object, *, offset: float | None = 0.0) -> Exchange:
    """A complete answer."""
    return Exchange(
        progress=Progress.ANSWERED,
        status=status,
        body=json.dumps(body).encode(),
        clock_offset_s=offset,
    )


@dataclass
class ScriptedWire:
    """Answers what a test tells it to."""

    create: Callable[[str, int], Exchange]
    """Lead and number of actions → answer."""
    pages: Sequence[Exchange] = ()
    looks: list[int] = field(default_factory=list)
    """The `skip` of each look at a timeline."""

    async def create_actions(self, lead: str, body: bytes, flight: Flight) -> Exchange:  # noqa: ARG002 - the protocol's words
        """Answer a batch."""
        return self.create(lead, len(json.loads(body)["actions"]))

    async def search_actions(self, lead: str, type_: str, *, skip: int, limit: int) -> Exchange:  # noqa: ARG002 - the same
        """Answer with the next page."""
        self.looks.append(skip)
        return self.pages[len(self.looks) - 1]


def send(folder: Path, wire: ScriptedWire, *leads: int) -> dict[str, int]:
    """Run a sheet with one row for each of these leads over the wire; outcome → actions."""

    @asynccontextmanager
    async def open_wire() -> AsyncIterator[ScriptedWire]:
        yield wire

    with desk(folder) as here, open_workplace(here.settings) as workplace:
        sheet = here.sheet(*(row(number) for number in leads))
        run = plan_run(workplace, sheet, here.mapping)

        async def deliver() -> None:
            gate = Gate(Pace(None, 1, lambda: 0.0))
            await Sending(workplace.journal, run, gate, jitter=float).send(open_wire, 1)

        asyncio.run(deliver())
        lines = reconcile_run(workplace, run).outcomes
        return {str(one): line.count for one, line in lines.items() if line.count}


def created(lead: str, ids: Sequence[str]) -> Exchange:
    """200: all of them created."""
    items = [{"action_id": one, "status": "CREATED"} for one in ids]
    return answered(200, {"lead_id": lead, "actions": items, "remarks": []})


def test_an_action_id_that_is_known_is_no_answer(tmp_path: Path) -> None:
    """An answer that gives out ids of other actions is not of this request: UNKNOWN."""
    wire = ScriptedWire(create=lambda lead, _count: created(lead, ["a1", "a2"]))
    assert send(tmp_path, wire, 1, 2) == {"CREATED": 2, "UNKNOWN": 2}


def refused_wholly(offset: float | None) -> Exchange:
    """400 for a whole request."""
    return answered(400, {"error": {"code": "BAD_REQUEST", "message": "No."}}, offset=offset)


def page(ids: Sequence[str], total: int) -> Exchange:
    """A page of a timeline, of actions of long ago unless their id begins with `new`."""
    items = [
        {
            "id": one,
            "type": "PAYMENT",
            "creationTimestamp": 9_999_999_999_999 if one.startswith("new") else 1,
        }
        for one in ids
    ]
    return answered(200, {"data": items, "total_count": total, "skip": 0, "limit": 100})


@pytest.mark.parametrize(
    ("pages", "outcome"),
    [
        ([page([], 0), page([], 0)], Outcome.REFUSED),
        ([page(["old"], 1), page([], 0)], Outcome.REFUSED),
        ([page(["new"], 1)], Outcome.UNKNOWN),
        ([page([], 0), page(["new"], 1)], Outcome.UNKNOWN),
        ([page(["old 1", "old 2"], 3), page(["new"], 3)], Outcome.UNKNOWN),
        ([page(["old"], 2), page([], 2)], Outcome.UNKNOWN),
        ([answered(500, {})], Outcome.UNKNOWN),
    ],
)
def test_a_400_is_refused_only_if_every_page_explains_itself(
    tmp_path: Path, pages: Sequence[Exchange], outcome: Outcome
) -> None:
    """Every page of every type is read, however small the pages are; one doubt is enough."""
    wire = ScriptedWire(create=lambda _lead, _count: refused_wholly(0.0), pages=pages)
    assert send(tmp_path, wire, 1) == {str(outcome): 2}
    assert len(wire.looks) == len(pages)


def test_without_the_crm_s_clock_nothing_is_called_absent(tmp_path: Path) -> None:
    """A 400 whose answer tells no time leaves the actions UNKNOWN, without a look."""
    wire = ScriptedWire(create=lambda _lead, _count: refused_wholly(None))
    assert send(tmp_path, wire, 1) == {"UNKNOWN": 2}
    assert wire.looks == []
