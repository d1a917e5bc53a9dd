"""Which row had something first: keys in sorted runs, and what is rarely asked for on the disk.

A sheet of five million rows has as many receipts. Eight bytes of each stay in memory; the other
half and the row are in a file that has no name and ends with the run.
"""

from __future__ import annotations

import tempfile
from typing import IO, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

RUN: Final = 1 << 18
"""Keys of one run; those that are no full run yet are in memory, in a few small ones."""

_REST: Final = np.dtype([("low", np.uint64), ("row", np.int64)])
Rest = NDArray[np.void]


class _Run(NamedTuple):
    """Keys in rising order of their high half; none of them is in another run too."""

    high: NDArray[np.uint64]
    rest: Rest | int
    """Low half and row of each; or where that is in the file."""


class FirstRows:
    """Remembers, for each key, the row that had it first; a context that gives the disk back.

    Args:
        run: keys of a run on the disk.
    """

    def __init__(self, run: int = RUN) -> None:
        self._size = run
        self._old: list[_Run] = []
        self._new: list[_Run] = []
        self._file: IO[bytes] | None = None

    def of(self, keys: NDArray[np.uint64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the first row that had each key: an earlier one, or the row itself.

        Args:
            keys: 128 bits each, in two columns.
            rows: their numbers; rows come in their order.
        """
        order = _order(keys)
        high, low = keys[order, 0], keys[order, 1]
        begins = np.ones(len(order), bool)
        begins[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
        firsts = np.minimum.reduceat(rows[order], np.flatnonzero(begins)) if len(rows) else rows
        is_new = self._look_up(high[begins], low[begins], firsts)
        rest = np.empty(int(is_new.sum()), _REST)
        rest["low"], rest["row"] = low[begins][is_new], firsts[is_new]
        self._keep(high[begins][is_new], rest)
        found = np.empty_like(rows)
        found[order] = firsts[np.cumsum(begins) - 1]
        return found

    def _look_up(
        self, high: NDArray[np.uint64], low: NDArray[np.uint64], firsts: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Put earlier rows into `firsts`; tell which keys there were none for."""
        is_new = np.ones(len(high), bool)
        for run in (*self._old, *self._new):
            at = np.searchsorted(run.high, high)
            near = np.minimum(at, len(run.high) - 1)
            for one in np.flatnonzero(run.high[near] == high).tolist():
                row = self._row(run, int(at[one]), high[one], low[one])
                if row is not None:
                    firsts[one], is_new[one] = row, False
        return is_new

    def _row(self, run: _Run, at: int, high: np.uint64, low: np.uint64) -> int | None:
        """Return the row of a key, of which the first half stands at a place and perhaps behind."""
        while at < len(run.high) and run.high[at] == high:
            rest = self._rest(run, at)
            if rest["low"] == low:
                return int(rest["row"])
            at += 1
        return None

    def _rest(self, run: _Run, at: int) -> np.void:
        if not isinstance(run.rest, int) or self._file is None:
            one: np.void = np.asarray(run.rest, _REST)[at]
            return one
        self._file.seek(run.rest + at * _REST.itemsize)
        read: np.void = np.frombuffer(self._file.read(_REST.itemsize), _REST)[0]
        return read

    def _keep(self, high: NDArray[np.uint64], rest: Rest) -> None:
        if len(high):
            self._new.append(_Run(high, rest))
        if sum(len(run.high) for run in self._new) >= self._size:
            self._old.append(self._on_disk(*self._merged()))
            self._new = []

    def _merged(self) -> tuple[NDArray[np.uint64], Rest]:
        high = np.concatenate([run.high for run in self._new])
        rest = np.concatenate([run.rest for run in self._new if not isinstance(run.rest, int)])
        order = np.argsort(high, kind="stable")
        return high[order], rest[order]

    def _on_disk(self, high: NDArray[np.uint64], rest: Rest) -> _Run:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by this context
        place = self._file.seek(0, 2)
        self._file.write(rest.tobytes())
        return _Run(high, place)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()


def _order(keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the places of keys in their order; equal ones come in any."""
    order: NDArray[np.int64] = np.argsort(keys[:, 0])  # by one half it takes a tenth of the time
    high, low = keys[order, 0], keys[order, 1]
    if ((high[1:] == high[:-1]) & (low[1:] != low[:-1])).any():
        order = np.lexsort((keys[:, 1], keys[:, 0]))
    return order
