"""Keys of a table's rows, all at once: of what a row is known by, and of its cells as seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from importer.columns import SOUND, Keys, Known, Parsed, combined, keys_of
from importer.mapping import ColumnType, Mapping
from importer.model import Table
from importer.validate.likeness import Form, forms_of, identity_columns
from importer.values import trim

RowKeys = Callable[[Table], Keys]


def identity_keys(mapping: Mapping) -> RowKeys:
    """Make the function that gives the keys of rows' identities, as `identity_of` gives these."""
    forms = forms_of(mapping)
    columns = [
        _Column(name, forms[name], sound_is_itself=_is_itself(mapping, name))
        for name in identity_columns(mapping)
    ]
    return lambda table: combined([column.keys(table) for column in columns])


def whole_keys(mapping: Mapping) -> RowKeys:
    """Make the function that gives the keys of rows by their declared cells, as `fingerprint`."""
    columns = [
        _Column(name, _as_seen(name), sound_is_itself=True) for name in sorted(mapping.columns)
    ]
    return lambda table: combined([column.keys(table) for column in columns])


class _Column:
    """The keys of one column's cells: each distinct cell's once, and of sound ones by themselves.

    Args:
        name: the declared column.
        form: the text that a cell counts as.
        sound_is_itself: of a sound cell, that is its text as seen.
    """

    def __init__(self, name: str, form: Form, *, sound_is_itself: bool) -> None:
        self._name, self._form, self._sound_is_itself = name, form, sound_is_itself
        self._known: Known | None = None
        self._keys = keys_of([])

    def keys(self, table: Table) -> Keys:
        """Return the key of each cell of a chunk."""
        column = table.values[self._name]
        if not isinstance(column, Parsed):
            return keys_of([self._form(table, at) for at in range(len(table.numbers))])
        sound = np.flatnonzero(column.codes == SOUND)
        found = self._of_known(column.known)[column.codes]
        if len(sound) and self._sound_is_itself:
            found[sound] = keys_of(table.texts[self._name])[sound]
        elif len(sound):
            found[sound] = keys_of([self._form(table, at) for at in sound.tolist()])
        return found

    def _of_known(self, known: Known) -> Keys:
        """Return the keys of the distinct cells, and a last one, which the code -1 leads to."""
        if known is not self._known:
            self._known, self._keys = known, keys_of([])
        begin = len(self._keys)
        if begin < len(known):
            cells = known.table(self._name)
            new = keys_of([self._form(cells, at) for at in range(begin, len(known))])
            self._keys = np.concatenate([self._keys, new])
        return np.concatenate([self._keys, np.zeros((1, 2), np.uint64)])


def _as_seen(name: str) -> Form:
    return lambda table, index: trim(table.texts[name][index])


def _is_itself(mapping: Mapping, name: str) -> bool:
    """Whether sound texts of a column count in an identity as they stand there."""
    return mapping.columns[name].type in _THEMSELVES


_THEMSELVES: Sequence[ColumnType] = (
    ColumnType.TEXT,
    ColumnType.ID,
    ColumnType.LEAD_ID,
    ColumnType.EMAIL,
)
