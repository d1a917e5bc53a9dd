"""The send of a planned run: wires, pace and interrupts around `upload`, and how it ended."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from importer.crm import Crm, make_tls_context
from importer.errors import ImporterError, UsageError
from importer.journal import reading
from importer.journal.ledger import match_again
from importer.journal.planning import matching_of
from importer.journal.sending import set_run_state
from importer.mapping import parse_mapping
from importer.model import RunRecord, RunState
from importer.pipeline.keys import repeats, separate
from importer.pipeline.practice import crm_address
from importer.pipeline.workplace import Bars, NoBars, Workplace
from importer.secret import Token
from importer.upload import Ending, EndKind, Gate, Sending
from importer.upload.pace import Pace

_ECHO_S = 0.5
"""A terminal and a program between (uv, timeout) may both pass one Ctrl-C on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What sending a run will take."""

    requests: int
    seconds: float
    """0 where there is no pace."""


def estimate(workplace: Workplace, run: str) -> Estimate:
    """How many requests are left, and how long they take at the pace of the settings."""
    requests = reading.batches_left(workplace.journal, run)
    rate = workplace.settings.send.requests_per_hour
    return Estimate(requests=requests, seconds=requests * 3600 / rate if rate else 0.0)


def resumable(workplace: Workplace, run_id: str) -> RunRecord:
    """The run, if there may be something left to send.

    Raises:
        UsageError: there is no such run, or it was refused as a whole.
    """
    run = reading.run_of(workplace.journal, run_id)
    if run.state is RunState.REFUSED:
        raise UsageError(
            f"The run {run.id} was refused before anything was sent: {run.reason}",
            "Run its sheet again, corrected where it needs it.",
        )
    return run


def send_run(
    workplace: Workplace, run_id: str, token: Token, *, bars: Bars | None = None
) -> Ending:
    """Send everything of a run that is staged.

    Args:
        workplace: the workspace, opened to work in.
        run_id: a run that is ready, or was stopped.
        token: the workspace's token.
        bars: progress.

    Returns:
        How it ended; the run's state and reason are on record.
    """
    journal = workplace.journal
    _match_again(workplace, run_id)
    if not reading.batches_left(journal, run_id):
        set_run_state(journal, run_id, RunState.DONE)
        return Ending(kind=EndKind.DONE)
    set_run_state(journal, run_id, RunState.SENDING)
    try:
        with crm_address(workplace) as address:
            ending = asyncio.run(_send(workplace, run_id, address, token, bars or NoBars()))
    except ImporterError as error:
        set_run_state(journal, run_id, RunState.STOPPED, error.message)
        raise
    _conclude(workplace, run_id, ending)
    return ending


def _match_again(workplace: Workplace, run_id: str) -> None:
    """Other runs may have sent since this one was planned."""
    journal = workplace.journal
    run = reading.run_of(journal, run_id)
    mapping = parse_mapping(reading.mapping_of(journal, run_id), run.mapping)
    matching = matching_of(journal, run_id, repeats=repeats(mapping), separate=separate(mapping))
    match_again(journal, run_id, matching)


async def _send(
    workplace: Workplace, run_id: str, address: str, token: Token, bars: Bars
) -> Ending:
    settings, journal, tls = workplace.settings, workplace.journal, make_tls_context()

    def open_wire() -> Crm:
        return Crm(
            base_url=address,
            enterprise_id=settings.workspace.enterprise_id,
            token=token,
            timeout_s=settings.send.timeout_seconds,
            tls=tls,
        )

    with bars.stage("Sending", reading.actions_left(journal, run_id)) as advance:
        gate = Gate(_pace(workplace))
        sending = Sending(journal, run_id, gate, jitter=_stretch, advance=advance)
        with _interrupts(gate):
            await _send_until_stopped(sending, open_wire, settings.send.concurrency)
        return gate.ending


async def _send_until_stopped(sending: Sending, open_wire: Callable[[], Crm], senders: int) -> None:
    try:
        await sending.send(open_wire, senders)
    except asyncio.CancelledError:
        return
    except BaseExceptionGroup as several:
        # Several senders may meet one broken journal; one sentence is enough.
        raise _first(several) from several


def _first(several: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = several
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _pace(workplace: Workplace) -> Pace:
    send, now = workplace.settings.send, workplace.journal.clock()
    pace = Pace(send.requests_per_hour or None, send.burst, time.monotonic)
    since = now - dt.timedelta(seconds=pace.memory_s)
    sent = reading.requests_since(workplace.journal, since)
    pace.spent((now - moment).total_seconds() for moment in sent)
    return pace


def _stretch(seconds: float) -> float:
    """Up to half as long again, so that senders do not come back all at once."""
    return seconds * random.uniform(1.0, 1.5)  # noqa: S311 - no secret hangs on it


@contextmanager
def _interrupts(gate: Gate) -> Iterator[None]:
    """The first interrupt lets requests on the wire finish; the second stops at once."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    first = float("inf")

    def on_signal(number: int, _frame: object) -> None:
        nonlocal first
        ending = Ending(
            kind=EndKind.INTERRUPTED,
            reason=f"Interrupted ({signal.Signals(number).name}).",
            remedy="Resume the run when you like.",
            signal=number,
        )
        # The loop may be asleep; only a call from "another thread" wakes it.
        now = time.monotonic()
        if first > now:
            first = now
            loop.call_soon_threadsafe(gate.stop, ending)
        elif now - first > _ECHO_S and task is not None:
            loop.call_soon_threadsafe(task.cancel)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, on_signal) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _conclude(workplace: Workplace, run_id: str, ending: Ending) -> None:
    """Put the run's end on record: DONE only when nothing is left to send."""
    done = ending.kind is EndKind.DONE
    left = reading.batches_left(workplace.journal, run_id)
    state = RunState.DONE if done and not left else RunState.STOPPED
    reason = ending.reason
    if done and left:
        reason = "What is left waits for an action of the same lead that is in doubt."
    set_run_state(workplace.journal, run_id, state, reason)
