"""The lines of the books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from importer.model import Outcome, RunRecord
from importer.reconcile.sums import Sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the books."""

    count: int
    money: Sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """The actions of one outcome that share one reason."""

    outcome: Outcome
    code: str
    """A problem's code, the CRM's error code, or "" for a remark."""
    text: str
    hint: str
    count: int
    money: Sums
    examples: tuple[str, ...]
    """Up to three cells, `F17`; `row 17` where no single cell is meant."""
    runs: tuple[str, ...] = ()
    """Up to three earlier runs that it speaks of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The runs that started from one sheet, counted by root row."""

    runs: tuple[str, ...]
    """Run ids, oldest first."""
    rows: int
    """Rows of the root run that had actions."""
    open_rows: int
    """Rows whose latest attempt is not wholly CREATED, ALREADY or given up."""
    planned: Sums
    """Readable money at the root."""
    corrections: Sums
    """What corrected cells added or took away."""
    done: Sums
    """CREATED or ALREADY, latest attempt."""
    waived: Sums
    """Given up by a person, latest attempt."""
    open: Sums
    """Everything else, latest attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """The proof that every row and every amount of a run is in exactly one outcome."""

    run: RunRecord
    rows_with_actions: int
    outcomes: Mapping[Outcome, Line]
    """Every outcome, zero or not, in the order of `Outcome`."""
    incomplete: int
    """CREATED with remarks."""
    given_up: Line
    """Among UNSENT: what a person has closed."""
    unreadable: int
    """INVALID rows: each counts as one action without money."""
    reasons: tuple[Reason, ...]
    """Largest count first."""
    imbalances: tuple[str, ...]
    """Empty when the books balance; else a sentence for each side that does not."""
    chain: Chain

    @property
    def unsent(self) -> int:
        """Actions that resume would send: UNSENT, and not given up."""
        return self.outcomes[Outcome.UNSENT].count - self.given_up.count
