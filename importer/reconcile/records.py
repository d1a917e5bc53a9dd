"""The lines of the books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from importer.model import PAYMENT, Outcome, PaymentStatus, RemarkStep, RunRecord
from importer.reconcile.sums import Sums, add_up
from importer.reconcile.waiting import Wait, Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the books."""

    count: int
    money: Sums


INSIDE: Final = (Outcome.CREATED, Outcome.ALREADY)
"""What stands in the CRM."""


class Ground(StrEnum):
    """Who explains an outcome."""

    PROBLEM = "problem"
    """Our checks."""
    REMARK = "remark"
    """The CRM, of this action."""
    DETAIL = "detail"
    """The CRM's error for the whole request, or what became of the request."""
    EARLIER = "earlier"
    """An action that was there before."""
    GIVEN_UP = "given up"
    """A person, who has given it up."""
    TAKEN_UP = "taken up"
    """A later run, which has read its row again."""


Key = tuple[Outcome, Ground, str, str]
"""Outcome, ground, code and pattern: what the actions of a group have in common."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """The actions of one outcome that share one reason."""

    outcome: Outcome
    ground: Ground
    code: str
    """A problem's code, the CRM's error code or an `EarlierReason`; "" for a remark."""
    text: str
    """Of the first of them, as the CRM or the check has put it; "" where only the code speaks."""
    pattern: str
    """The text with `…` for names, ids and numbers; "" where the code alone makes the group."""
    differs: bool
    """Not every one has the text of the first."""
    hint: str
    """A problem's own; "" otherwise."""
    count: int
    money: Sums
    examples: tuple[str, ...]
    """Up to three cells, `F17`; `row 17` where no single cell is meant."""
    runs: tuple[str, ...] = ()
    """Up to three earlier runs that it speaks of."""

    @property
    def key(self) -> Key:
        """What all of them have in common."""
        return (self.outcome, self.ground, self.code, self.pattern)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The actions about which the same is to be done, each counted once."""

    actions: int = 0
    rows: int = 0
    """That hold at least one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The runs that started from one sheet, counted by root row.

    The bridge, per currency: planned + repaired + corrected + added = created + already + waived +
    open.
    """

    runs: tuple[RunRecord, ...]
    """Oldest first."""
    rows: int
    """Rows with actions: of the root's sheet, and what was added to its failures workbooks."""
    open_rows: int
    """Rows of which something is neither created nor given up."""
    open_at: tuple[str, ...]
    """`<run>/<row>` of up to twenty of them: where each was tried last."""
    open_of: Mapping[tuple[str, Outcome], Waiting]
    """All of them by the run in which each was tried last, and by how that ended."""
    planned: Sums
    """Readable money at the root."""
    repaired: Sums
    """Money of rows that were INVALID at first, and so without any."""
    corrected: Sums
    """What corrected cells added to readable money or took away; negative where they took."""
    added: Sums
    """Money of rows that were added to a failures workbook, and of what is booked, or held to be
    booked, beside what its row has created already."""
    created: Sums
    """Every action that a run of the chain created."""
    already: Sums
    """What runs outside the chain had created, as it stands in the CRM."""
    waived: Sums
    """Given up by a person."""
    open: Sums
    """Everything else, latest attempt."""
    imbalances: tuple[str, ...]
    """A sentence for each thing that does not agree."""

    @property
    def closed(self) -> bool:
        """Whether nothing of the sheet is open, and its books are exact."""
        return not self.open_rows and not self.imbalances


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows with actions by what is left to do: the first five add up to all of them."""

    done: int = 0
    """Every action of the row is CREATED or ALREADY."""
    waiting: int = 0
    """Something of the row needs a person."""
    unsent: int = 0
    """Something of it is UNSENT, and nothing else is wrong."""
    taken_up: int = 0
    """Nothing of it is left to do here, and something of it was taken up by a later run."""
    given_up: int = 0
    """What is not in of it was given up."""
    partly: int = 0
    """Among the last four: rows of which something is CREATED or ALREADY."""
    incomplete: int = 0
    """Rows of which something is CREATED and incomplete."""
    in_doubt: int = 0
    """Among those that wait: rows of which something is UNKNOWN."""
    otherwise: int = 0
    """Rows of which something is ALREADY, and stands in the CRM with other values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """The proof that every row and every amount of a run is in exactly one outcome."""

    run: RunRecord
    rows_with_actions: int
    rows: Rows
    """The same rows, by what is left to do."""
    outcomes: Mapping[Outcome, Line]
    """Every outcome, zero or not, in the order of `Outcome`."""
    by_action: Mapping[tuple[str, str], Mapping[Outcome, Line]]
    """(Name in the mapping, type) → the outcomes that occur. Rows refused as a whole have neither
    name nor type."""
    by_status: Mapping[str, Mapping[Outcome, Line]]
    """Status of the payments → the outcomes that occur. Nothing where no action has one, or where
    that of one cannot be read: a part would look like the whole."""
    incomplete: int
    """CREATED with remarks."""
    given_up_of: Mapping[Outcome, Line]
    """Among each outcome: what a person has given up; without outcomes of which nothing is."""
    taken_up_of: Mapping[Outcome, Line]
    """The same for what a later run has taken up; nothing is in both."""
    left_of: Mapping[Outcome, Line]
    """Among each outcome: everything else."""
    taken_up_by: tuple[str, ...]
    """The later runs that did, oldest first."""
    corrected_since: Line
    """Among ALREADY: what stands in the CRM with other values than the sheet's, such as another
    lead or amount; its money is what stands there."""
    waived_before: int
    """Among what is given up: what equals something that was waived in an earlier run."""
    given_up_now: int
    """Among it: everything else."""
    unreadable: int
    """INVALID rows: each counts as one action without money."""
    reasons: tuple[Reason, ...]
    """Largest count first."""
    steps: Mapping[RemarkStep, Shared]
    """INVALID, IGNORED and REFUSED, without what is given up or taken up, by what is to be done; an
    action with several remarks may be in more than one. Those that occur."""
    waits: Mapping[Wait, Waiting]
    """UNKNOWN, DUPLICATE and UNSENT, without what is given up or taken up, by what they wait for;
    those that occur."""
    together: tuple[str, ...]
    """Names of actions in doubt of which a row has more than one; () where no row has."""
    doubts: Mapping[tuple[Wait, str], Waiting]
    """What is in doubt by what it waits for and by name, where a row has several that do not wait
    for the same: its number alone would reach too many. Nothing where no row has."""
    imbalances: tuple[str, ...]
    """Empty when the books balance; else a sentence for each side that does not."""
    chain: Chain

    @property
    def given_up(self) -> Line:
        """What a person has given up, of whatever outcome."""
        return _whole(self.given_up_of)

    @property
    def taken_up(self) -> Line:
        """What later runs have taken up, of whatever outcome."""
        return _whole(self.taken_up_of)

    @property
    def inside(self) -> Sums:
        """Money that stands in the CRM: CREATED and ALREADY."""
        return add_up(self.outcomes[one].money for one in INSIDE)

    @property
    def inside_as(self) -> Mapping[str, Sums]:
        """Status → money that stands in the CRM with it, for those but COMPLETED that have any."""
        sums = {
            status: add_up(lines[one].money for one in INSIDE if one in lines)
            for status, lines in self.by_status.items()
            if status != PaymentStatus.COMPLETED
        }
        return {status: money for status, money in sums.items() if money}

    @property
    def moneyless(self) -> int:
        """INVALID rows of which no amount is known; 0 where the sheet's mapping has no payment."""
        if PAYMENT not in self.run.types and not self.run.invalid_money:
            return 0
        return self.unreadable - self.run.invalid_with_money

    @property
    def unsent(self) -> int:
        """Actions that resume would send: UNSENT, and not given up."""
        return self.waiting(Outcome.UNSENT)

    def waiting(self, *outcomes: Outcome) -> int:
        """Actions that ended so, without those that are given up, or taken up by a later run."""
        return sum(self.left_of[one].count for one in outcomes if one in self.left_of)


def _whole(lines: Mapping[Outcome, Line]) -> Line:
    return Line(
        count=sum(one.count for one in lines.values()),
        money=add_up(one.money for one in lines.values()),
    )
