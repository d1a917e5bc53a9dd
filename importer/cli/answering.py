"""The sentences of `trace`: yes, no, or nobody knows; never yes without the journal's word."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Iterator
from typing import Final

from importer.journal.tracing import Traced
from importer.model import (
    ActionRecord,
    Cell,
    Outcome,
    PaymentStatus,
    Ruling,
    RunRecord,
    RunState,
    State,
)
from importer.pipeline.tracing import Answer, Trace
from importer.reconcile import Wait, Waiting, wait_in_doubt
from importer.report.commands import typed, with_options
from importer.report.figures import shown
from importer.report.inert import visible
from importer.report.settling import first_to_do
from importer.report.words import Hold
from importer.verdict import Recorded
from importer.verdict.details import BEHIND_DOUBT

_PURGED = "which was purged since; the action id is kept"


def sentences(trace: Trace, answer: Answer, options: str) -> Iterator[str]:
    """The answer, and how what was asked for is told apart from what it rests on.

    Args:
        trace: what was found.
        answer: of it.
        options: `--practice`, `--settings FILE` or "", as they were given.
    """
    by, asked = answer.by, answer.asked
    yield _verdict(trace, by, options)
    if answer.number is not None:
        yield _of_number(trace.runs[answer.number.run], answer.number)
    if by.action.given_up and by.action.outcome is not Outcome.UNSENT:
        yield _given_up(trace, by)
    if by.action.incomplete:
        yield "The CRM dropped a part of it; its remark is below."
    if asked.id != by.id:
        place = address(trace.runs[asked.run], asked.action.row)
        yield f"You asked for {place} (run {asked.run}), which ended as {asked.action.outcome}."


def proof(one: Traced) -> str:
    """What a CREATED rests on; "" for anything else."""
    if one.action.outcome is not Outcome.CREATED:
        return ""
    if any(each.ruling is Ruling.CREATED for each in one.action.decisions):
        return "a person looked at the timeline and said that it stands there"
    if one.requests and one.requests[-1].verdict == Recorded.__name__:
        below = "below, with the action id" if one.requests[-1].answer else _PURGED
        return f"the CRM's own answer, {below}"
    return "its answer was lost; it was found on the lead's timeline, which was read back"


def address(run: RunRecord, row: int) -> str:
    """`payments.xlsx › Payments!row 17`."""
    return visible(str(Cell(file=run.file, tab=run.tab, row=row, column="")))


def moment(at: dt.datetime) -> str:
    """A time on this machine's clock and in UTC: `22 Nov 2026 16:12:04 IST (10:42:04 UTC)`."""
    here, there = at.astimezone(), at.astimezone(dt.UTC)
    if here.utcoffset() == there.utcoffset():
        return f"{there:%d %b %Y %H:%M:%S} UTC"
    day = "" if here.date() == there.date() else f"{there:%d %b} "
    return f"{here:%d %b %Y %H:%M:%S %Z} ({day}{there:%H:%M:%S} UTC)"


def subject(one: Traced) -> str:
    """`₹1,250.50 for the lead 603d… (payment, status FAILED)`; COMPLETED needs no word."""
    action = one.action
    if not action.name:
        return f"row {action.row}"
    kind = f"an action {action.type}" if action.money is None else ""
    money = shown(action.money.amount, action.money.currency) if action.money else ""
    return visible(
        f"{money or kind} for the lead {action.lead} ({action.name}{status_beside(action)})"
    )


def status_beside(action: ActionRecord) -> str:
    """`, status FAILED` of a payment that the CRM has, or was to have, as not paid; "" else."""
    unpaid = action.status and action.status != PaymentStatus.COMPLETED
    return f", status {action.status}" if unpaid else ""


def _verdict(trace: Trace, by: Traced, options: str) -> str:
    run, what, sent = trace.runs[by.run], subject(by), _sent(by)
    match by.action.outcome:
        case Outcome.CREATED:
            said = f"Yes. {_first(what)} is in the CRM: {_known_as(by)}{sent}."
        case Outcome.ALREADY:
            said = f"Yes. {_first(what)} was in the CRM before: {_earlier(by)}."
        case Outcome.UNKNOWN:
            said = _doubt(trace, by, options)
        case Outcome.INVALID:
            place = address(run, by.action.row)
            said = f"No. Our checks refused {place}; this row was not sent."
        case Outcome.IGNORED:
            said = f"No. The CRM ignored {what}{sent}; it is not stored."
        case Outcome.REFUSED:
            said = f"No. The CRM refused the request with {what}{sent}; nothing of it is stored."
        case Outcome.DUPLICATE:
            said = f"No. {_first(what)} is held as a DUPLICATE and was not sent: {_earlier(by)}."
        case Outcome.UNSENT:
            said = _unsent(trace, by, options)
    return said


