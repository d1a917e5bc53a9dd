"""Rows of the journal by many values, or places: more than one statement could hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, Select

from importer.journal.store import Journal, pages

Place = tuple[str, int]
"""Run and row."""


def paged(
    journal: Journal,
    values: Iterable[Any],
    statement: Select[Any],
    column: ColumnElement[Any],
) -> list[Row[Any]]:
    """The rows in which a column, or several, have one of many values."""
    wanted = sorted(values)
    return [
        one for page in pages(wanted) for one in journal.read(statement.where(column.in_(page)))
    ]


def placed(
    journal: Journal,
    places: Collection[Place],
    statement: Select[Any],
    run: ColumnElement[Any],
    row: ColumnElement[Any],
) -> list[Row[Any]]:
    """The same for places: run by run, since SQLite looks no pairs of values up in an index."""
    by_run = groupby(sorted(places), lambda place: place[0])
    return [
        one
        for name, of_run in by_run
        for one in paged(
            journal, [number for _, number in of_run], statement.where(run == name), row
        )
    ]
