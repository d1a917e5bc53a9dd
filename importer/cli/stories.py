"""What `trace` prints: the answer first, then where it rests, then what else there was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import wrap
from typing import Final

import click

from importer.cli.answering import address, moment, proof, sentences, status_beside, subject
from importer.cli.excerpts import answered
from importer.cli.phrases import UNSEEN, table
from importer.journal.tracing import Sent, Traced
from importer.model import RunRecord
from importer.pipeline.tracing import Answer, Fate, Story, Trace
from importer.report.advice import Advice
from importer.report.commands import typed
from importer.report.figures import counted, shown
from importer.report.inert import visible
from importer.report.lines import action_line, ruled
from importer.verdict import (
    NotSent,
    ReadBack,
    Recorded,
    Refused,
    RefusedMaybe,
    StopRun,
    Unknown,
    Wait,
)

_DETAILED: Final = 20
"""Stories that are told in full, where there are several."""
_COLORS: Final = {Fate.IN: "green", Fate.DOUBT: "red", Fate.OUT: "yellow"}


def say_trace(trace: Trace, options: str) -> None:
    """Print what was found.

    Args:
        trace: what was found.
        options: `--practice`, `--settings FILE` or "", as they were given.
    """
    if len(trace.stories) > 1:
        _say_table(trace, options)
    if len(trace.stories) <= _DETAILED:
        for story in trace.stories:
            _say_story(trace, story, options)
    for (run, row), reason in trace.skipped.items():
        place = address(trace.runs[run], row)
        click.echo(f"No. {place} yields no action: skipped as {visible(reason)} (run {run}).")
    for run in trace.without:
        known = trace.runs[run]
        why = f" {visible(known.reason)}" if known.reason else ""
        click.echo(f"The run {run} over {visible(known.file)} has no such row on record.{why}")
    if trace.kind is None:
        _say_nothing(trace, options)
    if trace.more:
        click.echo(
            "This is not all: only the newest is shown, and what is older may not be in the CRM. "
            "Ask for one cell or reference, or open the reports of its runs."
        )


def _say_nothing(trace: Trace, options: str) -> None:
    searched = ", ".join(trace.searched)
    click.echo(f"Nothing found for {visible(trace.what)}. It was looked for as: {searched}.")
    click.echo(
        f"What to do: `{typed('runs', options)}` lists the sheets that this workspace's journal "
        "knows. Write a value as it stands in the sheet, and a day as 2026-04-03; of a row with "
        "problems the journal knows only the cells that were wrong: ask for its cell, as in "
        "'payments.xlsx Payments!17'."
    )


def _say_table(trace: Trace, options: str) -> None:
    answers = [(story, one) for story in trace.stories for one in story.answers]
    rows = [_table_row(trace, one) for _, one in answers]
    click.echo(table(rows, ("answer", "what", "sheet", "action id", "reference")))
    more = "; there are more" if trace.more else ""
    click.echo(
        f"\n{counted(len(answers), 'answer')} for {visible(trace.what)} as {trace.kind}{more}. For "
        f"one of them alone: {typed('trace', 'REFERENCE', options)}\n"
    )


def _table_row(trace: Trace, answer: Answer) -> tuple[str, ...]:
    by = answer.by
    place = address(trace.runs[by.run], by.action.row)
    return answer.fate, subject(by), place, by.action.action_id, by.action.reference


def _say_story(trace: Trace, story: Story, options: str) -> None:
    besides: list[str] = []
    for answer in story.answers:
        first, *rest = sentences(trace, answer, options)
        click.echo(click.style(first, fg=_COLORS[answer.fate], bold=True))
        besides += rest
    for sentence in dict.fromkeys(besides):
        click.echo(sentence)
    click.echo()
    by_row: dict[tuple[str, int], list[Traced]] = {}
    for answer in story.answers:
        by_row.setdefault(answer.by.place, []).append(answer.by)
    for of_row in by_row.values():
        for label, text in _facts(trace.runs[of_row[0].run], of_row):
            _say_fact(label, text)
        click.echo()
    shown_already = {one.id for of_row in by_row.values() for one in of_row}
    if any(one.id not in shown_already for one in story.attempts):
        click.echo("All attempts of it, oldest first:")
        _say_attempts(trace, story.attempts)
        _say_decisions([one for one in story.attempts if one.id not in shown_already])
    if story.held:
        click.echo("Held as DUPLICATE for it, or it for them:")
        _say_attempts(trace, story.held)
    if story.of_number:
        click.echo("Other rows of the same number; nobody knows whether they are the same thing:")
        _say_attempts(trace, story.of_number)


def _say_fact(label: str, text: str) -> None:
    first, *rest = wrap(text, UNSEEN[0] - 10) or [""]
    click.echo(f"  {label:<8}{first}")
    for line in rest:
        click.echo(f"  {'':<8}{line}")


def _facts(run: RunRecord, of_row: Sequence[Traced]) -> Iterator[tuple[str, str]]:
    """(label, text) of where one row was, and of what was said of its actions."""
    yield "sheet", f"{address(run, of_row[0].action.row)}, reference {of_row[0].action.reference}"
    yield "file", f"SHA-256 {run.file_sha256}"
    yield "mapping", f"{visible(run.mapping)}, SHA-256 {run.mapping_sha256}"
    yield "run", f"{run.id}, started {moment(run.started_at)}"
    for one in of_row:
        for line in action_line(run, one.action, Advice.of(run)).why.splitlines():
            yield "said", f"{visible(one.action.name)}: {line}" if len(of_row) > 1 else line
    for text in _proofs(of_row):
        yield "proof", text
    travelled = sorted(
        ((one, sent) for one in of_row for sent in one.requests), key=lambda both: both[1].id
    )
    for _, together in groupby(travelled, key=lambda both: both[1].id):
        carried = list(together)
        alone = [one.action.name for one, _ in carried] if len(carried) < len(of_row) else []
        yield "CRM", _request(carried[0][1], alone)
        for text in answered(carried, named=len(of_row) > 1):
            yield "answer", text


def _proofs(of_row: Sequence[Traced]) -> Iterator[str]:
    """What each of them rests on; once, where that is the same of all."""
    proofs = [proof(one) for one in of_row]
    if len(set(proofs)) == 1:
        yield from filter(None, proofs[:1])
        return
    for one, text in zip(of_row, proofs, strict=True):
        if text:
            yield f"{visible(one.action.name)}: {text}"


def _request(sent: Sent, alone: Sequence[str]) -> str:
    """`attempt 1, sent …: HTTP 200 after 0.31 s: an answer for each action`.

    Args:
        sent: the request.
        alone: the actions of the row that it carried, by name; none where it carried all.
    """
    of = visible(f" (of this row: {', '.join(alone)})") if alone else ""
    left = "on record" if sent.verdict == NotSent.__name__ else "sent"
    begun = f"attempt {sent.attempt}{of}, {left} {moment(sent.sent_at)}"
    if sent.answered_at is None:
        return f"{begun}: no answer on record"
    seconds = (sent.answered_at - sent.sent_at).total_seconds()
    status = f"HTTP {sent.status}" if sent.status else "no answer"
    return f"{begun}: {status} after {seconds:.2f} s: {PROVES[sent.verdict]}"


PROVES: Final = {
    "": "nobody saw how it ended",
    Recorded.__name__: "an answer for each action",
    Refused.__name__: "refused as a whole, nothing stored",
    RefusedMaybe.__name__: "refused; whether something was stored was looked up",
    StopRun.__name__: "refused, as all others would be; the run stopped",
    NotSent.__name__: "nothing left this machine",
    Wait.__name__: "the CRM asked to wait, nothing stored",
    ReadBack.__name__: "applied, and the detail was lost on the way",
    Unknown.__name__: "proves nothing",
}
"""Verdict on a request, by the name of its class → what it says of the actions in it."""


def _say_attempts(trace: Trace, attempts: Sequence[Traced]) -> None:
    rows = [
        (
            f"{trace.runs[one.run].started_at.astimezone():%d %b %Y}",
            address(trace.runs[one.run], one.action.row),
            _worth(one),
            str(one.action.outcome),
            one.action.action_id,
            one.action.reference,
        )
        for one in attempts
    ]
    click.echo(table(rows, ("day", "sheet", "action", "outcome", "action id", "reference")))
    click.echo()


def _say_decisions(attempts: Sequence[Traced]) -> None:
    """What people have decided of those whose own facts are not told."""
    said = [(one, ruled(each)) for one in attempts for each in one.action.decisions]
    for one, words in said:
        name = f" ({one.action.name})" if one.action.name else ""
        click.echo(visible(f"Decided of {one.action.reference}{name}: {words}"))
    if said:
        click.echo()


def _worth(one: Traced) -> str:
    action = one.action
    money = f" {shown(action.money.amount, action.money.currency)}" if action.money else ""
    return f"{action.name or 'the whole row'}{money}{status_beside(action)}"