def _of_number(run: RunRecord, one: Traced) -> str:
    """That another row has the number of the one that was asked for, and that nobody knows more."""
    place = f"{address(run, one.action.row)} (run {run.id}, reference {one.action.reference})"
    in_doubt = one.action.outcome is Outcome.UNKNOWN
    where = "is perhaps in the CRM" if in_doubt else "is in the CRM"
    return (
        f"Its number {where} as {place}: {subject(one)}. Look whether that is the same thing, or "
        "another one and the number is mistyped."
    )


def _sent(by: Traced) -> str:
    return f", sent {moment(by.requests[-1].sent_at)}" if by.requests else ""


def _known_as(by: Traced) -> str:
    if by.action.action_id:
        return f"action id {visible(by.action.action_id)}"
    return "a person has seen it there, and its action id is not known"


def _doubt(trace: Trace, by: Traced, options: str) -> str:
    on_its_way = "is on its way, or was when the importer stopped"
    lost = "was sent, and no trustworthy answer came"
    how = on_its_way if by.state is State.SENDING else lost
    one = by.action
    wait = wait_in_doubt(looked_up=one.looked_up, detail=one.detail)
    row = Waiting(count=1, pieces=((one.row, one.row),))
    find_out = with_options(first_to_do(by.run, {wait: row}), options)
    if wait is not Wait.LOOK and _has_others_in_doubt(trace, by):
        find_out += f"; --action {shlex.quote(one.name)} beside --rows says it of this one alone"
    return visible(
        f"In doubt: nobody knows. {_first(subject(by))} {how}{_sent(by)}. Do not send it again; "
        f"to find out: {find_out}"
    )


def _has_others_in_doubt(trace: Trace, by: Traced) -> bool:
    attempts = (one for story in trace.stories for one in story.attempts)
    return any(
        one.place == by.place and one.id != by.id and one.action.outcome is Outcome.UNKNOWN
        for one in attempts
    )


def _unsent(trace: Trace, by: Traced, options: str) -> str:
    run, what = trace.runs[by.run], _first(subject(by))
    if run.state is RunState.REFUSED:
        return f"No. {what} was not sent: the sheet was refused as a whole. {visible(run.reason)}"
    if by.action.given_up:
        return f"No. {what} was not sent. {_given_up(trace, by)}"
    if (hold := trace.holds.get(by.run)) is not None:
        return (
            f"No. {what} is still to be sent: {_HELD_BACK[hold]} {typed('report', by.run, options)}"
        )
    resume = typed("resume", by.run, options)
    if by.action.detail == BEHIND_DOUBT:
        return (
            f"No. {what} is still to be sent. It waits behind an action of the same lead that is "
            f"in doubt: settle that one first; then: {resume}"
        )
    absent = "was found not to have been stored, and " if by.requests else ""
    return f"No. {what} {absent}is still to be sent: {resume}"


_HELD_BACK: Final = {
    Hold.APPROVAL: "its plan waits for approval; how to go on says",
    Hold.ANOTHER: "its plan has changed and waits for another approval; how to go on says",
    Hold.APPLY: "it was planned, and nobody has said that the plan is to be sent; how to go on "
    "says",
}


def _given_up(trace: Trace, by: Traced) -> str:
    found = trace.given_up.get(by.id)
    if found is None:
        return "A person has given it up before."
    said = found.decision
    where = "" if found.place == by.place else f", as {_place(trace, found.place)}"
    return visible(f"{said.by} has given it up, {moment(said.at)}{where}: {said.reason}")


def _place(trace: Trace, place: tuple[str, int]) -> str:
    run, row = place
    known = trace.runs.get(run)
    return f"{address(known, row) if known else f'row {row}'} (run {run})"


def _earlier(by: Traced) -> str:
    earlier = by.action.earlier
    if earlier is None:
        return "an earlier run has it"
    known = f", action id {earlier.action_id}" if earlier.action_id else ""
    place = f"it belongs to row {earlier.row} of {earlier.file}, run {earlier.run}"
    return visible(f"{place}{known} ({earlier.reason})")


def _first(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
