"""Why actions ended as they did, in words, in groups, with what to do about each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from importer.model import ActionRecord, EarlierReason, Outcome, RemarkStep, RunRecord
from importer.reconcile import (
    BEFORE,
    INCOMPLETE,
    REST,
    Explanation,
    Ground,
    Key,
    Reason,
    Reconciliation,
    Sums,
    add_up,
    explain,
    is_crm_code,
)
from importer.report.advice import Advice
from importer.report.words import EARLIER_WORDS

MOST_REASONS: Final = 200
"""Groups that the workbook and the JSON list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The actions of one outcome that share one reason, in the words of the reports."""

    key: Key
    """What an `ActionLine` names its groups by."""
    outcome: Outcome
    code: str
    """A problem's code, the CRM's error code, the kind of an earlier action; "" for a remark."""
    text: str
    """What was said; with `…` where it differs in names, ids and numbers."""
    example: str
    """Of such a text, the first as it really was; "" where `text` is that."""
    hint: str
    """What to do about it."""
    count: int
    money: Sums
    examples: tuple[str, ...]
    """Up to three cells, `F17`; `row 17` where no single cell is meant."""
    runs: tuple[str, ...]
    """Up to three earlier runs that it speaks of."""
    given_up: bool
    """Nobody needs to do anything about it any more."""
    taken_up_by: str
    """The later run in which it is to be looked for; "" for most."""
    of_earlier: bool
    """It is about an earlier action, beside what the CRM or a check says."""
    step: RemarkStep | None
    """What the settings say is to be done about it."""
    note: str = ""
    """The sentence that stands beside that in the settings."""

    @property
    def crm_code(self) -> str:
        """The code, where it is the CRM's own; "" otherwise: ours say nothing to a person."""
        return self.code if is_crm_code(self.code) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreReasons:
    """The groups that are not listed, since they are the smallest of too many."""

    groups: int
    count: int
    """What their counts come to: an action that is in two of them is in it twice."""
    money: Sums
    """The same of their money."""


def reasons_of(books: Reconciliation, advice: Advice) -> tuple[Said, ...]:
    """Put the groups of a run into words, largest first."""
    return tuple(_said(one, advice) for one in books.reasons)


def largest(reasons: Sequence[Said]) -> tuple[Sequence[Said], MoreReasons]:
    """Return the groups to list, at most `MOST_REASONS`, and what the others come to.

    A remark that names what no cell holds makes a group of every row.
    """
    rest = reasons[MOST_REASONS:]
    more = MoreReasons(
        groups=len(rest),
        count=sum(one.count for one in rest),
        money=add_up(one.money for one in rest),
    )
    return reasons[:MOST_REASONS], more


def sentence_of(one: Explanation | Reason) -> str:
    """Return one explanation in words, without the CRM's code."""
    match one.ground:
        case Ground.GIVEN_UP if one.pattern == BEFORE:
            return EARLIER_WORDS[EarlierReason.GIVEN_UP].of_many
        case Ground.GIVEN_UP if one.pattern == REST:
            return "A person has given up the rest of the run."
        case Ground.GIVEN_UP:
            return "A person has given up the row for good."
        case Ground.TAKEN_UP:
            return f"The run {one.pattern} has taken it up."
        case Ground.EARLIER:
            said = EARLIER_WORDS[EarlierReason(one.code)].of_many
            return f"{said} The CRM dropped a part." if one.pattern == INCOMPLETE else said
        case Ground.PROBLEM | Ground.REMARK | Ground.DETAIL:
            return one.text


def words_of(text: str, code: str) -> str:
    """Return a text with the CRM's own code; ours are for filters and say nothing to a person."""
    return f"{code}: {text}" if is_crm_code(code) else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What is wrong with a row, as its failures workbook says it."""

    text: str
    hint: str
    cells: Mapping[str, str]
    """Column letter → the words of the cell's comment."""
    as_text: frozenset[str]
    """Letters of cells that hold an id or a number to call, of which every digit counts."""


_EVERY_DIGIT: Final = ("id-", "lead-id-", "phone-")
"""How the codes of such problems begin."""


def wrong_of(failed: Iterable[ActionRecord], run: RunRecord, advice: Advice) -> Wrong:
    """Say what is wrong with the failed actions of a row, and what to do about it.

    The rows of a failures workbook have moved, so that a sentence which names a row names its
    sheet too.
    """
    said = [one for action in failed for one in explain(action, advice.words)]
    cells: dict[str, str] = {}
    for one in said:
        if one.column:
            cells.setdefault(one.column, _comment(one, run.file))
    texts = (_sentence(one, run.file) for one in said)
    return Wrong(
        text=" ".join(dict.fromkeys(texts)),
        hint=" ".join(dict.fromkeys(advice.about(one) for one in said)),
        cells=cells,
        as_text=frozenset(one.column for one in said if one.code.startswith(_EVERY_DIGIT)),
    )


def _sentence(one: Explanation, file: str) -> str:
    text = sentence_of(one)
    return _in_sheet(text, file) if one.ground is Ground.PROBLEM else words_of(text, one.code)


def _comment(one: Explanation, file: str) -> str:
    if one.ground is Ground.PROBLEM:
        return f"{_in_sheet(one.text, file)} {one.hint}"
    said = one.text.removeprefix(f"{one.path}: ")
    return f"The CRM says: {words_of(said, one.code)}"


_ROW: Final = re.compile(r"\brow \d+\b")


def _in_sheet(text: str, file: str) -> str:
    return _ROW.sub(lambda found: f"{found.group()} of {file}", text)


def _said(reason: Reason, advice: Advice) -> Said:
    folded = reason.differs and bool(reason.pattern)
    return Said(
        key=reason.key,
        outcome=reason.outcome,
        code=reason.code,
        text=_text(reason),
        example=reason.text if folded else "",
        hint=advice.about(reason),
        count=reason.count,
        money=reason.money,
        examples=reason.examples,
        runs=reason.runs,
        given_up=reason.ground is Ground.GIVEN_UP,
        taken_up_by=reason.pattern if reason.ground is Ground.TAKEN_UP else "",
        of_earlier=reason.ground is Ground.EARLIER,
        step=advice.step_for(reason),
        note=advice.note_for(reason),
    )


def _text(reason: Reason) -> str:
    if not reason.differs:
        return sentence_of(reason)
    return reason.pattern or f"For example: {reason.text}"
