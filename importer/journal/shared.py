"""What a run has in common with other runs: asked once of all that it has staged.

Most sheets are new to the journal, and every question about what earlier runs made of them goes
through all of their rows to find nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, select

from importer.journal.roots import of_same_root
from importer.journal.schema import actions, rows
from importer.journal.states import LIVE_STATES, literally
from importer.journal.store import Journal
from importer.model import State

_MINE, _THEIRS = actions.alias("mine"), actions.alias("theirs")
_MY_ROWS, _THEIR_ROWS = rows.alias("my_rows"), rows.alias("their_rows")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What another run has too; a question about what none of them has finds nothing."""

    identities: bool
    """Identities of what the run has staged; an action of another run has one, in any state."""
    origins: bool
    """Their origins; an action of another run that is live has one."""
    keys: bool
    """Keys of the run's rows; a row of another run has one."""
    roots: bool
    """Rows at the root of their chains; a row of another run descends from one, or is it."""


EVERYTHING: Final = Shared(identities=True, origins=True, keys=True, roots=True)
"""Every question is asked: of a run that may have sent something, which finds its own as well."""


def shared_of(journal: Journal, run: str) -> Shared:
    """What a run that has sent nothing yet has in common with others, as it is now.

    What is settled of the run itself afterwards takes nothing from it but what is staged.

    Args:
        journal: the journal, in the transaction that asks the questions.
        run: the run.
    """
    live = literally(_THEIRS.c.state, LIVE_STATES)
    same_key = and_(_MY_ROWS.c.key == _THEIR_ROWS.c.key, _MY_ROWS.c.key != "")
    return Shared(
        identities=_of_actions(journal, run, _MINE.c.identity == _THEIRS.c.identity),
        origins=_of_actions(journal, run, and_(live, _MINE.c.origin == _THEIRS.c.origin)),
        keys=_of_rows(journal, run, same_key),
        roots=_of_rows(journal, run, of_same_root(_MY_ROWS, _THEIR_ROWS)),
    )


def _of_actions(journal: Journal, run: str, same: ColumnElement[bool]) -> bool:
    staged = and_(_MINE.c.run == run, _MINE.c.state == State.STAGED)
    found = select(_THEIRS.c.id).select_from(_MINE.join(_THEIRS, same))
    return bool(journal.read(found.where(staged, _THEIRS.c.run != run).limit(1)))


def _of_rows(journal: Journal, run: str, same: ColumnElement[bool]) -> bool:
    found = select(_THEIR_ROWS.c.number).select_from(_MY_ROWS.join(_THEIR_ROWS, same))
    found = found.where(_MY_ROWS.c.run == run, _THEIR_ROWS.c.run != run)
    return bool(journal.read(found.limit(1)))
