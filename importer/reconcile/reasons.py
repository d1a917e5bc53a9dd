"""Why an action ended as it did, in groups, with what to do about each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from importer.model import ActionRecord, Currency, EarlierReason, Outcome
from importer.reconcile.records import Reason
from importer.reconcile.sums import add_money

EXAMPLES = 3

NEXT_STEPS: Mapping[Outcome, str] = {
    Outcome.CREATED: "Stored without this part. Add it by hand in the CRM if it is needed.",
    Outcome.ALREADY: "Nothing to do.",
    Outcome.IGNORED: "Correct the cell in the failures workbook and run that file.",
    Outcome.INVALID: "Correct the cell in the failures workbook and run that file.",
    Outcome.REFUSED: "Correct the row in the failures workbook and run that file.",
    Outcome.DUPLICATE: "Nothing was sent. Compare the two: the earlier one stands in the CRM, and "
    "a release books a second one beside it.",
    Outcome.UNKNOWN: "Do not send again. Look at the lead's timeline in the CRM first.",
    Outcome.UNSENT: "See what stopped the run; then resume it, or give this up.",
}
"""What a person does about an outcome, where nothing more precise is known."""

_EARLIER_TEXTS: Mapping[EarlierReason, str] = {
    EarlierReason.SAME: "An earlier run created exactly this.",
    EarlierReason.CORRECTED: "An earlier run created it from a corrected row.",
    EarlierReason.CHANGED: "An earlier run created it with other values.",
    EarlierReason.IN_DOUBT: "An earlier run sent it, and what became of it is still in doubt.",
    EarlierReason.SEEN_BEFORE: "An equal row of an earlier sheet was created.",
    EarlierReason.OPEN: "An earlier run that is still open is going to send it.",
    EarlierReason.UNCHANGED: "The CRM refused exactly this before; it was not sent again.",
}

_EARLIER_STEPS: Mapping[EarlierReason, str] = {
    EarlierReason.IN_DOUBT: NEXT_STEPS[Outcome.UNKNOWN],
    EarlierReason.OPEN: "Resume that run, or give it up there; then resume this one.",
    EarlierReason.UNCHANGED: "Correct the cell in the failures workbook and run that file; or, if "
    "the CRM itself was corrected, run again with `--retry ignored,refused`.",
}
"""What a person does where the earlier action says it better than the outcome."""


def reasons_of(action: ActionRecord) -> Iterator[tuple[str, str, str, str]]:
    """(code, sentence, next step, cell) of everything that explains an action's outcome."""
    row, step = f"row {action.row}", _step(action)
    if action.given_up:
        yield "given up", "A person has given it up.", "Given up: nothing to do.", row
        return
    for problem in action.problems:
        cell = f"{problem.column}{problem.row}" if problem.column else row
        yield problem.code, problem.message, problem.hint, cell
    for remark in action.remarks:
        cell = f"{remark.column}{action.row}" if remark.column else row
        yield "", f"{remark.path}: {remark.text}" if remark.path else remark.text, step, cell
    if action.earlier is not None:
        yield action.earlier.reason, _EARLIER_TEXTS[action.earlier.reason], step, row
    if action.detail and (
        action.earlier is None or action.earlier.reason is EarlierReason.UNCHANGED
    ):
        code, _, text = action.detail.partition(": ")
        yield (code, text, step, row) if code.isupper() else ("", action.detail, step, row)


def _step(action: ActionRecord) -> str:
    own = NEXT_STEPS[action.outcome]
    return _EARLIER_STEPS.get(action.earlier.reason, own) if action.earlier else own


class Reasons:
    """The groups, while the actions go by."""

    def __init__(self) -> None:
        self._groups: dict[tuple[Outcome, str, str], _Group] = {}

    def add(self, action: ActionRecord) -> None:
        """Put an action into each group that it belongs to."""
        counted = set[tuple[Outcome, str, str]]()
        for code, text, hint, cell in reasons_of(action):
            # A problem's sentence may quote its cell, so its code alone makes the group.
            key = (action.outcome, code, "" if code else text)
            if key not in self._groups:
                self._groups[key] = _Group(text=text, hint=hint)
            self._groups[key].show(text, cell)
            if action.earlier is not None:
                self._groups[key].note_run(action.earlier.run)
            if key not in counted:
                counted.add(key)
                self._groups[key].count_in(action)

    def largest_first(self) -> tuple[Reason, ...]:
        """The groups as records."""
        found = [
            Reason(
                outcome=outcome,
                code=code,
                text=f"For example: {group.text}" if group.varies else group.text,
                hint=group.hint,
                count=group.count,
                money=group.money,
                examples=tuple(group.examples),
                runs=tuple(group.runs),
            )
            for (outcome, code, _), group in self._groups.items()
        ]
        return tuple(sorted(found, key=lambda one: (-one.count, one.outcome, one.code, one.text)))


@dataclass(slots=True)
class _Group:
    text: str
    hint: str
    count: int = 0
    money: dict[Currency, Decimal] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    varies: bool = False
    """The sentences quote their cells, so that the first one speaks for itself alone."""

    def count_in(self, action: ActionRecord) -> None:
        self.count += 1
        if action.money is not None:
            add_money(self.money, action.money)

    def show(self, text: str, cell: str) -> None:
        self.varies |= text != self.text
        if len(self.examples) < EXAMPLES and cell not in self.examples:
            self.examples.append(cell)

    def note_run(self, run: str) -> None:
        if len(self.runs) < EXAMPLES and run not in self.runs:
            self.runs.append(run)
