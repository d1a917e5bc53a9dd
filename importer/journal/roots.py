"""Rows and their actions, and the row at the root of its chain that a row descends from."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from sqlalchemy import ColumnElement, FromClause, and_, select

from importer.journal.schema import rows
from importer.journal.store import Journal


def row_of(action: FromClause, row: FromClause = rows) -> ColumnElement[bool]:
    """The join from an action to its row."""
    return and_(row.c.run == action.c.run, row.c.number == action.c.row)


def root_of(row: FromClause, root: FromClause) -> ColumnElement[bool]:
    """The join from a row to the one at the root of its chain."""
    return and_(root.c.run == row.c.root_run, root.c.number == row.c.root_row)


def of_same_root(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    """The join from a row to all that descend from the same one, itself among them."""
    return and_(one.c.root_run == other.c.root_run, one.c.root_row == other.c.root_row)


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
