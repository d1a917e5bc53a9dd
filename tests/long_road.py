"""The long road that the short one is held against: every action as a record, nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

from importer.created import Created, record_of
from importer.journal.records import records_of
from importer.journal.statements import ACTIONS
from importer.journal.store import Journal
from importer.journal.telling import told_actions
from importer.model import ActionRecord


def long_records(journal: Journal, run: str) -> Iterator[ActionRecord]:
    """Every action of a run, in sheet order, each made into a record at once."""
    last = (-1, -1)
    while page := journal.read(ACTIONS, {"of_run": run, "row": last[0], "position": last[1]}):
        yield from records_of(journal, run, page)
        last = (page[-1].row, page[-1].position)


def ending(records: Callable[[], Sequence[ActionRecord]]) -> object:
    """What a road comes to: the records, or the error that ends it."""
    try:
        return records()
    except Exception as error:  # noqa: BLE001 - whatever it is, the other road ends so, too
        return type(error), str(error)


def check_roads(journal: Journal, run: str) -> int:
    """Hold the two roads against each other; returns how many actions were told in short."""
    told = list[object]()

    def short() -> Sequence[ActionRecord]:
        told[:] = told_actions(journal, run)
        return [record_of(one) for one in told_actions(journal, run)]

    long = ending(lambda: list(long_records(journal, run)))
    assert ending(short) == long
    for one in told:
        if isinstance(one, Created):
            texts = [one.name, one.type, one.lead, one.status, one.action_id, one.lead_column]
            assert all(map(str.isprintable, [*texts, one.amount or "", one.content]))
            assert one.action_id, "without an id it is told at length, so that the books see it"
            assert type(one.row) is type(one.position) is int
            found = json.loads(one.content)
            written = json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            assert one.content == written
            assert not any(set(text) & set('"\\') for text in (*found, *found.values()))
    return sum(isinstance(one, Created) for one in told)
