"""What a row is known by: its identity, its content, and the digest of its cells as seen."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from importer.mapping import Mapping
from importer.model import Flaw, Table
from importer.validate.entry import json_text
from importer.values import as_source_text, trim


def source_text(table: Table, index: int, column: str) -> str:
    """Return the typed text of a cell; of one that could not be read, its trimmed text as seen."""
    value = table.values[column][index]
    if isinstance(value, Flaw):
        return trim(table.texts[column][index])
    return as_source_text(value)


def fingerprint(table: Table, index: int, columns: Sequence[str]) -> str:
    """Return the digest of a row's declared cells as seen.

    Args:
        table: typed rows.
        index: which of them.
        columns: the declared columns, sorted, so that the mapping's order does not matter.

    Returns:
        SHA-256, in hexadecimal, of the JSON of (column, trimmed NFC text) pairs.
    """
    cells = [(column, trim(table.texts[column][index])) for column in columns]
    return hashlib.sha256(json_text(cells).encode("utf-8", "surrogatepass")).hexdigest()


def identity_of(mapping: Mapping) -> Callable[[Table, int], tuple[str, ...]]:
    """Make the function that gives a row's identity: the typed texts of its identity columns.

    A mapping without an identity (it has no PAYMENT) takes all its declared columns. Sorted by
    name: the order in which somebody lists them says nothing about the row.
    """
    columns = sorted(mapping.identity.columns if mapping.identity else mapping.columns)
    return lambda table, index: tuple(source_text(table, index, column) for column in columns)
