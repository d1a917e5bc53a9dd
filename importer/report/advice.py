"""What a person does about an action: from its outcome, and from what explains it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

from importer.folding import fold, pieces, plain_words
from importer.model import EarlierReason, Outcome, RemarkStep, RunRecord, RunState
from importer.reconcile import INCOMPLETE, REST, Explanation, Ground, Guide, Reason
from importer.report.words import (
    EARLIER_WORDS,
    GIVEN_UP,
    GIVEN_UP_HERE,
    LOOK_FIRST,
    NOTHING,
    TAKEN_UP,
)
from importer.verdict import LEAD_NOT_FOUND
from importer.verdict.details import BEHIND_DOUBT

_CORRECT: Final = "Correct the cell in the failures workbook and run that file."

IN_GENERAL: Final[Mapping[Outcome, str]] = {
    Outcome.CREATED: "Stored without this part. Add it by hand in the CRM if it is needed.",
    Outcome.ALREADY: NOTHING,
    Outcome.IGNORED: _CORRECT,
    Outcome.INVALID: _CORRECT,
    Outcome.REFUSED: "Correct the row in the failures workbook and run that file.",
    Outcome.DUPLICATE: "Nothing was sent. Compare the two: the earlier one stands in the CRM, and "
    "a release books a second one beside it.",
    Outcome.UNKNOWN: LOOK_FIRST,
    Outcome.UNSENT: "See what stopped the run; then resume it, or give this up.",
}
"""What a person does about an outcome, where nothing more precise is known."""

_IN_A_REFUSED_RUN: Final[Mapping[Outcome, str]] = {
    Outcome.UNSENT: "Nothing is wrong with this row: it is sent when the sheet itself was "
    "corrected and is run again.",
    **dict.fromkeys(
        (Outcome.DUPLICATE, Outcome.IGNORED, Outcome.REFUSED, Outcome.INVALID),
        "It is looked at again when the sheet itself was corrected and is run again.",
    ),
}
"""Nothing of such a run can be resumed or released: its sheet is corrected and run."""

_OF_CODE: Final[Mapping[str, str]] = {
    LEAD_NOT_FOUND: "Correct the lead in the failures workbook and run that file. If the lead was "
    "missing in the CRM and is there now, run it with `--retry refused`.",
    "HTTP_413": "Write a smaller `actions_per_request` under [send] in the settings, then run the "
    "failures workbook with `--retry refused`.",
}
"""The CRM's own codes that are documented."""

_OF_STEP: Final[Mapping[RemarkStep, str]] = {
    RemarkStep.FIX: _CORRECT,
    RemarkStep.ASK: "Ask the CRM admin. Once it is put right there, run the failures workbook with "
    "`--retry {outcome}`.",
    RemarkStep.AGAIN: "Try again: run the failures workbook with `--retry {outcome}`.",
}

