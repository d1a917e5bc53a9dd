"""The columns of the list of actions: the same in the workbook's tabs and in the CSV."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from importer.model import Currency
from importer.report.figures import plain
from importer.report.lines import ActionLine
from importer.report.words import INCOMPLETE, SKIPPED

MARK_GIVEN_UP: Final = "given up"
"""The mark of what a person has given up."""
MARK_TAKEN_UP: Final = "taken up"
"""The mark of what a later run has taken up."""

MARK_CORRECTED: Final = "corrected since"
"""The mark of what stands in the CRM with other values than the row's."""


class Form(Enum):
    """What a column holds."""

    TEXT = auto()
    WRAPPED = auto()
    """Sentences, one a line."""
    NUMBER = auto()
    AMOUNT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the list."""

    name: str
    width: int
    """In characters."""
    form: Form = Form.TEXT
    of: Callable[[ActionLine], str]


SENTENCES: Final = 60
"""Characters of the width of a column of sentences."""


def currency_of(line: ActionLine) -> Currency | None:
    """Return the currency of a line's money; None where there is none."""
    return line.money.currency if line.money else None


def amount_of(line: ActionLine) -> str:
    """Return an amount's exact digits; "" where there is none."""
    return plain(line.money.amount, line.money.currency) if line.money else ""


def mark_of(line: ActionLine) -> str:
    """Return `incomplete`, `taken up`, `given up` or `corrected since`; "" for most."""
    marks = {
        MARK_TAKEN_UP: line.taken_up,
        MARK_GIVEN_UP: line.given_up,
        INCOMPLETE: line.incomplete,
        MARK_CORRECTED: line.corrected_since,
    }
    return next((mark for mark, is_so in marks.items() if is_so), "")


COLUMNS: Final = (
    Column(name="Cell", width=30, of=lambda line: line.cell),
    Column(name="Row", width=8, form=Form.NUMBER, of=lambda line: str(line.row)),
    Column(name="Lead", width=27, of=lambda line: line.lead),
    Column(name="Known by", width=20, of=lambda line: line.known_by),
    Column(name="Action", width=16, of=lambda line: line.name),
    Column(name="Type", width=11, of=lambda line: line.type),
    Column(
        name="Currency",
        width=10,
        of=lambda line: str(line.money.currency) if line.money else "",
    ),
    Column(name="Amount", width=19, form=Form.AMOUNT, of=amount_of),
    Column(name="Outcome", width=12, of=lambda line: str(line.outcome or SKIPPED)),
    Column(name="Mark", width=16, of=mark_of),
    Column(name="Taken up by", width=22, of=lambda line: line.taken_up),
    Column(name="Action id", width=27, of=lambda line: line.action_id),
    Column(name="Why", width=SENTENCES, form=Form.WRAPPED, of=lambda line: line.why),
    Column(name="What to do", width=SENTENCES, form=Form.WRAPPED, of=lambda line: line.to_do),
    Column(name="Reference", width=22, of=lambda line: line.reference),
    Column(name="Row says", width=80, of=lambda line: line.says),
)
"""In their order."""

_OF: Final = tuple(column.of for column in COLUMNS)


def values_of(line: ActionLine) -> Sequence[str]:
    """Return what stands in the columns of a line."""
    return [of(line) for of in _OF]


NAMES: Final = tuple(column.name for column in COLUMNS)
