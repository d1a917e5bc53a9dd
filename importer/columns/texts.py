"""The texts of a column in one piece of memory, without an object for each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, overload

import numpy as np
from numpy.typing import NDArray

from importer.columns.arrow import packed, taken

MANY: Final = 8
"""Once a column was asked for one in so many of its cells, all of them become objects."""


class Texts(Sequence[str]):
    """A column of text; an object comes to be only for a cell that somebody asks for.

    Args:
        array: Arrow's strings, none of them null.
    """

    def __init__(self, array: Any) -> None:  # noqa: ANN401 - Arrow brings no types
        self.array = array
        self._asked = 0
        self._all: list[str] | None = None

    def __len__(self) -> int:
        return len(self.array)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...
    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        if isinstance(at, slice):
            return self._objects()[at]
        if self._all is not None:
            return self._all[at]
        self._asked += 1
        if self._asked * MANY > len(self.array):
            return self._objects()[at]
        text: str = self.array[at].as_py()
        return text

    def __iter__(self) -> Iterator[str]:
        return iter(self._objects())

    def cut(self, start: int, end: int) -> Texts:
        """Take the cells from `start` to before `end`; nothing is copied."""
        return Texts(self.array.slice(start, end - start))

    def some(self, places: NDArray[np.int64]) -> list[str]:
        """Return the cells at some places."""
        texts: list[str] = taken(self.array, places).to_pylist()
        return texts

    def _objects(self) -> list[str]:
        if self._all is None:
            self._all = self.array.to_pylist()
        return self._all


def as_texts(cells: Sequence[str]) -> Texts | None:
    """Put cells into one piece; None where Arrow cannot hold them: halves of a pair of UTF-16."""
    if isinstance(cells, Texts):
        return cells
    try:
        return Texts(packed(cells))
    except UnicodeEncodeError:
        return None
