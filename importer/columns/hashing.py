"""Whole columns as keys of 128 bits: equal texts have equal keys, others differ beyond chance."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from importer.columns.arrow import offsets_of, packed
from importer.columns.texts import Texts, as_texts

Keys = NDArray[np.uint64]
"""One row for each text: two numbers of 64 bits."""

_WORD: Final = 8
_LONG: Final = 512
"""Bytes from where on a text counts by its digest: words are taken one after the other."""
_SEEDS: Final = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], np.uint64)
_FACTORS: Final = (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53)
"""Odd, with about as many ones as zeros: those of splitmix64 and MurmurHash3."""
_FOLDS: Final = (29, 32)


def keys_of(texts: Sequence[str]) -> Keys:
    """Return a key for each text."""
    held = as_texts(texts)
    if held is not None:
        return _hashed(held)
    strange = {at: text for at, text in enumerate(texts) if as_texts([text]) is None}
    keys = _hashed(Texts(packed(["" if at in strange else text for at, text in enumerate(texts)])))
    for at, text in strange.items():
        keys[at] = _digest(text)
    return keys


def combined(many: Sequence[Keys]) -> Keys:
    """Put the keys of several columns together, row by row; their order counts."""
    both = np.empty_like(many[0])
    both[:] = _SEEDS
    for keys in many:
        for lane in range(2):
            _mix(both[:, lane], keys[:, lane], lane)
    return both


def _hashed(texts: Texts) -> Keys:
    array = texts.array
    count = len(array)
    if not count:
        return np.empty((0, 2), np.uint64)
    data_buffer, offsets = array.buffers()[2], offsets_of(array)
    starts = offsets[:-1].astype(np.int64) - offsets[:1]
    sizes = np.diff(offsets).astype(np.int64)
    keys = np.empty((count, 2), np.uint64)
    for lane in range(2):
        keys[:, lane] = sizes.astype(np.uint64) ^ _SEEDS[lane]
    if data_buffer is not None:
        data = np.zeros(int(offsets[-1] - offsets[0]) + _WORD, np.uint8)
        data[:-_WORD] = np.frombuffer(data_buffer, np.uint8)[offsets[0] : offsets[-1]]
        _take_words(keys, data, starts, sizes)
        for at in np.flatnonzero(sizes >= _LONG).tolist():
            keys[at] = _digest(texts[at])
    return keys


def _digest(text: str) -> Keys:
    whole = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return np.frombuffer(whole[:16], np.uint64)


def _take_words(
    keys: Keys, data: NDArray[np.uint8], starts: NDArray[np.int64], sizes: NDArray[np.int64]
) -> None:
    """Mix the texts in, eight bytes at a time; of the last word only what belongs to the text."""
    words = np.ndarray(len(data) - _WORD + 1, np.dtype("<u8"), data, strides=(1,))
    sizes = np.where(sizes >= _LONG, 0, sizes)
    for before in range(0, int(sizes.max()), _WORD):
        rows = np.flatnonzero(sizes > before)
        word = words[starts[rows] + before]
        missing = np.maximum(before + _WORD - sizes[rows], 0).astype(np.uint64) * np.uint64(8)
        word = (word << missing) >> missing
        for lane in range(2):
            mixed = keys[rows, lane]
            _mix(mixed, word, lane)
            keys[rows, lane] = mixed


def _mix(into: Keys, word: Keys, lane: int) -> None:
    """Mix one number into each of many, in place; for a given one before, nothing is lost."""
    into ^= word
    into *= np.uint64(_FACTORS[lane])
    into ^= into >> np.uint64(_FOLDS[lane])
