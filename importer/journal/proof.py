"""What the journal's records say against each other: nothing, unless somebody altered one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, exists, func, or_, select

from importer.journal.schema import HAS_ID, actions, requests
from importer.journal.store import Journal
from importer.model import State
from importer.verdict import Recorded

LONGEST_ANSWER: Final = 65_536
"""Bytes of an answer that are kept as evidence; a longer one is kept in part."""


def contradictions(journal: Journal, run: str) -> Iterator[str]:
    """A sentence for each kind of record of a run that another record gives the lie.

    The CRM's own answer, kept as it came, is what CREATED rests on; an action id stands on nothing
    else; ALREADY rests on an action that is CREATED.
    """
    astray = [one for one in journal.read(_unanswered(run)) if not _says(one)]
    if astray:
        yield (
            f"The answer that was kept says nothing of {len(astray)} of the action ids, the first "
            f"of them in row {astray[0].row}."
        )
    unexpected = actions.c.state.not_in((State.CREATED, State.ALREADY)) & (
        actions.c.action_id != ""
    )
    if count := _count(journal, run, unexpected):
        yield f"{count} actions have an action id, and are not CREATED."
    if count := _count(journal, run, _groundless()):
        yield f"{count} actions are ALREADY, and what they rest on is not CREATED."


def _unanswered(run: str) -> Any:  # noqa: ANN401 - a select's type counts its columns
    return (
        select(actions.c.row, actions.c.action_id, requests.c.answer)
        .join(requests, requests.c.id == actions.c.request)
        .where(
            actions.c.run == run,
            HAS_ID,
            requests.c.verdict == Recorded.__name__,
            func.coalesce(requests.c.answer, "") != "",
            func.instr(requests.c.answer, actions.c.action_id) == 0,
        )
        .order_by(actions.c.row)
    )


def _says(one: Row[Any]) -> bool:
    """Whether an answer has the id in another spelling, or in the part that was not kept."""
    if len(one.answer.encode()) >= LONGEST_ANSWER:
        return True
    try:
        return one.action_id in json.dumps(json.loads(one.answer), ensure_ascii=False)
    except ValueError:
        return False


def _groundless() -> ColumnElement[bool]:
    ground = actions.alias("ground")
    created = exists().where(ground.c.id == actions.c.holder, ground.c.state == State.CREATED)
    return (actions.c.state == State.ALREADY) & or_(actions.c.holder.is_(None), ~created)


def _count(journal: Journal, run: str, which: ColumnElement[bool]) -> int:
    found = journal.read(select(func.count()).where(actions.c.run == run, which))
    return int(found[0][0])
