"""Arrow's arrays from what Python and NumPy hold, buffer by buffer.

`pyarrow.array` would import pandas to ask whether it is given something of pandas', where that is
installed: half a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def packed(texts: Sequence[str]) -> Any:  # noqa: ANN401 - Arrow brings no types
    """Return texts as an array.

    Raises:
        UnicodeEncodeError: one holds a half of a pair of UTF-16.
    """
    joined = "".join(texts)
    data = joined.encode()
    is_plain = len(data) == len(joined)
    sizes = map(len, texts) if is_plain else (len(text.encode()) for text in texts)
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(sizes, np.int64, len(texts)), out=offsets[1:])
    buffers = [None, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), len(texts), buffers)


def from_bytes(sizes: NDArray[np.int32], data: bytes) -> Any:  # noqa: ANN401 - Arrow brings no types
    """Return texts that lie one behind the other as an array.

    Args:
        sizes: bytes that each takes.
        data: UTF-8.

    Raises:
        ArrowInvalid: they are not such texts.
    """
    offsets = np.zeros(len(sizes) + 1, np.int32)
    np.cumsum(sizes, out=offsets[1:])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    array = pa.Array.from_buffers(pa.string(), len(sizes), buffers)
    array.validate(full=True)
    return array


def taken(array: Any, places: NDArray[np.int64]) -> Any:  # noqa: ANN401 - Arrow brings no types
    """Return the elements of an array at some places."""
    whole = np.ascontiguousarray(places, np.int64)
    return array.take(pa.Array.from_buffers(pa.int64(), len(whole), [None, pa.py_buffer(whole)]))


def sizes_of(texts: Any) -> NDArray[np.int32]:  # noqa: ANN401 - Arrow brings no types
    """Return how many bytes each text has."""
    return np.diff(offsets_of(texts))


def offsets_of(texts: Any) -> NDArray[np.int32]:  # noqa: ANN401 - Arrow brings no types
    """Return where each text begins among the bytes, and where the last one ends."""
    every = np.frombuffer(texts.buffers()[1] or bytes(4), np.int32)
    return every[texts.offset : texts.offset + len(texts) + 1]


def numbers_of(array: Any) -> NDArray[np.int32]:  # noqa: ANN401 - Arrow brings no types
    """Return an array of numbers of 32 bits."""
    if not len(array):
        return np.empty(0, np.int32)
    every = np.frombuffer(array.buffers()[1], np.int32)
    return every[array.offset : array.offset + len(array)]


def truths_of(array: Any) -> NDArray[np.bool_]:  # noqa: ANN401 - Arrow brings no types
    """Return an array of truths, which Arrow keeps as bits."""
    if not len(array):
        return np.empty(0, np.bool_)
    bits = np.unpackbits(np.frombuffer(array.buffers()[1], np.uint8), bitorder="little")
    return bits[array.offset : array.offset + len(array)].view(np.bool_)
