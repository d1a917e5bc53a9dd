"""One story: runs are sent over a bad network by a process that dies again and again."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select
from virtual_time import VirtualLoop

from importer.journal.attempts import doubt_again
from importer.journal.planning import void_unfinished
from importer.journal.schema import actions
from importer.journal.sending import leads_to_send, recover, set_run_state
from importer.journal.store import Journal, open_journal
from importer.model import OUTCOME_OF, PAYMENT, RunState, State
from importer.sandbox.faults import Rule
from importer.sandbox.state import PracticeCrm
from importer.sandbox.toggles import Toggles
from importer.upload import EndKind, Gate, Sending
from importer.upload.pace import Pace
from importer.upload.settle import SettleRules, Settling
from simulator.faults import RULES
from simulator.plan import Order, leads_of, stage_order
from simulator.proof import Witness, breaches, imbalances, leftovers
from simulator.wire import TIMEOUT_S, Network

WORKSPACE = "http://127.0.0.1:8765 · story"
SENDERS = 4
DELAY_S, BETWEEN_S = 120.0, 30.0
MOST_ROUNDS = 1000
_MEMORY = Path("/dev/shm")  # noqa: S108 - only asked for; a folder of its own is made in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What is to happen; the same script tells the same story."""

    seed: int
    leads: int
    kills: int = 0
    life_s: float = 40.0
    """How long a process lives before it is killed, on average."""
    orders: int = 2
    rules: tuple[Rule, ...] = RULES
    odd: float = 0.003
    """See `Network`."""


@dataclass(slots=True, kw_only=True)
class Figures:
    """What happened, and every promise that was broken."""

    leads: int = 0
    actions: int = 0
    stored: int = 0
    requests: int = 0
    struck: int = 0
    """Requests that met a fault of whatever kind."""
    kills: int = 0
    killed: int = 0
    """Actions that were on the wire when a process died."""
    stops: int = 0
    """How often a rule or a refusal stopped the run, and it was resumed."""
    faults: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    breaches: list[str] = field(default_factory=list)


