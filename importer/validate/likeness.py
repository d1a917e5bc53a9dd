"""What a row is known by: its identity, its content, and the digest of its cells as seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

from importer.leads import key_for
from importer.mapping import ColumnType, Mapping
from importer.model import Flaw, Table
from importer.validate.entry import json_of_text, json_text
from importer.values import as_source_text, trim


def source_text(table: Table, index: int, column: str) -> str:
    """Return the typed text of a cell; of one that could not be read, its trimmed text as seen."""
    value = table.values[column][index]
    if type(value) is str and value.isascii():  # as most are, and as it stands
        return value
    if isinstance(value, Flaw):
        return trim(table.texts[column][index])
    return as_source_text(value)


def fingerprints(table: Table, columns: Sequence[str]) -> list[str]:
    """Return the digest of each row's declared cells as seen.

    Args:
        table: typed rows.
        columns: the declared columns, sorted, so that the mapping's order does not matter.

    Returns:
        SHA-256, in hexadecimal, of the JSON of (column, trimmed NFC text) pairs.
    """
    names = [json_text(column).replace("%", "%%") for column in columns]
    form = f"[{','.join(f'[{name},%s]' for name in names)}]"
    cells = [map(json_of_text, map(trim, table.texts[column])) for column in columns]
    rows = zip(*cells, strict=True)
    return [sha256((form % row).encode("utf-8", "surrogatepass")).hexdigest() for row in rows]


Form = Callable[[Table, int], str]
"""(table, index of a row in it) → the text that a cell of the row counts as."""


def identity_of(mapping: Mapping) -> Callable[[Table, int], tuple[str, ...]]:
    """Make the function that gives a row's identity: the typed texts of its identity columns."""
    forms = list(forms_of(mapping).values())
    return lambda table, index: tuple(form(table, index) for form in forms)


def identity_columns(mapping: Mapping) -> list[str]:
    """Return the columns of the identity; of a mapping without one (it has no PAYMENT), all.

    Sorted by name: the order in which somebody lists them says nothing about the row.
    """
    return sorted(mapping.identity.columns if mapping.identity else mapping.columns)


def forms_of(mapping: Mapping) -> dict[str, Form]:
    """Return the identity's columns, each with how its cells count."""
    return {column: _form_of(mapping, column) for column in identity_columns(mapping)}


def _form_of(mapping: Mapping, column: str) -> Form:
    """How a column counts in an identity: a person is the same in any spelling that is matched."""
    spec = mapping.columns[column]
    country = mapping.via.country if mapping.via and column == mapping.lead else None
    if spec.type not in {ColumnType.EMAIL, ColumnType.PHONE}:
        return lambda table, index: source_text(table, index, column)
    key = key_for(spec.type, country)

    def form(table: Table, index: int) -> str:
        value, text = table.values[column][index], table.texts[column][index]
        return key(value, text) if isinstance(value, str) else source_text(table, index, column)

    return form
