"""One action as one line of a report: where it is from, what became of it, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from importer.model import (
    ActionRecord,
    Cell,
    Decision,
    Earlier,
    Money,
    Outcome,
    RunRecord,
    Skipped,
)
from importer.reconcile import Explanation, Ground, Key, everything_of, explain, stands_otherwise
from importer.report.advice import Advice
from importer.report.figures import shown
from importer.report.inert import visible
from importer.report.reasons import words_of
from importer.report.stretch import Stretch
from importer.report.words import (
    EARLIER_WORDS,
    NOTHING,
    RULING_WORDS,
    TAKEN_UP,
)

_SEEN_AT_MOST: Final = 60
_USUAL: Final = Advice()


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
    known_by: str
    """What a person knows the row by, beside its lead: `RC-0005`."""
    says: str
    """The source values that it was made from: `receipt: RC-0005; amount: 6250.50`."""
    money: Money | None
    outcome: Outcome | None
    """None for a skipped row."""
    incomplete: bool
    corrected_since: bool
    """It stands in the CRM with other values than the row's."""
    given_up: bool
    taken_up: str
    """`<run>/<row>` where a later run has read its row again; "" for most."""
    action_id: str
    notes: tuple[Note, ...]
    in_general: str
    """What to do, where no note says it."""
    reasons: tuple[Key, ...]
    """The groups that it is in, by `Said.key`."""
    reference: str

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
        return "\n".join(hints) or self.in_general


Line: TypeAlias = ActionLine | Stretch
"""A line, or several that have little to say."""


def action_line(
    run: RunRecord, action: ActionRecord, advice: Advice = _USUAL, known_by: str = ""
) -> ActionLine:
    """Return an action in the words of the reports, safe to be shown."""
    said = list(everything_of(action, advice.words))
    reasons = explain(action, advice.words) if action.is_over else said
    letters = tuple(dict.fromkeys(one.column for one in said if one.column))
    return ActionLine(
        row=action.row,
        letters=letters,
        cell=_address(run, action.row, letters[0] if letters else ""),
        lead=visible(action.lead),
        name=visible(action.name),
        type=visible(action.type),
        known_by=known_by,
        says=visible("; ".join(f"{name}: {text}" for name, text in action.content.items() if text)),
        money=action.money,
        outcome=action.outcome,
        incomplete=action.incomplete,
        corrected_since=stands_otherwise(action),
        given_up=action.given_up,
        taken_up=action.taken_up,
        action_id=visible(action.action_id),
        notes=_notes(action, said, advice),
        in_general=advice.of_outcome(action.outcome, incomplete=action.incomplete),
        reasons=tuple(dict.fromkeys(one.key for one in reasons)),
        reference=visible(action.reference),
    )


def skipped_line(run: RunRecord, skipped: Skipped) -> ActionLine:
    """Return a skipped row in the words of the reports, safe to be shown."""
    return ActionLine(
        row=skipped.row,
        letters=(),
        cell=_address(run, skipped.row, ""),
        lead="",
        name="",
        type="",
        known_by="",
        says="",
        money=None,
        outcome=None,
        incomplete=False,
        corrected_since=False,
        given_up=False,
        taken_up="",
        action_id="",
        notes=(Note(text=visible(skipped.reason)),),
        in_general="",
        reasons=(),
        reference="",
    )


def _address(run: RunRecord, row: int, column: str) -> str:
    return visible(str(Cell(file=run.file, tab=run.tab, row=row, column=column)))


def _notes(action: ActionRecord, said: Iterable[Explanation], advice: Advice) -> tuple[Note, ...]:
    notes = list(_every_note(action, said, advice))
    if action.given_up and notes:
        why = next(explain(action, advice.words))
        notes[-1] = replace(notes[-1], hint=advice.about(why))
    return tuple(notes)


def _every_note(
    action: ActionRecord, said: Iterable[Explanation], advice: Advice
) -> Iterator[Note]:
    for one in said:
        hint = "" if action.is_over else advice.about(one)
        yield Note(
            column=one.column,
            text=visible(_words(one, action.earlier)),
            hint="" if hint == NOTHING else visible(hint),
        )
    for decision in action.decisions:
        yield Note(text=visible(ruled(decision)))
    if action.taken_up:
        taker, _, row = action.taken_up.rpartition("/")
        yield Note(text=f"Taken up by run {taker}, as its row {row}.", hint=TAKEN_UP)


def _words(one: Explanation, earlier: Earlier | None) -> str:
    if one.ground is Ground.PROBLEM:
        return _with_seen(one.text, one.seen)
    if one.ground is Ground.EARLIER and earlier:
        return _about(earlier)
    return words_of(one.text, one.code)


def _with_seen(message: str, seen: str) -> str:
    """Add the value as it was seen, unless the sentence quotes it or there was none."""
    seen = " ".join(seen.split())
    if not seen or seen in message:
        return message
    short = seen if len(seen) <= _SEEN_AT_MOST else f"{seen[: _SEEN_AT_MOST - 1]}…"
    return f"“{short}” – {message}"


def ruled(decision: Decision) -> str:
    """Return what a person has decided: `Given up by asha, 22 Nov 2026 10:42 UTC: Cancelled.`."""
    moment = decision.at.astimezone(dt.UTC)
    return (
        f"{RULING_WORDS[decision.ruling]} by {decision.by}, {moment:%d %b %Y %H:%M} UTC: "
        f"{decision.reason}"
    )


def _about(earlier: Earlier) -> str:
    dropped = " The CRM dropped a part of it then." if earlier.incomplete else ""
    said = EARLIER_WORDS[earlier.reason].of_one.format(
        place=f"run {earlier.run}, {earlier.file} row {earlier.row}",
        id=f", action id {earlier.action_id}" if earlier.action_id else "",
        changes=", ".join(f"{name} {old} → {new}" for name, old, new in _changes(earlier)),
        stands=_standing(earlier),
    )
    return f"{said}{dropped}"


def _standing(earlier: Earlier) -> str:
    """What the CRM holds, where that is not what the row says."""
    found = [f"{name} {old} (here {new})" for name, old, new in _changes(earlier)]
    if earlier.money and not found:
        found = [shown(earlier.money.amount, earlier.money.currency)]
    return f"; in the CRM stands {', '.join(found)}" if found else ""


def _changes(earlier: Earlier) -> Iterator[tuple[str, str, str]]:
    for name, old, new in earlier.changes:
        yield name, old or "(blank)", new or "(blank)"
