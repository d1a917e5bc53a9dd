"""Addresses of cells: `AB12` and back. Rows count from 1, columns from 0."""

from __future__ import annotations

import re

from importer.letters import column_index

_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
"""`AB12`, `$AB$12`."""


def place_of(reference: str) -> tuple[int, int] | None:
    """Read `AB12` as row and column; None where it is no address."""
    match = _PLACE.fullmatch(reference)
    return (int(match[2]), column_index(match[1])) if match else None


def area_of(reference: str) -> tuple[int, int, int, int] | None:
    """Read `A1:B2` as top, left, bottom, right; None where it is no such range."""
    start, _, end = reference.partition(":")
    first, last = place_of(start), place_of(end or start)
    return (*first, *last) if first and last else None
