"""A few of the cells and rows of a chunk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from importer.columns.arrow import truths_of
from importer.columns.parsed import Parsed
from importer.columns.texts import Texts, as_texts
from importer.model import Table

Places = NDArray[np.int64]
"""Places in a chunk, from 0, rising."""


def picked(table: Table, places: Places, *, lazily: bool = False) -> Table:
    """Return some rows of a table as a table of their own, whose cells are objects.

    Args:
        table: typed rows.
        places: of those that are wanted.
        lazily: not every cell will be asked for.
    """
    at = places.tolist()
    texts = {
        name: column.some(places) if isinstance(column, Texts) else [column[one] for one in at]
        for name, column in table.texts.items()
    }
    values = {
        name: (column.few if lazily else column.some)(places, texts[name])
        if isinstance(column, Parsed)
        else [column[one] for one in at]
        for name, column in table.values.items()
    }
    return replace(
        table,
        numbers=[table.numbers[one] for one in at],
        values=values,
        texts=texts,
        blank=[table.blank[one] for one in at],
    )


def without(texts: Sequence[str], places: Places, pattern: str) -> Places:
    """Leave out the places of texts in which a pattern of RE2 is found.

    Where Arrow cannot hold the texts, all of them stay.
    """
    held = as_texts(texts)
    if held is None or not len(places):
        return places
    found = truths_of(pc.match_substring_regex(held.array, pattern))
    left: Places = places[~found[places]]
    return left
