"""What each doubt of a run calls for: another look, or a person's word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import select

from importer.journal.schema import IN_DOUBT, actions
from importer.journal.store import Journal
from importer.reconcile import Doubts, Places, Wait, Waiting, wait_in_doubt


def doubts_of(
    journal: Journal, run: str
) -> tuple[Mapping[Wait, Waiting], Mapping[tuple[Wait, str], Waiting]]:
    """What a run's actions in doubt wait for, with their rows; empty where none is in doubt.

    Returns:
        All of them; and the same by the actions' names, where a row has several that do not wait
        for the same: its number alone would reach too many. Nothing there where no row has.
    """
    asked = select(actions.c.row, actions.c.name, actions.c.looked_up, actions.c.detail)
    in_turn = asked.where(IN_DOUBT, actions.c.run == run).order_by(
        actions.c.row, actions.c.position
    )
    found, named = defaultdict[Wait, Places](Places), Doubts()
    for one in journal.read(in_turn):
        wait = wait_in_doubt(looked_up=one.looked_up, detail=one.detail)
        found[wait].add(one.row)
        named.add(one.row, one.name, wait)
    return {wait: places.record() for wait, places in found.items()}, named.record()
