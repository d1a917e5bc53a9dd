"""What is worked out once for each distinct cell of a column, and then known of every row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from importer.columns.parsed import Known, Parsed


class ByCode:
    """A number for each distinct cell, for all chunks of a column.

    Args:
        work_out: (the distinct cells, the code of one of them) → its number.
        sound: the number of every cell that is surely sound.
        dtype: NumPy's type of the numbers.
    """

    def __init__(self, work_out: Callable[[Known, int], Any], sound: Any, dtype: Any) -> None:  # noqa: ANN401 - whatever NumPy holds
        self._work_out, self._sound, self._dtype = work_out, sound, dtype
        self._known: Known | None = None
        self._numbers: list[Any] = []
        self._array: NDArray[Any] = np.array([sound], dtype)

    def of(self, column: Parsed) -> NDArray[Any]:
        """Return the number of each cell of a chunk's column."""
        known = column.known
        if known is not self._known:
            self._known, self._numbers = known, []
        begin = len(self._numbers)
        if begin < len(known) or len(self._array) != begin + 1:
            self._numbers += [self._work_out(known, at) for at in range(begin, len(known))]
            # A sound cell has the code -1, which is the last place.
            self._array = np.array([*self._numbers, self._sound], self._dtype)
        return self._array[column.codes]
