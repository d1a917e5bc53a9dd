"""Whether actions stand under the keys of their rows: under another one, none is found again.

What a key is made of is in the journal twice: digested with the row, and written out with each of
its actions. A key that somebody altered does not fit the other any more, and whoever plans would
take what it has created for something that is still to be sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    cast,
    exists,
    func,
    literal,
    select,
    tuple_,
)

from importer.errors import JournalError
from importer.journal.matching import unreleased_of
from importer.journal.roots import row_of
from importer.journal.schema import IS_LIVE, actions, rows
from importer.journal.shared import Shared
from importer.journal.states import LIVE_STATES
from importer.journal.store import RESTORE, Journal
from importer.model import State

_SLASH: Final = literal("/")
_OWN: Final = rows.alias("own")


def _fits() -> ColumnElement[bool]:
    origin = _OWN.c.root_run + _SLASH + cast(_OWN.c.root_row, Text) + _SLASH + actions.c.name
    # What a person released beside another attempt of its row has an origin of its own.
    released = origin + literal("/released ") + cast(actions.c.id, Text)
    return exists().where(
        row_of(actions, _OWN),
        _OWN.c.key != "",
        actions.c.identity == _OWN.c.key + _SLASH + actions.c.name,
        actions.c.origin.in_([origin, released]),
    )


IS_MISFIT: Final = and_(actions.c.state.in_((*LIVE_STATES, State.STAGED)), ~_fits())
"""Of an action that may stand on a timeline, or is going to: its identity or its origin is not what
its row and its name make of them. Whatever was reported without a request guards nothing, and may
be a copy of what another row created."""


def check_keys(journal: Journal, run: str, shared: Shared) -> None:
    """Refuse to match a run to records whose keys are not those of their rows.

    Looked at are those that share a key, an identity or a row of the chain with what is staged: a
    key that was altered is found by the other one that it should fit.

    Args:
        journal: the journal, in the transaction that matches.
        run: the run; what it has staged itself is looked at as well.
        shared: what the run has in common with others.

    Raises:
        JournalError: an action stands under another key.
    """
    for candidates in _candidates(journal, run, shared):
        found = journal.read(candidates.where(IS_MISFIT).limit(1))
        if found:
            raise JournalError(
                f"The journal was altered: an action of row {found[0].row} of the run "
                f"{found[0].run} stands under a key that is not its row's, so that the same row "
                "would not be known again, and be sent twice. Nothing was sent.",
                RESTORE,
            )


def _candidates(journal: Journal, run: str, shared: Shared) -> Iterator[Select[tuple[str, int]]]:
    mine = unreleased_of(run).subquery("mine")
    one = select(actions.c.run, actions.c.row)
    # Its own are looked at in one go; where all of them fit, only others may be among the rest.
    own = bool(journal.read(one.where(actions.c.run == run, IS_MISFIT).limit(1)))
    one = one if own else one.where(actions.c.run != run)
    if own or shared.identities:
        yield one.where(actions.c.identity.in_(select(mine.c.identity)))
    if own or shared.origins:
        yield one.where(IS_LIVE, actions.c.origin.in_(select(mine.c.origin)))
    of_rows = one.join(rows, row_of(actions))
    if own or shared.keys:
        yield of_rows.where(rows.c.key.in_(select(mine.c.key)))
    if own or shared.roots:
        corrected = select(mine.c.root_run, mine.c.root_row).where(mine.c.root_run != run)
        yield of_rows.where(tuple_(rows.c.root_run, rows.c.root_row).in_(corrected))


def count_misfits(journal: Journal) -> int:
    """Actions of all runs under a key that is not their row's; reads the whole table."""
    return int(journal.read(select(func.count()).select_from(actions).where(IS_MISFIT))[0][0])
