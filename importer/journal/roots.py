"""The row at the root of its chain that a row descends from."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from sqlalchemy import select

from importer.journal.schema import rows
from importer.journal.store import Journal


def roots_of_rows(journal: Journal, run: str) -> dict[int, tuple[str, int]]:
    """Row of this run → the row at the root of its chain, for rows that had actions."""
    found = journal.read(
        select(rows.c.number, rows.c.root_run, rows.c.root_row).where(rows.c.run == run)
    )
    return {one.number: (one.root_run, one.root_row) for one in found}


def roots_of_references(
    journal: Journal, references: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], tuple[str, int]]:
    """(run, row) of a failures workbook → the row at the root of its chain, where it is known."""
    known: dict[tuple[str, int], tuple[str, int]] = {}
    by_run = groupby(sorted(set(references)), key=lambda one: one[0])
    for run, of_run in by_run:
        roots = roots_of_rows(journal, run)
        known.update({(run, row): roots[row] for _, row in of_run if row in roots})
    return known
