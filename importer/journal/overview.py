"""Where all runs stand at a glance: what is open in each, and what one waits for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Row, Select, and_, func, select

from importer.journal.come_again import Exports, come_again, with_signs
from importer.journal.money import sum_amounts, sums_of
from importer.journal.schema import IN_DOUBT, IS_REPLACEABLE, IS_STAGED, actions, runs
from importer.journal.states import NEVER_RAN, states_of
from importer.journal.store import Journal
from importer.journal.taken import is_taken_up
from importer.model import PASSING, State
from importer.reconcile import TO_CORRECT, Sums, add_up


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
    actions: int
    money: Sums
    """With what can be read of the amounts in rows that are INVALID."""
    read_since: bool
    """Another sheet of the same keys was read behind it: it may have such a row in another form."""


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


def open_rows(
    journal: Journal, name: Literal["to_correct", "duplicate"], exports_of: Callable[[str], Exports]
) -> Mapping[str, OpenRows]:
    """Run → what waits in it for a person under this name of `Open`, each row in one run alone.

    What a later run has again is told there, or is over there; see `come_again`.

    Args:
        journal: the journal.
        name: a field of `Open`.
        exports_of: of a run, what its mapping says.
    """
    found = journal.read(with_signs().where(_is_open(_OPEN[name][0])))
    again = come_again(journal, found, exports_of)
    by_run: dict[str, list[Row[Any]]] = {}
    for one in sorted(found, key=lambda one: (one.run, one.row)):
        if one.id not in again.ids:
            by_run.setdefault(one.run, []).append(one)
    return {
        run: OpenRows(
            rows=tuple(dict.fromkeys(one.row for one in of_run)),
            actions=len(of_run),
            money=_money(of_run),
            read_since=run in again.read_since,
        )
        for run, of_run in by_run.items()
    }


def _money(found: Sequence[Row[Any]]) -> Sums:
    wrong = {one.row: one.readable for one in found if one.state == State.INVALID}
    return add_up([sum_amounts(found), *map(sums_of, wrong.values())])


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
    return asked.join(runs, runs.c.id == actions.c.run).where(_is_open(which))


def _is_open(which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of these actions, without what nobody waits for: what was refused as a whole among it."""
    return and_(which, runs.c.state.not_in(NEVER_RAN), ~actions.c.given_up, ~is_taken_up())
