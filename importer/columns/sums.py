"""Sums of a column of amounts: exact, in hundredths."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from importer.columns.arrow import numbers_of, sizes_of, taken
from importer.columns.by_code import ByCode
from importer.columns.parsed import SOUND, Known, Parsed
from importer.model import Flaw, Value

_LARGEST: Final = 10**12
"""Amounts below it add up in 64 bits, as many as a chunk has."""
_NONE: Final = (0, 0, 0)


class Amounts:
    """The amounts of a column, chunk after chunk."""

    def __init__(self) -> None:
        self._of_known = ByCode(_hundredths, _NONE, np.int64)

    def of(self, column: Parsed) -> Adder:
        """Make what adds up cells of a chunk's column."""
        numbers = self._of_known.of(column)
        sound = np.flatnonzero(column.codes == SOUND)
        if len(sound):
            texts = taken(column.packed.array, sound)
            numbers[sound, 0] = _as_hundredths(texts)
            numbers[sound, 1] = _decimals(texts)
        return Adder(column, numbers)


class Adder:
    """Adds up cells of one column; those that are no numbers count nothing."""

    def __init__(self, column: Parsed, numbers: NDArray[np.int64]) -> None:
        self._column, self._numbers = column, numbers
        self._any_odd = bool(numbers[:, 2].any())

    def total(self, places: NDArray[Any] | slice) -> Decimal:
        """Return the sum of the cells at these places, with the decimals that adding them gives."""
        numbers = self._numbers[places]
        if not len(numbers):
            return Decimal(0)
        if self._any_odd and numbers[:, 2].any():
            at = np.arange(len(self._column))[places].tolist()
            cells = (self._column[one] for one in at)
            return sum((cell for cell in cells if isinstance(cell, Decimal)), Decimal(0))
        decimals = int(numbers[:, 1].max())
        whole = int(numbers[:, 0].sum()) // 10 ** (2 - decimals)
        return Decimal(whole).scaleb(-decimals)


def _hundredths(known: Known, code: int) -> tuple[int, int, int]:
    """Give a cell in hundredths, its decimals, and 1 where it cannot be given so."""
    return _parts(known.values[code])


def _parts(value: Value | Flaw) -> tuple[int, int, int]:
    if not isinstance(value, Decimal):
        return _NONE
    decimals = max(0, -int(value.as_tuple().exponent))
    if decimals > 2 or abs(value) >= _LARGEST:
        return 0, 0, 1
    return int(value.scaleb(2)), decimals, 0


def _as_hundredths(texts: Any) -> NDArray[np.int64]:  # noqa: ANN401 - Arrow brings no types
    numbers = texts.cast(pa.decimal128(17, 2))
    low = np.frombuffer(numbers.buffers()[1], np.int64)[::2]  # 128 bits, the low half first
    return low[numbers.offset : numbers.offset + len(numbers)]


def _decimals(texts: Any) -> NDArray[np.int64]:  # noqa: ANN401 - Arrow brings no types
    points = numbers_of(pc.find_substring(texts, "."))
    behind = sizes_of(texts) - points - 1
    decimals: NDArray[np.int64] = np.where(points < 0, 0, behind)
    return decimals