_BEHIND_DOUBT: Final = "Settle that one first: until then no resume sends this. Then resume."
_NONE_SET: Final = (
    "No next step is set for this remark: read it and decide. For the next time, set one under "
    "[[remarks]] in the settings."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkRule:
    """What a person wrote down about a remark of the CRM."""

    says: str
    """Words of the remark; `…` stands for anything."""
    step: RemarkStep
    note: str = ""
    """A sentence of their own."""


class Advice:
    """Knows what to do about every action of a run.

    Args:
        rules: what people wrote down about the CRM's remarks; the first that fits counts.
        refused: the run was refused as a whole.
        headers: of the run's sheet.
    """

    def __init__(
        self,
        rules: Iterable[RemarkRule] = (),
        *,
        refused: bool = False,
        headers: Iterable[str] = (),
    ) -> None:
        rules = tuple(rules)
        self._rules = [(_pattern(rule.says), rule) for rule in rules]
        self._refused = refused
        self._known: dict[tuple[str, str], RemarkRule | None] = {}
        # What a person has written of a remark is of the remark, also where a cell says the same:
        # what they wrote about would be taken out of it else, and their entry would never fit.
        self.words = plain_words((*headers, *(rule.says for rule in rules)))
        """What is not taken out of a remark as the row's own."""

    @classmethod
    def of(cls, run: RunRecord, rules: Iterable[RemarkRule] = ()) -> Self:
        """What there is to do about the actions of a run."""
        return cls(rules, refused=run.state is RunState.REFUSED, headers=run.headers)

    @property
    def guide(self) -> Guide:
        """How the books of the same run are to read its remarks."""
        return Guide(words=self.words, step_of=self.step_for)

    def of_outcome(self, outcome: Outcome, *, incomplete: bool) -> str:
        """What to do about an outcome, where nothing explains it; "" for nothing."""
        if outcome is Outcome.ALREADY or (outcome is Outcome.CREATED and not incomplete):
            return ""
        return self._in_general(outcome)

    def about(self, one: Explanation | Reason) -> str:
        """What to do about an action that is explained so."""
        match one.ground:
            case Ground.PROBLEM:
                return one.hint
            case Ground.GIVEN_UP | Ground.TAKEN_UP:
                return _over(one)
            case _ if self._refused:
                return self._in_general(one.outcome)
            case Ground.EARLIER if one.pattern == INCOMPLETE and one.outcome is Outcome.ALREADY:
                return IN_GENERAL[Outcome.CREATED]
            case Ground.EARLIER:
                step = EARLIER_WORDS[EarlierReason(one.code)].to_do or IN_GENERAL[one.outcome]
                return step.format(outcome=one.outcome.lower())
            case Ground.REMARK | Ground.DETAIL:
                return self._about_remark(one)

    def step_for(self, one: Explanation | Reason) -> RemarkStep | None:
        """What the settings say is to be done about a remark; None where they say nothing."""
        rule = self._rule(one)
        return rule.step if rule else None

    def note_for(self, one: Explanation | Reason) -> str:
        """The sentence that the settings have about a remark; "" where they have none."""
        rule = self._rule(one)
        return rule.note if rule else ""

    def _in_general(self, outcome: Outcome) -> str:
        return (self._refused and _IN_A_REFUSED_RUN.get(outcome)) or IN_GENERAL[outcome]

    def _about_remark(self, one: Explanation | Reason) -> str:
        rule, note = self._rule(one), self.note_for(one)
        if one.ground is Ground.DETAIL and one.outcome is Outcome.CREATED:
            step = NOTHING  # how it became known that it stands there: nothing was dropped of it
        elif one.outcome is Outcome.UNSENT and one.text == BEHIND_DOUBT:
            step = _BEHIND_DOUBT
        elif one.outcome not in {Outcome.IGNORED, Outcome.REFUSED}:
            step = IN_GENERAL[one.outcome]
        elif rule:
            step = _OF_STEP[rule.step].format(outcome=one.outcome.lower())
        else:
            step = _OF_CODE.get(one.code, _NONE_SET)
        return f"{note} {step}".strip()

    def _rule(self, one: Explanation | Reason) -> RemarkRule | None:
        if one.ground not in {Ground.REMARK, Ground.DETAIL}:
            return None
        key = (one.code, one.pattern)
        if key not in self._known:
            folded = fold(f"{one.code}: {one.pattern}" if one.code else one.pattern)
            fits = (rule for pattern, rule in self._rules if pattern and pattern.search(folded))
            self._known[key] = next(fits, None)
        return self._known[key]


def _over(one: Explanation | Reason) -> str:
    """What is said of that for which nobody waits any more."""
    if one.ground is Ground.TAKEN_UP:
        return TAKEN_UP
    return GIVEN_UP_HERE if one.pattern == REST else GIVEN_UP


def _pattern(says: str) -> re.Pattern[str] | None:
    """The words in their order, wherever they stand in the remark; None where there are none."""
    found = pieces(says)
    return re.compile(".*?".join(map(re.escape, found)), re.DOTALL) if found else None