class _Buried:
    """What is left of the journal of a process that was killed."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - stands for anything
        raise RuntimeError(f"{name}: the process is dead")


class Story:
    """One story under way."""

    def __init__(self, script: Script, loop: VirtualLoop, folder: Path) -> None:
        self.script = script
        self.loop = loop
        self.random = Random(script.seed)  # noqa: S311 - draws faults, no secrets
        share = script.leads // script.orders
        self.orders = [
            Order(
                run=f"20261123-{nth:04}", first=1 + nth * share, leads=share, resending=nth % 2 == 1
            )
            for nth in range(script.orders)
        ]
        skew = self.random.choice([0.0, -7200.0, 5400.5, 40.0])
        self.crm = PracticeCrm(
            leads=leads_of(self.orders),
            clock=loop.epoch,
            toggles=Toggles(clock_skew_seconds=skew, bad_request_stores=script.seed % 2 == 1),
        )
        self.network = Network(self.crm, loop, self.random, odd=script.odd)
        self.crm.faults.set(script.rules, script.seed)
        self.path = folder / "journal.db"
        self.figures = Figures(leads=share * script.orders)
        self.killed: set[int] = set()
        """Actions that were on the wire when the process died."""
        self.begins: Callable[[Journal], object] = lambda _journal: None
        """Told of each life's journal."""

    async def tell(self) -> None:
        """From the plan to the last life, which ends by itself."""
        self.plan()
        for _ in range(self.script.kills):
            await self.live(until=self.random.expovariate(1 / self.script.life_s))
        await self.live()
        await self.end()

    def plan(self) -> None:
        """Stage everything."""
        with self._open() as journal:
            for order in self.orders:
                stage_order(journal, order)

    async def live(self, until: float | None = None) -> None:
        """One process, from its start to its end, or to its death after so many seconds."""
        with self._open() as journal:
            self.begins(journal)
            void_unfinished(journal)
            recover(journal)
            work = self.loop.create_task(self._work(journal))
            await asyncio.wait({work}, timeout=until)
            if work.done():
                work.result()
                self._check(journal)
                return
            self._check(journal)
            self.note_wire(journal)
            self.figures.kills += 1
            # What is on disk stays; nothing is recorded any more.
            journal.connection = _Buried()  # type: ignore[assignment] # nobody may use it any more
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    async def end(self) -> None:
        """Wait until whatever is still under way has arrived, and say the last word."""
        await asyncio.sleep(1000)
        with self._open() as journal:
            self._check(journal)
            self._close(journal)

    def note_wire(self, journal: Journal | None = None) -> None:
        """Remember what is on the wire now, as its sender dies."""
        if journal is None:
            with self._open() as opened:
                self.note_wire(opened)
            return
        on_wire = select(actions.c.id).where(actions.c.state == State.SENDING)
        self.killed |= {one.id for one in journal.read(on_wire)}

    def _open(self) -> AbstractContextManager[Journal]:
        return open_journal(self.path, WORKSPACE, clock=self.loop.now)

    def _check(self, journal: Journal) -> None:
        witness = Witness(stored=self.crm.actions, struck=self.network.struck, killed=self.killed)
        self.figures.breaches += breaches(journal, witness)

    def _close(self, journal: Journal) -> None:
        """What the last word must be, beside what is true at any moment."""
        figures = self.figures
        figures.breaches += leftovers(journal)
        for order in self.orders:
            figures.breaches += imbalances(journal, order.run)
        states = [one.state for one in journal.read(select(actions.c.state))]
        figures.outcomes.update(str(OUTCOME_OF[State(state)]) for state in states)
        figures.actions, figures.stored = len(states), len(self.crm.actions)
        figures.killed = len(self.killed)
        figures.faults = self.network.faults
        figures.requests, figures.struck = self.network.requests, self.network.met

    async def _work(self, journal: Journal) -> None:
        for order in self.orders:
            await self._bring_to_rest(journal, order)

    async def _bring_to_rest(self, journal: Journal, order: Order) -> None:
        """Send, settle, and resume what was stopped, until that changes nothing any more."""
        before: Mapping[int, str] | None = None
        settled = False
        for _ in range(MOST_ROUNDS):
            if not settled:
                # It is resumed: what was found absent is too long ago.
                doubt_again(journal, order.run)
            now = _states(journal, order.run)
            # What was sent and found absent stands where it stood, and has not come to rest.
            if now == before and settled and not leads_to_send(journal, order.run):
                return
            before = now
            set_run_state(journal, order.run, RunState.SENDING)
            settled = await self._send(journal, order)
            if settled:
                await self._settle(journal, order)
            set_run_state(journal, order.run, RunState.STOPPED)
        self.figures.breaches.append(f"{order.run} does not come to rest")

    async def _send(self, journal: Journal, order: Order) -> bool:
        """Send what may go; True when nothing stopped it."""
        gate = self._gate()
        await Sending(journal, order.run, gate, jitter=float).send(self._open_wire, SENDERS)
        done = gate.ending.kind is EndKind.DONE
        self.figures.stops += not done
        return done

    async def _settle(self, journal: Journal, order: Order) -> None:
        settling = Settling(
            journal,
            self._gate(),
            rules=SettleRules(delay_s=DELAY_S, between_s=BETWEEN_S),
            may_resend=lambda claim: claim.type != PAYMENT or order.resending,
            timeout_s=TIMEOUT_S,
        )
        await settling.settle(self._open_wire, order.run)

    def _gate(self) -> Gate:
        return Gate(Pace(90_000, 10, self.loop.time), clock=self.loop.time)

    @asynccontextmanager
    async def _open_wire(self) -> AsyncIterator[Network]:
        yield self.network


def _states(journal: Journal, run: str) -> Mapping[int, str]:
    found = journal.read(select(actions.c.id, actions.c.state).where(actions.c.run == run))
    return {one.id: one.state for one in found}


@contextmanager
def opened(script: Script) -> Iterator[tuple[Story, asyncio.Runner]]:
    """A story in a folder and a loop of its own."""
    where = _MEMORY if _MEMORY.is_dir() else None
    with (
        tempfile.TemporaryDirectory(dir=where) as folder,
        asyncio.Runner(loop_factory=VirtualLoop) as runner,
    ):
        loop = runner.get_loop()
        assert isinstance(loop, VirtualLoop)
        yield Story(script, loop, Path(folder)), runner


def tell(script: Script) -> Figures:
    """Tell a story from beginning to end."""
    with opened(script) as (story, runner):
        runner.run(story.tell())
        return story.figures
