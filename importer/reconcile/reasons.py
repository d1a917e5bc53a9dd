"""What explains that an action ended as it did, and the groups of those that share it.

Nothing here is put into words: a text is the CRM's own, or a problem's; `report` says the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from importer.folding import LONGEST, alike, plain_words
from importer.model import ActionRecord, Outcome, RemarkStep, Ruling, RunRecord
from importer.reconcile.records import Ground, Key, Reason, Shared
from importer.reconcile.tally import Tally
from importer.verdict import LEAD_NOT_FOUND

EXAMPLES = 3

TO_CORRECT: Final = (Outcome.INVALID, Outcome.IGNORED, Outcome.REFUSED)
"""The outcomes that the failures workbook holds."""

INCOMPLETE = "incomplete"
"""The pattern of what was created earlier with something dropped."""
BEFORE = "before"
"""The pattern of what was given up earlier, and not in this run."""
REST = "rest"
"""The pattern of what a run does not send any more, and a later sheet may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One thing that explains an action's outcome."""

    outcome: Outcome
    ground: Ground
    code: str
    """A problem's code, the CRM's error code or an `EarlierReason`; "" where there is none."""
    text: str
    """As it was said; "" where only the code speaks."""
    pattern: str
    """The text with `…` for what differs from row to row; of what was taken up, the run that did;
    "" where the code alone is compared."""
    hint: str = ""
    """A problem's own, like the next one."""
    seen: str = ""
    """The cell's text as it stands in the sheet."""
    path: str = ""
    """What a remark names in the action; the text begins with it."""
    column: str = ""
    """Letter; "" where no single cell is meant."""

    @property
    def key(self) -> Key:
        """What it shares with all of its group."""
        return (self.outcome, self.ground, self.code, self.pattern)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """How a run's explanations are read."""

    words: frozenset[str]
    """What a remark may have of its own, and is not taken out of it as the row's: `plain_words`."""
    step_of: Callable[[Explanation], RemarkStep | None] = lambda _: None
    """What people said is to be done about one; None where they said nothing."""

    @classmethod
    def of(cls, run: RunRecord) -> Guide:
        """The guide of a run about which people said nothing."""
        return cls(words=plain_words(tuple(run.headers)))


def is_crm_code(code: str) -> bool:
    """Whether a code is the CRM's own, such as `LEAD_NOT_FOUND`; ours have no capitals."""
    return code.isupper()


def explain(action: ActionRecord, words: frozenset[str]) -> Iterator[Explanation]:
    """Yield what explains an action's outcome: of what nobody waits for here, why not, and no more.

    Args:
        action: the action.
        words: as in `Guide`.
    """
    if not action.is_over:
        yield from everything_of(action, words)
        return
    if action.taken_up:
        yield Explanation(
            outcome=action.outcome,
            ground=Ground.TAKEN_UP,
            code=Ground.TAKEN_UP,
            text="",
            pattern=action.taker,
        )
        return
    yield Explanation(
        outcome=action.outcome,
        ground=Ground.GIVEN_UP,
        code=Ground.GIVEN_UP,
        text="",
        pattern=_how_given_up(action),
    )


def _how_given_up(action: ActionRecord) -> str:
    """`BEFORE`, `REST`, or "" for a row that is given up for good."""
    if action.given_up_before:
        return BEFORE
    rest = action.decisions and action.decisions[-1].ruling is Ruling.CLOSED
    return REST if rest else ""


def everything_of(action: ActionRecord, words: frozenset[str]) -> Iterator[Explanation]:
    """Yield everything that was said about an action, whether anybody waits for it or not."""
    for problem in action.problems:
        yield Explanation(
            outcome=action.outcome,
            ground=Ground.PROBLEM,
            code=problem.code,
            text=problem.message,
            pattern="",
            hint=problem.hint,
            seen=problem.seen,
            column=problem.column,
        )
    yield from _said_by_the_crm(action, words)
    if action.earlier is not None:
        yield Explanation(
            outcome=action.outcome,
            ground=Ground.EARLIER,
            code=action.earlier.reason,
            text="",
            pattern=INCOMPLETE if action.earlier.incomplete else "",
        )


