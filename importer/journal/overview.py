"""Where all runs stand at a glance: what is open in each, and what one waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Select, func, select

from importer.journal.roots import row_of
from importer.journal.schema import IN_DOUBT, IS_REPLACEABLE, IS_STAGED, actions, rows, runs
from importer.journal.states import NEVER_RAN, states_of
from importer.journal.store import Journal
from importer.journal.taken import is_taken_up
from importer.model import PASSING, Currency, Money, State
from importer.reconcile import TO_CORRECT, Sums, add_money, add_up


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """What of a run is not at its end: neither given up, nor taken up by a later run."""

    unknown: int = 0
    """Actions, like the next one."""
    unsent: int = 0
    to_correct: int = 0
    """Rows of which something is INVALID, IGNORED or REFUSED: those of its failures workbook."""
    duplicate: int = 0
    """Actions."""

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRows:
    """What of a run is open in one way: where, and what it is worth."""

    rows: tuple[int, ...]
    """Their numbers, in their order, each once."""
    money: Sums
    """With what can be read of the amounts in rows that are INVALID."""


_OPEN: Final[Mapping[str, tuple[ColumnElement[bool], ColumnElement[int]]]] = {
    "unknown": (IN_DOUBT, func.count()),
    "unsent": (IS_STAGED, func.count()),
    "to_correct": (
        IS_REPLACEABLE & actions.c.state.in_(states_of(TO_CORRECT)),
        func.count(actions.c.row.distinct()),
    ),
    "duplicate": (IS_REPLACEABLE & (actions.c.state == State.DUPLICATE), func.count()),
}
"""Field of `Open` → which actions, in the words of an index, and what of them is counted."""


def open_by_run(journal: Journal) -> Mapping[str, Open]:
    """Run → what is open in it, for runs of which something is."""
    counts: dict[str, dict[str, int]] = {}
    for name, (which, many) in _OPEN.items():
        asked = _open(select(actions.c.run, many.label("n")), which)
        # Not by the action's own column: SQLite would go through all actions in that order.
        for one in journal.read(asked.group_by(runs.c.seq)):
            counts.setdefault(one.run, {})[name] = one.n
    return {run: Open(**of_run) for run, of_run in counts.items()}


def open_rows(journal: Journal, run: str, name: Literal["to_correct", "duplicate"]) -> OpenRows:
    """Where a run has open what `open_by_run` counts under this name."""
    what = actions.c.row, actions.c.state, actions.c.currency, actions.c.amount, rows.c.readable
    asked = _open(select(*what).join(rows, row_of(actions)), _OPEN[name][0])
    sums: dict[Currency, Decimal] = {}
    places = set[int]()
    for one in journal.read(asked.where(actions.c.run == run)):
        if one.amount is not None:
            add_money(sums, Money(amount=one.amount, currency=Currency(one.currency)))
        if one.state == State.INVALID and one.row not in places:
            for currency, amount in one.readable.items():
                add_money(sums, Money(amount=Decimal(amount), currency=Currency(currency)))
        places.add(one.row)
    return OpenRows(rows=tuple(sorted(places)), money=add_up([sums]))


def held_for_a_time(journal: Journal) -> frozenset[str]:
    """Runs of which something is held for what another one has open or in doubt: it may be free."""
    reason = func.json_extract(actions.c.earlier, "$.reason")
    asked = select(actions.c.run).where(reason.in_(PASSING)).distinct()
    return frozenset(one.run for one in journal.read(_open(asked, _OPEN["duplicate"][0])))


def waited_for(journal: Journal, run: str) -> list[str]:
    """Other runs that have something in doubt on a lead to which this run still has to send."""
    return [one for one in doubt_before(journal, run) if one != run]


def doubt_before(journal: Journal, run: str) -> list[str]:
    """Runs, this one among them, that have something in doubt on a lead to which it has to send."""
    mine = select(actions.c.lead).where(actions.c.run == run, actions.c.state == State.STAGED)
    asked = select(actions.c.run).where(IN_DOUBT, actions.c.lead.in_(mine)).distinct()
    return sorted(one.run for one in journal.read(asked))


def _open(asked: Select[Any], which: ColumnElement[bool]) -> Select[Any]:
    """Of these actions, without what nobody waits for: what was refused as a whole among it."""
    return asked.join(runs, runs.c.id == actions.c.run).where(
        which, runs.c.state.not_in(NEVER_RAN), ~actions.c.given_up, ~is_taken_up()
    )
