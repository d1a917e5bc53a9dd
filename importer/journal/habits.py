"""What earlier runs of a mapping were like: their keys, their columns, what was decided of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import exists, select

from importer.journal.schema import LIVE_STATES, actions, runs
from importer.journal.store import Journal
from importer.model import RunState


def keys_last_used(
    journal: Journal, mapping: str
) -> tuple[str, Mapping[str, Mapping[str, str]]] | None:
    """Run and keys of the latest run of a mapping that put something on a timeline, or may have."""
    live = exists().where(actions.c.run == runs.c.id, actions.c.state.in_(LIVE_STATES))
    found = journal.read(
        select(runs.c.id, runs.c["keys"].label("made_of"))
        .where(runs.c.mapping == mapping, live)
        .order_by(runs.c.seq.desc())
        .limit(1)
    )
    return (found[0].id, found[0].made_of) if found else None


def headers_last_read(journal: Journal, mapping: str) -> tuple[str, Sequence[str]] | None:
    """Run and headers of the latest run of a mapping that read a sheet to its end."""
    read = runs.c.state.not_in([RunState.PLANNING, RunState.REFUSED])
    found = journal.read(
        select(runs.c.id, runs.c.headers)
        .where(runs.c.mapping == mapping, runs.c.parent == "", read)
        .order_by(runs.c.seq.desc())
        .limit(1)
    )
    return (found[0].id, found[0].headers) if found else None


def decisions_of(journal: Journal, run: str) -> Mapping[str, str]:
    """Declared column → what a run's whole sheet decided of how it is written."""
    found = journal.read(select(runs.c.decisions).where(runs.c.id == run))
    return dict(found[0].decisions) if found else {}
