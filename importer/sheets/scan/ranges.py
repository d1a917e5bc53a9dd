"""Compact notes about many rows: a million of them cost a few bytes, or none."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import accumulate
from operator import lt

Merge = tuple[int, int, int, int]
"""Merged cells: top, left, bottom, right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """A set of numbers, kept as ranges: the rows that a filter hides."""

    firsts: array[int]
    """Rising."""
    lasts: array[int]

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int):
            return False
        at = bisect_right(self.firsts, number) - 1
        return at >= 0 and number <= self.lasts[at]

    def __bool__(self) -> bool:
        return bool(self.firsts)

    def __iter__(self) -> Iterator[int]:
        for first, last in zip(self.firsts, self.lasts, strict=True):
            yield from range(first, last + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """What is to be said of the rows of one column: ranges of rows, each with a number's word."""

    firsts: array[int]
    """Rising."""
    lasts: array[int]
    words: array[int]

    def between(self, first: int, last: int) -> Iterator[tuple[int, int, int]]:
        """Yield the runs that touch some rows, cut to these: first, last, word."""
        for at in range(bisect_left(self.lasts, first), len(self.firsts)):
            if self.firsts[at] > last:
                break
            yield max(first, self.firsts[at]), min(last, self.lasts[at]), self.words[at]


class Pile:
    """Ranges of rows as they are found, in any order, each with a word."""

    def __init__(self) -> None:
        self._firsts = array("I")
        self._lasts = array("I")
        self._words = array("I")

    def add(self, first: int, last: int, word: int = 0) -> None:
        """Add the rows from `first` to `last`; those that go on where the last ones ended join."""
        if self._lasts and self._words[-1] == word and self._lasts[-1] + 1 == first:
            self._lasts[-1] = last
            return
        self._firsts.append(first)
        self._lasts.append(last)
        self._words.append(word)

    def runs(self) -> Runs:
        """Give them in order; of no row may two words be said."""
        firsts, lasts, words = self._in_order()
        return Runs(firsts=firsts, lasts=lasts, words=words)

    def ranges(self) -> Ranges:
        """Give the set of all these rows, whatever their words."""
        firsts, lasts = array("I"), array("I")
        for first, last, _ in zip(*self._in_order(), strict=True):
            if lasts and first <= lasts[-1] + 1:
                lasts[-1] = max(last, lasts[-1])
            else:
                firsts.append(first)
                lasts.append(last)
        return Ranges(firsts=firsts, lasts=lasts)

    def _in_order(self) -> tuple[array[int], array[int], array[int]]:
        if all(map(lt, self._firsts, self._firsts[1:])):
            return self._firsts[:], self._lasts[:], self._words[:]
        runs = sorted(zip(self._firsts, self._lasts, self._words, strict=True))
        firsts, lasts, words = (array("I", column) for column in zip(*runs, strict=True))
        return firsts, lasts, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Merges:
    """The merged ranges of a tab."""

    ranges: Sequence[Merge]
    """In order."""
    deepest: Sequence[int]
    """The last row of any merge up to here."""

    def between(self, first: int, last: int) -> Iterator[Merge]:
        """Yield the merges that touch some rows, whole."""
        start = bisect_left(self.deepest, first)
        end = bisect_right(self.ranges, last, key=lambda merge: merge[0])
        return (merge for merge in self.ranges[start:end] if merge[2] >= first)


def merges_of(found: Iterable[Merge]) -> Merges:
    """Put merged ranges into order."""
    ranges = sorted(found)
    return Merges(ranges=ranges, deepest=[*accumulate((merge[2] for merge in ranges), max)])


def do_overlap(merges: Iterable[Merge]) -> bool:
    """Tell whether two merged ranges share a cell: a line sweeps down over them."""
    open_: list[tuple[int, int]] = []
    """Left and right of those that the line crosses, from left to right."""
    ends: list[tuple[int, int, int]] = []
    for top, left, bottom, right in sorted(merges):
        while ends and ends[0][0] < top:
            _, *columns = heappop(ends)
            del open_[bisect_left(open_, tuple(columns))]
        at = bisect_left(open_, (left, right))
        if any(low <= right and left <= high for low, high in open_[max(0, at - 1) : at + 1]):
            return True
        insort(open_, (left, right))
        heappush(ends, (bottom, left, right))
    return False
