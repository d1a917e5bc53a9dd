"""What earlier runs of a mapping were like: their keys, their columns, what was decided of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, exists, select

from importer.journal.schema import actions, runs
from importer.journal.states import LIVE_STATES, NEVER_RAN
from importer.journal.store import Journal

Keys = Mapping[str, Mapping[str, str]]
"""`identity`: column → type; `actions`: name → type."""


def keys_used(journal: Journal, mapping: str) -> list[tuple[str, Keys]]:
    """All that the keys of a mapping's actions were ever made of, the latest first.

    Each comes with the latest run that put such an action on a timeline, or may have.
    """
    made_of, live = runs.c["keys"], actions.c.state.in_(LIVE_STATES)
    of_mapping = select(made_of.label("made_of")).where(runs.c.mapping == mapping)
    versions = journal.read(of_mapping.distinct())
    found = list[Row[Any]]()
    for version in versions:
        found += journal.read(
            select(runs.c.id, runs.c.seq, made_of.label("made_of"))
            .where(
                runs.c.mapping == mapping,
                made_of == version.made_of,
                exists().where(actions.c.run == runs.c.id, live),
            )
            .order_by(runs.c.seq.desc())
            .limit(1)
        )
    latest_first = sorted(found, key=lambda one: -one.seq)
    return [(one.id, one.made_of) for one in latest_first]


def headers_last_read(journal: Journal, mapping: str) -> tuple[str, Sequence[str]] | None:
    """Run and headers of the latest run of a mapping that read a sheet to its end."""
    read = runs.c.state.not_in(NEVER_RAN)
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
