"""Who has given something up, when and why; also where that was said of an equal row before it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from importer.journal.finding import actions_of_rows
from importer.journal.paging import Place
from importer.journal.store import Journal
from importer.journal.tracing import Traced, traced
from importer.model import Decision, Ruling

_GIVING_UP: Final = (Ruling.CLOSED, Ruling.WAIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """That a person has given something up."""

    place: Place
    """Where it was decided: of this row, or of an equal one before it."""
    decision: Decision


def given_up_by(journal: Journal, attempts: Iterable[Traced]) -> dict[int, GivenUp]:
    """Action, by the journal's number → who has given it up; of those that nobody waits for."""
    found, before = dict[int, GivenUp](), dict[int, Place]()
    for one in attempts:
        earlier = one.action.earlier
        if one.action.given_up and (own := _decision(one)) is not None:
            found[one.id] = GivenUp(place=one.place, decision=own)
        elif one.action.given_up and earlier is not None:
            before[one.id] = (earlier.run, earlier.row)
    there = traced(journal, actions_of_rows(journal, set(before.values())))
    ruled = {one.place: own for one in there if (own := _decision(one)) is not None}
    for number, place in before.items():
        if place in ruled:
            found[number] = GivenUp(place=place, decision=ruled[place])
    return found


def _decision(one: Traced) -> Decision | None:
    said = (each for each in reversed(one.action.decisions) if each.ruling in _GIVING_UP)
    return next(said, None)
