"""The words of the outcomes, and which outcomes belong together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from importer.model import Outcome, RunRecord, RunState
from importer.reconcile import Reconciliation

SKIPPED: Final = "SKIPPED"
"""The word for a row that yields no action; it is no outcome."""

INCOMPLETE: Final = "incomplete"
"""The word for what is CREATED with something dropped; it is no outcome either."""

TO_CORRECT: Final = (Outcome.INVALID, Outcome.IGNORED, Outcome.REFUSED)
"""The outcomes that the failures workbook holds."""

FOR_A_PERSON: Final = (*TO_CORRECT, Outcome.DUPLICATE, Outcome.UNKNOWN)
"""The outcomes that nothing but a person can bring further."""


class Tone(StrEnum):
    """How loud a sentence is."""

    GOOD = "good"
    CARE = "care"
    """A person has something to do."""
    STOP = "stop"
    """Something must be settled before anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeWords:
    """How an outcome is explained."""

    label: str
    """One word, for a tab or a legend."""
    meaning: str


OUTCOME_WORDS: Final[Mapping[Outcome, OutcomeWords]] = {
    Outcome.CREATED: OutcomeWords(
        label="Created",
        meaning="The CRM stored it and gave an action id.",
    ),
    Outcome.ALREADY: OutcomeWords(
        label="Already",
        meaning="An earlier run created exactly this; no request was spent.",
    ),
    Outcome.IGNORED: OutcomeWords(
        label="Ignored",
        meaning="The CRM refused this item, with a remark.",
    ),
    Outcome.INVALID: OutcomeWords(
        label="Invalid",
        meaning="Our checks refused the row; it was never sent.",
    ),
    Outcome.REFUSED: OutcomeWords(
        label="Refused",
        meaning="The CRM refused the whole request; nothing of it was stored.",
    ),
    Outcome.DUPLICATE: OutcomeWords(
        label="Duplicate",
        meaning="It belongs to an earlier run or row, and something differs or is still open.",
    ),
    Outcome.UNKNOWN: OutcomeWords(
        label="Unknown",
        meaning="It was sent, and no trustworthy answer came.",
    ),
    Outcome.UNSENT: OutcomeWords(
        label="Unsent",
        meaning="It was not sent, or was found not to have been stored.",
    ),
}


def meaning_of(outcome: Outcome, run: RunRecord) -> str:
    """Return what an outcome means in a run; nothing of a refused one was ever on its way."""
    if outcome is Outcome.UNSENT and run.state is RunState.REFUSED:
        return "Nothing is wrong with it; it was not sent since the sheet was refused as a whole."
    return OUTCOME_WORDS[outcome].meaning


def count_of(books: Reconciliation, *outcomes: Outcome) -> int:
    """Return how many actions ended in one of the outcomes: printed counts, added up."""
    return sum(books.outcomes[outcome].count for outcome in outcomes)
