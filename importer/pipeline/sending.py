"""The send of a planned run: the first leads, all others, what is in doubt, and how it ended."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from importer.errors import ImporterError
from importer.journal import reading
from importer.journal.answers import (
    Answered,
    answered_since,
    count_doubtful,
    last_request,
)
from importer.journal.attempts import doubt_again
from importer.journal.left import actions_left, batches_left
from importer.journal.sending import leads_to_send, set_run_state
from importer.model import RunState
from importer.pipeline.approving import hold_back
from importer.pipeline.bars import Bars, NoBars
from importer.pipeline.concluding import conclude
from importer.pipeline.line import Line, over_the_line
from importer.pipeline.settling import settle_over
from importer.pipeline.workplace import Workplace
from importer.secret import Token
from importer.upload import Ending, EndKind, Sending
from importer.upload.stops import FIRST_LEADS, StopRules
from importer.verdict import Assumptions

_ROUNDS = 3
"""How often what is in doubt is settled and what that frees is sent: then a person looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What a person or a scheduler says of one send."""

    canary: int = 0
    """Leads to be sent first."""
    go_on: Callable[[Sequence[Answered]], bool] = lambda _answers: False
    """Asked where not everything of those was created."""
    minutes: float | None = None
    """After so many, no further request leaves."""
    applied: bool = False
    """A person says just now that the run's frozen plan is to be sent."""


def send_run(
    workplace: Workplace,
    run_id: str,
    token: Token,
    *,
    orders: Orders | None = None,
    bars: Bars | None = None,
) -> Ending:
    """Send everything of a run that is staged, and settle what is in doubt.

    Args:
        workplace: the workspace, opened to work in.
        run_id: a run that was planned just now, or that `resumable` has returned.
        token: the workspace's token.
        orders: how.
        bars: progress.

    Returns:
        How it ended; the run's state and reason are on record. One that waits for approval is not
        sent, and ends as stopped.
    """
    journal, orders = workplace.journal, orders or Orders()
    if (waiting := hold_back(workplace, run_id, applied=orders.applied)) is not None:
        return waiting
    if not _anything_to_do(workplace, run_id):
        set_run_state(journal, run_id, RunState.DONE)
        return Ending(kind=EndKind.DONE)
    set_run_state(journal, run_id, RunState.SENDING)

    async def work(line: Line) -> None:
        await _Send(workplace, run_id, line, bars or NoBars()).all(orders)

    try:
        ending = over_the_line(workplace, token, work, minutes=orders.minutes)
    except ImporterError as error:
        conclude(workplace, run_id, Ending(kind=EndKind.STOPPED, reason=error.message))
        raise
    return conclude(workplace, run_id, ending)


class _Send:
    """One run's send, over one line."""

    def __init__(self, workplace: Workplace, run: str, line: Line, bars: Bars) -> None:
        self._workplace, self._run, self._line, self._bars = workplace, run, line, bars

    async def all(self, orders: Orders) -> None:
        """Settle what an earlier send left in doubt; send; settle, and send what that freed.

        What was found absent is believed by the send that follows at once, and by no later one.
        """
        await self._settle(self._doubted_again())
        if self._line.gate.stopping:
            return
        if orders.canary and not await self._canary(orders):
            return
        for _ in range(_ROUNDS):
            await self._send()
            if not await self._settle() or not _sendable(self._workplace, self._run):
                return

    async def _canary(self, orders: Orders) -> bool:
        """Send some leads; True when all of them were created, or a person says to go on."""
        journal = self._workplace.journal
        before = last_request(journal)
        await self._send(first=orders.canary)
        answers = answered_since(journal, self._run, before)
        if self._line.gate.stopping:
            return False
        if all(one.whole for one in answers):
            return True
        if not orders.go_on(answers):
            self._line.gate.stop(_CANARY)
            return False
        set_run_state(journal, self._run, RunState.SENDING)
        # What was looked for before is too long ago: nobody knows how long the person has thought.
        if leads := self._doubted_again():
            await self._settle(leads)
        return not self._line.gate.stopping

    def _doubted_again(self) -> Sequence[str]:
        """The leads of what was found absent some time ago, and so is in doubt again."""
        return list(dict.fromkeys(doubt_again(self._workplace.journal, self._run).values()))

    async def _send(self, first: int | None = None) -> None:
        workplace, settings = self._workplace, self._workplace.settings
        left = actions_left(workplace.journal, self._run)
        if not left:
            return
        with self._bars.stage("Sending", left) as advance:
            sending = Sending(
                workplace.journal,
                self._run,
                self._line.gate,
                jitter=_stretch,
                advance=advance,
                stops=_stops(workplace),
                correcting=bool(reading.run_of(workplace.journal, self._run).parent),
                assuming=Assumptions(**settings.api.model_dump()),
                longest_wait_s=settings.send.longest_wait_seconds,
            )
            await sending.send(self._line.open_wire, settings.send.concurrency, first)

    async def _settle(self, leads: Sequence[str] = ()) -> bool:
        """Settle what is in doubt; False where there is nothing, or where it is to stop.

        Where that is not to be done unasked, these leads alone: to be sent, they need a look.
        """
        automatic = self._workplace.settings.settle.automatic
        if self._line.gate.stopping or not (automatic or leads):
            return False
        if not count_doubtful(self._workplace.journal, self._run):
            return False
        await settle_over(
            self._workplace, self._line, self._run, self._bars, None if automatic else leads
        )
        return not self._line.gate.stopping


_CANARY = Ending(
    kind=EndKind.STOPPED,
    reason=FIRST_LEADS.reason,
    remedy=FIRST_LEADS.remedy,
    halted=True,
)


def _stops(workplace: Workplace) -> StopRules:
    stop = workplace.settings.stop.model_dump(exclude={"invalid_share", "canary"})
    return StopRules(**stop)


def _stretch(seconds: float) -> float:
    """Up to half as long again, so that senders do not come back all at once."""
    return seconds * random.uniform(1.0, 1.5)  # noqa: S311 - no secret hangs on it


def _sendable(workplace: Workplace, run: str) -> bool:
    """Whether something is staged that waits for nothing."""
    return bool(leads_to_send(workplace.journal, run))


def _anything_to_do(workplace: Workplace, run: str) -> bool:
    journal = workplace.journal
    return bool(batches_left(journal, run) or count_doubtful(journal, run))
