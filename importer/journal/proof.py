"""What the journal's records say against each other: nothing, unless somebody altered one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, and_, exists, func, select, type_coerce

from importer.journal.attempts import is_unproven
from importer.journal.fitting import IS_MISFIT
from importer.journal.matching import ruled_as
from importer.journal.schema import actions, problems, requests, rows, runs
from importer.journal.sent import sent_otherwise
from importer.journal.store import Journal
from importer.model import EarlierReason, Ruling, State
from importer.verdict import ReadBack, Recorded, Refused, RefusedMaybe, Unknown


def contradictions(journal: Journal, run: str) -> Iterator[str]:
    """A sentence for each kind of record of a run to which another record gives the lie.

    The CRM's own answer, kept as it came, is what CREATED rests on, and the digest of the body is
    what was sent; every other outcome rests on a request, a problem, an earlier action or a
    person's decision.
    """
    # All at once, so that the run is gone through once. Typed loosely, as `read` takes any select.
    counted: tuple[Any, ...] = tuple(func.count().filter(one) for one in _GROUNDLESS.values())
    (counts,) = journal.read(select(*counted).where(actions.c.run == run))
    for sentence, count in zip(_GROUNDLESS, counts, strict=True):
        if count:
            yield f"{count} actions {sentence}."
    yield from _skipped_otherwise(journal, run)
    yield from sent_otherwise(journal, run)


def _skipped_otherwise(journal: Journal, run: str) -> Iterator[str]:
    """Rows are skipped for other reasons than the planner counted."""
    ((counted,),) = journal.read(select(runs.c.skipped).where(runs.c.id == run))
    asked = select(rows.c.skipped, func.count().label("n")).group_by(rows.c.skipped)
    found = journal.read(asked.where(rows.c.run == run, rows.c.skipped != ""))
    there = {one.skipped: one.n for one in found}
    for reason in sorted({*counted, *there}):
        planned, kept = counted.get(reason, 0), there.get(reason, 0)
        if planned != kept:
            yield f"{planned} rows were skipped as “{reason}”, but {kept} are on record."


def _ended(*verdicts: type) -> ColumnElement[bool]:
    """The request that carried an action last ended in one of these ways."""
    names = [verdict.__name__ for verdict in verdicts]
    return exists().where(requests.c.id == actions.c.request, requests.c.verdict.in_(names))


def _unrecorded() -> ColumnElement[bool]:
    """It is on the wire, or its end was not recorded: in doubt, until somebody looks."""
    return exists().where(requests.c.id == actions.c.request, requests.c.verdict.is_(None))


def _is(*states: State) -> ColumnElement[bool]:
    return actions.c.state.in_(states)


_SAID: Final = type_coerce(actions.c.earlier, Text)
_EARLIER: Final = _SAID != "null"
_GIVEN_UP_BEFORE: Final = _SAID.contains(f'"reason":"{EarlierReason.GIVEN_UP}"')
_SENT: Final = exists().where(requests.c.id == actions.c.request)
_WRONG: Final = exists().where(problems.c.run == actions.c.run, problems.c.row == actions.c.row)
_GROUND: Final = actions.alias("ground")
_STANDS: Final = exists().where(_GROUND.c.id == actions.c.holder, _GROUND.c.state == State.CREATED)
_HAS_ID: Final = actions.c.action_id != ""

_GROUNDLESS: Final[Mapping[str, ColumnElement[bool]]] = {
    "are CREATED, and no request of theirs was taken": _is(State.CREATED)
    & ~_ended(Recorded, ReadBack, RefusedMaybe, Unknown)
    & ~ruled_as(actions, Ruling.CREATED)
    & ~_unrecorded(),
    "have an action id, and are not CREATED": ~_is(State.CREATED) & _HAS_ID,
    "are ALREADY, and what they rest on is not CREATED": _is(State.ALREADY)
    & ~and_(_EARLIER, _STANDS),
    "are DUPLICATE of nothing": _is(State.DUPLICATE) & ~_EARLIER,
    "are IGNORED, and no answer says so": _is(State.IGNORED)
    & ~_EARLIER
    & ~_ended(Recorded, ReadBack),
    "are REFUSED, and no answer says so": _is(State.REFUSED)
    & ~_EARLIER
    & ~_ended(Refused, RefusedMaybe),
    "are INVALID without a problem": _is(State.INVALID) & ~_WRONG,
    "are UNKNOWN, and were never sent": _is(State.UNKNOWN) & ~_SENT,
    "are in doubt or unsent, and an answer says what became of them": _is(
        State.UNKNOWN, State.STAGED, State.CLOSED
    )
    & _ended(Recorded, Refused),
    "are given up, and nobody has": actions.c.given_up
    & ~ruled_as(actions, Ruling.CLOSED, Ruling.WAIVED)
    & ~_GIVEN_UP_BEFORE,
    "are closed, and not given up": _is(State.CLOSED) & ~actions.c.given_up,
    "are closed, and may stand on a timeline": _is(State.CLOSED) & is_unproven(actions),
    "stand under a key that is not their row's": IS_MISFIT,
}
"""What cannot be true of an action → the condition by which it is found."""
