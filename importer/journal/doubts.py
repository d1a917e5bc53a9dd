"""What each doubt of a run calls for: another look, or a person's word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import select

from importer.journal.schema import IN_DOUBT, actions
from importer.journal.store import Journal
from importer.reconcile import Places, Wait, Waiting, wait_in_doubt


def doubts_of(journal: Journal, run: str) -> Mapping[Wait, Waiting]:
    """What a run's actions in doubt wait for, with their rows; empty where none is in doubt."""
    asked = select(actions.c.row, actions.c.looked_up, actions.c.detail)
    found = defaultdict[Wait, Places](Places)
    for one in journal.read(asked.where(IN_DOUBT, actions.c.run == run)):
        found[wait_in_doubt(looked_up=one.looked_up, detail=one.detail)].add(one.row)
    return {wait: places.record() for wait, places in found.items()}
