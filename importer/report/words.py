"""The words of the outcomes, and which outcomes belong together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from importer.model import EarlierReason, Outcome, Ruling, RunRecord, RunState
from importer.reconcile import TO_CORRECT, Reconciliation

SKIPPED: Final = "SKIPPED"
"""The word for a row that yields no action; it is no outcome."""

NOT_IN: Final = (*TO_CORRECT, Outcome.DUPLICATE, Outcome.UNSENT)
"""The outcomes of what is not in the CRM, for all that is known."""

INCOMPLETE: Final = "incomplete"
"""The word for what is CREATED with something dropped; it is no outcome either."""

NOTHING: Final = "Nothing to do."
GIVEN_UP: Final = (
    "Given up for good: nothing to do. A later sheet with the same row does not send it either, "
    "where the mapping tells equal rows apart."
)
GIVEN_UP_HERE: Final = (
    "Given up in this run alone: nothing to do. The next sheet that holds the row sends it."
)
TAKEN_UP: Final = "Nothing to do here: what became of it stands in that run's report."
LOOK_FIRST: Final = "Do not send again. Look at the lead's timeline in the CRM first."
"""What to do where nobody knows what became of an action."""


class Tone(StrEnum):
    """How loud a sentence is."""

    GOOD = "good"
    CARE = "care"
    """A person has something to do."""
    STOP = "stop"
    """Something must be settled before anything else."""


class Hold(StrEnum):
    """What a plan waits for that nobody has begun to send."""

    APPROVAL = "approval"
    """A second person looks at it."""
    ANOTHER = "another approval"
    """It is not what was approved any more."""
    APPLY = "apply"
    """Somebody says that it is to be sent."""


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
        meaning="An earlier run created exactly this, or a corrected copy; no request was spent.",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierWords:
    """How an earlier action that stands for a later one is explained."""

    of_many: str
    """Of all that share it."""
    of_one: str
    """Of one action, with `{place}`, and for some `{id}`, `{changes}` and `{stands}`."""
    to_do: str = ""
    """With `{outcome}`; "" where the outcome alone says it."""


EARLIER_WORDS: Final[Mapping[EarlierReason, EarlierWords]] = {
    EarlierReason.SAME: EarlierWords(
        of_many="An earlier run created exactly this.",
        of_one="The same action was created by {place}{id}.",
    ),
    EarlierReason.CORRECTED: EarlierWords(
        of_many="An earlier run created it from a corrected row.",
        of_one="A corrected copy of this row was created by {place}{id}{stands}.",
    ),
    EarlierReason.CHANGED: EarlierWords(
        of_many="An earlier run created it with other values.",
        of_one="It was created before by {place}{id}, and differs now: {changes}.",
    ),
    EarlierReason.IN_DOUBT: EarlierWords(
        of_many="An earlier run sent it, and what became of it is still in doubt.",
        of_one="The same action was sent by {place}, and its answer is not known.",
        to_do=LOOK_FIRST,
    ),
    EarlierReason.SEEN_BEFORE: EarlierWords(
        of_many="An equal row of an earlier sheet was created.",
        of_one="An equal row was created by {place}{id}.",
    ),
    EarlierReason.OPEN: EarlierWords(
        of_many="An earlier run that is still open is going to send it.",
        of_one="The same action is of {place}, and was not sent yet.",
        to_do="Resume that run, or give it up there; then resume this one.",
    ),
    EarlierReason.UNCHANGED: EarlierWords(
        of_many="The CRM refused exactly this before; it was not sent again.",
        of_one="The same entry was sent by {place}, and the CRM refused it then.",
        to_do="Correct the cell in the failures workbook and run that file; or, if the CRM itself "
        "was corrected, run again with `--retry {outcome}`.",
    ),
    EarlierReason.GIVEN_UP: EarlierWords(
        of_many="A person has given up exactly this before; it was not sent.",
        of_one="Exactly this was given up in {place}.",
        to_do=GIVEN_UP,
    ),
}

RULING_WORDS: Final[Mapping[Ruling, str]] = {
    Ruling.CREATED: "Said to stand on the timeline",
    Ruling.NOT_CREATED: "Said not to stand on the timeline",
    Ruling.RELEASED: "Released to be sent",
    Ruling.CLOSED: "Given up in this run alone",
    Ruling.WAIVED: "Given up",
}
"""What a person decided: `Given up by asha, 22 Nov 2026 …`."""


def meaning_of(outcome: Outcome, run: RunRecord) -> str:
    """Return what an outcome means in a run; nothing of a refused one was ever on its way."""
    if outcome is Outcome.UNSENT and run.state is RunState.REFUSED:
        return "Nothing is wrong with it; it was not sent since the sheet was refused as a whole."
    return OUTCOME_WORDS[outcome].meaning


def count_of(books: Reconciliation, *outcomes: Outcome) -> int:
    """Return how many actions ended in one of the outcomes: printed counts, added up."""
    return sum(books.outcomes[outcome].count for outcome in outcomes)
