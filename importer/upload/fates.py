"""A request's end → its verdict → what is recorded of each action, and the watch is told. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from importer.journal.sending import BatchToSend, Evidence, Fate
from importer.journal.sent import LONGEST_ANSWER
from importer.model import OUTCOME_OF, Outcome, State
from importer.protocol import read_answer
from importer.upload.stops import Told
from importer.verdict import (
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
    judge,
)


def verdict_of(exchange: Exchange, batch: BatchToSend, assuming: Assumptions) -> Verdict:
    """What a request's end proves of its batch."""
    count = len(batch.actions)
    answer = (
        read_answer(exchange.status, exchange.body, count, batch.lead)
        if exchange.progress is Progress.ANSWERED and exchange.status is not None
        else None
    )
    return judge(exchange, answer, items=count, has_payment=batch.has_payment, assuming=assuming)


def fates_of(verdict: Verdict, batch: BatchToSend) -> list[Fate]:
    """One fate for each action of the batch, in order."""
    match verdict:
        case Recorded():
            return _recorded(verdict)
        case Refused():
            fate = Fate(state=State.REFUSED, detail=f"{verdict.code}: {verdict.message}")
        case StopRun() | NotSent() | Wait():
            # Provably not stored: back to its place in the queue.
            fate = Fate(state=State.STAGED)
        case RefusedMaybe():
            detail = f"The CRM refused the whole request ({verdict.code}: {verdict.message})"
            fate = Fate(state=State.UNKNOWN, detail=f"{detail}, and may have stored a part of it.")
        case ReadBack() | Unknown():
            fate = Fate(state=State.UNKNOWN, detail=verdict.reason)
        case _:
            assert_never(verdict)
    return [fate] * len(batch.actions)


def told_of(batch: BatchToSend, fates: Sequence[Fate]) -> list[Told]:
    """The same, as the stop rules look at it."""
    return [
        Told(
            name=action.name,
            outcome=OUTCOME_OF[fate.state],
            remarks=fate.remarks,
            detail=fate.detail,
        )
        for action, fate in zip(batch.actions, fates, strict=True)
    ]


def evidence_of(verdict: Verdict, exchange: Exchange) -> Evidence:
    """What the outcome rests on, for whoever asks later."""
    answer = exchange.body[:LONGEST_ANSWER].decode("utf-8", "replace")
    return Evidence(
        verdict=type(verdict).__name__,
        status=exchange.status,
        answer=answer or exchange.error,
        clock_offset_s=exchange.clock_offset_s,
    )


def _recorded(verdict: Recorded) -> list[Fate]:
    return [
        Fate(
            state=State.CREATED if item.outcome is Outcome.CREATED else State.IGNORED,
            action_id=item.action_id,
            # A remark that names no action may mean any of them: none passes for complete.
            remarks=(*item.remarks, *verdict.general),
            detail="" if item.remarks or verdict.general else _unexplained(item.outcome),
        )
        for item in verdict.items
    ]


def _unexplained(outcome: Outcome) -> str:
    return "" if outcome is Outcome.CREATED else "The CRM ignored it and gave no remark."