def _said_by_the_crm(action: ActionRecord, words: frozenset[str]) -> Iterator[Explanation]:
    if not action.remarks and not action.detail:
        return
    values = [action.lead, *action.content.values()]
    words |= plain_words(tuple(action.content))
    for remark in action.remarks:
        path = f"{remark.path}: " if remark.path else ""
        own = words | plain_words((remark.path[:LONGEST],))
        yield Explanation(
            outcome=action.outcome,
            ground=Ground.REMARK,
            code="",
            text=f"{path}{remark.text}",
            pattern=f"{path}{alike(remark.text, values, own)}",
            path=remark.path,
            column=remark.column,
        )
    if action.detail:
        code, _, text = action.detail.partition(": ")
        code, text = (code, text) if is_crm_code(code) else ("", action.detail)
        yield Explanation(
            outcome=action.outcome,
            ground=Ground.DETAIL,
            code=code,
            text=text,
            pattern=alike(text, values, words),
            column=action.lead_column if code == LEAD_NOT_FOUND else "",
        )


class Reasons:
    """The groups, while the actions go by.

    Args:
        guide: how they are read.
    """

    def __init__(self, guide: Guide) -> None:
        self._guide = guide
        self._groups: dict[Key, _Group] = {}
        self._steps: dict[RemarkStep, _Shared] = {}

    def add(self, action: ActionRecord) -> None:
        """Put an action into each group that it belongs to."""
        counted = set[Key]()
        said = list(explain(action, self._guide.words))
        if action.outcome in TO_CORRECT and not action.is_over:
            self._count_steps(action, said)
        for one in said:
            group = self._groups.setdefault(one.key, _Group(first=one))
            group.show(one, action.row)
            if action.earlier is not None:
                group.note_run(action.earlier.run)
            if one.key not in counted:
                counted.add(one.key)
                group.tally.add(action.money)

    def _count_steps(self, action: ActionRecord, said: Sequence[Explanation]) -> None:
        """Once for each step, whatever the number of reasons for it; without any: correct it."""
        about = [one for one in said if one.ground is not Ground.EARLIER]
        steps = {self._guide.step_of(one) or RemarkStep.FIX for one in about}
        for step in steps or {RemarkStep.FIX}:
            self._steps.setdefault(step, _Shared()).add(action)

    def steps(self) -> Mapping[RemarkStep, Shared]:
        """What is to be done about the actions that are not as the CRM wants them."""
        return {step: self._steps[step].record() for step in RemarkStep if step in self._steps}

    def largest_first(self) -> tuple[Reason, ...]:
        """The groups as records."""
        found = [group.record() for group in self._groups.values()]
        return tuple(
            sorted(found, key=lambda one: (-one.count, one.outcome, one.code, one.pattern))
        )


@dataclass(slots=True)
class _Shared:
    """Actions in the sheet's order, and their rows."""

    actions: int = 0
    rows: int = 0
    _row: int = -1

    def add(self, action: ActionRecord) -> None:
        self.actions += 1
        self.rows += action.row != self._row
        self._row = action.row

    def record(self) -> Shared:
        return Shared(actions=self.actions, rows=self.rows)


@dataclass(slots=True)
class _Group:
    first: Explanation
    tally: Tally = field(default_factory=Tally)
    examples: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    differs: bool = False

    def show(self, one: Explanation, row: int) -> None:
        self.differs |= one.text != self.first.text
        cell = f"{one.column}{row}" if one.column else f"row {row}"
        if len(self.examples) < EXAMPLES and cell not in self.examples:
            self.examples.append(cell)

    def note_run(self, run: str) -> None:
        if len(self.runs) < EXAMPLES and run not in self.runs:
            self.runs.append(run)

    def record(self) -> Reason:
        first, line = self.first, self.tally.line()
        return Reason(
            outcome=first.outcome,
            ground=first.ground,
            code=first.code,
            text=first.text,
            pattern=first.pattern,
            differs=self.differs,
            hint=first.hint,
            count=line.count,
            money=line.money,
            examples=tuple(self.examples),
            runs=tuple(self.runs),
        )
