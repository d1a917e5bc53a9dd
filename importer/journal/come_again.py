"""What of a sheet came again in a later one: it waits there, and people are asked about it once.

Exports that hold the earlier rows too bring a wrong row again each night. Each run counts it, as
its books do; a person is asked by the latest run that has it. Runs of one sheet know that of each
other by the row itself (`journal.taken`). Rows of different sheets are the same one where they have
one key, or where the rows at the roots of their chains looked alike; where equal rows may repeat,
only where they looked alike: another payment has the same key.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Text, select, type_coerce

from importer.journal.left import LEFT_TO_OTHERS
from importer.journal.paging import paged
from importer.journal.roots import root_of, row_of
from importer.journal.schema import actions, rows, runs
from importer.journal.states import NEVER_RAN
from importer.journal.store import Journal

_root = rows.alias("root")
_SIGNS: Mapping[str, ColumnElement[Any]] = {"key": rows.c.key, "look": _root.c.fingerprint}
"""What a row is known by."""

_Known = Mapping[tuple[str, str], Mapping[str, Mapping[int, set[str]]]]
"""(Which sign, its value) → run, the latest first → row → names of its actions, without those that
are left to others: nobody has them there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exports:
    """What a run's mapping says of its sheets."""

    separate: bool
    """Each holds new rows only."""
    repeats: bool
    """Equal rows are several payments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What later sheets have."""

    ids: frozenset[int]
    """Actions that a later run has again, whatever became of them there."""
    read_since: frozenset[str]
    """Runs behind which another sheet of the same keys was read."""


def with_signs() -> Select[Any]:
    """Actions with their run, and with their row and what it is known by."""
    return (
        select(
            *(actions.c[name] for name in ("id", "run", "row", "name", "state")),
            *(actions.c.currency, actions.c.amount, rows.c.readable, runs.c.seq),
            *(column.label(sign) for sign, column in _SIGNS.items()),
            LEFT_TO_OTHERS.label("left_to_others"),
        )
        .join(runs, runs.c.id == actions.c.run)
        .join(rows, row_of(actions))
        .join(_root, root_of(rows, _root))
    )


def come_again(
    journal: Journal, found: Sequence[Row[Any]], exports_of: Callable[[str], Exports]
) -> Again:
    """Which of some actions a later run has again.

    Nothing is guessed: of equal rows, as many have to be there again; and a sheet that brings new
    rows only has to hold the very same rows as the one before.

    Args:
        journal: the journal.
        found: actions of `with_signs`.
        exports_of: of a run, what its mapping says.
    """
    known, every = _known(journal, found), _every(journal)
    exports = {run: exports_of(run) for run in {one.run for one in found}}
    latest = {one.made_of: one.seq for one in every.values() if not one.parent}
    answers = dict[Any, bool]()
    for one in found:
        alike = (one.run, one.name, *_signs(one))  # a sheet may have thousands of equal rows
        if alike not in answers:
            answers[alike] = _is_again(one, known, every, exports[one.run])
    return Again(
        ids=frozenset(one.id for one in found if answers[one.run, one.name, *_signs(one)]),
        read_since=frozenset(
            run for run, one in every.items() if one.seq < latest.get(one.made_of, 0)
        ),
    )


def _every(journal: Journal) -> Mapping[str, Row[Any]]:
    """Every run that was planned to its end, oldest first."""
    made_of = type_coerce(runs.c["keys"], Text).label("made_of")
    asked = select(runs.c.id, runs.c.seq, runs.c.parent, runs.c.root, runs.c.rows_digest)
    asked = asked.add_columns(made_of).where(runs.c.state.not_in(NEVER_RAN))
    found = journal.read(asked.order_by(runs.c.seq))
    return {one.id: one for one in found}


def _signs(one: Row[Any]) -> Iterator[tuple[str, str]]:
    values = ((sign, getattr(one, sign)) for sign in _SIGNS)
    return ((sign, value) for sign, value in values if value)


def _known(journal: Journal, found: Collection[Row[Any]]) -> _Known:
    """Who has what a row of these is known by: these themselves, and others."""
    known: dict[tuple[str, str], dict[str, dict[int, set[str]]]] = {}
    asked = with_signs().where(runs.c.state.not_in(NEVER_RAN))
    for sign, column in _SIGNS.items():
        wanted = {value for one in found for which, value in _signs(one) if which == sign}
        for one in sorted(paged(journal, wanted, asked, column), key=lambda one: -one.seq):
            of_run = known.setdefault((sign, getattr(one, sign)), {}).setdefault(one.run, {})
            names = of_run.setdefault(one.row, set())
            if not one.left_to_others:
                names.add(one.name)
    return known


def _is_again(
    one: Row[Any], known: _Known, every: Mapping[str, Row[Any]], exports: Exports
) -> bool:
    own = every[one.run]
    for sign in _signs(one):
        if exports.repeats and sign[0] == "key":
            continue
        # A failures workbook holds some of its sheet's equal rows: all of the chain's count.
        alike = max(len(of) for run, of in known[sign].items() if every[run].root == own.root)
        for run, held in known[sign].items():
            later = every[run]
            if later.seq <= own.seq:
                break
            other = exports.separate and later.rows_digest != own.rows_digest
            if later.made_of == own.made_of and not other and _count(held, one.name) >= alike:
                return True
    return False


def _count(held: Mapping[int, set[str]], name: str) -> int:
    """Rows that have an action; one that was refused as a whole may have any, under no name."""
    return sum(bool(names) and (not name or bool(names & {"", name})) for names in held.values())
