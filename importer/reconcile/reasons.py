"""What explains that an action ended as it did, and the groups of those that share it.

Nothing here is put into words: a text is the CRM's own, or a problem's; `report` says the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from importer.folding import alike
from importer.model import ActionRecord, Currency, EarlierReason, Outcome
from importer.reconcile.records import Ground, Key, Reason
from importer.reconcile.sums import add_money
from importer.verdict import LEAD_NOT_FOUND

EXAMPLES = 3

INCOMPLETE = "incomplete"
"""The pattern of what was created earlier with something dropped."""
BEFORE = "before"
"""The pattern of what was given up earlier, and not in this run."""


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
    """The text with `…` for what differs from row to row; "" where the code alone is compared."""
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


def explain(action: ActionRecord) -> Iterator[Explanation]:
    """Yield what explains an action's outcome: of what is given up, nothing but that."""
    if not action.given_up:
        yield from everything_of(action)
        return
    before = action.earlier and action.earlier.reason is EarlierReason.GIVEN_UP
    yield Explanation(
        outcome=action.outcome,
        ground=Ground.GIVEN_UP,
        code=Ground.GIVEN_UP,
        text="",
        pattern=BEFORE if before else "",
    )


def everything_of(action: ActionRecord) -> Iterator[Explanation]:
    """Yield everything that was said about an action, given up or not."""
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
    yield from _said_by_the_crm(action)
    if action.earlier is not None:
        yield Explanation(
            outcome=action.outcome,
            ground=Ground.EARLIER,
            code=action.earlier.reason,
            text="",
            pattern=INCOMPLETE if action.earlier.incomplete else "",
        )


def _said_by_the_crm(action: ActionRecord) -> Iterator[Explanation]:
    values = [action.lead, *action.content.values()]
    for remark in action.remarks:
        path = f"{remark.path}: " if remark.path else ""
        yield Explanation(
            outcome=action.outcome,
            ground=Ground.REMARK,
            code="",
            text=f"{path}{remark.text}",
            pattern=f"{path}{alike(remark.text, values)}",
            path=remark.path,
            column=remark.column,
        )
    if action.detail:
        code, _, text = action.detail.partition(": ")
        code, text = (code, text) if code.isupper() else ("", action.detail)
        yield Explanation(
            outcome=action.outcome,
            ground=Ground.DETAIL,
            code=code,
            text=text,
            pattern=alike(text, values),
            column=action.lead_column if code == LEAD_NOT_FOUND else "",
        )


class Reasons:
    """The groups, while the actions go by."""

    def __init__(self) -> None:
        self._groups: dict[Key, _Group] = {}

    def add(self, action: ActionRecord) -> None:
        """Put an action into each group that it belongs to."""
        counted = set[Key]()
        for one in explain(action):
            group = self._groups.setdefault(one.key, _Group(first=one))
            group.show(one, action.row)
            if action.earlier is not None:
                group.note_run(action.earlier.run)
            if one.key not in counted:
                counted.add(one.key)
                group.count_in(action)

    def largest_first(self) -> tuple[Reason, ...]:
        """The groups as records."""
        found = [group.record() for group in self._groups.values()]
        return tuple(
            sorted(found, key=lambda one: (-one.count, one.outcome, one.code, one.pattern))
        )


@dataclass(slots=True)
class _Group:
    first: Explanation
    count: int = 0
    money: dict[Currency, Decimal] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    differs: bool = False

    def count_in(self, action: ActionRecord) -> None:
        self.count += 1
        if action.money is not None:
            add_money(self.money, action.money)

    def show(self, one: Explanation, row: int) -> None:
        self.differs |= one.text != self.first.text
        cell = f"{one.column}{row}" if one.column else f"row {row}"
        if len(self.examples) < EXAMPLES and cell not in self.examples:
            self.examples.append(cell)

    def note_run(self, run: str) -> None:
        if len(self.runs) < EXAMPLES and run not in self.runs:
            self.runs.append(run)

    def record(self) -> Reason:
        first = self.first
        return Reason(
            outcome=first.outcome,
            ground=first.ground,
            code=first.code,
            text=first.text,
            pattern=first.pattern,
            differs=self.differs,
            hint=first.hint,
            count=self.count,
            money=self.money,
            examples=tuple(self.examples),
            runs=tuple(self.runs),
        )
