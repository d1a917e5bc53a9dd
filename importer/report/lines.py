"""One action as one line of a report: where it is from, what became of it, and why."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from importer.model import (
    ActionRecord,
    Cell,
    Decision,
    Earlier,
    EarlierReason,
    Money,
    Outcome,
    Ruling,
    RunRecord,
    Skipped,
)
from importer.reconcile import NEXT_STEPS, reasons_of
from importer.report.inert import visible
from importer.report.source import ReportSource
from importer.report.words import INCOMPLETE, SKIPPED, to_do_about

_SEEN_AT_MOST: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing that was said about an action."""

    column: str = ""
    """Letter; "" where no single cell is meant."""
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionLine:
    """One action, or one skipped row, in the words of the reports."""

    row: int
    letters: tuple[str, ...]
    """Columns that something was said about, in the sheet's order of saying; may be empty."""
    cell: str
    """Full address of the first of them, else of the row."""
    lead: str
    name: str
    type: str
    money: Money | None
    outcome: Outcome | None
    """None for a skipped row."""
    incomplete: bool
    action_id: str
    notes: tuple[Note, ...]
    reasons: tuple[tuple[str, str], ...]
    """(code, text) of the groups of `reconcile` that it is in; text "" where there is a code."""
    reference: str

    @property
    def outcome_word(self) -> str:
        """`CREATED`, `CREATED, incomplete` …, or `SKIPPED`."""
        if self.outcome is None:
            return SKIPPED
        return f"{self.outcome}, {INCOMPLETE}" if self.incomplete else str(self.outcome)

    @property
    def why(self) -> str:
        """Everything that was said, one sentence a line."""
        return "\n".join(
            f"{note.column}{self.row}: {note.text}" if note.column else note.text
            for note in self.notes
        )

    @property
    def to_do(self) -> str:
        """The hints, each once; else what is to be done about this outcome in general."""
        hints = dict.fromkeys(note.hint for note in self.notes if note.hint)
        if hints or self.outcome is None:
            return "\n".join(hints)
        return to_do_about(self.outcome, incomplete=self.incomplete)


def lines_of(source: ReportSource) -> Iterator[ActionLine]:
    """Yield every action and every skipped row of a run, in the sheet's order."""
    run = source.reconciliation.run
    actions = (action_line(run, action) for action in source.actions())
    skipped = (_skipped_line(run, one) for one in source.skipped_rows())
    return heapq.merge(actions, skipped, key=lambda line: line.row)


def action_line(run: RunRecord, action: ActionRecord) -> ActionLine:
    """Return an action in the words of the reports, safe to be shown."""
    said = [one.column for one in action.problems] + [one.column for one in action.remarks]
    letters = tuple(dict.fromkeys(filter(None, said)))
    return ActionLine(
        row=action.row,
        letters=letters,
        cell=_address(run, action.row, letters[0] if letters else ""),
        lead=visible(action.lead),
        name=visible(action.name),
        type=visible(action.type),
        money=action.money,
        outcome=action.outcome,
        incomplete=action.incomplete,
        action_id=visible(action.action_id),
        notes=tuple(_notes(action)),
        reasons=tuple(
            dict.fromkeys((code, "" if code else text) for code, text, _, _ in reasons_of(action))
        ),
        reference=visible(action.reference),
    )


def _skipped_line(run: RunRecord, skipped: Skipped) -> ActionLine:
    return ActionLine(
        row=skipped.row,
        letters=(),
        cell=_address(run, skipped.row, ""),
        lead="",
        name="",
        type="",
        money=None,
        outcome=None,
        incomplete=False,
        action_id="",
        notes=(Note(text=visible(skipped.reason)),),
        reasons=(),
        reference="",
    )


def _address(run: RunRecord, row: int, column: str) -> str:
    return visible(str(Cell(file=run.file, tab=run.tab, row=row, column=column)))


def _notes(action: ActionRecord) -> Iterator[Note]:
    for problem in action.problems:
        yield Note(
            column=problem.column,
            text=visible(_with_seen(problem.message, problem.seen)),
            hint=visible(problem.hint),
        )
    for remark in action.remarks:
        text = f"{remark.path}: {remark.text}" if remark.path else remark.text
        yield Note(column=remark.column, text=visible(text))
    if action.detail:
        yield Note(text=visible(action.detail))
    if action.earlier:
        yield Note(text=visible(_about(action.earlier)), hint=visible(_own_step(action)))
    for decision in action.decisions:
        closed = decision.ruling is Ruling.CLOSED
        yield Note(text=visible(_ruled(decision)), hint=_own_step(action) if closed else "")


def _own_step(action: ActionRecord) -> str:
    """What to do about an action, where that is not its outcome's advice."""
    steps = (step for _, _, step, _ in reasons_of(action))
    return next((step for step in steps if step != NEXT_STEPS[action.outcome]), "")


def _with_seen(message: str, seen: str) -> str:
    """Add the value as it was seen, unless the sentence quotes it or there was none."""
    seen = " ".join(seen.split())
    if not seen or seen in message:
        return message
    short = seen if len(seen) <= _SEEN_AT_MOST else f"{seen[: _SEEN_AT_MOST - 1]}…"
    return f"“{short}” – {message}"


_EARLIER_WORDS: Final[Mapping[EarlierReason, str]] = {
    EarlierReason.SAME: "The same action was created by {place}{id}.",
    EarlierReason.CORRECTED: "A corrected copy of this row was created by {place}{id}.",
    EarlierReason.CHANGED: "It was created before by {place}{id}, and differs now: {changes}.",
    EarlierReason.IN_DOUBT: "The same action was sent by {place}, and its answer is not known.",
    EarlierReason.SEEN_BEFORE: "An equal row was created by {place}{id}.",
    EarlierReason.OPEN: "The same action is of {place}, and was not sent yet.",
    EarlierReason.UNCHANGED: "The same entry was sent by {place}, and the CRM refused it then.",
}
"""`Earlier.reason` → a sentence."""


_RULED: Final[Mapping[Ruling, str]] = {
    Ruling.CREATED: "Said to stand on the timeline",
    Ruling.NOT_CREATED: "Said not to stand on the timeline",
    Ruling.RELEASED: "Released to be sent",
    Ruling.CLOSED: "Given up",
}


def _ruled(decision: Decision) -> str:
    moment = decision.at.astimezone(dt.UTC)
    return (
        f"{_RULED[decision.ruling]} by {decision.by}, {moment:%d %b %Y %H:%M} UTC: "
        f"{decision.reason}"
    )


def _about(earlier: Earlier) -> str:
    sentence = _EARLIER_WORDS[earlier.reason]
    changes = (
        f"{column} {old or '(blank)'} → {new or '(blank)'}" for column, old, new in earlier.changes
    )
    return sentence.format(
        place=f"run {earlier.run}, {earlier.file} row {earlier.row}",
        id=f", action id {earlier.action_id}" if earlier.action_id else "",
        changes=", ".join(changes),
    )
